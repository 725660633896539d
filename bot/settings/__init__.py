"""The settings: complete and right, or the program does not start.

They come from a TOML file (`mibot.toml`) and from environment variables (`MIBOT_SECTION__KEY`), which win. `load`
returns all of them; `load_cloud` returns what a command on a local clone needs. One file holds the sections of one
subject; every sentence about a wrong value stands in `problems.py`.
"""

from bot.settings.cloud import FrontEndSettings, GcpSettings, OpsgenieSettings
from bot.settings.github import GitHubSettings, OnCallSettings, PolicySettings, RepositorySettings
from bot.settings.loading import CloudOnly, Settings, load, load_cloud
from bot.settings.operation import DeploySettings, ReconcileSettings, StoreSettings, VerifySettings
from bot.settings.problems import SettingsError

__all__ = [
    "CloudOnly",
    "DeploySettings",
    "FrontEndSettings",
    "GcpSettings",
    "GitHubSettings",
    "OnCallSettings",
    "OpsgenieSettings",
    "PolicySettings",
    "ReconcileSettings",
    "RepositorySettings",
    "Settings",
    "SettingsError",
    "StoreSettings",
    "VerifySettings",
    "load",
    "load_cloud",
]

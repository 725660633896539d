"""The names of the environment variables: `MIBOT_SECTION__KEY`."""

from __future__ import annotations

PREFIX = "MIBOT_"
DELIMITER = "__"
DEFAULT_FILE = "mibot.toml"
CONFIG_VARIABLE = "MIBOT_CONFIG"
"""The variable that names the settings file."""


def variable_name(*keys: str) -> str:
    """The environment variable of a key, given its section and its name."""
    return PREFIX + DELIMITER.join(keys).upper()

"""The command line's part of the wiring: what a command that reads and ends needs, from GitHub or from a clone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot import logs
from bot.adapters.git_clone import LocalClone
from bot.adapters.inspectors import InspectorRouter
from bot.adapters.upstream_file import UpstreamFile
from bot.cli.common import USAGE_ERROR, error_exit, load_settings, settings_error
from bot.domain.fleet.model import Fleet
from bot.domain.versions import Version
from bot.ports.errors import ExternalError, PermanentError
from bot.ports.files import FleetSource
from bot.ports.upstream import Upstream
from bot.rendering.wording import describe
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import HealthCheckRunner
from bot.services.planner import Planner
from bot.services.releases import released_for
from bot.settings import SettingsError, load_cloud
from bot.wiring.cloud import CloudSettings, cloud_config, cloud_query_handlers

if TYPE_CHECKING:
    from bot.cli.read_only import ReadOnlyWiring


@dataclass(frozen=True)
class CliContext:
    """The fleet and where it is read from. `github` is None for a clone: then nothing is requested from GitHub."""

    source: FleetSource
    fleet_reader: FleetReader
    cloud: CloudSettings
    github: ReadOnlyWiring | None
    upstream: Upstream

    @property
    def check_runner(self) -> HealthCheckRunner:
        if self.github is not None:
            return self.github.check_runner
        return HealthCheckRunner(
            self.fleet_reader, cloud_config(self.cloud), InspectorRouter(cloud_query_handlers(self.cloud)), _utc_now
        )

    def planner(self, accepted: frozenset[Version] = frozenset()) -> Planner:
        """A planner. `accepted` are versions whose images are taken whatever their tags are."""
        return Planner(self.source, self.upstream, lambda: accepted)

    def released(self, version: Version, fleet: Fleet) -> Collection[Version]:
        """Upstream's releases if they matter. Empty on a clone, where only the golden files are known."""
        return released_for({version}, fleet, self.github.upstream) if self.github else frozenset()

    def tracker_url(self, version: Version) -> str:
        """The URL of the version's tracker; empty if unknown."""
        return self.github.tracker_url(version) if self.github else ""


def make_context(
    repo: Path | None, config: Path | None, log_level: str = "warning", upstream: Upstream | None = None
) -> CliContext:
    """The clone at `repo`, else GitHub according to the settings. Ends the program if either is wrong.

    `upstream` replaces the default source of upstream's releases: GitHub, or none for a clone.
    """
    logs.configure(log_level)
    if repo is None:
        from bot.cli.read_only import ReadOnlyWiring  # with it comes everything that a clone does not need

        github = ReadOnlyWiring(load_settings(config))
        return CliContext(
            github.deployment.files, github.fleet_reader, github.settings, github, upstream or github.upstream
        )
    try:
        clone = LocalClone(repo)
        return CliContext(clone, FleetReader(clone), load_cloud(config), None, upstream or UpstreamFile())
    except PermanentError as error:
        raise error_exit(describe(error.reason), USAGE_ERROR) from None
    except SettingsError as error:
        raise settings_error(error) from None


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def exit_on_error(status: int = 1) -> Iterator[None]:
    """Turns an error of an external system inside into its sentence on stderr and that exit status."""
    try:
        yield
    except ExternalError as error:
        raise error_exit(describe(error.reason), status) from None

"""The command line's part of the wiring: what a command that looks and ends needs, from GitHub or from a clone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot import logs
from bot.adapters.git_clone import Clone
from bot.adapters.inspectors import Inspectors
from bot.adapters.upstream_file import UpstreamFile
from bot.cli.common import WRONG_USE, fail, settings_are_wrong, settings_from
from bot.cloud_wiring import CloudSettings, beside_github, places
from bot.domain.fleet.model import Fleet
from bot.domain.versions import Version
from bot.ports import FleetSource, Refused, Upstream, WorldError
from bot.services.commands import released_for
from bot.services.fleet_reader import Fleets
from bot.services.health_checks import Examiner
from bot.services.planner import Planner
from bot.settings import SettingsProblem, load_cloud

if TYPE_CHECKING:
    from bot.cli.read_only import Glance


@dataclass(frozen=True)
class Sight:
    """The fleet and where it is read from. `github` is None for a clone: then nobody asks GitHub anything."""

    source: FleetSource
    fleets: Fleets
    cloud: CloudSettings
    github: Glance | None
    upstream: Upstream

    @property
    def examiner(self) -> Examiner:
        if self.github is not None:
            return self.github.examiner
        return Examiner(self.fleets, places(self.cloud), Inspectors(beside_github(self.cloud)), _now)

    def planner(self, accepted: frozenset[Version] = frozenset()) -> Planner:
        """Plans from here. `accepted` are versions whose images are taken as they are."""
        return Planner(self.source, self.upstream, lambda: accepted)

    def released(self, version: Version, fleet: Fleet) -> Collection[Version]:
        """Upstream's releases where they decide; on a clone the golden files have to do."""
        return released_for({version}, fleet, self.github.upstream) if self.github else frozenset()

    def tracker(self, version: Version) -> str:
        """The address of the version's tracker, or nothing when it is not known here."""
        return self.github.tracker(version) if self.github else ""


def sight(
    repo: Path | None, config: Path | None, log_level: str = "warning", upstream: Upstream | None = None
) -> Sight:
    """What to look at: the clone at `repo`, else GitHub as the settings say. Ends the program where one is wrong.

    `upstream` replaces what would say what upstream released: GitHub, and nobody for a clone.
    """
    logs.configure(log_level)
    if repo is None:
        from bot.cli.read_only import Glance  # with it comes everything that a clone does not need

        github = Glance(settings_from(config))
        return Sight(github.deployment, github.fleets, github.settings, github, upstream or github.upstream)
    try:
        clone = Clone(repo)
        return Sight(clone, Fleets(clone), load_cloud(config), None, upstream or UpstreamFile())
    except Refused as error:
        raise fail(str(error), WRONG_USE) from None
    except SettingsProblem as error:
        raise settings_are_wrong(error) from None


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def told(status: int = 1) -> Iterator[None]:
    """What the world refuses or fails at inside is told in its sentence, and ends the program with that status."""
    try:
        yield
    except WorldError as error:
        raise fail(str(error), status) from None

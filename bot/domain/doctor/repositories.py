"""The three repositories, the label and the teams on GitHub."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.doctor.finding import Finding, failed, ok
from bot.domain.fleet.model import Fleet
from bot.domain.reasons import Reason
from bot.domain.versions import Version


@dataclass(frozen=True)
class RepositoryNotInstalled(Reason):
    """The App is not installed for the repository, or there is none of that name. `key` is the setting's."""

    repository: str
    key: str


@dataclass(frozen=True)
class RepositoryHidden(Reason):
    """The App's installation does not include the repository."""

    repository: str


@dataclass(frozen=True)
class RepositoryRenamed(Reason):
    """GitHub calls the repository `current`. `key` is the setting's."""

    repository: str
    current: str
    key: str


@dataclass(frozen=True)
class RepositoryReachable(Reason):
    """The App is installed for the repository."""

    repository: str


@dataclass(frozen=True)
class ReleasesMissing(Reason):
    """The upstream repository has no tag of a version."""

    repository: str


@dataclass(frozen=True)
class ReleasesReadable(Reason):
    """The upstream repository has tags of versions. `installed` is whether the App is installed for it."""

    repository: str
    installed: bool
    count: int
    latest: Version


@dataclass(frozen=True)
class LabelFound(Reason):
    """The repository has the label that hands an issue to mibot."""

    label: str
    repository: str


@dataclass(frozen=True)
class LabelMissing(Reason):
    """The repository has no such label yet."""

    label: str
    repository: str


@dataclass(frozen=True)
class TeamsFound(Reason):
    """All teams of operators exist."""

    teams: tuple[str, ...]


@dataclass(frozen=True)
class TeamsMissing(Reason):
    """These teams do not exist, or the App does not see them."""

    teams: tuple[str, ...]


class FleetPart(StrEnum):
    """What makes a repository the deployment repository."""

    INSTANCE = "instance"
    GOLDEN_FILE = "golden_file"


@dataclass(frozen=True)
class FleetMissing(Reason):
    """The repository is no deployment repository: it lacks that part."""

    repository: str
    part: FleetPart


@dataclass(frozen=True)
class FleetReadable(Reason):
    """How many instances and golden files the deployment repository has, and how many folders can't be read."""

    instances: int
    golden_files: int
    newest: Version
    unreadable: int


def judge_name(repository: str, current: str | None, key: str) -> Finding:
    """Compares the name in the settings with `current`, GitHub's (None if the App does not see the repository)."""
    if current is None:
        return failed(RepositoryHidden(repository))
    if current.lower() != repository.lower():
        return failed(RepositoryRenamed(repository, current, key))
    return ok(RepositoryReachable(current))


def judge_releases(repository: str, releases: Collection[Version], *, installed: bool) -> Finding:
    """Whether upstream has releases. Their tags are what counts: a public repository needs no installation."""
    if not releases:
        return failed(ReleasesMissing(repository))
    return ok(ReleasesReadable(repository, installed, len(releases), max(releases)))


def judge_fleet(repository: str, fleet: Fleet) -> Finding:
    """Whether the deployment repository has at least one readable instance and one golden file."""
    if not fleet.golden:
        return failed(FleetMissing(repository, FleetPart.GOLDEN_FILE))
    if not fleet.instances:
        return failed(FleetMissing(repository, FleetPart.INSTANCE))
    return ok(FleetReadable(len(fleet), len(fleet.golden), max(fleet.golden), len(fleet.problems)))

"""The GitHub App: its credentials, its permissions, its events."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.domain.doctor.finding import AsNeeded, Finding, failed, ok
from bot.domain.reasons import Reason

_LEVELS = ("none", "read", "write", "admin")


@dataclass(frozen=True)
class AppFound(Reason):
    """GitHub accepts mibot as that App."""

    name: str
    app_id: int
    api_url: str


@dataclass(frozen=True)
class AppUnknown(Reason):
    """GitHub has no App with that number."""

    app_id: int


@dataclass(frozen=True)
class AppNotAccepted(Reason):
    """This can't be examined before GitHub accepts mibot as the App."""


@dataclass(frozen=True)
class AppNotInstalled(Reason):
    """The App is not installed for a repository that mibot writes to."""

    repository: str


@dataclass(frozen=True)
class PermissionsMissing(Reason):
    """Permissions with the level that is needed. `requested` is whether the App asks for all of them already."""

    permissions: Mapping[str, str]
    requested: bool


@dataclass(frozen=True)
class PermissionsExcessive(Reason):
    """Permissions that are granted and not needed, with the level that is granted. None is missing."""

    permissions: Mapping[str, str]


@dataclass(frozen=True)
class EventsMissing(Reason):
    """Events that mibot needs and the App is not subscribed to."""

    events: frozenset[str]


@dataclass(frozen=True)
class QueueEventsMissing(Reason):
    """Events that mibot needs only if the deployment repository has a merge queue. None else is missing."""

    events: frozenset[str]


@dataclass(frozen=True)
class EventsExcessive(Reason):
    """Events that the App is subscribed to and mibot ignores. None is missing."""

    events: frozenset[str]


def judge_permissions(
    granted: Mapping[str, Mapping[str, str] | None],
    requested: Mapping[str, str],
    needed: Mapping[str, str],
    allowed: AbstractSet[str] = frozenset(),
) -> Finding:
    """Compares what is granted with what is needed. Those that are `allowed` may be granted, too.

    `granted` has the permissions by repository, or None where the App is not installed. `requested` is what the App
    asks for.
    """
    missing: dict[str, str] = {}
    excess: dict[str, str] = {}
    for repository, permissions in granted.items():
        if permissions is None:
            return failed(AppNotInstalled(repository))
        missing |= missing_permissions(permissions, needed)
        more = excess_permissions(permissions, needed)
        excess |= {name: level for name, level in more.items() if name not in allowed}
    if missing:
        asked = not (missing_permissions(requested, needed).keys() & missing.keys())
        return failed(PermissionsMissing(missing, asked))
    return ok(PermissionsExcessive(excess)) if excess else ok(AsNeeded())


def missing_permissions(granted: Mapping[str, str], needed: Mapping[str, str]) -> dict[str, str]:
    """What is needed and not granted, with the level that is needed."""
    return {name: level for name, level in needed.items() if _rank(granted.get(name)) < _rank(level)}


def excess_permissions(granted: Mapping[str, str], needed: Mapping[str, str]) -> dict[str, str]:
    """What is granted and not needed, with the level that is granted."""
    return {name: level for name, level in granted.items() if _rank(level) > _rank(needed.get(name))}


def _rank(level: str | None) -> int:
    return _LEVELS.index(level) if level in _LEVELS else 0


def judge_events(
    subscribed: AbstractSet[str], needed: AbstractSet[str], queue: AbstractSet[str] = frozenset()
) -> Finding:
    """Compares the App's events with those that mibot needs. Those in `queue` are needed with a merge queue only."""
    if missing := frozenset(needed - subscribed - queue):
        return failed(EventsMissing(missing))
    if excess := frozenset(subscribed - needed):
        return ok(EventsExcessive(excess))
    if missing := frozenset(needed - subscribed):
        return ok(QueueEventsMissing(missing))
    return ok(AsNeeded())

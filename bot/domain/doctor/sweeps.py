"""The sweeps: whether everything that they read can be read, and whether one has seen all of it lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.doctor.finding import Finding, failed, ok, unknown
from bot.domain.reasons import Reason

MIN_PATIENCE = timedelta(minutes=10)
INTERVALS = 10
"""How many intervals, or MIN_PATIENCE if that is more, may pass since the last sweep that saw everything."""


@dataclass(frozen=True)
class CommentsListed(Reason):
    """The list of a repository's comments can be read."""

    repository: str


@dataclass(frozen=True)
class CommentsReadByIssue(Reason):
    """That list can't be read, so that sweeps read the comments issue by issue."""

    repository: str
    cause: Reason


@dataclass(frozen=True)
class IssuesListed(Reason):
    """The open issues with the label can be listed."""

    repository: str
    label: str
    count: int


@dataclass(frozen=True)
class NoSweepYet(Reason):
    """mibot has not served with this store yet, or only since a moment ago."""


@dataclass(frozen=True)
class SweepComplete(Reason):
    """A sweep saw everything so many seconds ago."""

    seconds: float


@dataclass(frozen=True)
class SweepsIncomplete(Reason):
    """No sweep has seen everything for so many seconds; `ever` says whether any has."""

    seconds: float
    ever: bool


def judge_sweeps(installed: datetime | None, complete: datetime | None, now: datetime, interval: float) -> Finding:
    """Compares the last sweep that saw everything with the seconds between two sweeps.

    `installed` is when mibot was first started with the store, `complete` when that sweep began.
    """
    since = complete or installed
    if since is None:
        return unknown(NoSweepYet())
    age = max((now - since).total_seconds(), 0.0)
    if age > max(interval * INTERVALS, MIN_PATIENCE.total_seconds()):
        return failed(SweepsIncomplete(age, ever=complete is not None))
    return ok(SweepComplete(age)) if complete else unknown(NoSweepYet())

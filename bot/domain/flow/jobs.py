"""Durable jobs as data: what the engine keeps, how a run of one ends, and why one fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.reasons import Reason
from bot.formats.documents import stored

StoredReason = Mapping[str, Any] | str
"""The document of a Reason. It was text before reasons had a type."""


@dataclass(frozen=True)
class Job:
    """What to do, as JSON, the key of what it must not run beside, and how many seconds it waits first."""

    payload: Mapping[str, Any]
    key: str
    delay: float = 0.0


@dataclass(frozen=True)
class Done:
    """The job is finished, and these follow."""

    jobs: Sequence[Job] = ()


@dataclass(frozen=True)
class RetryLater:
    """Another attempt may help, after so many seconds (None: any time).

    `reason` is stored with the job, and is given to whoever is told that the job is late. `until_done` says that
    attempts go on for as long as it takes; other jobs are given up after some, because a sweep finds them again.
    """

    reason: StoredReason
    seconds: float | None = None
    until_done: bool = False


Outcome = Done | RetryLater


@stored("job.internal_error")
@dataclass(frozen=True)
class InternalError(Reason):
    """mibot made a mistake, which is in its log."""


@stored("job.from_newer_version")
@dataclass(frozen=True)
class JobFromNewerVersion(Reason):
    """A newer version of mibot left the job, and this one cannot read it."""

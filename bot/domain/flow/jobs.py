"""Durable jobs as data: what the engine keeps, and how a run of one ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


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
    """Trying again may help, after so many seconds (None: whenever)."""

    reason: str
    seconds: float | None = None


Outcome = Done | RetryLater

"""What a sweep looks at, what it finds there, and why it cannot look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.effects import Effect
from bot.domain.reasons import Reason
from bot.formats.documents import stored


@stored("sweep.not_started")
@dataclass(frozen=True)
class NotStarted(Reason):
    """mibot has not noted yet when it was first started."""


class SweepPart(StrEnum):
    """What one sweep looks at, part by part. The values name metrics and cursors."""

    COMMENTS = "comments"
    ISSUES = "issues"
    UPGRADES = "upgrades"
    PREPARATIONS = "preparations"
    SCHEDULE = "schedule"
    NOTIFICATIONS = "notifications"
    REPLIES = "replies"
    TRACKERS = "trackers"


@dataclass(frozen=True)
class Found:
    """What one part found. `oldest` is the last change of the oldest thing found that is not done, None if all is
    done: the next sweep must look from there on. `problem` is why the part could not look at everything."""

    effects: tuple[Effect, ...] = ()
    oldest: datetime | None = None
    problem: Reason | None = None


@dataclass(frozen=True)
class Sweep:
    """What a sweep found, when it began, how far each cursor may move, and the parts that failed."""

    effects: tuple[Effect, ...]
    began: datetime
    cursors: Mapping[SweepPart, datetime]
    failed: frozenset[SweepPart] = frozenset()

"""What happens to the queue of upgrades."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.effects import Effect, RequestedEffect
from bot.formats.documents import stored

SCHEDULING_KEY = "turns"
"""The key of everything that gives slots to upgrades: one at a time, so that slots are counted right."""


class SchedulingEffect(Effect):
    """An effect on the queue of upgrades."""

    @property
    def key(self) -> str:
        return SCHEDULING_KEY


@stored(
    "slots.start_upgrades",
    slugs="slugs",
    version="version",
    by="requested_by",
    issue="issue",
    force="force_reason",
)
@dataclass(frozen=True)
class StartUpgrades(RequestedEffect, SchedulingEffect):
    """Record that somebody requested upgrades to one version, in the order of work, and schedule them.

    `force` is why they may start out of order, empty if they may not.
    """

    slugs: tuple[str, ...]
    version: str
    by: str
    issue: int
    force: str = ""


@stored(
    "slots.cancel_upgrades",
    slugs="slugs",
    version="version",
    by="requested_by",
    why="reason",
    comment="comment",
    gone="left_fleet",
)
@dataclass(frozen=True)
class CancelUpgrades(RequestedEffect, SchedulingEffect):
    """Withdraw the upgrades to one version that wait, and cancel those that are in review.

    `why` may be empty. `comment` is where somebody requested it: what is ordered again later is another order. Of the
    instances in `gone`, whose folders are no longer there, what failed after its merge is settled, too.
    """

    slugs: tuple[str, ...]
    version: str
    by: str
    why: str
    comment: int
    gone: tuple[str, ...] = ()


@stored("slots.schedule")
@dataclass(frozen=True)
class Schedule(SchedulingEffect):
    """Start those of the waiting upgrades that may start now."""

"""What a command gets, and what it returns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.replies import ReplyItem
from bot.domain.effects import Effect
from bot.domain.fleet.model import Fleet
from bot.domain.reasons import Reason
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.record import Upgrade
from bot.domain.versions import Version

LATEST = "latest"
"""The word for the newest release."""


class Permission(StrEnum):
    """Who may use a command. Help shows these words."""

    ANYONE = "anyone"
    OPERATORS = "operators"


@dataclass(frozen=True)
class CommandRequest:
    """One command of a comment: who gave it, on which issue, and the version in that issue's title.

    `quoted` are the positions of the arguments that stood in quotation marks.
    """

    comment: int
    issue: int
    author: str
    arguments: tuple[str, ...]
    version: Version | None = None
    quoted: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CommandContext:
    """What a command may know: the fleet, the upgrades by key, the version's tracker, released versions.

    Only if the author is `trusted` do the names of customers' instances stand for them in arguments: for others such
    a name is a word like any other, or they could try whose name is whose.
    """

    fleet: Fleet
    upgrades: Mapping[str, Upgrade] = field(default_factory=dict)
    tracker: TrackerRecord | None = None
    released: Collection[Version] = frozenset()
    trusted: bool = True

    def upgrade(self, slug: str, version: Version) -> Upgrade | None:
        return self.upgrades.get(f"{slug}@{version}")


@dataclass(frozen=True)
class CommandPlan:
    """What a command answers and what should happen."""

    items: tuple[ReplyItem, ...] = ()
    effects: tuple[Effect, ...] = ()


def refuse(command: str, reason: Reason) -> CommandPlan:
    """The plan of a command that only answers why it does nothing."""
    return CommandPlan((CommandMessage(command, reason),))

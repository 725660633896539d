"""The one interpreter of effects. Each effect is a durable job that finds before it creates."""

from __future__ import annotations

from bot.apply.replies import ReplyWriter
from bot.apply.trackers import TrackerKeeper
from bot.apply.upgrades import UpgradeRunner
from bot.domain.effects import (
    Advance,
    CheckNow,
    Effect,
    EnsureTracker,
    Obey,
    React,
    Recheck,
    RefreshReply,
    RefreshTracker,
    StartUpgrade,
)


class Interpreter:
    """Carries out effects; each may set others in motion."""

    def __init__(self, trackers: TrackerKeeper, upgrades: UpgradeRunner, replies: ReplyWriter) -> None:
        self._trackers = trackers
        self._upgrades = upgrades
        self._replies = replies

    def apply(self, effect: Effect) -> list[Effect]:
        """Carry out one effect and return what follows from it.

        Raises Passing when trying again may help, other WorldErrors when it won't.
        """
        match effect:
            case React(comment):
                return self._replies.react(comment)
            case Obey():
                return self._replies.obey(effect)
            case RefreshReply(comment):
                return self._replies.refresh(comment)
            case CheckNow(comment, slug):
                return self._replies.check_now(comment, slug)
            case EnsureTracker():
                return self._trackers.ensure(effect)
            case RefreshTracker():
                return self._trackers.refresh(effect)
            case StartUpgrade():
                return self._upgrades.start(effect)
            case Advance():
                return self._upgrades.advance(effect)
            case Recheck():
                return self._upgrades.recheck(effect)

    def delayed(self, slug: str, version: str, reason: str) -> list[Effect]:
        """Note on an upgrade that the world does not answer; the sweep will take it up again."""
        return self._upgrades.delayed(slug, version, reason)

"""The one interpreter of effects. Each effect is a durable job that finds before it creates."""

from __future__ import annotations

from bot.domain.chat.effects import AddReaction, BackUpNow, CheckNow, HandleComment, PlanNow, RefreshReply
from bot.domain.effects import Effect
from bot.domain.rollout.effects import Schedule, StartUpgrades
from bot.domain.tracker.effects import EnsureTracker, RefreshTracker
from bot.domain.upgrade.effects import (
    Advance,
    AdvancePreparation,
    MarkDeployed,
    Poll,
    Prepare,
    Publish,
    Recheck,
    Retry,
    StartRollback,
    StartUpgrade,
)
from bot.handlers.preparations import PreparationHandler
from bot.handlers.publications import Publisher
from bot.handlers.replies import ReplyHandler
from bot.handlers.scheduling import Scheduler
from bot.handlers.trackers import TrackerHandler
from bot.handlers.upgrades import UpgradeHandler


class EffectDispatcher:
    """Carries out effects; each may set others in motion."""

    def __init__(
        self,
        trackers: TrackerHandler,
        upgrades: UpgradeHandler,
        turns: Scheduler,
        preparations: PreparationHandler,
        replies: ReplyHandler,
        publisher: Publisher,
    ) -> None:
        self._trackers = trackers
        self._upgrades = upgrades
        self._scheduler = turns
        self._preparations = preparations
        self._replies = replies
        self._publisher = publisher

    def apply(self, effect: Effect) -> list[Effect]:
        """Carry out one effect and return what follows from it.

        Raises Passing when trying again may help, other WorldErrors when it won't.
        """
        match effect:
            case AddReaction(comment):
                return self._replies.react(comment)
            case HandleComment():
                return self._replies.handle_comment(effect)
            case RefreshReply(comment):
                return self._replies.refresh(comment)
            case CheckNow(comment, slug):
                return self._replies.check_now(comment, slug)
            case PlanNow():
                return self._replies.plan_now(effect)
            case EnsureTracker():
                return self._trackers.ensure(effect)
            case RefreshTracker():
                return self._trackers.refresh(effect)
            case StartUpgrades():
                return self._scheduler.start(effect)
            case Schedule():
                return self._scheduler.schedule(effect)
            case Prepare():
                return self._preparations.prepare(effect)
            case AdvancePreparation():
                return self._preparations.advance(effect)
            case StartUpgrade():
                return self._upgrades.start(effect)
            case StartRollback():
                return self._upgrades.roll_back(effect)
            case Advance() | Poll():
                return self._upgrades.advance(effect)
            case Recheck():
                return self._upgrades.recheck(effect)
            case MarkDeployed():
                return self._upgrades.mark_deployed(effect)
            case Retry():
                return self._upgrades.retry(effect)
            case Publish():
                return self._publisher.publish(effect)
            case BackUpNow():
                return self._replies.back_up_now(effect)
            case _:
                raise TypeError(f"nothing carries out {effect!r}")

    def mark_delayed(self, effect: Effect, reason: str) -> list[Effect]:
        """Note where people look that the world does not answer; the sweep will take it up again."""
        match effect:
            case Advance(slug, version) | Poll(slug, version) | StartUpgrade(slug, version):
                return self._upgrades.mark_delayed(slug, version, reason)
            case StartRollback(slug, version) | Recheck(slug, version) | Retry(slug, version):
                return self._upgrades.mark_delayed(slug, version, reason)
            case MarkDeployed(slug, version):
                return self._upgrades.mark_delayed(slug, version, reason)
            case BackUpNow():
                return self._replies.mark_backup_delayed(effect, reason)
            case Prepare(version) | AdvancePreparation(version):
                return self._preparations.mark_delayed(version, reason)
            case _:
                return []

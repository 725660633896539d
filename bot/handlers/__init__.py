"""The one interpreter of effects. Each effect is a durable job that finds before it creates."""

from __future__ import annotations

from bot.domain.flow.effects import (
    Advance,
    AdvancePreparation,
    BackUpNow,
    CheckNow,
    Effect,
    EnsureTracker,
    Follow,
    MarkDeployed,
    Obey,
    PlanNow,
    Prepare,
    Publish,
    React,
    Recheck,
    RefreshReply,
    RefreshTracker,
    Retry,
    StartRollback,
    StartUpgrade,
    StartUpgrades,
    TakeTurns,
)
from bot.handlers.preparations import PreparationKeeper
from bot.handlers.publications import Publisher
from bot.handlers.replies import ReplyWriter
from bot.handlers.scheduling import TurnTaker
from bot.handlers.trackers import TrackerKeeper
from bot.handlers.upgrades import UpgradeRunner


class Interpreter:
    """Carries out effects; each may set others in motion."""

    def __init__(
        self,
        trackers: TrackerKeeper,
        upgrades: UpgradeRunner,
        turns: TurnTaker,
        preparations: PreparationKeeper,
        replies: ReplyWriter,
        publisher: Publisher,
    ) -> None:
        self._trackers = trackers
        self._upgrades = upgrades
        self._turns = turns
        self._preparations = preparations
        self._replies = replies
        self._publisher = publisher

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
            case PlanNow():
                return self._replies.plan_now(effect)
            case EnsureTracker():
                return self._trackers.ensure(effect)
            case RefreshTracker():
                return self._trackers.refresh(effect)
            case StartUpgrades():
                return self._turns.start(effect)
            case TakeTurns():
                return self._turns.take(effect)
            case Prepare():
                return self._preparations.prepare(effect)
            case AdvancePreparation():
                return self._preparations.advance(effect)
            case StartUpgrade():
                return self._upgrades.start(effect)
            case StartRollback():
                return self._upgrades.roll_back(effect)
            case Advance() | Follow():
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

    def delayed(self, effect: Effect, reason: str) -> list[Effect]:
        """Note where people look that the world does not answer; the sweep will take it up again."""
        match effect:
            case Advance(slug, version) | Follow(slug, version) | StartUpgrade(slug, version):
                return self._upgrades.delayed(slug, version, reason)
            case StartRollback(slug, version) | Recheck(slug, version) | Retry(slug, version):
                return self._upgrades.delayed(slug, version, reason)
            case MarkDeployed(slug, version):
                return self._upgrades.delayed(slug, version, reason)
            case BackUpNow():
                return self._replies.backup_delayed(effect, reason)
            case Prepare(version) | AdvancePreparation(version):
                return self._preparations.delayed(version, reason)
            case _:
                return []

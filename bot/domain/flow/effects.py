"""For the branches that still import effects from here."""

from bot.domain.chat.effects import AddReaction, BackUpNow, CheckNow, HandleComment, PlanNow, RefreshReply
from bot.domain.effects import Effect
from bot.domain.rollout.effects import SCHEDULING_KEY, Schedule, StartUpgrades
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

__all__ = [
    "SCHEDULING_KEY",
    "AddReaction",
    "Advance",
    "AdvancePreparation",
    "BackUpNow",
    "CheckNow",
    "Effect",
    "EnsureTracker",
    "HandleComment",
    "MarkDeployed",
    "PlanNow",
    "Poll",
    "Prepare",
    "Publish",
    "Recheck",
    "RefreshReply",
    "RefreshTracker",
    "Retry",
    "Schedule",
    "StartRollback",
    "StartUpgrade",
    "StartUpgrades",
]

"""`/retry rctest`: deploys once more what failed after its merge, which mibot never does without the command. What is
held until a person mends something is tried at once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Command
from bot.commands.deployed import plan_for_upgrades
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.domain.effects import Effect
from bot.domain.reasons import Reason
from bot.domain.upgrade.deployment import can_retry
from bot.domain.upgrade.effects import Retry
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.transitions import needs_person
from bot.formats.documents import stored


@stored("retry.nothing_failed", any_instance="any_instance")
@dataclass(frozen=True)
class NothingToRetry(Reason):
    """No upgrade has failed after its merge: none of an instance, or none at all."""

    any_instance: bool = False


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    def effect(upgrade: Upgrade) -> Effect:
        return Retry(upgrade.slug, str(upgrade.version), request.author, upgrade.attempt.number)

    return plan_for_upgrades(request, context, COMMAND, _is_eligible, effect, NothingToRetry, next_attempt=True)


def _is_eligible(upgrade: Upgrade) -> bool:
    return can_retry(upgrade) or needs_person(upgrade)


COMMAND = Command(
    "retry",
    "/retry INSTANCE … [VERSION]",
    "deploys again what failed after its merge, starting with the backup; tries at once what is held until a "
    "person mends something",
    Permission.OPERATORS,
    plan,
)

"""`/retry rctest`: deploys once more what failed after its merge; mibot never does that by itself."""

from __future__ import annotations

from bot.commands import Command
from bot.commands.deployed import plan_for_upgrades
from bot.domain.effects import Effect
from bot.domain.flow.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.domain.upgrade.deployment import can_retry
from bot.domain.upgrade.effects import Retry
from bot.domain.upgrade.record import Upgrade
from bot.rendering import Renderer


def plan(request: CommandRequest, view: CommandContext, renderer: Renderer) -> CommandPlan:
    def effect(upgrade: Upgrade) -> Effect:
        return Retry(upgrade.slug, str(upgrade.version), request.author, upgrade.attempt)

    return plan_for_upgrades(
        request, view, renderer, COMMAND, can_retry, effect, "no upgrade of it has failed after its merge."
    )


COMMAND = Command(
    "retry",
    "/retry INSTANCE … [VERSION]",
    "deploys once more what failed after its merge, from the backup on",
    Permission.OPERATORS,
    plan,
)

"""`/retry rctest`: deploys once more what failed after its merge; mibot never does that by itself."""

from __future__ import annotations

from bot.commands import Command
from bot.commands.deployed import about_upgrades
from bot.domain.flow.effects import Effect, Retry
from bot.domain.flow.requests import Plan, Request, View, Who
from bot.domain.upgrade.deployment import may_be_retried
from bot.domain.upgrade.record import Upgrade
from bot.rendering import Voice


def plan(request: Request, view: View, voice: Voice) -> Plan:
    def effect(upgrade: Upgrade) -> Effect:
        return Retry(upgrade.slug, str(upgrade.version), request.author, upgrade.attempt)

    return about_upgrades(
        request, view, voice, COMMAND, may_be_retried, effect, "no upgrade of it has failed after its merge."
    )


COMMAND = Command(
    "retry",
    "/retry INSTANCE … [VERSION]",
    "deploys once more what failed after its merge, from the backup on",
    Who.OPERATORS,
    plan,
)

"""`/check rctest`: runs an instance's health checks now and posts the table."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.answers import CommandMessage, InstanceMessage
from bot.domain.chat.arguments import NoInstancesNamed, choose_instances, parse_arguments
from bot.domain.chat.effects import CheckNow
from bot.domain.chat.replies import CheckTable, ReplyItem
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.effects import Effect
from bot.domain.fleet.model import Instance
from bot.domain.reasons import Reason
from bot.domain.upgrade.deployment import superseded_by
from bot.domain.upgrade.effects import Recheck
from bot.domain.upgrade.stages import Stage
from bot.formats.documents import stored

ACCEPT_OPTION = "--accept"


@stored("check.nothing_to_accept")
@dataclass(frozen=True)
class NothingToAccept(Reason):
    """No deployed upgrade of the instance waits for its proof."""


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    arguments = parse_arguments(
        request.arguments, COMMAND.usage, valued=(ACCEPT_OPTION,), versions_named=False, latest_named=False
    )
    if isinstance(arguments, Reason):
        return refuse(COMMAND.name, arguments)
    if not arguments.names:
        return refuse(COMMAND.name, NoInstancesNamed(COMMAND.name, COMMAND.usage))
    accepted = arguments.option(ACCEPT_OPTION) or ""
    selection = choose_instances(arguments, request, context, COMMAND.usage)
    if isinstance(selection, Reason):
        return refuse(COMMAND.name, selection)
    items: list[ReplyItem] = [CommandMessage(COMMAND.name, reason) for _, reason in selection.unknown]
    effects: list[Effect] = []
    for instance in selection.instances:
        items.append(CheckTable(instance.slug))
        effects.append(CheckNow(request.comment, instance.slug))
        rechecks = _recheck_effects(instance, context, request.author, accepted)
        if accepted and not rechecks and instance.slug not in selection.by_group:
            items.append(InstanceMessage(instance.slug, NothingToAccept()))
        effects += rechecks
    return CommandPlan(tuple(items), tuple(effects))


def _recheck_effects(instance: Instance, context: CommandContext, author: str, accepted: str) -> list[Effect]:
    """Judges deployed upgrades again whose checks were not all green, so that their tracker lines get ticked."""
    waiting = {Stage.HELD, Stage.FAILED, *([Stage.VERIFYING] if accepted else [])}
    upgrades = context.upgrades.values()
    return [
        Recheck(upgrade.slug, str(upgrade.version), author, accepted)
        for upgrade in upgrades
        if upgrade.slug == instance.slug and upgrade.deployed and upgrade.stage in waiting
        if superseded_by(upgrade, upgrades) is None
    ]


COMMAND = Command(
    "check",
    f'/check INSTANCE … [{ACCEPT_OPTION} "what you saw"]',
    "runs the health checks now and posts the results; "
    f"`{ACCEPT_OPTION}` accepts what mibot can't determine about a deployed upgrade",
    Permission.OPERATORS,
    plan,
)

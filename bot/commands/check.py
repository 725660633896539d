"""`/check rctest`: runs an instance's health checks now and posts the table."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.chat.effects import CheckNow
from bot.domain.chat.replies import CheckTable, Paragraph, ReplyItem
from bot.domain.effects import Effect
from bot.domain.fleet.model import Instance
from bot.domain.flow.arguments import parse_arguments, select_instances
from bot.domain.flow.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.domain.upgrade.deployment import superseded_by
from bot.domain.upgrade.effects import Recheck
from bot.domain.upgrade.stages import Stage
from bot.rendering import Renderer
from bot.rendering.messages import render_command_message, render_refusal, render_usage_error

ACCEPT_OPTION = "--accept"
NOTHING_TO_ACCEPT = f"no deployed upgrade of it waits for its proof, so there is nothing to {ACCEPT_OPTION}."


def plan(request: CommandRequest, view: CommandContext, renderer: Renderer) -> CommandPlan:
    arguments = parse_arguments(request.arguments, valued=(ACCEPT_OPTION,))
    fault = arguments.fault or ("" if arguments.names else "name the instances to check: {usage}.")
    if fault:
        return CommandPlan((Paragraph(render_usage_error(renderer, "check", fault, COMMAND.usage)),))
    accepted = arguments.option(ACCEPT_OPTION) or ""
    chosen = select_instances(arguments.names, view)
    items: list[ReplyItem] = [
        Paragraph(render_command_message(renderer, "check", word.message)) for _, word in chosen.unknown
    ]
    effects: list[Effect] = []
    for instance in chosen.instances:
        items.append(CheckTable(instance.slug))
        effects.append(CheckNow(request.comment, instance.slug))
        waiting = _recheck_effects(instance, view, request.author, accepted)
        if accepted and not waiting and instance.slug not in chosen.by_group:
            items.append(Paragraph(render_refusal(renderer, instance, NOTHING_TO_ACCEPT)))
        effects += waiting
    return CommandPlan(tuple(items), tuple(effects))


def _recheck_effects(instance: Instance, view: CommandContext, by: str, accepted: str) -> list[Effect]:
    """A deployed upgrade whose checks were not all green is judged anew: that is how its line gets ticked."""
    waits = {Stage.HELD, Stage.FAILED, *([Stage.VERIFYING] if accepted else [])}
    everything = view.upgrades.values()
    return [
        Recheck(upgrade.slug, str(upgrade.version), by, accepted)
        for upgrade in everything
        if upgrade.slug == instance.slug and upgrade.deployed and upgrade.stage in waits
        if superseded_by(upgrade, everything) is None
    ]


COMMAND = Command(
    "check",
    f'/check INSTANCE … [{ACCEPT_OPTION} "what you saw"]',
    "runs the health checks now and posts the results; "
    f"`{ACCEPT_OPTION}` vouches for what mibot can't find out of a deployed upgrade",
    Permission.OPERATORS,
    plan,
)

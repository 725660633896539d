"""`/plan rctest 3.41.0`: shows what an upgrade would do, and does nothing."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import Command
from bot.domain.chat.effects import PlanNow
from bot.domain.chat.replies import Paragraph, PlanPreview, ReplyItem
from bot.domain.fleet.model import Instance
from bot.domain.flow.arguments import parse_arguments, resolve_version, select_instances
from bot.domain.flow.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.domain.versions import Version
from bot.rendering import Renderer
from bot.rendering.messages import render_command_message, render_usage_error

MAX_PLANS = 10
"""Plans that one command shows: each is as long as a comment may well be."""


def plan(request: CommandRequest, view: CommandContext, renderer: Renderer) -> CommandPlan:
    arguments = parse_arguments(request.arguments)
    fault = arguments.fault or ("" if arguments.names else "name the instances: {usage}.")
    version = resolve_version(arguments, request, view)
    if fault or isinstance(version, str):
        return CommandPlan((Paragraph(render_usage_error(renderer, "plan", fault or str(version), COMMAND.usage)),))
    chosen = select_instances(arguments.names, view)
    items: list[ReplyItem] = [
        Paragraph(render_command_message(renderer, "plan", word.message)) for _, word in chosen.unknown
    ]
    return plan_previews("plan", request, items, chosen.instances, version, renderer)


def plan_previews(
    command: str,
    request: CommandRequest,
    items: Sequence[ReplyItem],
    instances: Sequence[Instance],
    version: Version,
    renderer: Renderer,
) -> CommandPlan:
    """What an upgrade of each instance would do, behind the items that are there already; of MOST_PLANS at most."""
    shown: list[ReplyItem] = [PlanPreview(instance.slug, version) for instance in instances[:MAX_PLANS]]
    if len(instances) > MAX_PLANS:
        left_out = f"of {len(instances)} instances the first {MAX_PLANS} are shown; name the others to see them."
        shown.insert(0, Paragraph(render_command_message(renderer, command, left_out)))
    effects = [PlanNow(request.comment, instance.slug, str(version)) for instance in instances[:MAX_PLANS]]
    return CommandPlan((*items, *shown), tuple(effects))


COMMAND = Command(
    "plan",
    "/plan INSTANCE … [VERSION]",
    "shows what an upgrade would do, with its pre-upgrade checks, and does nothing",
    Permission.OPERATORS,
    plan,
)

"""`/plan rctest 3.41.0`: shows what an upgrade would do, and does nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.arguments import NoInstancesNamed, choose_instances, parse_arguments, resolve_version
from bot.domain.chat.effects import PlanNow
from bot.domain.chat.replies import PlanPreview, ReplyItem
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.fleet.model import Instance
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored

MAX_PLANS = 10
"""Plans that one command shows. Each is long."""


@stored("plan.too_many", instances="instances", limit="limit")
@dataclass(frozen=True)
class TooManyPlans(Reason):
    """Only the plans of the first `limit` instances are shown."""

    instances: int
    limit: int


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    arguments = parse_arguments(request.arguments, COMMAND.usage)
    if isinstance(arguments, Reason):
        return refuse(COMMAND.name, arguments)
    if not arguments.names:
        return refuse(COMMAND.name, NoInstancesNamed(COMMAND.name, COMMAND.usage))
    selection = choose_instances(arguments, request, context, COMMAND.usage)
    if isinstance(selection, Reason):
        return refuse(COMMAND.name, selection)
    version = resolve_version(arguments, request, context, COMMAND.usage)
    if isinstance(version, Reason):
        return refuse(COMMAND.name, version)
    unknown = [CommandMessage(COMMAND.name, reason) for _, reason in selection.unknown]
    return plan_previews(COMMAND.name, request, unknown, selection.instances, version)


def plan_previews(
    command: str,
    request: CommandRequest,
    items: Sequence[ReplyItem],
    instances: Sequence[Instance],
    version: Version,
) -> CommandPlan:
    """The given items, and after them what an upgrade of each instance would do, of MAX_PLANS at most."""
    previews: list[ReplyItem] = [PlanPreview(instance.slug, version) for instance in instances[:MAX_PLANS]]
    if len(instances) > MAX_PLANS:
        previews.insert(0, CommandMessage(command, TooManyPlans(len(instances), MAX_PLANS)))
    effects = [PlanNow(request.comment, instance.slug, str(version)) for instance in instances[:MAX_PLANS]]
    return CommandPlan((*items, *previews), tuple(effects))


COMMAND = Command(
    "plan",
    "/plan INSTANCE … [VERSION]",
    "shows what an upgrade would do, runs its pre-upgrade checks, and changes nothing",
    Permission.OPERATORS,
    plan,
)

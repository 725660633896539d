"""`/status`: shows the state of every upgrade, or all about some instances."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.answers import CommandMessage, InstanceStatus, StatusTable
from bot.domain.chat.arguments import Arguments, choose_instances, parse_arguments
from bot.domain.chat.replies import ReplyItem
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored

MAX_AT_LENGTH = 10
"""Instances that one command tells all about. More are listed."""


@stored("status.wrong_usage", usage="usage")
@dataclass(frozen=True)
class WrongUsage(Reason):
    """The command takes instances and at most one version, and nothing else."""

    usage: str


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    arguments = parse_arguments(request.arguments, COMMAND.usage)
    if isinstance(arguments, Reason):
        return _refuse(arguments, context)
    if len(arguments.versions) > 1 or arguments.latest:
        return _refuse(WrongUsage(COMMAND.usage), context)
    named = arguments.versions[0] if arguments.versions else None
    if arguments.names:
        return _plan_instances(arguments, named, request, context)
    version = named or request.version
    return CommandPlan((StatusTable(version, _tracker(version, context)),))


def _plan_instances(
    arguments: Arguments, named: Version | None, request: CommandRequest, context: CommandContext
) -> CommandPlan:
    selection = choose_instances(arguments, request, context, COMMAND.usage)
    if isinstance(selection, Reason):
        return _refuse(selection, context)
    if selection.unknown and not context.trusted:
        return _refuse(WrongUsage(COMMAND.usage), context)
    items: list[ReplyItem] = [CommandMessage(COMMAND.name, reason) for _, reason in selection.unknown]
    if len(selection.instances) > MAX_AT_LENGTH or selection.by_group:
        version = named or request.version
        slugs = tuple(instance.slug for instance in selection.instances)
        items.append(StatusTable(version, _tracker(version, context), slugs))
    else:
        items += [InstanceStatus(instance.slug, named) for instance in selection.instances]
    return CommandPlan(tuple(items))


def _refuse(reason: Reason, context: CommandContext) -> CommandPlan:
    """Anybody may ask: what a word is taken for, or why it is not, would let strangers try customers' names."""
    return refuse(COMMAND.name, reason if context.trusted else WrongUsage(COMMAND.usage))


def _tracker(version: Version | None, context: CommandContext) -> int | None:
    return context.tracker.issue if context.tracker and context.tracker.version == version else None


COMMAND = Command(
    "status",
    "/status [INSTANCE …] [VERSION]",
    "shows the state of every upgrade to the version, or all about the instances",
    Permission.ANYONE,
    plan,
)

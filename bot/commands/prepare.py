"""`/prepare 3.41.0`: opens the pull request with a version's golden file, or finds the one there is."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.arguments import parse_arguments, refuse_names, resolve_version
from bot.domain.chat.replies import PreparationProgress
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.plans.version_policy import unknown_version
from bot.domain.reasons import Reason
from bot.domain.upgrade.effects import Prepare
from bot.formats.documents import stored

ACCEPT_OPTION = "--accept-tags"


@stored("prepare.instances_named", usage="usage")
@dataclass(frozen=True)
class InstancesNamed(Reason):
    """The command takes no instances."""

    usage: str


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    arguments = parse_arguments(request.arguments, COMMAND.usage, flags=(ACCEPT_OPTION,))
    if isinstance(arguments, Reason):
        return refuse(COMMAND.name, arguments)
    if arguments.names:
        unclear = refuse_names(arguments, request, context, COMMAND.usage)
        return refuse(COMMAND.name, unclear or InstancesNamed(COMMAND.usage))
    version = resolve_version(arguments, request, context, COMMAND.usage)
    if isinstance(version, Reason):
        return refuse(COMMAND.name, version)
    if context.released and version not in {*context.released, *context.fleet.golden}:
        return refuse(COMMAND.name, unknown_version(version, context.released))
    accept = arguments.option(ACCEPT_OPTION) is not None
    effect = Prepare(str(version), request.author, asked=True, accept=accept)
    return CommandPlan((PreparationProgress(version),), (effect,))


COMMAND = Command(
    "prepare",
    f"/prepare [VERSION] [{ACCEPT_OPTION}]",
    "opens the pull request with the version's golden file and executors modules; "
    f"`{ACCEPT_OPTION}` accepts images without the version's tag",
    Permission.OPERATORS,
    plan,
)

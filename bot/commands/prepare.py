"""`/prepare 3.41.0`: opens the pull request with a version's golden file, or finds the one there is."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.arguments import parse_arguments, refuse_names, resolve_version
from bot.domain.chat.replies import PreparationProgress
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.plans.preparation_policy import evaluate_preparation
from bot.domain.plans.version_policy import unknown_version
from bot.domain.reasons import Reason
from bot.domain.upgrade.effects import Prepare
from bot.formats.documents import stored

ACCEPT_OPTION = "--accept-tags"
FORCE_OPTION = "--force"


@stored("prepare.instances_named", usage="usage")
@dataclass(frozen=True)
class InstancesNamed(Reason):
    """The command takes no instances."""

    usage: str


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    arguments = parse_arguments(request.arguments, COMMAND.usage, flags=(ACCEPT_OPTION,), valued=(FORCE_OPTION,))
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
    refusal = evaluate_preparation(version, context.fleet, context.released)
    force = arguments.option(FORCE_OPTION)
    if refusal is not None and force is None:
        return refuse(COMMAND.name, refusal)
    accept = arguments.option(ACCEPT_OPTION) is not None
    effect = Prepare(str(version), request.author, accept=accept, force=force or "" if refusal else "")
    return CommandPlan((PreparationProgress(version),), (effect,))


COMMAND = Command(
    "prepare",
    f'/prepare [VERSION] [{ACCEPT_OPTION}] [{FORCE_OPTION} "reason"]',
    "opens the pull request with the version's golden file and executors modules; "
    f"`{ACCEPT_OPTION}` accepts images without the version's tag, "
    f"`{FORCE_OPTION}` prepares a version to which no instance may go next",
    Permission.OPERATORS,
    plan,
)

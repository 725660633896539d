"""`/prepare 3.41.0`: opens the pull request with a version's golden file, or finds the one there is."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.chat.arguments import parse_arguments
from bot.domain.chat.release_argument import resolve_release
from bot.domain.chat.replies import PreparationProgress
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.plans.preparation_policy import evaluate_preparation
from bot.domain.reasons import Reason
from bot.domain.upgrade.effects import Prepare

ACCEPT_OPTION = "--accept-tags"
FORCE_OPTION = "--force"


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    arguments = parse_arguments(request.arguments, COMMAND.usage, flags=(ACCEPT_OPTION,), valued=(FORCE_OPTION,))
    if isinstance(arguments, Reason):
        return refuse(COMMAND.name, arguments)
    version = resolve_release(arguments, request, context, COMMAND.usage)
    if isinstance(version, Reason):
        return refuse(COMMAND.name, version)
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

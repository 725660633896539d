"""`/prepare 3.41.0`: opens the pull request with a version's golden file, or finds the one there is."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.chat.replies import Paragraph, PreparationProgress
from bot.domain.flow.arguments import parse_arguments, resolve_version
from bot.domain.flow.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.domain.plans.version_policy import unknown_version
from bot.domain.upgrade.effects import Prepare
from bot.rendering import Renderer
from bot.rendering.messages import render_command_message, render_usage_error
from bot.rendering.wording import describe

ACCEPT_OPTION = "--accept-tags"


def plan(request: CommandRequest, view: CommandContext, renderer: Renderer) -> CommandPlan:
    arguments = parse_arguments(request.arguments, flags=(ACCEPT_OPTION,))
    fault = arguments.fault or ("write {usage}, without an instance." if arguments.names else "")
    version = resolve_version(arguments, request, view)
    if fault or isinstance(version, str):
        return CommandPlan(
            (Paragraph(render_usage_error(renderer, "prepare", fault or str(version), COMMAND.usage)),)
        )
    if view.released and version not in {*view.released, *view.fleet.golden}:
        return CommandPlan(
            (
                Paragraph(
                    render_command_message(renderer, "prepare", describe(unknown_version(version, view.released)))
                ),
            )
        )
    accept = arguments.option(ACCEPT_OPTION) is not None
    return CommandPlan(
        (PreparationProgress(version),), (Prepare(str(version), request.author, asked=True, accept=accept),)
    )


COMMAND = Command(
    "prepare",
    f"/prepare [VERSION] [{ACCEPT_OPTION}]",
    "opens the pull request with the version's golden file and executors modules; "
    f"`{ACCEPT_OPTION}` accepts images without the version's tag",
    Permission.OPERATORS,
    plan,
)

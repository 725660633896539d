"""`/status`: shows the state of every upgrade."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.answers import StatusTable
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("status.wrong_usage", usage="usage")
@dataclass(frozen=True)
class WrongUsage(Reason):
    """The command takes at most one version, and nothing else."""

    usage: str


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    named = [version for word in request.arguments if (version := Version.parse(word))]
    if len(named) != len(request.arguments) or len(named) > 1:
        return refuse(COMMAND.name, WrongUsage(COMMAND.usage))
    version = named[0] if named else request.version
    tracker = context.tracker.issue if context.tracker and context.tracker.version == version else None
    return CommandPlan((StatusTable(version, tracker),))


COMMAND = Command(
    "status", "/status [VERSION]", "shows the state of every upgrade to the version", Permission.ANYONE, plan
)

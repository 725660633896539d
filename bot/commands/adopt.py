"""`/adopt`: takes the issue as a version's release issue, or as its tracker if it lists instances."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.arguments import parse_arguments
from bot.domain.chat.release_argument import resolve_release
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.reasons import Reason
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.tracker.record import TrackerState
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("adopt.adopting", version="version")
@dataclass(frozen=True)
class Adopting(Reason):
    """The issue is now the version's release issue, or its tracker."""

    version: Version


@stored("adopt.has_tracker", version="version", tracker="tracker")
@dataclass(frozen=True)
class HasTracker(Reason):
    """The issue is linked already, or is the version's tracker. `tracker` is the number of the tracker."""

    version: Version
    tracker: int


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    arguments = parse_arguments(request.arguments, COMMAND.usage)
    if isinstance(arguments, Reason):
        return refuse(COMMAND.name, arguments)
    version = resolve_release(arguments, request, context, COMMAND.usage)
    if isinstance(version, Reason):
        return refuse(COMMAND.name, version)
    tracker = context.tracker if context.tracker and context.tracker.version == version else None
    known = tracker is not None and tracker.state is not TrackerState.GONE
    if tracker is not None and known and request.issue in {tracker.issue, *tracker.announced}:
        return refuse(COMMAND.name, HasTracker(version, tracker.issue))
    effect = EnsureTracker(str(version), request.issue, request.author, asked=True)
    return CommandPlan((CommandMessage(COMMAND.name, Adopting(version)),), (effect,))


COMMAND = Command(
    "adopt",
    "/adopt [VERSION]",
    "takes this issue as the version's release issue, or as its tracker if it lists the instances",
    Permission.OPERATORS,
    plan,
)

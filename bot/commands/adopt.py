"""`/adopt`: takes the issue as a version's release issue, or as its tracker if it lists instances."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.arguments import parse_arguments, refuse_names, resolve_version
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.plans.version_policy import unknown_version
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


@stored("adopt.instances_named", usage="usage")
@dataclass(frozen=True)
class InstancesNamed(Reason):
    """The command takes at most a version."""

    usage: str


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
    if arguments.names:
        unclear = refuse_names(arguments, request, context, COMMAND.usage)
        return refuse(COMMAND.name, unclear or InstancesNamed(COMMAND.usage))
    version = resolve_version(arguments, request, context, COMMAND.usage)
    if isinstance(version, Reason):
        return refuse(COMMAND.name, version)
    if context.released and version not in {*context.released, *context.fleet.golden}:
        return refuse(COMMAND.name, unknown_version(version, context.released))
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

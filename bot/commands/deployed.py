"""`/deployed rctest`: a person says that a merged upgrade is on its VM; its verification goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.answers import CommandMessage, InstanceMessage
from bot.domain.chat.arguments import NoInstancesNamed, choose_instances, parse_arguments
from bot.domain.chat.replies import ReplyItem, UpgradeProgress
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.effects import Effect
from bot.domain.fleet.model import Instance
from bot.domain.reasons import Reason
from bot.domain.upgrade.changes import refer_to
from bot.domain.upgrade.deployment import can_mark_deployed, superseded_by
from bot.domain.upgrade.effects import MarkDeployed
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.transitions import needs_person
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("deployed.nothing_waits", any_instance="any_instance")
@dataclass(frozen=True)
class NothingAwaitsDeployment(Reason):
    """No merged upgrade waits for its deployment: none of an instance, or none at all."""

    any_instance: bool = False


@stored("deployed.several_versions")
@dataclass(frozen=True)
class OneVersionAtMost(Reason):
    """The command takes one version at most."""


@stored("deployed.superseded", version="version", later="later", by_rollback="by_rollback")
@dataclass(frozen=True)
class Superseded(Reason):
    """A later upgrade, or the rollback of one (`by_rollback`), replaced the upgrade to `version`."""

    version: Version
    later: Version
    by_rollback: bool


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    def effect(upgrade: Upgrade) -> Effect:
        return MarkDeployed(upgrade.slug, str(upgrade.version), request.author, upgrade.attempt.number)

    return plan_for_upgrades(request, context, COMMAND, can_mark_deployed, effect, NothingAwaitsDeployment)


def plan_for_upgrades(
    request: CommandRequest,
    context: CommandContext,
    command: Command,
    is_eligible: Callable[[Upgrade], bool],
    effect: Callable[[Upgrade], Effect],
    none_eligible: Callable[[bool], Reason],
    *,
    next_attempt: bool = False,
) -> CommandPlan:
    """The plan of a command about one upgrade of each instance: the newest version's that is eligible.

    `none_eligible` is given whether there is none of any instance, else of one that was named. `next_attempt` says
    that the command begins another attempt, unless the upgrade is held and only goes on.
    """
    arguments = parse_arguments(request.arguments, command.usage, latest_named=False)
    if isinstance(arguments, Reason):
        return refuse(command.name, arguments)
    if not arguments.names:
        return refuse(command.name, NoInstancesNamed(command.name, command.usage))
    if len(arguments.versions) > 1:
        return refuse(command.name, OneVersionAtMost())
    selection = choose_instances(arguments, request, context, command.usage)
    if isinstance(selection, Reason):
        return refuse(command.name, selection)
    items: list[ReplyItem] = [CommandMessage(command.name, reason) for _, reason in selection.unknown]
    effects: list[Effect] = []
    for instance in selection.instances:
        upgrade = _newest_eligible(instance, context, arguments.versions, is_eligible)
        later = superseded_by(upgrade, context.upgrades.values()) if upgrade is not None else None
        if upgrade is not None and later is None:
            change = refer_to(upgrade, upgrade.attempt.number + (next_attempt and not needs_person(upgrade)))
            items.append(UpgradeProgress(instance.slug, upgrade.version, change))
            effects.append(effect(upgrade))
        elif instance.slug not in selection.by_group:
            reason = _superseded(upgrade, later) if upgrade and later else none_eligible(False)
            items.append(InstanceMessage(instance.slug, reason))
    return CommandPlan(tuple(items or [CommandMessage(command.name, none_eligible(True))]), tuple(effects))


def _superseded(upgrade: Upgrade, later: Upgrade) -> Superseded:
    return Superseded(upgrade.version, later.version, later.rollback is not None)


def _newest_eligible(
    instance: Instance,
    context: CommandContext,
    versions: tuple[Version, ...],
    is_eligible: Callable[[Upgrade], bool],
) -> Upgrade | None:
    found = [
        upgrade
        for upgrade in context.upgrades.values()
        if upgrade.slug == instance.slug and is_eligible(upgrade) and (not versions or upgrade.version in versions)
    ]
    return max(found, key=lambda upgrade: upgrade.version, default=None)


COMMAND = Command(
    "deployed",
    "/deployed INSTANCE … [VERSION]",
    "records that a merged upgrade was deployed or repaired by hand, and runs its health checks",
    Permission.OPERATORS,
    plan,
)

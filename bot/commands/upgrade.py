"""`/upgrade rctest`: opens the upgrade pull request of an instance, or finds the one there is."""

from __future__ import annotations

from bot.commands import Command
from bot.commands.plan import plan_previews
from bot.domain.chat.answers import CommandMessage, InstanceMessage, LeftOutInstances
from bot.domain.chat.arguments import (
    Arguments,
    NoInstancesNamed,
    Selection,
    choose_instances,
    parse_arguments,
    resolve_version,
)
from bot.domain.chat.replies import PreparationProgress, ReplyItem, UpgradeProgress
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.effects import Effect
from bot.domain.fleet.model import Instance
from bot.domain.plans.change_set import ChangeKind
from bot.domain.plans.version_policy import evaluate_policy
from bot.domain.reasons import Reason
from bot.domain.rollout.effects import StartUpgrades
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.tracker.record import TrackerState
from bot.domain.upgrade.changes import ChangeReference, refer_to, refer_to_next
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import starts_anew
from bot.domain.versions import Version

ENDED_STAGES = frozenset({Stage.CLOSED, Stage.WAITING, Stage.FAILED, Stage.SKIPPED, Stage.ROLLED_BACK})


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    arguments = parse_arguments(request.arguments, COMMAND.usage, flags=("--dry-run",), valued=("--force",))
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
    return _plan_upgrades(arguments, selection, version, request, context)


def _plan_upgrades(
    arguments: Arguments, selection: Selection, version: Version, request: CommandRequest, context: CommandContext
) -> CommandPlan:
    items: list[ReplyItem] = [CommandMessage(COMMAND.name, reason) for _, reason in selection.unknown]
    if arguments.option("--dry-run") is not None:
        return plan_previews(COMMAND.name, request, items, selection.instances, version)
    started: list[str] = []
    left_out: list[InstanceMessage] = []
    for instance in selection.instances:
        refusal = _refusal(instance, version, context)
        if refusal is None:
            started.append(instance.slug)
            items.append(UpgradeProgress(instance.slug, version, _change(instance.slug, version, context)))
        elif instance.slug in selection.by_group:
            left_out.append(InstanceMessage(instance.slug, refusal))
        else:
            items.append(InstanceMessage(instance.slug, refusal))
    if left_out:
        items.append(LeftOutInstances(tuple(left_out)))
    if started and version not in context.fleet.golden:
        items.append(PreparationProgress(version))
    force = arguments.option("--force") or ""
    effects: list[Effect] = [StartUpgrades(tuple(started), str(version), request.author, request.issue, force)]
    if context.tracker is not None and context.tracker.state is TrackerState.GONE:
        effects.append(EnsureTracker(str(version), 0, request.author))
    return CommandPlan(tuple(items), tuple(effects) if started else ())


def _change(slug: str, version: Version, context: CommandContext) -> ChangeReference:
    """The upgrade that is under way or done, else the one that begins."""
    existing = context.upgrade(slug, version)
    if existing is None or starts_anew(existing):
        return refer_to_next(existing, ChangeKind.UPGRADE)
    return refer_to(existing)


def _refusal(instance: Instance, version: Version, context: CommandContext) -> Reason | None:
    """Why policy refuses the upgrade. One that is under way or done is not refused, but shown again."""
    existing = context.upgrade(instance.slug, version)
    if existing is not None and existing.stage not in ENDED_STAGES:
        return None
    if existing is not None and existing.merged_at and existing.rollback is None:
        return None
    refusal = evaluate_policy(instance, version, context.fleet.golden, context.released)
    return refusal.reason if refusal else None


COMMAND = Command(
    "upgrade",
    '/upgrade INSTANCE … [VERSION] [--dry-run] [--force "reason"]',
    "opens the upgrade pull request of each instance (`internal`, `trial`, `production`, `all`: many) and "
    "follows it until it is verified",
    Permission.OPERATORS,
    plan,
)

"""`/cancel rctest`: takes orders back: withdraws what waits, and closes what is in review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.commands import Command
from bot.domain.chat.answers import CommandMessage, InstanceMessage, LeftOutInstances
from bot.domain.chat.arguments import (
    ALL,
    Arguments,
    NoInstancesNamed,
    choose_instances,
    parse_arguments,
    resolve_version,
)
from bot.domain.chat.replies import PreparationProgress, ReplyItem, UpgradeProgress
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.effects import Effect
from bot.domain.reasons import Reason
from bot.domain.rollout.effects import CancelUpgrades
from bot.domain.rollout.schedule import halts_rollout
from bot.domain.upgrade.cancellation import can_cancel
from bot.domain.upgrade.changes import refer_to
from bot.domain.upgrade.effects import CancelPreparation
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import Version
from bot.formats.documents import stored

REASON_OPTION = "--reason"


@stored("cancel.merged", version="version", finished="finished")
@dataclass(frozen=True)
class AlreadyMerged(Reason):
    """The upgrade is merged, so that only a rollback undoes it. `finished` says whether its deployment is over."""

    version: Version
    finished: bool


@stored("cancel.nothing", version="version", stage="stage", elsewhere="elsewhere")
@dataclass(frozen=True)
class NothingToCancel(Reason):
    """No upgrade to the version waits or is in review. `stage` is where the instance's upgrade stands, None without
    one; `elsewhere` are other versions to which one could be canceled."""

    version: Version
    stage: Stage | None = None
    elsewhere: tuple[Version, ...] = ()


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    words, quoted = _split_reason(request)
    arguments = parse_arguments(words, COMMAND.usage, valued=(REASON_OPTION,))
    if isinstance(arguments, Reason):
        return refuse(COMMAND.name, arguments)
    if not arguments.names:
        return refuse(COMMAND.name, NoInstancesNamed(COMMAND.name, COMMAND.usage))
    version = resolve_version(arguments, request, context, COMMAND.usage)
    if isinstance(version, Reason):
        return refuse(COMMAND.name, version)
    why = " ".join([*quoted, *([text] if (text := arguments.option(REASON_OPTION)) else [])])
    return _plan(arguments, version, why, request, context)


def _split_reason(request: CommandRequest) -> tuple[list[str], list[str]]:
    """The words of the command, and the reason: what stands in quotation marks behind them, or has several words."""
    words: list[str] = []
    reason: list[str] = []
    for place, word in enumerate(request.arguments):
        last = place == len(request.arguments) - 1 and any(n not in request.quoted for n in range(place))
        of_option = bool(words) and words[-1] == REASON_OPTION
        is_reason = place in request.quoted and not of_option and (last or len(word.split()) > 1)
        (reason if is_reason else words).append(word)
    return words, reason


def _plan(
    arguments: Arguments, version: Version, why: str, request: CommandRequest, context: CommandContext
) -> CommandPlan:
    there = {upgrade.slug: upgrade for upgrade in context.upgrades.values() if upgrade.version == version}
    left_fleet = [slug for slug in there if not context.fleet.has_folder(slug)]
    everything = any(name.lower() == ALL for name in arguments.names)
    gone = [slug for slug in left_fleet if everything or slug in arguments.names]
    named = replace(arguments, names=tuple(name for name in arguments.names if name not in left_fleet))
    selection = choose_instances(named, request, context, COMMAND.usage)
    if isinstance(selection, Reason):
        return refuse(COMMAND.name, selection)
    if selection.unknown:
        return CommandPlan(tuple(CommandMessage(COMMAND.name, reason) for _, reason in selection.unknown))
    slugs = [*(instance.slug for instance in selection.instances), *gone]
    by_group = selection.by_group | (frozenset(gone) if everything else frozenset())
    settled = {slug for slug in gone if halts_rollout(there[slug])}
    canceled = [slug for slug in slugs if slug in settled or _wanted(there.get(slug), by_group)]
    items: list[ReplyItem] = [UpgradeProgress(slug, version, refer_to(there[slug])) for slug in canceled]
    others = [slug for slug in slugs if slug not in canceled]
    items += [InstanceMessage(s, _refusal(s, version, context)) for s in others if s not in by_group]
    in_deployment = [InstanceMessage(s, _refusal(s, version, context)) for s in others if _is_deploying(s, there)]
    left_out = tuple(message for message in in_deployment if message.slug in by_group)
    items += [LeftOutInstances(left_out)] if left_out else []
    effects: list[Effect] = []
    if canceled:
        by, comment = request.author, request.comment
        effects.append(CancelUpgrades(tuple(canceled), str(version), by, why, comment, tuple(gone)))
    if everything and version not in context.fleet.golden:
        items.append(PreparationProgress(version))
        effects.append(CancelPreparation(str(version), request.author, why, request.comment))
    return CommandPlan(tuple(items or [CommandMessage(COMMAND.name, NothingToCancel(version))]), tuple(effects))


def _wanted(upgrade: Upgrade | None, by_group: frozenset[str]) -> bool:
    """Whether the command cancels it. A group leaves rollbacks alone because they restore a safe state."""
    if upgrade is None or not can_cancel(upgrade):
        return False
    return upgrade.rollback is None or upgrade.slug not in by_group


def _is_deploying(slug: str, there: dict[str, Upgrade]) -> bool:
    upgrade = there.get(slug)
    return upgrade is not None and upgrade.merged_at is not None and not _is_finished(upgrade)


def _is_finished(upgrade: Upgrade) -> bool:
    return upgrade.stage in {Stage.DONE, Stage.ROLLED_BACK, Stage.FAILED}


def _refusal(slug: str, version: Version, context: CommandContext) -> Reason:
    """Why there is nothing to cancel of an instance."""
    upgrade = context.upgrade(slug, version)
    if upgrade is not None and upgrade.merged_at is not None and upgrade.stage is not Stage.ROLLED_BACK:
        return AlreadyMerged(version, _is_finished(upgrade))
    elsewhere = _versions_to_cancel(slug, list(context.upgrades.values()))
    return NothingToCancel(version, upgrade.stage if upgrade else None, elsewhere)


def _versions_to_cancel(slug: str, upgrades: Sequence[Upgrade]) -> tuple[Version, ...]:
    return tuple(sorted(one.version for one in upgrades if one.slug == slug and can_cancel(one)))


COMMAND = Command(
    "cancel",
    '/cancel INSTANCE … [VERSION] ["reason"]',
    "withdraws upgrades that wait and closes the pull requests of those in review, with the reason; "
    "`all` also cancels the version's preparation",
    Permission.OPERATORS,
    plan,
)

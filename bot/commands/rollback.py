"""`/rollback rctest`: opens the pull request that undoes the last upgrade of an instance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.answers import InstanceMessage
from bot.domain.chat.arguments import GROUPS, UnknownOption
from bot.domain.chat.replies import UpgradeProgress
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.chat.unclear_words import MAX_SHOWN, NoSuchVersion, TakesNoVersion, UnclearWord, WordsNotUnderstood
from bot.domain.fleet.model import Instance
from bot.domain.fleet.names import join_names, resolve
from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import Reason
from bot.domain.upgrade.changes import ChangeReference, refer_to, refer_to_next
from bot.domain.upgrade.effects import StartRollback
from bot.domain.upgrade.stages import IN_REVIEW, UNFINISHED, Stage
from bot.domain.versions import Version
from bot.formats.documents import stored
from bot.formats.markdown import truncate

_VERSION_PATTERN = re.compile(r"[vV]?\d+\.[\w.+-]+|[vV]\d+", re.ASCII)
_OPTION_PATTERN = re.compile(r"(?:--?|[\u2012-\u2015\u2212])[A-Za-z]")


@stored("rollback.no_instance", usage="usage")
@dataclass(frozen=True)
class NoInstanceNamed(Reason):
    """The command needs the name of an instance."""

    usage: str


@stored("rollback.several_instances", usage="usage")
@dataclass(frozen=True)
class SeveralInstancesNamed(Reason):
    """The command takes one instance; what follows it is the reason."""

    usage: str


@stored("rollback.pull_request_open", version="version", pull="pull")
@dataclass(frozen=True)
class PullRequestOpen(Reason):
    """The instance's upgrade to that version is still in review. `pull` is its number, None if it has none yet."""

    version: Version
    pull: int | None


@stored("rollback.deployment_running")
@dataclass(frozen=True)
class DeploymentRunning(Reason):
    """A deployment of the instance is under way."""


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    if not request.arguments:
        return refuse(COMMAND.name, NoInstanceNamed(COMMAND.usage))
    word, *rest = join_names(request.arguments)
    fault = _version_fault(request) or _usage_fault(rest, context)
    if fault is not None:
        return refuse(COMMAND.name, fault)
    instance = resolve(word, context.fleet)
    if isinstance(instance, Reason):
        return refuse(COMMAND.name, instance)
    obstacle = _obstacle(instance, context)
    if obstacle is not None:
        return CommandPlan((InstanceMessage(instance.slug, obstacle),))
    version, why = str(instance.version), " ".join(rest)
    return CommandPlan(
        (UpgradeProgress(instance.slug, instance.version, _change(instance, context)),),
        (StartRollback(instance.slug, version, request.author, why, request.comment),),
    )


def _change(instance: Instance, context: CommandContext) -> ChangeReference:
    """The rollback that is under way, else the one that begins."""
    existing = context.upgrade(instance.slug, instance.version)
    if existing is not None and existing.rollback is not None and existing.stage in UNFINISHED:
        return refer_to(existing)
    return refer_to_next(existing, ChangeKind.ROLLBACK)


def _usage_fault(rest: Sequence[str], context: CommandContext) -> Reason | None:
    """What is wrong with the words after the instance, which are the reason in people's words."""
    option = next((word for word in rest if _OPTION_PATTERN.match(word)), None)
    if option is not None:
        place = rest.index(option) + 2
        cause = UnknownOption((), (), COMMAND.usage)
        return WordsNotUnderstood((UnclearWord(truncate(option, MAX_SHOWN), place, cause),), COMMAND.usage)
    named = any(isinstance(resolve(word, context.fleet, suggest=False), Instance) for word in rest)
    if named or (rest and rest[0].lower() in GROUPS):
        return SeveralInstancesNamed(COMMAND.usage)
    return None


def _version_fault(request: CommandRequest) -> Reason | None:
    """What is wrong with a version that is named, because people decide no version here. In a quoted reason, one is
    a word like any other."""
    named = (word for word in request.arguments if _VERSION_PATTERN.fullmatch(word))
    word = next(named, None)
    if word is None:
        return None
    cause = TakesNoVersion() if Version.parse(word) else NoSuchVersion()
    return WordsNotUnderstood((UnclearWord(word, request.arguments.index(word) + 1, cause),), COMMAND.usage)


def _obstacle(instance: Instance, context: CommandContext) -> Reason | None:
    """Why it can't be rolled back now."""
    for upgrade in context.upgrades.values():
        if upgrade.slug == instance.slug and upgrade.rollback is None and upgrade.stage in IN_REVIEW:
            return PullRequestOpen(upgrade.version, upgrade.pull_request.number)
        if upgrade.slug == instance.slug and upgrade.stage in {Stage.BACKING_UP, Stage.DEPLOYING}:
            return DeploymentRunning()
    return None


COMMAND = Command(
    "rollback",
    '/rollback INSTANCE ["reason"]',
    "opens the pull request that returns the instance to the version before its last upgrade",
    Permission.OPERATORS,
    plan,
)

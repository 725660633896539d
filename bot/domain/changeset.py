"""What an upgrade changes in the deployment repository, planned from its files before anything is touched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.config_file import CONFIG
from bot.domain.inventory import FIRST_INSTANCE, link_target
from bot.domain.model import FileChange, Fleet, Instance
from bot.domain.versions import Version, judge_step

LINK_MODE = "120000"
UPGRADE_LABEL = "mi-upgrade"


@dataclass(frozen=True)
class Refusal:
    """Why an upgrade is not made; `sentence` continues "the instance …" and names the next legal step."""

    sentence: str


@dataclass(frozen=True)
class ChangeSet:
    """The files that an upgrade changes, and the words of its pull request that follow from them."""

    instance: Instance
    target: Version
    changes: tuple[FileChange, ...]

    @property
    def branch(self) -> str:
        return f"{self.instance.slug}/upgrade-v{self.target}"

    @property
    def title(self) -> str:
        return f"{self.instance.slug}: upgrade to v{self.target}"

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(change.path for change in self.changes)


def judge(instance: Instance, target: Version, released: Collection[Version]) -> Refusal | None:
    """Why policy refuses this upgrade (domain.md, "Rules"), or None when it allows it."""
    if instance.skip_reason:
        way_in = "take upgrade.skip out of" if instance.skip else "set releaseChannel to stable in"
        return Refusal(
            f"it is left out of release upgrades: {instance.skip_reason}. To take it in, {way_in} its {CONFIG}."
        )
    if target.is_candidate and instance.slug != FIRST_INSTANCE:
        return Refusal(f"release candidates go to {FIRST_INSTANCE} only; upgrade it to a release.")
    verdict = judge_step(instance.version, target, released)
    return None if verdict else Refusal(verdict.reason)


def plan_upgrade(
    instance: Instance, target: Version, fleet: Fleet, released: Collection[Version] = ()
) -> ChangeSet | Refusal:
    """The change set that moves the active deployment's link to the target's golden file, or why there is none.

    `released` are versions known beyond the golden files, such as upstream's tags.
    """
    refusal = judge(instance, target, fleet.golden | frozenset(released))
    if refusal is not None:
        return refusal
    if target not in fleet.golden:
        return Refusal(
            f"{target.golden_path} is not in the deployment repository yet; land it first, then ask again."
        )
    return ChangeSet(instance, target, (FileChange(instance.link_path, LINK_MODE, link_target(target)),))

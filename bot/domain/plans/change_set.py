"""Change sets: the files that one pull request changes in the deployment repository, and why.

They are planned from a checkout before anything is changed (`upgrade.py`, `preparation.py`, `rollback.py`). The text
of the pull request is made from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.git_tree import FileChange
from bot.domain.plans.reasons.changes import ChangeReason
from bot.domain.plans.reasons.refusals import MistaggedImage, NotPrepared, VersionHeld
from bot.domain.plans.reasons.warnings import PlanWarning
from bot.domain.reasons import Reason
from bot.domain.versions import Version

UPGRADE_LABEL = "mi-upgrade"
ROLLBACK_LABEL = "mi-rollback"


class ChangeKind(StrEnum):
    """What a pull request is for."""

    UPGRADE = "upgrade"
    ROLLBACK = "rollback"
    PREPARATION = "preparation"


@dataclass(frozen=True)
class Refusal:
    """There is no change set, for this reason."""

    reason: Reason

    @property
    def needs_preparation(self) -> bool:
        """Whether all would be well if the target's golden file were there."""
        return isinstance(self.reason, NotPrepared)

    @property
    def needs_acceptance(self) -> bool:
        """Whether the golden file is there, with images that no operator has accepted."""
        return isinstance(self.reason, VersionHeld)


@dataclass(frozen=True)
class ChangeSet:
    """The files that a pull request changes, why, and what a reviewer should know besides.

    `version` is the target of an upgrade or a preparation, and the version that a rollback leaves. `slug` is empty
    for a preparation. The instance runs `old` before the change and `new` after it. Terraform will replace
    `replaced_resources`. `note` is what people noted on the instance.
    """

    kind: ChangeKind
    version: Version
    changes: tuple[FileChange, ...]
    slug: str = ""
    old: Version | None = None
    new: Version | None = None
    reasons: tuple[ChangeReason, ...] = ()
    warnings: tuple[PlanWarning, ...] = ()
    replaced_resources: tuple[str, ...] = ()
    mistagged_images: tuple[MistaggedImage, ...] = ()
    note: str = ""

    @property
    def branch(self) -> str:
        return branch_name(self.kind, self.slug, self.version)

    @property
    def title(self) -> str:
        match self.kind:
            case ChangeKind.UPGRADE:
                return f"{self.slug}: upgrade to v{self.version}"
            case ChangeKind.ROLLBACK:
                return f"{self.slug}: roll back from v{self.old} to v{self.new}"
            case ChangeKind.PREPARATION:
                return f"golden: prepare v{self.version}"

    @property
    def labels(self) -> tuple[str, ...]:
        return (UPGRADE_LABEL, ROLLBACK_LABEL) if self.kind is ChangeKind.ROLLBACK else (UPGRADE_LABEL,)

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(change.path for change in self.changes)


def branch_name(kind: ChangeKind, slug: str, version: Version) -> str:
    """The branch of a pull request (domain.md, "An upgrade of one instance"); a rollback's names what it undoes."""
    if kind is ChangeKind.PREPARATION:
        return f"golden/v{version}"
    return f"{slug}/{kind.value}-v{version}"

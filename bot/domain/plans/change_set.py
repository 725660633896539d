"""Change sets: the files that one pull request changes in the deployment repository, and why.

They are planned from a checkout before anything is touched (`upgrade_plan.py`, `golden_plan.py`,
`rollback_plan.py`); the words of the pull request follow from them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.git_tree import FileChange
from bot.domain.plans.refusals import MistaggedImage, NotPrepared, VersionHeld
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
class LinkRetargeted:
    """The active deployment's Compose file is another golden file now."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class HotpatchRemoved:
    """A hotpatched image was taken out of an override file."""

    path: str
    service: str
    image: str


@dataclass(frozen=True)
class FileRemoved:
    """An override file in which nothing was left went."""

    path: str


@dataclass(frozen=True)
class ModuleRefUpdated:
    """The reference of the instance's Terraform module is another tag now."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class GoldenFileCreated:
    """A golden file was made from upstream's file and the global overrides (their paths, in order)."""

    path: str
    overrides: tuple[str, ...]


@dataclass(frozen=True)
class ImageRetagged:
    """An image of the publisher's got the release candidate's own tag."""

    service: str
    old: str
    new: str


@dataclass(frozen=True)
class ExecutorsPinned:
    """An upstream executors module is pinned to another version."""

    path: str
    module: str
    old: str
    new: str


@dataclass(frozen=True)
class FileRestored:
    """A file is again as it was before the upgrade."""

    path: str


ChangeReason = (
    LinkRetargeted
    | HotpatchRemoved
    | FileRemoved
    | ModuleRefUpdated
    | GoldenFileCreated
    | ImageRetagged
    | ExecutorsPinned
    | FileRestored
)


@dataclass(frozen=True)
class ChangeSet:
    """The files that a pull request changes, the reasons, and what a reviewer should know besides.

    `version` is what an upgrade goes to, what a preparation is for, and what a rollback goes back from; `slug` is
    empty for a preparation. `old` and `new` are the versions that the instance runs before and after. `replaced`
    are the resources that Terraform will replace, `stray` the images with other tags, `note` is what people noted on
    the instance.
    """

    kind: ChangeKind
    version: Version
    changes: tuple[FileChange, ...]
    slug: str = ""
    old: Version | None = None
    new: Version | None = None
    reasons: tuple[ChangeReason, ...] = ()
    warnings: tuple[str, ...] = ()
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

    @property
    def change_fingerprint(self) -> str:
        """Stays the same as long as the change does the same thing, whatever else the files say meanwhile."""
        told = "\n".join(sorted(map(repr, self.reasons)))
        return hashlib.sha256(f"{self.kind} {self.slug} {self.version}\n{told}".encode()).hexdigest()


def branch_name(kind: ChangeKind, slug: str, version: Version) -> str:
    """The branch of a pull request (domain.md, "An upgrade of one instance"); a rollback's names what it undoes."""
    if kind is ChangeKind.PREPARATION:
        return f"golden/v{version}"
    return f"{slug}/{kind.value}-v{version}"

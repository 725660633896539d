"""What happens to the pull request of an upgrade, a rollback or a preparation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.formats.documents import stored


@stored("pull_request.opened", number="number")
@dataclass(frozen=True)
class PullRequestOpened(Reason):
    """The pull request was opened, or found."""

    number: int


class PullRequestEnd(StrEnum):
    """How a pull request ends that is not merged."""

    CLOSED = "closed"
    GONE = "gone"
    MERGED_ELSEWHERE = "merged_elsewhere"


@stored("pull_request.ended", end="end", branch="branch")
@dataclass(frozen=True)
class PullRequestEnded(Reason):
    """The pull request ended without a merge into the base branch. `branch` is the one that it was merged into
    instead."""

    end: PullRequestEnd
    branch: str = ""


@stored("pull_request.approval_missing", stale="stale", requested="requested", pushed="pushed", merged="merged")
@dataclass(frozen=True)
class ApprovalMissing(Reason):
    """No approval of the pull request counts. Those that don't: of an earlier commit (`stale`), of who `requested`
    the change, of who `pushed` to its branch."""

    stale: tuple[str, ...] = ()
    requested: tuple[str, ...] = ()
    pushed: tuple[str, ...] = ()
    merged: bool = False


@stored("pull_request.goes_elsewhere", branch="branch")
@dataclass(frozen=True)
class GoesElsewhere(Reason):
    """Somebody changed the branch that the pull request would be merged into. It deploys nothing from there."""

    branch: str


@stored("pull_request.branch_rebuilt", base_commit="base_commit", same_change="same_change")
@dataclass(frozen=True)
class BranchRebuilt(Reason):
    """The branch was rebuilt on a commit of the base branch, which had moved. Where the change is not the same, the
    overrides of the golden file changed."""

    base_commit: str
    same_change: bool = True


@stored("pull_request.pushed_by_others")
@dataclass(frozen=True)
class PushedByOthers(Reason):
    """People pushed to the branch, so that mibot does not touch it."""


@stored("pull_request.content_differs", unexpected="unexpected", missing="missing", different="different")
@dataclass(frozen=True)
class ContentDiffers(Reason):
    """The pull request is not what was planned. It has numbers only, because the names of the files may be a
    stranger's: of files that it changes besides, of planned ones that it leaves as they are, and of those that it
    changes in another way."""

    unexpected: int = 0
    missing: int = 0
    different: int = 0


@stored("pull_request.not_comparable", reason="reason")
@dataclass(frozen=True)
class NotComparable(Reason):
    """Nobody can tell whether the pull request is what was planned."""

    reason: Reason


@stored("pull_request.not_accepted", difference="difference")
@dataclass(frozen=True)
class ContentNotAccepted(Reason):
    """The pull request differs from the plan, and no operator has accepted it."""

    difference: Reason


@stored("pull_request.rebuild_refused", reason="reason")
@dataclass(frozen=True)
class RebuildRefused(Reason):
    """The branch could not be rebuilt on the base branch, because an external system refused something."""

    reason: Reason


@stored("pull_request.change_impossible", reason="reason")
@dataclass(frozen=True)
class ChangeImpossible(Reason):
    """The base branch moved, and now there is no change set any more."""

    reason: Reason


@stored("pull_request.nothing_to_change")
@dataclass(frozen=True)
class NothingToChange(Reason):
    """Everything that the pull request was for is on the base branch already."""


@stored("pull_request.change_differs")
@dataclass(frozen=True)
class ChangeDiffers(Reason):
    """The base branch moved, and the change would not be the one that people reviewed."""


@stored("pull_request.branch_taken")
@dataclass(frozen=True)
class BranchTaken(Reason):
    """The branch exists and holds other people's commits."""


@stored("pull_request.not_shown")
@dataclass(frozen=True)
class PullRequestNotShown(Reason):
    """GitHub says that the pull request exists, but does not show it."""


@stored("rollback.ended", requested_by="requested_by", end="end", branch="branch")
@dataclass(frozen=True)
class RollbackEnded(Reason):
    """The pull request of the upgrade's rollback ended without a merge into the base branch. `branch` is the one that
    it was merged into instead."""

    requested_by: str
    end: PullRequestEnd
    branch: str = ""


@stored("rollback.refused", reason="reason")
@dataclass(frozen=True)
class RollbackRefused(Reason):
    """The upgrade can't be rolled back."""

    reason: Reason


@stored("rollback.too_early", requested_by="requested_by")
@dataclass(frozen=True)
class RollbackTooEarly(Reason):
    """The upgrade can't be rolled back before its deployment is over."""

    requested_by: str

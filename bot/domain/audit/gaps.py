"""What can be missing of an upgrade's evidence. Each reason is a gap for a control; its words also say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.health.failing import FailingChecks
from bot.domain.health.model import CheckState
from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import Reason
from bot.domain.upgrade.backups import BackupKind, BackupState
from bot.domain.upgrade.reasons.pull_requests import ApprovalMissing
from bot.domain.upgrade.stages import Stage


class Control(StrEnum):
    """The controls by their numbers, as domain.md names them."""

    CHANGES = "CI-98"
    RELEASES = "CI-100"
    TRACKING = "CI-108"
    HEALTH = "CI-109"
    MONITORING = "CI-86"
    UPTIME = "CI-87"
    PERFORMANCE = "CI-25"
    RECOVERY = "CI-110"


@dataclass(frozen=True)
class Gap:
    """What is missing for a control."""

    control: Control
    reason: Reason


@dataclass(frozen=True)
class EarlierGap(Reason):
    """The gap is about an earlier change of the same record: an upgrade that was undone, or a rollback before it."""

    kind: ChangeKind
    gap: Reason


@dataclass(frozen=True)
class NoPullRequest(Reason):
    """There is no pull request."""

    stage: Stage


@dataclass(frozen=True)
class NotApproved(Reason):
    """No person approved the pull request. `by_bots` is whether bots did."""

    by_bots: bool
    merged: bool


@dataclass(frozen=True)
class NoApprovalCounts(Reason):
    """There are approvals, but none counts: `missing` says why."""

    missing: ApprovalMissing


@dataclass(frozen=True)
class NotMerged(Reason):
    """The pull request is not merged."""

    stage: Stage


@dataclass(frozen=True)
class MergerUnknown(Reason):
    """The record does not say who merged the pull request."""


@dataclass(frozen=True)
class MergedByBot(Reason):
    """A bot merged the pull request."""

    login: str


@dataclass(frozen=True)
class NoPreUpgradeChecks(Reason):
    """No health check ran before the upgrade, and nobody forced it."""

    merged: bool


@dataclass(frozen=True)
class UnhealthyBefore(Reason):
    """Health checks did not pass before the upgrade, and nobody forced it."""

    checks: FailingChecks


@dataclass(frozen=True)
class FirstInstanceNotDone(Reason):
    """No record shows that the first instance was done before this was merged, and nobody forced it."""


@dataclass(frozen=True)
class NoTracker(Reason):
    """There is no tracker that lists the upgrade."""


@dataclass(frozen=True)
class UndoneUpgradeUnknown(Reason):
    """There is a rollback, but no record of the upgrade that it undid."""


@dataclass(frozen=True)
class NotFinished(Reason):
    """The change is in `stage`, not at its `end`. `checks` are those that did not pass since, None if none ran."""

    stage: Stage
    end: Stage
    merged: bool
    checks: FailingChecks | None = None


@dataclass(frozen=True)
class UnhealthyAfter(Reason):
    """The change is at its `end`, but health checks did not pass after the deployment."""

    end: Stage
    checks: FailingChecks


@dataclass(frozen=True)
class CheckNotPassed(Reason):
    """The check that proves the control did not pass after the deployment. `state` is None if it did not run."""

    control: Control
    check: str
    state: CheckState | None


@dataclass(frozen=True)
class BackupNotReady(Reason):
    """Nothing is deployed yet, and there is no backup of that kind that is ready."""

    kind: BackupKind
    stage: Stage


@dataclass(frozen=True)
class BackupNotTaken(Reason):
    """No backup of that kind was taken before the deployment."""

    kind: BackupKind


@dataclass(frozen=True)
class BackupIncomplete(Reason):
    """The backup before the deployment never became ready. `name` is empty if it has none."""

    kind: BackupKind
    name: str
    state: BackupState


@dataclass(frozen=True)
class BackupTooLate(Reason):
    """The backup began after the deployment had been requested."""

    kind: BackupKind

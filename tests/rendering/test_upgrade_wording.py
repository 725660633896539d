"""The words for why an upgrade waits, is held, fails or moves on. They are what people read behind its stage."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.health.failing import FailingChecks
from bot.domain.reasons import PlainText, Reason
from bot.domain.rollout.reasons import (
    FirstInstanceInDeployment,
    FirstInstanceNotReady,
    FirstInstanceProblem,
    Forceable,
    GoldenFileMissing,
    GoldenFileState,
    InstanceInFlight,
    InternalInstancesRed,
    LeftOut,
    PreparationEnded,
    RolloutHalted,
    SlotsTaken,
)
from bot.domain.upgrade.backups import BackupKind
from bot.domain.upgrade.reasons.backups import (
    BackupFailed,
    BackupsInProgress,
    BackupsReady,
    BackupStatus,
    BackupTimedOut,
    DatabaseBusy,
    OperationFailed,
)
from bot.domain.upgrade.reasons.checks import (
    ChecksPassed,
    HealthUnknown,
    HealthySince,
    NotHealthyYet,
    PreChecksFailing,
    Unhealthy,
)
from bot.domain.upgrade.reasons.deployment import (
    AwaitingManualDeployment,
    AwaitingRun,
    DeploymentFailed,
    DispatchRejected,
    EarlierRunInProgress,
    EarlierRunMayAppear,
    FailedStep,
    RunFailed,
    RunInProgress,
    RunNotStarted,
    RunProblem,
    RunTimedOut,
    RunUnknown,
    RunWait,
)
from bot.domain.upgrade.reasons.progress import (
    Delayed,
    Forced,
    InstanceLeft,
    InstanceUnreadable,
    Milestone,
    NoTracker,
    Reached,
    Waiting,
)
from bot.domain.upgrade.reasons.pull_requests import (
    ApprovalMissing,
    BranchRebuilt,
    BranchTaken,
    ChangeDiffers,
    ChangeImpossible,
    ContentDiffers,
    ContentNotAccepted,
    GoesElsewhere,
    NotComparable,
    NothingToChange,
    PullRequestEnd,
    PullRequestEnded,
    PullRequestNotShown,
    PullRequestOpened,
    PushedByOthers,
    RebuildRefused,
    RollbackEnded,
    RollbackRefused,
    RollbackTooEarly,
)
from bot.domain.upgrade.stages import Stage
from bot.rendering.wording import describe
from tests.samples import NOW, version

TO = version("3.40.1")
FILE = "golden/docker-compose.3.40.1.yaml"
FORCE = 'an operator can start it now with --force "reason"'
RED, UNKNOWN = FailingChecks(("Virtual machine",)), FailingChecks((), ("Virtual machine",))
WHY = PlainText("GitHub forbids it.")

ROLLOUT = [
    (SlotsTaken(1), "for a free slot, 1 upgrade is in flight"),
    (SlotsTaken(5), "for a free slot, 5 upgrades are in flight"),
    (InstanceInFlight(), "for the other upgrade of this instance, which is in flight"),
    (
        RolloutHalted(TO, ("demo", "rctest")),
        "for demo, rctest, whose upgrade to 3.40.1 failed: the rollout is halted",
    ),
    (
        RolloutHalted(TO, (None, "rctest")),
        "for an instance that is no longer in the fleet, rctest, whose upgrade to 3.40.1 failed: the rollout is "
        "halted",
    ),
    (
        FirstInstanceNotReady("rctest", TO, FirstInstanceProblem.NOT_UPGRADED),
        "for rctest, which has not been upgraded to 3.40.1 yet",
    ),
    (FirstInstanceNotReady("rctest", TO, FirstInstanceProblem.RED), "for rctest, which is red"),
    (
        FirstInstanceNotReady("rctest", TO, FirstInstanceProblem.CHECKS_NOT_PASSING),
        "for rctest, whose health checks are not all green",
    ),
    (FirstInstanceInDeployment("rctest", Stage.BACKING_UP), "for rctest, which is backing up"),
    (
        Forceable(InternalInstancesRed(("demo", "tpgi"))),
        f"for demo, tpgi: an internal instance is red; {FORCE}",
    ),
    (
        Waiting(LeftOut(PlainText("release channel is pause"))),
        "waits until it takes part in release upgrades again: release channel is pause",
    ),
    (GoldenFileMissing(TO, GoldenFileState.BEING_PREPARED), f"for {FILE}, which is being prepared"),
    (GoldenFileMissing(TO, GoldenFileState.NOT_MERGED), f"for {FILE}: its pull request must be merged first"),
    (GoldenFileMissing(TO, GoldenFileState.REMOVED), f"for {FILE}, which was removed: restore it"),
    (
        PreparationEnded(TO, PullRequestEnded(PullRequestEnd.GONE)),
        f"for {FILE}: its pull request is gone; /prepare 3.40.1 tries again",
    ),
]
PULL_REQUESTS = [
    (PullRequestOpened(7), "pull request #7"),
    (PullRequestEnded(PullRequestEnd.CLOSED), "its pull request was closed without a merge"),
    (PullRequestEnded(PullRequestEnd.GONE), "its pull request is gone"),
    (
        ContentNotAccepted(ContentDiffers(1, 2, 0)),
        "its pull request is not what was planned: 1 file changed besides, 2 files not changed; an operator accepts "
        'it with /upgrade INSTANCE --force "reason"',
    ),
    (
        NotComparable(PlainText("It runs 3.41.0.")),
        "mibot can't tell whether its pull request is what was planned: It runs 3.41.0",
    ),
    (
        ApprovalMissing(("rio", "sam"), ("dana",), merged=True),
        "merged without an approval that counts (rio and sam approved an earlier commit; dana approved what they "
        "requested themselves): have another person review it now, and record that",
    ),
    (
        ApprovalMissing(pushed=("lee",)),
        "no approval of its pull request counts yet (lee approved what they pushed themselves): have another person "
        "approve it",
    ),
    (
        PullRequestEnded(PullRequestEnd.MERGED_ELSEWHERE, "staging"),
        "its pull request was merged into staging, not into the base branch: nothing is deployed",
    ),
    (
        RollbackEnded("lee", PullRequestEnd.MERGED_ELSEWHERE, "staging"),
        "its rollback by lee was merged into staging, not into the base branch: nothing is deployed",
    ),
    (
        GoesElsewhere("staging"),
        "its pull request would be merged into staging, from where nothing is deployed: change its base branch back",
    ),
    (BranchRebuilt("702bdf7" * 5), "rebuilt on 702bdf7 because the base branch moved; the change is the same"),
    (
        BranchRebuilt("702bdf7" * 5, same_change=False),
        "rebuilt on 702bdf7 because the base branch moved; the overrides changed with it",
    ),
    (PushedByOthers(), "people pushed to its branch, so mibot leaves it alone"),
    (RebuildRefused(WHY), "its branch could not be rebuilt on the base branch: GitHub forbids it"),
    (ChangeImpossible(NothingToChange()), "the base branch moved, and now: everything is already there"),
    (
        ChangeDiffers(),
        "the base branch moved, and the change would now be different: close its pull request, then try again",
    ),
    (
        BranchTaken(),
        "its branch exists in the deployment repository and holds other people's commits; "
        "delete that branch or open its pull request by hand, then try again",
    ),
    (PullRequestNotShown(), "GitHub says that its pull request exists, but shows none; try again"),
    (RollbackEnded("lee", PullRequestEnd.CLOSED), "its rollback by lee was closed without a merge"),
    (RollbackEnded("lee", PullRequestEnd.GONE), "its rollback by lee is gone, with its pull request"),
    (RollbackRefused(WHY), "it can't be rolled back: GitHub forbids it"),
    (RollbackTooEarly("lee"), "it can't be rolled back, as lee requested, before its deployment ends"),
]
PROGRESS = [
    (Reached(Milestone.SLOT_CLAIMED), "a slot is free"),
    (Reached(Milestone.DEPLOYMENT_SUCCEEDED), "its deployment succeeded"),
    (Reached(Milestone.DEPLOYED_MANUALLY), "deployed by hand"),
    (Reached(Milestone.RETRY_REQUESTED), "to be deployed again"),
    (Reached(Milestone.RECHECK_REQUESTED), "to be checked again"),
    (Forced("they asked"), "forced: they asked"),
    (Delayed(WHY), "delayed: GitHub forbids it; mibot will try again"),
    (
        InstanceLeft(),
        "its folder is no longer in the deployment repository: if it was renamed, order the upgrade under the new "
        "name; /cancel settles this one",
    ),
    (
        InstanceUnreadable(),
        "the instance can't be read from the deployment repository any more; see the end of the tracker",
    ),
    (NoTracker(), "its version has no tracker; label the release issue first"),
]
DEPLOYMENT = [
    (DatabaseBusy(), "Cloud SQL is busy with another operation of this database."),
    (BackupStatus("SKIPPED"), "Google reports the status SKIPPED."),
    (OperationFailed(("INTERNAL", "QUOTA_EXCEEDED")), "Google reports that it failed (INTERNAL, QUOTA_EXCEEDED)."),
    (BackupsReady(2), "2 backups ready"),
    (BackupsInProgress(0, 0), "backups requested"),
    (BackupsInProgress(1, 2), "1 of 2 backups ready"),
    (BackupFailed(BackupKind.DISK, "snap-2"), "its backup failed: disk snapshot snap-2"),
    (
        BackupFailed(BackupKind.DISK, "snap-2", BackupStatus("FAILED", "no space")),
        "its backup failed: disk snapshot snap-2 (Google reports the status FAILED (no space).)",
    ),
    (BackupTimedOut(90), "its backup was not ready within 90 seconds"),
    (BackupTimedOut(150), "its backup was not ready within 2.5 minutes"),
    (RunInProgress("in_progress"), "its run is in progress"),
    (RunTimedOut(3600), "its deployment has not ended within 60 minutes"),
    (
        DeploymentFailed(RunFailed("cancelled")),
        "its deployment failed: the run ended with cancelled",
    ),
    (
        DeploymentFailed(RunFailed("")),
        "its deployment failed: the run ended with no conclusion",
    ),
    (
        DeploymentFailed(RunFailed("failure", (FailedStep("plan"), FailedStep("upgrade", "apply")))),
        "its deployment failed: job plan; job upgrade, step apply (failure)",
    ),
    (DispatchRejected(WHY), "its deployment could not be started: GitHub forbids it"),
    (RunNotStarted("mi_upgrade.yml", 300), "no run of mi_upgrade.yml started within 5 minutes"),
    (RunUnknown(RunProblem.GONE), "the run of its deployment is gone from GitHub"),
    (
        RunUnknown(RunProblem.AMBIGUOUS),
        "several runs may belong to it: find out which one does, then comment /deployed or /retry",
    ),
    (AwaitingRun(), "waiting for its run to appear on GitHub"),
    (AwaitingRun(RunWait.UNCONFIRMED), "GitHub did not confirm the start; waiting for its run to appear"),
    (AwaitingRun(RunWait.OTHER_UPGRADE), "waits for the run of another deployment to appear"),
    (AwaitingManualDeployment(TO), "deploy 3.40.1 by hand, then an operator comments /deployed"),
    (
        Waiting(EarlierRunInProgress("https://x/4")),
        "waits for the end of an earlier deployment, https://x/4: cancel it, or let it end",
    ),
    (
        Waiting(EarlierRunMayAppear()),
        "waits for the run of an earlier deployment, which may still appear on GitHub",
    ),
]
CHECKS = [
    (
        PreChecksFailing(FailingChecks(("Virtual machine",), ("Uptime check",))),
        "before the deployment, red: Virtual machine; unknown: Uptime check; "
        "mibot checks again and continues when all checks are green; "
        'an operator can override this with --force "reason"',
    ),
    (
        NotHealthyYet(RED, NOW + timedelta(minutes=49)),
        "red: Virtual machine; it has until 09:49 UTC to become green",
    ),
    (Unhealthy(RED), "after the deployment, red: Virtual machine"),
    (
        HealthUnknown(UNKNOWN),
        "health unknown: Virtual machine; "
        'fix it and comment /check, or accept it with /check INSTANCE --accept "what you saw"',
    ),
    (
        HealthySince(NOW, NOW + timedelta(seconds=305)),
        "all green since 09:00:00 UTC, and must stay green until 09:05:05",
    ),
    (ChecksPassed(9), "9 checks passed"),
]


@pytest.mark.parametrize(("reason", "words"), [*ROLLOUT, *PULL_REQUESTS, *PROGRESS, *DEPLOYMENT, *CHECKS])
def test_the_words(reason: Reason, words: str) -> None:
    assert describe(reason) == words

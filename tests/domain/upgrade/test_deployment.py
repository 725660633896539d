"""From the merge to a finished deployment: held, backed up, deployed, and retried."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.github_models import FailedJob
from bot.domain.reasons import Reason
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState
from bot.domain.upgrade.deployment import (
    apply_backups,
    apply_run,
    backup_request_id,
    can_mark_deployed,
    can_retry,
    hold,
    mark_deployed_manually,
    retry,
)
from bot.domain.upgrade.dispatch import unfinished_run_ids
from bot.domain.upgrade.judgement import apply_pre_checks
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.reasons.backups import (
    BackupFailed,
    BackupsInProgress,
    BackupsReady,
    BackupStatus,
    BackupTimedOut,
)
from bot.domain.upgrade.reasons.deployment import (
    DeploymentFailed,
    EarlierRunInProgress,
    EarlierRunMayAppear,
    FailedStep,
    RunFailed,
    RunInProgress,
    RunTimedOut,
)
from bot.domain.upgrade.reasons.progress import Milestone, Reached, Waiting
from bot.domain.upgrade.record import Deployment, StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import missing_run_since
from bot.domain.versions import Version
from tests.domain.upgrade.merged_upgrades import (
    BACK,
    BACKING_UP,
    DISPATCHED,
    GREEN,
    ME,
    MERGED,
    POLICY,
    RED,
    VERIFYING,
    after,
    run,
    stages,
)
from tests.samples import NOW, modify, upgrade

# Before


def test_what_is_in_the_way_holds_it_with_the_reason() -> None:
    first, second = Waiting(EarlierRunMayAppear()), Waiting(EarlierRunInProgress("https://x/4"))
    there = hold(MERGED, first, NOW)
    assert (there.stage, there.reason) == (Stage.HELD, first)
    assert hold(there, second, after(15)) == replace(there, reason=second)


def test_backups_that_were_made_before_it_was_held_stay_known() -> None:
    ready = copy(BackupState.READY)
    once = modify(MERGED, stage=Stage.HELD, backups=(ready,), superseded_backups=(copy(BackupState.FAILED),))
    there = apply_pre_checks(once, [GREEN], POLICY, NOW)
    assert (there.backups, there.earlier_backups) == ((), (copy(BackupState.FAILED), ready))


# Its backup


def copy(state: BackupState, name: str = "snap-1", problem: Reason | None = None) -> Backup:
    return Backup(BackupKind.DISK, "data", name, state, NOW, problem)


def test_the_mark_of_a_backup_is_the_same_however_often_it_is_asked_for() -> None:
    later = modify(BACKING_UP, reason="1 of 2 backups ready", backups=(copy(BackupState.RUNNING),))
    assert backup_request_id(BACKING_UP) == backup_request_id(later) == "mibot-3-40-1-20260105090000"


def test_another_attempt_and_a_rollback_have_marks_of_their_own() -> None:
    again = replace(BACKING_UP, history=(*BACKING_UP.history, StageTransition(Stage.BACKING_UP, after(60), "mibot")))
    assert backup_request_id(again) == "mibot-3-40-1-20260105090100"
    assert backup_request_id(replace(BACKING_UP, rollback=BACK)) == "mibot-back-3-40-1-20260105090000"
    assert backup_request_id(modify(BACKING_UP, attempt=2)) == "mibot-3-40-1-20260105090000-2", "in the same second"


@given(
    st.builds(Version, *[st.integers(0, 9999)] * 3, st.none() | st.integers(0, 9999)),
    st.booleans(),
    st.integers(1, 99),
)
def test_any_mark_is_what_google_takes_as_part_of_a_name(to: Version, back: bool, attempt: int) -> None:
    mark = backup_request_id(modify(BACKING_UP, version=to, rollback=BACK if back else None, attempt=attempt))
    assert re.fullmatch(r"[a-z][a-z0-9-]{0,38}[a-z0-9]", mark)
    assert "--" not in mark


def test_what_is_not_backed_up_has_no_mark() -> None:
    with pytest.raises(ValueError, match="has no request id"):
        backup_request_id(MERGED)


def test_when_all_copies_are_ready_it_is_deployed() -> None:
    there = apply_backups(BACKING_UP, [copy(BackupState.READY), copy(BackupState.READY, "snap-2")], POLICY, after(60))
    assert (there.stage, there.reason, len(there.backups)) == (Stage.DEPLOYING, None, 2)
    assert there.history[-1] == StageTransition(Stage.DEPLOYING, after(60), "mibot", BackupsReady(2))


@pytest.mark.parametrize(
    ("copies", "reason"),
    [
        ([], BackupsInProgress(0, 0)),
        ([copy(BackupState.RUNNING)], BackupsInProgress(0, 1)),
        ([copy(BackupState.READY), copy(BackupState.RUNNING)], BackupsInProgress(1, 2)),
    ],
)
def test_while_copies_are_made_it_waits_and_then_gives_up(copies: list[Backup], reason: Reason) -> None:
    there = apply_backups(BACKING_UP, copies, POLICY, after(1799))
    assert (there.stage, there.reason) == (Stage.BACKING_UP, reason)
    late = apply_backups(there, copies, POLICY, after(1800))
    assert (late.stage, late.reason) == (Stage.FAILED, BackupTimedOut(1800.0))


@pytest.mark.parametrize("problem", [None, BackupStatus("FAILED", "no space")])
def test_a_failed_copy_fails_it_whatever_the_others_do(problem: Reason | None) -> None:
    copies = [copy(BackupState.READY), copy(BackupState.FAILED, "snap-2", problem), copy(BackupState.RUNNING)]
    there = apply_backups(BACKING_UP, copies, POLICY, NOW)
    assert (there.stage, there.reason) == (Stage.FAILED, BackupFailed(BackupKind.DISK, "snap-2", problem))
    assert there.backups == tuple(copies)


# Following its run


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_it_says_how_its_run_stands_and_gives_it_its_time(status: str) -> None:
    there = apply_run(DISPATCHED, run(5, at=0, status=status), (), POLICY, after(3599))
    assert (there.stage, there.reason) == (Stage.DEPLOYING, RunInProgress(status))
    assert there.deployment == Deployment(NOW, confirmed=True, run_id=5, run_url="https://x/5")
    late = apply_run(there, run(5, at=0, status=status), (), POLICY, after(3600))
    assert (late.stage, late.reason) == (Stage.FAILED, RunTimedOut(3600.0))
    assert unfinished_run_ids(late) == (5,), "it may still go on"


def test_a_run_that_succeeds_leaves_the_proof_to_the_checks() -> None:
    over = run(5, status="completed", conclusion="success", updated_at=after(90))
    there = apply_run(
        modify(DISPATCHED, after=(RED,), healthy_since=NOW, run_missing_since=NOW), over, (), POLICY, after(100)
    )
    assert (there.stage, there.reason, there.verification.after, there.verification.healthy_since) == (
        Stage.VERIFYING,
        None,
        (),
        None,
    )
    assert there.deployment == Deployment(NOW, True, 1, 5, "https://x/5", "success", None, after(90))
    assert there.deployed
    assert (unfinished_run_ids(there), there.attempt.run_missing_since) == ((), None)
    assert there.history == (
        StageTransition(Stage.VERIFYING, after(100), ME, Reached(Milestone.DEPLOYMENT_SUCCEEDED), "https://x/5"),
    )


@pytest.mark.parametrize(
    ("failed_jobs", "conclusion", "steps"),
    [
        ((), "cancelled", ()),
        ((), "", ()),
        ([FailedJob("upgrade", "apply", "u")], "failure", (FailedStep("upgrade", "apply"),)),
        (
            [FailedJob("plan", "", "u"), FailedJob("upgrade", "apply", "u")],
            "timed_out",
            (FailedStep("plan"), FailedStep("upgrade", "apply")),
        ),
    ],
)
def test_a_run_that_does_not_succeed_fails_it_and_says_where(
    failed_jobs: list[FailedJob], conclusion: str, steps: tuple[FailedStep, ...]
) -> None:
    over = run(5, status="completed", conclusion=conclusion)
    there = apply_run(DISPATCHED, over, failed_jobs, POLICY, after(100))
    assert (there.stage, there.reason) == (Stage.FAILED, DeploymentFailed(RunFailed(conclusion, steps)))
    assert there.history[-1].link == "https://x/5"
    assert not there.deployed


# By hand, and once more


@pytest.mark.parametrize(
    ("there", "way"),
    [
        (MERGED, [Stage.DEPLOYING, Stage.VERIFYING]),
        (replace(BACKING_UP, history=()), [Stage.DEPLOYING, Stage.VERIFYING]),
        (DISPATCHED, [Stage.VERIFYING]),
        (replace(MERGED, stage=Stage.HELD), [Stage.VERIFYING]),
        (replace(MERGED, stage=Stage.FAILED), [Stage.VERIFYING]),
    ],
)
def test_a_person_deployed_it_by_hand(there: Upgrade, way: list[Stage]) -> None:
    assert can_mark_deployed(there)
    told = mark_deployed_manually(there, "lee", after(60))
    assert stages(told) == way
    assert told.history[-1] == StageTransition(
        Stage.VERIFYING, after(60), "lee", Reached(Milestone.DEPLOYED_MANUALLY)
    )
    assert told.deployment is not None
    assert (told.deployment.conclusion, told.deployment.deployed_by, told.deployment.ended_at) == (
        "",
        "lee",
        after(60),
    )
    assert told.deployed


@pytest.mark.parametrize("stage", [Stage.VERIFYING, Stage.DONE, Stage.ROLLED_BACK])
def test_what_is_deployed_is_not_deployed_by_hand(stage: Stage) -> None:
    assert not can_mark_deployed(replace(MERGED, stage=stage))
    assert not can_mark_deployed(upgrade(stage=Stage.FAILED)), "nor what was not merged"


def test_deployed_by_hand_it_still_remembers_the_runs_there_may_be() -> None:
    assert missing_run_since(mark_deployed_manually(DISPATCHED, "lee", after(60))) == NOW
    assert mark_deployed_manually(
        modify(DISPATCHED, deployment=Deployment(NOW, run_id=5, run_url="u")), "lee", after(60)
    ).earlier_run_ids == (5,)


@pytest.mark.parametrize(
    ("there", "may"),
    [
        (replace(MERGED, stage=Stage.FAILED), True),
        (upgrade(stage=Stage.FAILED), False),
        (replace(VERIFYING, stage=Stage.HELD), True),
        (replace(MERGED, stage=Stage.HELD), False),
        (VERIFYING, False),
        (replace(VERIFYING, stage=Stage.DONE), False),
    ],
)
def test_what_can_be_deployed_once_more(there: Upgrade, may: bool) -> None:
    assert can_retry(there) is may


def test_once_more_begins_with_a_new_backup_and_nothing_counts_that_was_before() -> None:
    before = modify(
        VERIFYING,
        stage=Stage.FAILED,
        extra_run_ids=(4,),
        backups=(copy(BackupState.READY),),
        after=(RED,),
        healthy_since=NOW,
        acceptance=Override("rio", "it is fine"),
    )
    there = retry(before, "lee", after(60))
    assert (there.stage, there.attempt.number, there.reason) == (Stage.MERGED, 2, None)
    assert (there.backups, there.deployment, there.verification.after, there.verification.healthy_since) == (
        (),
        None,
        (),
        None,
    )
    assert there.earlier_backups == (copy(BackupState.READY),), "they are from before the upgrade"
    assert there.earlier_run_ids == (4, 5)
    assert there.verification.acceptance is None, "what they saw was another deployment"
    assert there.history[-1] == StageTransition(Stage.MERGED, after(60), "lee", Reached(Milestone.RETRY_REQUESTED))

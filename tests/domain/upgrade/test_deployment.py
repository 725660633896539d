"""From the merge to verified healthy: checked, backed up, deployed, and green for long enough."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.github_models import FailedJob
from bot.domain.health.failing import FailingChecks
from bot.domain.health.model import CheckResult, CheckState
from bot.domain.health.reasons import AcceptedByPerson
from bot.domain.reasons import PlainText, Reason
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState
from bot.domain.upgrade.deploy_policy import DeployPolicy, VerifyPolicy
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
from bot.domain.upgrade.judgement import apply_pre_checks, judge, recheck
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.reasons.backups import (
    BackupFailed,
    BackupsInProgress,
    BackupsReady,
    BackupStatus,
    BackupTimedOut,
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
    DeploymentFailed,
    EarlierRunInProgress,
    EarlierRunMayAppear,
    FailedStep,
    RunFailed,
    RunInProgress,
    RunTimedOut,
)
from bot.domain.upgrade.reasons.progress import Forced, Milestone, Reached, Waiting
from bot.domain.upgrade.record import Deployment, StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import missing_run_since
from bot.domain.versions import Version
from tests.domain.upgrade.merged_upgrades import (
    BACK,
    BACKING_UP,
    DEPLOYING,
    DISPATCHED,
    GREEN,
    ME,
    MERGED,
    POLICY,
    RED,
    UNKNOWN,
    VERIFYING,
    after,
    run,
    stages,
)
from tests.samples import NOW, modify, result, upgrade

# Before


def test_what_is_in_the_way_holds_it_with_the_reason() -> None:
    first, second = Waiting(EarlierRunMayAppear()), Waiting(EarlierRunInProgress("https://x/4"))
    there = hold(MERGED, first, NOW)
    assert (there.stage, there.reason) == (Stage.HELD, first)
    assert hold(there, second, after(15)) == replace(there, reason=second)


@pytest.mark.parametrize(("backup", "stage"), [(True, Stage.BACKING_UP), (False, Stage.DEPLOYING)])
def test_green_it_goes_on_to_its_backup_or_without_one_to_its_deployment(backup: bool, stage: Stage) -> None:
    there = apply_pre_checks(MERGED, [GREEN], replace(POLICY, backup=backup), NOW)
    assert (there.stage, there.reason, there.verification.before) == (stage, None, (GREEN,))
    assert there.history == (StageTransition(stage, NOW, "mibot"),)


@pytest.mark.parametrize(
    ("results", "failing"),
    [
        ([RED], FailingChecks(("Vm",))),
        ([result("front"), RED, result("disk", CheckState.FAIL)], FailingChecks(("Disk", "Vm"))),
        ([UNKNOWN], FailingChecks((), ("Vm",))),
        ([RED, result("front", CheckState.UNKNOWN)], FailingChecks(("Vm",), ("Front",))),
        ([], FailingChecks()),
    ],
)
def test_what_is_not_green_holds_it_and_says_which(results: list[CheckResult], failing: FailingChecks) -> None:
    there = apply_pre_checks(MERGED, results, POLICY, NOW)
    assert (there.stage, there.reason) == (Stage.HELD, PreChecksFailing(failing))


def test_one_that_is_held_goes_on_when_all_is_green() -> None:
    there = apply_pre_checks(apply_pre_checks(MERGED, [RED], POLICY, NOW), [GREEN], POLICY, after(15))
    assert stages(there) == [Stage.HELD, Stage.MERGED, Stage.BACKING_UP]


def test_as_long_as_nothing_else_is_wrong_what_is_shown_stays_as_it_is() -> None:
    """So that nobody's reply is edited at every look."""
    red, green = result("front", CheckState.FAIL), result("disk", finding=PlainText("5 h old"))
    once = apply_pre_checks(MERGED, [red, green], POLICY, NOW)
    later = [replace(red, taken_at=after(60)), replace(green, finding=PlainText("6 h old"))]
    assert apply_pre_checks(once, later, POLICY, after(60)) == once
    other = apply_pre_checks(
        once, [replace(red, finding=PlainText("It is gone."), taken_at=after(60)), green], POLICY, after(60)
    )
    assert other.verification.before[0].taken_at == after(60)


def test_backups_that_were_made_before_it_was_held_stay_known() -> None:
    ready = copy(BackupState.READY)
    once = modify(MERGED, stage=Stage.HELD, backups=(ready,), superseded_backups=(copy(BackupState.FAILED),))
    there = apply_pre_checks(once, [GREEN], POLICY, NOW)
    assert (there.backups, there.earlier_backups) == ((), (copy(BackupState.FAILED), ready))


def test_an_operators_force_lets_it_go_and_the_history_says_who_and_why() -> None:
    forced = modify(MERGED, force=Override("lee", "they asked"))
    assert apply_pre_checks(forced, [RED], POLICY, NOW).history == (
        StageTransition(Stage.BACKING_UP, NOW, "lee", Forced("they asked")),
    )
    assert apply_pre_checks(forced, [GREEN], POLICY, NOW).history == (
        StageTransition(Stage.BACKING_UP, NOW, "mibot"),
    ), "not needed"


def test_a_rollback_goes_in_spite_of_red_checks_for_it_makes_things_safe() -> None:
    assert apply_pre_checks(replace(MERGED, rollback=BACK), [RED], POLICY, NOW).stage is Stage.BACKING_UP


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


# The proof


def at(seconds: float, *results: CheckResult, there: Upgrade = VERIFYING, policy: DeployPolicy = POLICY) -> Upgrade:
    """The upgrade after checks so many seconds after its deployment."""
    return judge(there, results, policy, after(seconds))


def test_it_is_done_when_all_has_been_green_for_long_enough() -> None:
    first = at(10, GREEN)
    assert (first.stage, first.verification.healthy_since) == (Stage.VERIFYING, after(10))
    assert first.reason == HealthySince(after(10), after(310))
    assert at(309, GREEN, there=first).stage is Stage.VERIFYING
    done = at(310, GREEN, result("front"), there=first)
    assert (done.stage, done.reason) == (Stage.DONE, None)
    assert done.history[-1] == StageTransition(Stage.DONE, after(310), "mibot", ChecksPassed(2))


def test_a_rollback_that_is_proven_is_rolled_back() -> None:
    patient = replace(POLICY, verify=VerifyPolicy(stable_for=0))
    assert at(0, GREEN, there=replace(VERIFYING, rollback=BACK), policy=patient).stage is Stage.ROLLED_BACK


def test_what_flaps_is_not_stable() -> None:
    there = VERIFYING
    for seconds in range(0, 1600, 100):
        there = at(seconds, RED if seconds % 200 else GREEN, there=there)
        assert there.stage is Stage.VERIFYING
    assert at(1600, GREEN, there=there).verification.healthy_since == after(1600), "it begins anew"


def test_what_is_red_has_its_time_to_become_green() -> None:
    there = at(1799, result("front"), RED)
    assert (there.stage, there.reason) == (Stage.VERIFYING, NotHealthyYet(FailingChecks(("Vm",)), after(1800)))
    failed = at(1800, RED)
    assert (failed.stage, failed.reason) == (Stage.FAILED, Unhealthy(FailingChecks(("Vm",))))
    assert failed.history[-1].link == "https://x/5"
    assert failed.verification.after == (RED,)


@pytest.mark.parametrize(
    ("results", "unknown"), [([UNKNOWN], ("Vm",)), ([GREEN, UNKNOWN], ("Vm",)), ([], ())], ids=["one", "some", "none"]
)
def test_what_nobody_could_find_out_waits_for_a_person(results: list[CheckResult], unknown: tuple[str, ...]) -> None:
    assert at(1799, *results).stage is Stage.VERIFYING
    there = at(1800, *results)
    assert (there.stage, there.reason) == (Stage.HELD, HealthUnknown(FailingChecks((), unknown)))


def test_what_is_green_late_is_not_cut_short() -> None:
    there = at(1700, GREEN)
    assert at(1900, GREEN, there=there).stage is Stage.VERIFYING
    assert at(2000, GREEN, there=there).stage is Stage.DONE
    assert at(1900, RED, there=there).stage is Stage.FAILED, "and has no more time when it turns red"


def test_a_person_vouches_for_what_nobody_can_find_out_and_never_for_what_is_red() -> None:
    vouched = recheck(VERIFYING, NOW, "rio", "I saw the log")
    there = at(10, UNKNOWN, there=vouched)
    assert there.verification.healthy_since == after(10)
    assert there.verification.after[0].state is CheckState.PASS
    finding = AcceptedByPerson("rio", "I saw the log", PlainText("All is well."))
    assert there.verification.after[0].finding == finding
    assert at(1800, RED, there=vouched).stage is Stage.FAILED


STATES = st.lists(st.sampled_from(CheckState), max_size=4)


@given(st.lists(st.tuples(st.integers(1, 900), STATES), max_size=12), st.booleans())
def test_nothing_is_proven_but_by_green_that_held(looks: list[tuple[int, list[CheckState]]], vouching: bool) -> None:
    there = recheck(VERIFYING, NOW, "rio", "I saw it") if vouching else VERIFYING
    seconds, green_since = 0, None
    for pause, states in looks:
        seconds += pause
        there = at(seconds, *[result(str(n), state) for n, state in enumerate(states)], there=there)
        passes = bool(states) and set(states) <= {CheckState.PASS, *([CheckState.UNKNOWN] if vouching else [])}
        green_since = (seconds if green_since is None else green_since) if passes else None
        if there.stage is not Stage.VERIFYING:
            break
    proven = green_since is not None and seconds - green_since >= POLICY.verify.stable_for
    assert (there.stage is Stage.DONE) is proven
    assert there.stage is not Stage.FAILED or (seconds >= POLICY.verify.timeout and CheckState.FAIL in states)


@pytest.mark.parametrize("stage", [Stage.HELD, Stage.FAILED])
def test_when_a_person_asks_it_is_judged_anew_with_all_patience(stage: Stage) -> None:
    there = recheck(modify(VERIFYING, stage=stage, healthy_since=NOW), after(7200), "rio")
    assert (there.stage, there.reason, there.verification.healthy_since) == (Stage.VERIFYING, None, None)
    assert there.history[-1] == StageTransition(
        Stage.VERIFYING, after(7200), "rio", Reached(Milestone.RECHECK_REQUESTED)
    )
    assert at(7200 + 1799, RED, there=there).stage is Stage.VERIFYING


@pytest.mark.parametrize(
    "there", [VERIFYING, replace(VERIFYING, stage=Stage.DONE), replace(MERGED, stage=Stage.HELD), DEPLOYING]
)
def test_what_is_not_deployed_or_is_judged_already_stays_where_it_is(there: Upgrade) -> None:
    assert recheck(there, after(60), "rio") is there

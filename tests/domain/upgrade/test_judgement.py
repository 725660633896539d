"""What the health checks make of an upgrade: before its deployment, and after it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.health.failing import FailingChecks
from bot.domain.health.model import CheckResult, CheckState
from bot.domain.health.reasons import AcceptedByPerson
from bot.domain.reasons import PlainText
from bot.domain.upgrade.deploy_policy import DeployPolicy, VerifyPolicy
from bot.domain.upgrade.judgement import apply_pre_checks, judge, recheck
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.reasons.checks import (
    ChecksPassed,
    HealthUnknown,
    HealthySince,
    NotHealthyYet,
    PreChecksFailing,
    Unhealthy,
)
from bot.domain.upgrade.reasons.progress import Forced, Milestone, Reached
from bot.domain.upgrade.record import StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from tests.domain.upgrade.merged_upgrades import (
    BACK,
    DEPLOYING,
    GREEN,
    MERGED,
    POLICY,
    RED,
    UNKNOWN,
    VERIFYING,
    after,
    stages,
)
from tests.samples import NOW, modify, result

# Before the deployment


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


# After the deployment


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

"""One run of its own: asked for once, found with certainty, and given up with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.github_models import WorkflowRun
from bot.domain.reasons import PlainText
from bot.domain.upgrade.deployment import mark_deployed_manually, retry
from bot.domain.upgrade.dispatch import (
    MAX_TRIES,
    AmbiguousRunError,
    blocks_dispatch,
    confirm_dispatch,
    find_own_run,
    is_dispatching,
    mark_run_ambiguous,
    mark_run_found,
    mark_run_gone,
    mark_run_not_found,
    orphan_runs,
    prepare_dispatch,
    reject_dispatch,
    should_dispatch,
    unfinished_run_ids,
)
from bot.domain.upgrade.reasons.deployment import AwaitingRun, DispatchRejected, RunNotStarted, RunProblem, RunUnknown
from bot.domain.upgrade.record import Deployment, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import missing_run_since
from tests.domain.upgrade.merged_upgrades import BACK, DEPLOYING, DISPATCHED, FINISHED, ME, POLICY, after, run
from tests.samples import NOW, modify, version

# Asking for its deployment

REFUSED = PlainText("no such workflow")


def test_the_intention_is_noted_before_it_is_asked_for() -> None:
    first = prepare_dispatch(DEPLOYING, NOW)
    assert first.deployment == Deployment(NOW)
    assert is_dispatching(first)
    second = prepare_dispatch(first, after(300))
    assert (second.deployment, second.attempt.run_missing_since) == (Deployment(after(300), tries=2), NOW)
    third = prepare_dispatch(second, after(600))
    assert (third.deployment, third.attempt.run_missing_since) == (Deployment(after(600), tries=3), NOW), (
        "since the first of them"
    )


def test_a_new_attempt_looks_for_its_own_runs_only() -> None:
    assert prepare_dispatch(modify(DEPLOYING, run_missing_since=NOW), after(300)).attempt.run_missing_since is None


def test_github_takes_it_and_may_tell_the_runs_number() -> None:
    assert confirm_dispatch(DISPATCHED, None).deployment == Deployment(NOW, confirmed=True)
    told = confirm_dispatch(modify(DISPATCHED, run_missing_since=NOW), 5)
    assert (told.deployment, told.attempt.run_missing_since) == (Deployment(NOW, confirmed=True, run_id=5), None)
    assert not is_dispatching(told)


def test_github_refuses_it() -> None:
    there = reject_dispatch(DISPATCHED, REFUSED, after(1))
    assert (there.stage, there.reason) == (Stage.FAILED, DispatchRejected(REFUSED))
    assert (missing_run_since(there), is_dispatching(there)) == (NOW, False), "should it have begun one all the same"


@pytest.mark.parametrize(
    ("other", "is_in_the_way"),
    [
        (replace(DISPATCHED, slug="tpgi"), True),
        (modify(DISPATCHED, slug="tpgi", deployment=Deployment(NOW, confirmed=True)), True),
        (modify(DISPATCHED, slug="tpgi", deployment=Deployment(NOW, run_id=5)), False),
        (replace(DEPLOYING, slug="tpgi"), False),
        (modify(DISPATCHED, version=version("3.41.0"), deployment=Deployment(NOW, run_id=5)), True),
        (replace(DEPLOYING, version=version("3.41.0")), False),
    ],
)
def test_who_is_in_the_way_of_a_deployment(other: Upgrade, is_in_the_way: bool) -> None:
    assert blocks_dispatch(other, DEPLOYING) is is_in_the_way


# Finding its run

OTHERS = ("demo-2", "rctest", "tpgi")


def own(*runs: WorkflowRun, there: Upgrade = DISPATCHED, taken: tuple[int, ...] = ()) -> int | None:
    mine = find_own_run(there, runs, ME, taken, OTHERS)
    return mine.id if mine else None


@pytest.mark.parametrize(
    ("title", "is_own"),
    [
        ("Upgrade demo to 3.40.1", True),
        ("upgrade DEMO to v3.40.1.", True),
        ("demo: 3.40.0 -> 3.40.1", True),
        ("[demo] 3.40.1", True),
        ("mi_upgrade", True),
        ("", True),
        ("Upgrade demo", True),
        ("Upgrade to 3.40.1", True),
        ("Upgrade to v3.40.1", True),
        ("Upgrade demo to 3.40.10", False),
        ("Upgrade demo to 3.40.1-rc.1", False),
        ("Upgrade demo to 13.40.1", False),
        ("Upgrade demo to 3.40.0", False),
        ("Upgrade to 3.41.0", False),
        ("Upgrade demo-2 to 3.40.1", False),
        ("Upgrade demo-2", False),
        ("Upgrade tpgi to 3.40.1", False),
        ("tpgi", False),
    ],
)
def test_a_runs_title_names_the_upgrade_or_nothing(title: str, is_own: bool) -> None:
    assert own(run(5, title)) == (5 if is_own else None)


@pytest.mark.parametrize(
    ("title", "is_own"), [("Upgrade demo-2 to 3.40.1", True), ("Upgrade demo to 3.40.1", False), ("mi_upgrade", True)]
)
def test_a_slug_that_begins_as_another_is_another(title: str, is_own: bool) -> None:
    mine = find_own_run(replace(DISPATCHED, slug="demo-2"), [run(5, title)], ME, (), ("demo", "rctest"))
    assert (mine is not None) is is_own


def test_the_run_of_a_rollback_goes_back() -> None:
    back = replace(DISPATCHED, rollback=BACK)
    assert own(run(5, "Upgrade demo to 3.40.1"), run(6, "Upgrade demo to 3.40.0"), there=back) == 6


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (run(actor="dana"), "people started it"),
        (run(actor="mibot"), "it is not our bot"),
        (run(at=-61), "it is too old"),
    ],
)
def test_a_run_that_is_not_its_own(other: WorkflowRun, why: str) -> None:
    assert own(other) is None, why


def test_clocks_may_differ_a_little() -> None:
    assert own(run(at=-60)) == 5
    assert own(run(actor="MIBOT[bot]")) == 5


def test_a_run_that_another_upgrade_has_is_not_its_own() -> None:
    assert own(run(5), taken=(5,)) is None
    assert own(run(5), run(6), taken=(5,)) == 6


def test_a_title_that_names_it_goes_before_one_that_names_nothing() -> None:
    assert own(run(5, "mi_upgrade"), run(6)) == 6


@pytest.mark.parametrize("title", ["Upgrade demo to 3.40.1", "mi_upgrade"])
def test_of_two_that_may_be_it_none_is(title: str) -> None:
    with pytest.raises(AmbiguousRunError) as caught:
        own(run(5, title), run(6, title))
    assert [one.id for one in caught.value.runs] == [5, 6]


def test_it_looks_for_what_earlier_tries_may_have_started_too() -> None:
    second = prepare_dispatch(DISPATCHED, after(300))
    assert own(run(at=10), there=second) == 5
    assert own(run(at=10), there=modify(second, run_missing_since=None)) is None


@pytest.mark.parametrize(
    "there", [DEPLOYING, modify(DEPLOYING, deployment=FINISHED), modify(DEPLOYING, run_missing_since=NOW)]
)
def test_where_nothing_was_asked_for_nothing_is_found(there: Upgrade) -> None:
    assert own(run(), there=there) is None


def test_once_it_is_found_it_is_followed() -> None:
    there = mark_run_found(prepare_dispatch(DISPATCHED, after(300)), run(5))
    assert there.deployment == Deployment(after(300), confirmed=True, run_id=5, run_url="https://x/5")
    assert (there.attempt.run_missing_since, is_dispatching(there)) == (None, False)


@pytest.mark.parametrize(
    ("runs", "ids"),
    [
        ([run(5), run(6, "Upgrade demo to 3.40.0"), run(7, "mi_upgrade")], (5, 6, 7)),
        ([run(5, "Upgrade demo-2 to 3.40.1"), run(6, actor="dana"), run(7, at=-61), run(8)], ()),
    ],
)
def test_what_earlier_deployments_of_the_instance_left_behind(runs: list[WorkflowRun], ids: tuple[int, ...]) -> None:
    assert orphan_runs(DEPLOYING, runs, ME, (8,), NOW, OTHERS) == ids


# Where it is not found


def test_it_waits_for_its_run_to_appear_and_is_not_asked_for_again() -> None:
    there = mark_run_not_found(DISPATCHED, POLICY, after(299))
    assert (there.stage, there.reason) == (Stage.DEPLOYING, AwaitingRun())
    assert not should_dispatch(DISPATCHED, POLICY, after(299))


def test_one_that_github_took_is_given_up() -> None:
    there = mark_run_not_found(confirm_dispatch(DISPATCHED, None), POLICY, after(300))
    assert (there.stage, there.reason) == (Stage.FAILED, RunNotStarted("mi_upgrade.yml", 300.0))
    assert not should_dispatch(confirm_dispatch(DISPATCHED, None), POLICY, after(300))


def test_where_nobody_knows_whether_github_heard_it_is_asked_for_again_and_not_for_ever() -> None:
    there, tries = DISPATCHED, 1
    now = after(300)
    while should_dispatch(there, POLICY, now):
        assert mark_run_not_found(there, POLICY, now).stage is Stage.DEPLOYING
        there, tries = prepare_dispatch(there, now), tries + 1
        assert not should_dispatch(there, POLICY, now)
        now += timedelta(seconds=300)
    assert tries == MAX_TRIES
    assert mark_run_not_found(there, POLICY, now).stage is Stage.FAILED


def test_a_first_request_is_made_at_once_unless_an_earlier_attempts_run_may_yet_appear() -> None:
    assert should_dispatch(DEPLOYING, POLICY, NOW)
    lost = modify(DEPLOYING, run_missing_since=NOW)
    assert not should_dispatch(lost, POLICY, after(299))
    assert mark_run_not_found(lost, POLICY, after(299)).reason == AwaitingRun()
    assert should_dispatch(lost, POLICY, after(300))


@pytest.mark.parametrize(
    "deployment",
    [Deployment(NOW, run_id=5), FINISHED, Deployment(NOW, ended_at=NOW, failure=REFUSED), Deployment(NOW, True)],
)
def test_what_has_its_run_or_is_over_or_was_taken_is_not_asked_for_again(deployment: Deployment) -> None:
    assert not should_dispatch(modify(DEPLOYING, deployment=deployment), POLICY, after(9999))


def test_of_runs_that_nobody_can_tell_apart_none_is_ever_taken_for_the_next_one() -> None:
    there = mark_run_ambiguous(DISPATCHED, [run(5), run(6)], after(20))
    assert (there.stage, there.earlier_run_ids, there.history[-1].link) == (Stage.FAILED, (5, 6), "https://x/6")
    assert there.reason == RunUnknown(RunProblem.AMBIGUOUS)
    once_more = retry(there, "lee", after(60))
    assert once_more.earlier_run_ids == (5, 6)
    assert not should_dispatch(once_more, POLICY, after(299)), "a third one may yet appear"
    assert should_dispatch(once_more, POLICY, after(300))
    assert mark_deployed_manually(there, "lee", after(60)).stage is Stage.VERIFYING


def test_a_run_that_github_does_not_show_may_not_be_there_yet() -> None:
    told = confirm_dispatch(DISPATCHED, 5)
    assert mark_run_gone(told, POLICY, after(299)) == replace(told, reason=AwaitingRun())
    late = mark_run_gone(told, POLICY, after(300))
    assert (late.stage, late.reason) == (Stage.FAILED, RunUnknown(RunProblem.GONE))
    assert unfinished_run_ids(late) == (5,)

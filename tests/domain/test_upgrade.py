"""One upgrade's life: asked for, opened, reviewed, merged, proven; or closed, failed, and asked for again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.facts import CommitChecks, Conclusion, Opinion, Pull, Review
from bot.domain.health import Result, State
from bot.domain.upgrade import IN_FLIGHT, IN_REVIEW, UNFINISHED, Stage, Upgrade, ask, conclude, observe, opened
from tests.samples import NOW, PULL, result, upgrade, version

HEAD = "c" * 40
OPEN = Pull(7, "rctest: upgrade", "", PULL, "rctest/upgrade-v3.40.1", HEAD, True, False, "mibot[bot]", frozenset())
MERGED = replace(OPEN, open=False, merged=True, merged_at=NOW, merged_by="rio")
CLOSED = replace(OPEN, open=False)
QUIET = CommitChecks(Conclusion.NONE)
YES, NO = Review("rio", Opinion.APPROVED), Review("sam", Opinion.CHANGES_REQUESTED)
LATER = NOW + timedelta(hours=1)


def asked(existing: Upgrade | None) -> Upgrade:
    return ask(existing, "rctest", version("3.40.1"), "lee", LATER)


def test_asking_for_the_first_time() -> None:
    assert asked(None) == Upgrade("rctest", version("3.40.1"), Stage.WAITING, "lee", LATER)


@pytest.mark.parametrize("stage", sorted(UNFINISHED | {Stage.DONE}))
def test_asking_again_is_the_same_upgrade(stage: Stage) -> None:
    there = upgrade(stage=stage)
    assert asked(there) is there


def test_a_closed_one_begins_anew_when_somebody_asks() -> None:
    assert asked(upgrade(stage=Stage.CLOSED)) == asked(None)


def test_a_failed_one_is_tried_again_with_the_pull_request_it_has() -> None:
    again = asked(upgrade(stage=Stage.FAILED, reason="GitHub refused"))
    assert (again.stage, again.number, again.reason, again.asked_by) == (Stage.WAITING, 7, "", "lee")


def test_one_that_failed_after_its_merge_is_shown_again() -> None:
    there = upgrade(stage=Stage.FAILED, merged_at=NOW, reason="red after the merge")
    assert asked(there) is there


def test_a_pull_request_is_opened() -> None:
    planned = upgrade(stage=Stage.PLANNED, number=None, url="", reason="delayed")
    after = opened(planned, OPEN, version("3.40.0"))
    assert (after.stage, after.number, after.url, after.head) == (Stage.OPEN, 7, PULL, HEAD)
    assert after.reason == ""
    assert after.branch == OPEN.branch


@pytest.mark.parametrize(
    ("reviews", "stage", "approved", "objections"),
    [
        ([], Stage.OPEN, (), ()),
        ([Review("x", Opinion.COMMENTED)], Stage.OPEN, (), ()),
        ([YES], Stage.APPROVED, ("rio",), ()),
        ([YES, Review("amy", Opinion.APPROVED)], Stage.APPROVED, ("amy", "rio"), ()),
        ([NO], Stage.CHANGES_REQUESTED, (), ("sam",)),
        ([YES, NO], Stage.CHANGES_REQUESTED, ("rio",), ("sam",)),
    ],
)
def test_reviews(reviews: list[Review], stage: Stage, approved: tuple[str, ...], objections: tuple[str, ...]) -> None:
    seen = observe(upgrade(), OPEN, reviews, QUIET)
    assert (seen.stage, seen.approved_by, seen.objections_by) == (stage, approved, objections)


def test_a_withdrawn_review_is_gone() -> None:
    approved = observe(upgrade(), OPEN, [YES], QUIET)
    assert observe(approved, OPEN, [], QUIET).stage is Stage.OPEN


def test_the_pull_requests_own_checks_are_noted() -> None:
    seen = observe(upgrade(), OPEN, [], CommitChecks(Conclusion.FAILURE, ("lint",)))
    assert (seen.checks, seen.failing) == (Conclusion.FAILURE, ("lint",))


def test_a_merge_is_noted_with_who_and_when_and_who_approved() -> None:
    seen = observe(upgrade(), MERGED, [YES], QUIET)
    assert (seen.stage, seen.merged_by, seen.merged_at, seen.approved_by) == (Stage.MERGED, "rio", NOW, ("rio",))


def test_a_closed_pull_request_can_be_opened_again() -> None:
    closed = observe(upgrade(), CLOSED, [], QUIET)
    assert closed.stage is Stage.CLOSED
    assert "closed without a merge" in closed.reason
    again = observe(closed, OPEN, [], QUIET)
    assert (again.stage, again.reason) == (Stage.OPEN, "")


@pytest.mark.parametrize("pull", [OPEN, CLOSED, MERGED], ids=["open", "closed", "merged"])
@pytest.mark.parametrize("stage", [Stage.MERGED, Stage.DONE, Stage.FAILED])
def test_what_was_merged_stays_merged(stage: Stage, pull: Pull) -> None:
    there = upgrade(stage=stage, merged_at=NOW, merged_by="rio", approved_by=("rio",))
    assert observe(there, pull, [NO], QUIET) == there


def test_one_that_failed_before_its_merge_is_taken_up_when_people_merge_it() -> None:
    failed = upgrade(stage=Stage.FAILED, reason="GitHub refused")
    assert observe(failed, OPEN, [YES], QUIET) == failed
    assert observe(failed, MERGED, [YES], QUIET).stage is Stage.MERGED


def test_all_green_is_done() -> None:
    merged = upgrade(stage=Stage.MERGED, merged_at=NOW, reason="health unknown")
    done = conclude(merged, [result("vm"), result("front")])
    assert (done.stage, done.reason) == (Stage.DONE, "")
    assert [one.name for one in done.after] == ["front", "vm"]


def test_one_red_check_fails_it() -> None:
    failed = conclude(upgrade(stage=Stage.MERGED, merged_at=NOW), [result("front"), result("vm", State.FAIL)])
    assert failed.stage is Stage.FAILED
    assert failed.reason == "red after the merge: Vm"
    assert failed.after[0].state is State.FAIL


@pytest.mark.parametrize(
    "results", [[], [result(state=State.UNKNOWN)], [result("front"), result("vm", State.UNKNOWN)]]
)
def test_unknown_is_never_a_pass(results: list[Result]) -> None:
    kept = conclude(upgrade(stage=Stage.MERGED, merged_at=NOW), results)
    assert kept.stage is Stage.MERGED
    assert "/check" in kept.reason


@given(st.lists(st.sampled_from(State)))
def test_only_all_green_is_done(states: list[State]) -> None:
    after = conclude(upgrade(stage=Stage.MERGED), [result(str(n), state) for n, state in enumerate(states)])
    assert (after.stage is Stage.DONE) == (bool(states) and set(states) == {State.PASS})


def test_what_counts_against_the_limit_and_what_the_sweep_takes_up() -> None:
    assert IN_REVIEW < IN_FLIGHT < UNFINISHED
    assert Stage.WAITING not in IN_FLIGHT
    assert not UNFINISHED & {Stage.DONE, Stage.FAILED, Stage.CLOSED}

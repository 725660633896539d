"""One upgrade's life: asked for, opened, reviewed, merged, proven; or closed, failed, and asked for again."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.facts import CommitChecks, Conclusion, Opinion, Pull, Review
from bot.domain.health import Result, State
from bot.domain.upgrade import (
    IN_FLIGHT,
    IN_REVIEW,
    UNFINISHED,
    Back,
    Stage,
    Upgrade,
    ask,
    conclude,
    observe,
    opened,
    undo,
)
from bot.domain.versions import Version
from tests.samples import NOW, PULL, result, upgrade, version

HEAD = "c" * 40
OPEN = Pull(7, "rctest: upgrade", "", PULL, "rctest/upgrade-v3.40.1", HEAD, True, False, "mibot[bot]", frozenset())
MERGED = replace(OPEN, open=False, merged=True, merged_at=NOW, merged_by="rio")
CLOSED = replace(OPEN, open=False)
QUIET = CommitChecks(Conclusion.NONE)
YES, NO = Review("rio", Opinion.APPROVED), Review("sam", Opinion.CHANGES_REQUESTED)
LATER = NOW + timedelta(hours=1)
FROM, TO = version("3.40.0"), version("3.40.1")
BACK = Back("lee", "search is slow", FROM)


def asked(existing: Upgrade | None, forced: str = "") -> Upgrade:
    return ask(existing, "rctest", TO, "lee", LATER, forced)


def undone(existing: Upgrade | None) -> Upgrade:
    return undo(existing, "rctest", TO, Back("lee", "search is slow"), LATER)


def test_asking_for_the_first_time() -> None:
    assert asked(None) == Upgrade("rctest", TO, Stage.WAITING, "lee", LATER)
    assert asked(None).branch == OPEN.branch


@pytest.mark.parametrize("stage", sorted(UNFINISHED | {Stage.DONE}))
def test_asking_again_is_the_same_upgrade(stage: Stage) -> None:
    there = upgrade(stage=stage)
    assert asked(there) is there


def test_a_closed_one_begins_anew_when_somebody_asks() -> None:
    closed = upgrade(stage=Stage.CLOSED)
    assert asked(closed) == replace(asked(None), earlier=closed), "and what it was before is kept"


def test_a_failed_one_is_tried_again_with_the_pull_request_it_has() -> None:
    again = asked(upgrade(stage=Stage.FAILED, reason="GitHub refused"))
    assert (again.stage, again.number, again.reason, again.asked_by) == (Stage.WAITING, 7, "", "lee")


def test_one_that_failed_after_its_merge_is_shown_again() -> None:
    there = upgrade(stage=Stage.FAILED, merged_at=NOW, reason="red after the merge")
    assert asked(there) is there


@pytest.mark.parametrize("merged_at", [None, NOW])
@pytest.mark.parametrize("stage", [Stage.ROLLED_BACK, Stage.FAILED])
def test_one_whose_rollback_has_ended_begins_anew_when_asked_for(stage: Stage, merged_at: datetime | None) -> None:
    rolled_back = upgrade(stage=stage, back=BACK, merged_at=merged_at, after=(result(),))
    assert asked(rolled_back) == replace(asked(None), earlier=rolled_back)


def test_an_operator_forces_it_and_the_record_says_who_and_why() -> None:
    forced = asked(None, "they asked")
    assert forced == replace(asked(None), forced="they asked", forced_by="lee")
    assert (asked(None).forced, asked(None).forced_by) == ("", "")


def test_one_that_waits_can_be_forced_later_and_stays_forced() -> None:
    waiting = upgrade(stage=Stage.WAITING, reason="for rctest, which is red")
    forced = asked(waiting, "they asked")
    assert forced == replace(waiting, forced="they asked", forced_by="lee", reason="")
    assert forced.asked_by == "dana"
    assert asked(forced) is forced, "asking without force takes nothing back"


@pytest.mark.parametrize("stage", sorted((UNFINISHED | {Stage.DONE}) - {Stage.WAITING}))
def test_force_makes_no_difference_to_one_that_waits_for_nothing(stage: Stage) -> None:
    there = upgrade(stage=stage)
    assert asked(there, "they asked") is there


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.FAILED])
def test_one_that_begins_anew_is_forced_only_if_it_is_said_again(stage: Stage) -> None:
    there = upgrade(stage=stage, forced="long ago", forced_by="dana")
    assert (asked(there).forced, asked(there).forced_by) == ("", "")
    assert (asked(there, "now").forced, asked(there, "now").forced_by) == ("now", "lee")


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
    assert not UNFINISHED & {Stage.DONE, Stage.FAILED, Stage.CLOSED, Stage.ROLLED_BACK}


# Rollbacks


def test_an_upgrade_is_undone_by_a_pull_request_of_its_own() -> None:
    done = upgrade(stage=Stage.DONE, merged_at=NOW, after=(result(),), approved_by=("rio",))
    back = undone(done)
    assert back == Upgrade(
        "rctest", TO, Stage.PLANNED, "lee", LATER, from_version=TO, back=Back("lee", "search is slow"), earlier=done
    )
    assert back.key == done.key
    assert (done.branch, back.branch) == ("rctest/upgrade-v3.40.1", "rctest/rollback-v3.40.1")


def test_an_upgrade_that_mibot_knows_nothing_of_can_be_undone() -> None:
    assert undone(None) == replace(undone(upgrade()), earlier=None)


@pytest.mark.parametrize("stage", sorted(UNFINISHED))
def test_asking_again_for_a_rollback_is_the_same_rollback(stage: Stage) -> None:
    there = upgrade(stage=stage, back=Back("dana"))
    assert undone(there) is there


@pytest.mark.parametrize("stage", [Stage.ROLLED_BACK, Stage.FAILED, Stage.CLOSED])
def test_a_rollback_that_has_ended_is_no_obstacle_to_another(stage: Stage) -> None:
    there = upgrade(stage=stage, back=Back("dana"))
    assert undone(there) == replace(undone(None), earlier=there)


def test_the_pull_request_of_a_rollback_is_followed_like_any_other() -> None:
    back = opened(undone(upgrade(stage=Stage.DONE, merged_at=NOW)), OPEN, TO)
    assert (back.stage, back.number, back.from_version) == (Stage.OPEN, 7, TO)
    assert observe(back, OPEN, [YES], QUIET).stage is Stage.APPROVED
    assert observe(back, OPEN, [YES, NO], QUIET).stage is Stage.CHANGES_REQUESTED
    merged = observe(back, MERGED, [YES], QUIET)
    assert (merged.stage, merged.merged_by, merged.back) == (Stage.MERGED, "rio", back.back)


def test_when_its_pull_request_is_closed_the_upgrade_is_what_it_was() -> None:
    done = upgrade(stage=Stage.DONE, merged_at=NOW, after=(result(),))
    back = opened(undone(done), OPEN, TO)
    assert observe(back, CLOSED, [], QUIET) == replace(done, note="its rollback by lee was closed without a merge")


def test_where_there_was_no_record_before_a_closed_rollback_is_closed() -> None:
    closed = observe(opened(undone(None), OPEN, TO), CLOSED, [], QUIET)
    assert (closed.stage, closed.reason) == (Stage.CLOSED, "its pull request was closed without a merge")


@pytest.mark.parametrize("pull", [OPEN, CLOSED, MERGED], ids=["open", "closed", "merged"])
def test_what_was_rolled_back_stays_rolled_back(pull: Pull) -> None:
    there = upgrade(stage=Stage.ROLLED_BACK, back=BACK, merged_at=NOW, earlier=upgrade(stage=Stage.DONE))
    assert observe(there, pull, [NO], QUIET) == there


def test_all_green_is_rolled_back() -> None:
    back = upgrade(stage=Stage.MERGED, merged_at=NOW, back=BACK, reason="health unknown")
    concluded = conclude(back, [result("vm"), result("front")])
    assert (concluded.stage, concluded.reason) == (Stage.ROLLED_BACK, "")
    assert concluded.back == BACK


@given(st.lists(st.sampled_from(State)))
def test_a_rollback_is_never_done_and_rolled_back_only_when_all_is_green(states: list[State]) -> None:
    back = upgrade(stage=Stage.MERGED, merged_at=NOW, back=BACK)
    after = conclude(back, [result(str(n), state) for n, state in enumerate(states)])
    assert after.stage is not Stage.DONE
    assert (after.stage is Stage.ROLLED_BACK) == (bool(states) and set(states) == {State.PASS})
    assert (after.stage is Stage.FAILED) == (State.FAIL in states)


# Written down

WORDS = st.text(max_size=12)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
VERSIONS = st.builds(Version, *[st.integers(0, 99)] * 3, st.none() | st.integers(0, 9))
NEW: dict[str, st.SearchStrategy[Any]] = {
    "forced": WORDS,
    "forced_by": WORDS,
    "built": WORDS,
    "base": WORDS,
    "meaning": WORDS,
    "note": WORDS,
    "warnings": st.lists(WORDS, max_size=3).map(tuple),
    "back": st.none() | st.builds(Back, WORDS, WORDS, st.none() | VERSIONS),
}
RECORDS = st.builds(
    upgrade,
    stage=st.sampled_from(Stage),
    merged_at=st.none() | MOMENTS,
    before=st.sampled_from([(), (result(),)]),
    after=st.sampled_from([(), (result(), result("front", State.UNKNOWN))]),
    **NEW,
)
UPGRADES = st.builds(lambda record, earlier: replace(record, earlier=earlier), RECORDS, st.none() | RECORDS)


def written_down(data: Any) -> Any:
    return json.loads(json.dumps(data))


@given(UPGRADES)
def test_what_is_written_down_comes_back_as_it_was(record: Upgrade) -> None:
    assert Upgrade.from_json(written_down(record.to_json())) == record


def test_what_came_before_what_came_before_is_kept_too() -> None:
    closed = upgrade(stage=Stage.CLOSED)
    again = undone(asked(closed))
    assert Upgrade.from_json(written_down(again.to_json())) == again
    assert again.earlier is not None
    assert again.earlier.earlier == closed


OLD_FIELDS = frozenset(field.name for field in fields(Upgrade)) - set(NEW) - {"earlier"}


@given(RECORDS)
def test_a_record_that_an_older_version_wrote_is_read(record: Upgrade) -> None:
    old = {name: value for name, value in written_down(record.to_json()).items() if name in OLD_FIELDS}
    plain = replace(
        record, forced="", forced_by="", built="", base="", meaning="", note="", warnings=(), back=None, earlier=None
    )
    assert Upgrade.from_json(old) == plain


def test_the_oldest_document_there_is() -> None:
    document = """{"slug": "rctest", "version": "3.40.1", "stage": "approved", "asked_by": "dana",
        "asked_at": "2026-01-05T09:00:00+00:00", "reason": "", "from_version": null, "number": 7,
        "url": "https://github.com/sourcegraph/deploy-sourcegraph-managed/pull/7", "head": "", "checks": "none",
        "failing": [], "approved_by": ["rio"], "objections_by": [], "merged_by": "", "merged_at": null,
        "before": [], "after": []}"""
    expected = upgrade(stage=Stage.APPROVED, approved_by=("rio",), from_version=None)
    assert Upgrade.from_json(json.loads(document)) == expected

"""One upgrade up to its merge: asked for, opened, reviewed, merged; closed, skipped, undone, and asked for again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.github_models import CommitChecks, Conclusion, PullRequest, Review, ReviewState
from bot.domain.reasons import PlainText, Reason
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.reasons.progress import Milestone, Reached
from bot.domain.upgrade.reasons.pull_requests import (
    ChangeImpossible,
    ContentDiffers,
    ContentNotAccepted,
    GoesElsewhere,
    NothingToChange,
    PullRequestEnd,
    PullRequestEnded,
    PullRequestOpened,
    PushedByOthers,
    RollbackEnded,
    RollbackRefused,
    RollbackTooEarly,
)
from bot.domain.upgrade.record import Deployment, Rollback, StageTransition, Upgrade
from bot.domain.upgrade.stages import IN_DEPLOYMENT, TRANSITIONS, UNFINISHED, Stage
from bot.domain.upgrade.transitions import (
    Cause,
    all_run_ids,
    attach_pull,
    mark_failed,
    mark_planned,
    mark_pull_gone,
    mark_refused,
    mark_skipped,
    missing_run_since,
    move,
    observe,
    request_rollback,
    request_upgrade,
)
from tests.samples import NOW, PULL, modify, result, upgrade, version

HEAD = "c" * 40
OPEN = PullRequest(
    7, "rctest: upgrade", "", PULL, "rctest/upgrade-v3.40.1", HEAD, True, False, "mibot[bot]", frozenset()
)
MERGED = replace(OPEN, open=False, merged=True, merged_at=NOW, merged_by="rio", merge_commit="d" * 40)
CLOSED = replace(OPEN, open=False)
QUIET = CommitChecks(Conclusion.NONE)
YES, NO = Review("rio", ReviewState.APPROVED), Review("sam", ReviewState.CHANGES_REQUESTED)
WHY, OTHER = PlainText("so it is"), PlainText("so it is not")
LATER = NOW + timedelta(hours=1)
FROM, TO = version("3.40.0"), version("3.40.1")
BACK = Rollback("lee", "search is slow", FROM)
BY_LEE = Cause(LATER, "lee", "https://github.com/x")
DEPLOYING_NOW = [Stage.BACKING_UP, Stage.DEPLOYING]


def upgrade_requested(existing: Upgrade | None, forced: str = "") -> Upgrade:
    return request_upgrade(existing, "rctest", TO, "lee", LATER, forced)


def rollback_requested(existing: Upgrade | None) -> Upgrade:
    return request_rollback(existing, "rctest", TO, Rollback("lee", "search is slow"), LATER)


def observed(existing: Upgrade, pull: PullRequest = OPEN, *reviews: Review, checks: CommitChecks = QUIET) -> Upgrade:
    """The upgrade as GitHub shows it an hour later."""
    return observe(existing, pull, reviews, checks, LATER)


def steps(there: Upgrade) -> list[tuple[Stage, str, Reason | None, str]]:
    """The history without its times."""
    return [(step.stage, step.by, step.why, step.link) for step in there.history]


# Any step


@given(st.sampled_from(Stage), st.sampled_from(Stage))
def test_a_step_is_one_that_there_is_or_it_is_a_bug(start: Stage, end: Stage) -> None:
    there = upgrade(stage=start, reason="before")
    if start is end:
        assert move(there, end, BY_LEE, WHY) == replace(there, reason=WHY), "which is no step"
    elif end in TRANSITIONS[start]:
        after = move(there, end, BY_LEE, WHY)
        step = StageTransition(end, LATER, "lee", WHY, "https://github.com/x")
        assert after == replace(there, stage=end, reason=WHY, history=(step,))
    else:
        with pytest.raises(ValueError, match=f"an upgrade that is {start} can't become {end}"):
            move(there, end, BY_LEE, WHY)


def test_a_step_can_show_something_else_than_its_cause() -> None:
    there = move(upgrade(stage=Stage.PLANNED), Stage.OPEN, BY_LEE, WHY, explains_stage=False)
    assert (there.reason, there.history[0].why) == (None, WHY)


def test_steps_are_added_to_the_history_and_none_is_lost() -> None:
    there = upgrade(stage=Stage.PLANNED)
    for stage in (Stage.OPEN, Stage.APPROVED, Stage.MERGED):
        there = move(there, stage, BY_LEE)
    assert [step.stage for step in there.history] == [Stage.OPEN, Stage.APPROVED, Stage.MERGED]


def test_every_stage_has_its_ways_and_the_ends_are_ends() -> None:
    assert set(TRANSITIONS) == set(Stage)
    assert {stage for stage, ways in TRANSITIONS.items() if not ways} == {
        Stage.DONE,
        Stage.SKIPPED,
        Stage.ROLLED_BACK,
    }
    reached: set[Stage] = set().union(*TRANSITIONS.values())
    assert reached == set(Stage)


def test_what_is_merged_never_goes_back_to_review() -> None:
    after_merge = IN_DEPLOYMENT | {Stage.DONE, Stage.ROLLED_BACK}
    for stage in after_merge:
        assert TRANSITIONS[stage] <= after_merge | {Stage.FAILED}


# Asking


def test_asking_for_the_first_time() -> None:
    assert upgrade_requested(None) == Upgrade("rctest", TO, Stage.WAITING, "lee", LATER)
    assert upgrade_requested(None).branch == OPEN.branch


@pytest.mark.parametrize("stage", sorted(UNFINISHED | {Stage.DONE}))
def test_asking_again_is_the_same_upgrade(stage: Stage) -> None:
    there = upgrade(stage=stage)
    assert upgrade_requested(there) is there


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.SKIPPED])
def test_a_closed_or_skipped_one_begins_anew_when_somebody_asks(stage: Stage) -> None:
    ended = upgrade(stage=stage)
    assert upgrade_requested(ended) == replace(upgrade_requested(None), previous=ended), (
        "and what it was before is kept"
    )


def test_a_failed_one_is_tried_again_with_the_pull_request_it_has() -> None:
    again = upgrade_requested(upgrade(stage=Stage.FAILED, reason="GitHub refused"))
    assert (again.stage, again.reason, again.requested_by) == (Stage.WAITING, None, "lee")
    assert again.pull_request.number == 7


def test_one_that_failed_after_its_merge_is_shown_again() -> None:
    there = upgrade(stage=Stage.FAILED, merged_at=NOW, reason="red after the merge")
    assert upgrade_requested(there) is there
    assert upgrade_requested(there, "they asked") is there


@pytest.mark.parametrize("merged_at", [None, NOW])
@pytest.mark.parametrize("stage", [Stage.ROLLED_BACK, Stage.FAILED])
def test_one_whose_rollback_has_ended_begins_anew_when_asked_for(stage: Stage, merged_at: datetime | None) -> None:
    rolled_back = upgrade(stage=stage, rollback=BACK, merged_at=merged_at, after=(result(),))
    assert upgrade_requested(rolled_back) == replace(upgrade_requested(None), previous=rolled_back)


def test_one_that_begins_anew_remembers_the_runs_that_may_still_go_on() -> None:
    deployment = Deployment(NOW, confirmed=True, run_id=5)
    rolled_back = upgrade(stage=Stage.FAILED, rollback=BACK, merged_at=NOW, deployment=deployment, extra_run_ids=(4,))
    again = upgrade_requested(rolled_back)
    assert (again.earlier_run_ids, again.deployment) == ((4, 5), None)
    failed_again = modify(again, stage=Stage.FAILED, run_missing_since=NOW)
    third = upgrade_requested(failed_again)
    assert (third.earlier_run_ids, third.attempt.run_missing_since, third.previous) == ((4, 5), NOW, failed_again)


# Force


def test_an_operator_forces_it_and_the_record_says_who_and_why() -> None:
    forced = upgrade_requested(None, "they asked")
    assert forced == modify(upgrade_requested(None), force=Override("lee", "they asked", LATER))
    assert upgrade_requested(None).force is None


def test_one_that_waits_can_be_forced_later_and_stays_forced() -> None:
    waiting = upgrade(stage=Stage.WAITING, reason="for rctest, which is red")
    forced = upgrade_requested(waiting, "they asked")
    assert forced == modify(waiting, force=Override("lee", "they asked", LATER), reason="")
    assert forced.requested_by == "dana"
    assert upgrade_requested(forced) is forced, "asking without force takes nothing back"


@pytest.mark.parametrize("stage", sorted(UNFINISHED - {Stage.WAITING}))
def test_one_under_way_can_be_forced_past_its_checks_and_says_what_it_said(stage: Stage) -> None:
    there = upgrade(stage=stage, reason="before the deployment, red: Vm")
    forced = upgrade_requested(there, "they asked")
    assert forced == modify(there, force=Override("lee", "they asked", LATER))
    assert upgrade_requested(forced, "again") is forced


@pytest.mark.parametrize("there", [upgrade(stage=Stage.DONE), upgrade(stage=Stage.OPEN, rollback=BACK)])
def test_force_makes_no_difference_to_one_that_waits_for_nothing(there: Upgrade) -> None:
    assert upgrade_requested(there, "they asked") is there


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.SKIPPED, Stage.FAILED])
def test_one_that_begins_anew_is_forced_only_if_it_is_said_again(stage: Stage) -> None:
    there = upgrade(stage=stage, force=Override("dana", "long ago"))
    assert upgrade_requested(there).force is None
    assert upgrade_requested(there, "now").force == Override("lee", "now", LATER)


# Its turn, and its pull request


def test_its_turn_comes() -> None:
    there = mark_planned(upgrade(stage=Stage.WAITING, reason="for its turn"), LATER)
    assert (there.stage, there.reason) == (Stage.PLANNED, None)
    assert there.history == (StageTransition(Stage.PLANNED, LATER, "mibot", Reached(Milestone.SLOT_CLAIMED)),)


def test_one_whose_instance_is_left_out_by_now_is_skipped_with_the_reason() -> None:
    there = mark_skipped(upgrade(stage=Stage.WAITING), WHY, LATER)
    assert (there.stage, there.reason) == (Stage.SKIPPED, WHY)
    assert there.history == (StageTransition(Stage.SKIPPED, LATER, "", WHY),)


def test_a_pull_request_is_opened() -> None:
    waiting = upgrade(stage=Stage.PLANNED, number=None, url="", reason="delayed")
    after = attach_pull(waiting, OPEN, FROM, LATER)
    assert (after.stage, after.pull_request.number, after.pull_request.url, after.pull_request.head) == (
        Stage.OPEN,
        7,
        PULL,
        HEAD,
    )
    assert after.reason is None
    assert after.branch == OPEN.branch
    assert after.history == (StageTransition(Stage.OPEN, LATER, "mibot", PullRequestOpened(7), PULL),)


def test_without_a_change_set_it_waits_for_its_preparation_or_fails() -> None:
    there = upgrade(stage=Stage.PLANNED)
    waits = mark_refused(there, WHY, LATER, keep_waiting=True)
    fails = mark_refused(there, OTHER, LATER, keep_waiting=False)
    assert [(one.stage, one.reason) for one in (waits, fails)] == [
        (Stage.WAITING, WHY),
        (Stage.FAILED, OTHER),
    ]


def test_a_rollback_without_a_change_set_leaves_things_as_they_were() -> None:
    done = upgrade(stage=Stage.DONE, merged_at=NOW)
    noted = mark_refused(rollback_requested(done), WHY, LATER, keep_waiting=False)
    assert noted == modify(done, note=RollbackRefused(WHY))
    assert mark_refused(rollback_requested(None), WHY, LATER, keep_waiting=False).stage is Stage.FAILED


@pytest.mark.parametrize("stage", list(Stage))
def test_what_the_world_refuses_fails_unless_it_has_ended(stage: Stage) -> None:
    there = upgrade(stage=stage)
    after = mark_failed(there, WHY, LATER)
    if Stage.FAILED in TRANSITIONS[stage]:
        assert (after.stage, after.reason) == (Stage.FAILED, WHY)
        assert steps(after) == [(Stage.FAILED, "mibot", WHY, "")]
    else:
        assert after is there


def test_a_pull_request_that_is_gone() -> None:
    after = mark_pull_gone(upgrade(), LATER)
    assert (after.stage, after.reason) == (Stage.CLOSED, PullRequestEnded(PullRequestEnd.GONE))


# What GitHub shows


@pytest.mark.parametrize(
    ("reviews", "stage", "approved", "objections"),
    [
        ([], Stage.OPEN, (), ()),
        ([Review("x", ReviewState.COMMENTED)], Stage.OPEN, (), ()),
        ([YES], Stage.APPROVED, ("rio",), ()),
        ([YES, Review("amy", ReviewState.APPROVED)], Stage.APPROVED, ("amy", "rio"), ()),
        ([NO], Stage.CHANGES_REQUESTED, (), ("sam",)),
        ([YES, NO], Stage.CHANGES_REQUESTED, ("rio",), ("sam",)),
    ],
)
def test_reviews(reviews: list[Review], stage: Stage, approved: tuple[str, ...], objections: tuple[str, ...]) -> None:
    there = observed(upgrade(), OPEN, *reviews)
    assert (there.stage, there.pull_request.approved_by, there.pull_request.changes_requested_by) == (
        stage,
        approved,
        objections,
    )


def test_the_history_tells_who_moved_it_and_where_to_look() -> None:
    there = upgrade()
    for reviews in ([YES], [YES], [YES, NO], []):
        there = observed(there, OPEN, *reviews)
    there = observed(there, MERGED, YES)
    assert steps(there) == [
        (Stage.APPROVED, "rio", None, PULL),
        (Stage.CHANGES_REQUESTED, "sam", None, PULL),
        (Stage.OPEN, "", None, PULL),
        (Stage.MERGED, "rio", None, PULL),
    ], "once each, however often it is looked at"
    assert [step.at for step in there.history] == [LATER, LATER, LATER, NOW], "a merge is of when it was merged"


def test_a_withdrawn_review_is_gone() -> None:
    assert observed(observed(upgrade(), OPEN, YES)).stage is Stage.OPEN


def test_the_pull_requests_own_checks_are_noted() -> None:
    there = observed(upgrade(), checks=CommitChecks(Conclusion.FAILURE, ("lint",)))
    assert (there.pull_request.checks, there.pull_request.failing_checks) == (Conclusion.FAILURE, ("lint",))


def test_a_note_of_delay_goes_when_github_answers_again() -> None:
    assert observed(upgrade(reason=WHY)).reason is None


def test_a_merge_is_noted_with_who_and_when_and_who_approved() -> None:
    there = observed(upgrade(), MERGED, YES)
    assert (there.stage, there.pull_request.merged_by, there.merged_at, there.pull_request.approved_by) == (
        Stage.MERGED,
        "rio",
        NOW,
        ("rio",),
    )
    assert there.pull_request.merge_commit == "d" * 40


def test_a_closed_pull_request_can_be_opened_again() -> None:
    closed = observed(upgrade(), CLOSED)
    assert closed.stage is Stage.CLOSED
    assert closed.reason == PullRequestEnded(PullRequestEnd.CLOSED)
    again = observed(closed)
    assert (again.stage, again.reason) == (Stage.OPEN, None)
    assert observed(closed, MERGED).stage is Stage.MERGED


@pytest.mark.parametrize("note", [ChangeImpossible(WHY), NothingToChange()], ids=["impossible", "nothing to change"])
def test_a_merge_seen_by_the_base_branch_first_leaves_no_note(note: Reason) -> None:
    seen = observed(upgrade(note=note, approved_by=("rio",)), MERGED, YES)
    assert (seen.stage, seen.pull_request.note) == (Stage.MERGED, None)


def test_other_notes_stay_after_the_merge() -> None:
    note = PushedByOthers()
    assert observed(upgrade(note=note, approved_by=("rio",)), MERGED, YES).pull_request.note == note


@pytest.mark.parametrize("pull", [OPEN, CLOSED, MERGED], ids=["open", "closed", "merged"])
@pytest.mark.parametrize("stage", sorted(IN_DEPLOYMENT | {Stage.DONE, Stage.FAILED}))
def test_what_was_merged_stays_merged(stage: Stage, pull: PullRequest) -> None:
    there = upgrade(stage=stage, merged_at=NOW, merged_by="rio", approved_by=("rio",))
    assert observed(there, pull, NO) == there


def test_one_that_failed_before_its_merge_is_taken_up_when_people_merge_it() -> None:
    there = upgrade(stage=Stage.FAILED, reason="GitHub refused")
    assert observed(there, OPEN, YES) == there
    assert observed(there, MERGED, YES).stage is Stage.MERGED


# Rollbacks


def test_an_upgrade_is_undone_by_a_pull_request_of_its_own() -> None:
    done = upgrade(stage=Stage.DONE, merged_at=NOW, after=(result(),), approved_by=("rio",))
    back = rollback_requested(done)
    assert back == Upgrade(
        "rctest",
        TO,
        Stage.PLANNED,
        "lee",
        LATER,
        from_version=TO,
        rollback=Rollback("lee", "search is slow"),
        previous=done,
    )
    assert back.key == done.key
    assert (done.branch, back.branch) == ("rctest/upgrade-v3.40.1", "rctest/rollback-v3.40.1")


def test_an_upgrade_that_mibot_knows_nothing_of_can_be_undone() -> None:
    assert rollback_requested(None) == replace(rollback_requested(upgrade()), previous=None)


@pytest.mark.parametrize("stage", sorted(UNFINISHED))
def test_asking_again_for_a_rollback_is_the_same_rollback(stage: Stage) -> None:
    there = upgrade(stage=stage, rollback=Rollback("dana"))
    assert rollback_requested(there) is there


@pytest.mark.parametrize("stage", [Stage.ROLLED_BACK, Stage.FAILED, Stage.CLOSED])
def test_a_rollback_that_has_ended_is_no_obstacle_to_another(stage: Stage) -> None:
    there = upgrade(stage=stage, rollback=Rollback("dana"))
    assert rollback_requested(there) == replace(rollback_requested(None), previous=there)


@pytest.mark.parametrize("stage", [Stage.ROLLED_BACK, Stage.FAILED])
def test_the_same_comment_undoes_once(stage: Stage) -> None:
    back = Rollback("lee", comment_id=77)
    there = upgrade(stage=stage, rollback=back)
    assert request_rollback(there, "rctest", TO, back, LATER) is there
    assert request_rollback(there, "rctest", TO, replace(back, comment_id=78), LATER).stage is Stage.PLANNED


@pytest.mark.parametrize("stage", DEPLOYING_NOW)
def test_what_is_being_deployed_is_not_undone_before_that_is_over(stage: Stage) -> None:
    there = upgrade(stage=stage, merged_at=NOW)
    after = rollback_requested(there)
    assert after == modify(there, note=RollbackTooEarly("lee"))


def test_a_rollback_remembers_the_runs_of_what_it_undoes() -> None:
    there = upgrade(stage=Stage.FAILED, merged_at=NOW, deployment=Deployment(NOW, run_id=5), extra_run_ids=(4,))
    assert rollback_requested(there).earlier_run_ids == (4, 5)
    lost = rollback_requested(upgrade(stage=Stage.FAILED, merged_at=NOW, deployment=Deployment(NOW, confirmed=True)))
    assert (lost.earlier_run_ids, lost.attempt.run_missing_since) == ((), NOW)


def test_the_pull_request_of_a_rollback_is_followed_like_any_other() -> None:
    back = attach_pull(rollback_requested(upgrade(stage=Stage.DONE, merged_at=NOW)), OPEN, TO, LATER)
    assert (back.stage, back.pull_request.number, back.from_version) == (Stage.OPEN, 7, TO)
    assert observed(back, OPEN, YES).stage is Stage.APPROVED
    assert observed(back, OPEN, YES, NO).stage is Stage.CHANGES_REQUESTED
    merged = observed(back, MERGED, YES)
    assert (merged.stage, merged.pull_request.merged_by, merged.rollback) == (Stage.MERGED, "rio", back.rollback)


ELSEWHERE: dict[str, Any] = {"base": "staging", "into_base": False}


def test_a_merge_into_another_branch_deploys_nothing_and_is_told() -> None:
    seen = observed(upgrade(), replace(MERGED, **ELSEWHERE), YES)
    told = PullRequestEnded(PullRequestEnd.MERGED_ELSEWHERE, "staging")
    assert (seen.stage, seen.reason, seen.merged_at) == (Stage.CLOSED, told, None)
    assert observed(seen, replace(MERGED, **ELSEWHERE), YES) == seen
    assert upgrade_requested(seen).pull_request.number is None, "whoever asks again gets another one"


@pytest.mark.parametrize("stage", [Stage.FAILED, Stage.CLOSED, Stage.APPROVED, Stage.CHANGES_REQUESTED])
def test_from_no_stage_does_a_merge_into_another_branch_count(stage: Stage) -> None:
    assert observed(upgrade(stage=stage), replace(MERGED, **ELSEWHERE)).merged_at is None


def test_a_rollback_that_is_merged_into_another_branch_leaves_the_upgrade_as_it_was() -> None:
    done = upgrade(stage=Stage.DONE, merged_at=NOW, after=(result(),))
    back = attach_pull(rollback_requested(done), OPEN, TO, LATER)
    note = RollbackEnded("lee", PullRequestEnd.MERGED_ELSEWHERE, "staging")
    assert observed(back, replace(MERGED, **ELSEWHERE)) == modify(done, note=note)


def test_a_changed_base_branch_is_told_until_it_is_changed_back() -> None:
    there = attach_pull(upgrade(stage=Stage.PLANNED), replace(OPEN, base="main"), FROM, NOW)
    seen = observed(there, replace(OPEN, **ELSEWHERE), YES)
    assert (seen.stage, seen.pull_request.note) == (Stage.APPROVED, GoesElsewhere("staging"))
    assert observed(seen, replace(OPEN, base="main"), YES).pull_request.note is None


def test_a_base_branch_that_people_renamed_after_the_merge_is_the_one_that_was_planned() -> None:
    there = attach_pull(upgrade(stage=Stage.PLANNED), replace(OPEN, base="main"), FROM, NOW)
    assert observed(there, replace(MERGED, base="main", into_base=False)).stage is Stage.MERGED
    assert observed(there, replace(MERGED, base="trunk")).stage is Stage.MERGED


def test_what_is_not_what_was_planned_needs_an_operators_word_of_that_commit() -> None:
    content = PullRequestContent(HEAD, ContentDiffers(unexpected=1))
    there = upgrade(stage=Stage.HELD, merged_at=NOW, content=content)
    assert there.pull_request.obstacle == ContentNotAccepted(ContentDiffers(unexpected=1))
    assert upgrade_requested(there) == there, "asking again is no word"
    accepted = upgrade_requested(there, "I read it")
    assert accepted.pull_request.content.acceptance == Override("lee", "I read it", LATER)
    assert (accepted.pull_request.obstacle, accepted.force) == (None, None), "its checks still count"
    forced_before = modify(there, force=Override("rio", "its turn"))
    assert forced_before.pull_request.obstacle is not None


def test_a_pull_request_that_goes_elsewhere_is_not_deployed_as_it_is() -> None:
    assert upgrade(note=GoesElsewhere("staging")).pull_request.obstacle == GoesElsewhere("staging")


def test_when_its_pull_request_is_closed_the_upgrade_is_what_it_was() -> None:
    done = upgrade(stage=Stage.DONE, merged_at=NOW, after=(result(),))
    back = attach_pull(rollback_requested(done), OPEN, TO, LATER)
    assert observed(back, CLOSED) == modify(done, note=RollbackEnded("lee", PullRequestEnd.CLOSED))
    assert mark_pull_gone(back, LATER) == modify(done, note=RollbackEnded("lee", PullRequestEnd.GONE))


def test_where_there_was_no_record_before_a_closed_rollback_is_closed() -> None:
    closed = observed(attach_pull(rollback_requested(None), OPEN, TO, LATER), CLOSED)
    assert (closed.stage, closed.reason) == (Stage.CLOSED, PullRequestEnded(PullRequestEnd.CLOSED))


@pytest.mark.parametrize("pull", [OPEN, CLOSED, MERGED], ids=["open", "closed", "merged"])
def test_what_was_rolled_back_or_skipped_stays_so(pull: PullRequest) -> None:
    back = upgrade(stage=Stage.ROLLED_BACK, rollback=BACK, merged_at=NOW, previous=upgrade(stage=Stage.DONE))
    assert observed(back, pull, NO) == back
    left_out = upgrade(stage=Stage.SKIPPED)
    assert observed(left_out, pull, NO) == left_out


# Runs that nobody follows any more


@pytest.mark.parametrize(
    ("deployment", "runs", "lost"),
    [
        (None, (4,), NOW),
        (Deployment(LATER, confirmed=True, run_id=5, run_url="https://x"), (4, 5), NOW),
        (Deployment(LATER, confirmed=True, run_id=5), (4, 5), LATER),
        (Deployment(LATER), (4,), LATER),
        (Deployment(LATER, confirmed=True), (4,), LATER),
        (Deployment(LATER, ended_at=LATER, failure=WHY), (4,), NOW),
    ],
)
def test_what_a_deployment_leaves_behind(
    deployment: Deployment | None, runs: tuple[int, ...], lost: datetime | None
) -> None:
    there = upgrade(deployment=deployment, extra_run_ids=(4,), run_missing_since=NOW)
    assert (all_run_ids(there), missing_run_since(there)) == (runs, lost)

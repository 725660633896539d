"""One version's preparation: asked for, opened, reviewed, merged; or closed, failed, and asked for again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.github_models import PullRequest, Review, ReviewState
from bot.domain.plans.change_set import ChangeKind, ChangeSet
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.plans.reasons.warnings import FileKept
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.preparation import (
    UNPREPARED,
    Preparation,
    PreparationStage,
    accept,
    apply_plan,
    force_preparation,
    observe_preparation,
    request_preparation,
)
from bot.domain.upgrade.reasons.pull_requests import ContentDiffers, PullRequestEnd, PullRequestEnded
from bot.schema import CODEC
from tests.records import preparations
from tests.samples import NOW, PULL, modify, version

TO = version("3.40.2")
LATER = NOW + timedelta(hours=1)
ASKED = Preparation(TO, PreparationStage.REQUESTED, "dana", NOW)
STRAY = (MistaggedImage("symbols", "index.docker.io/sourcegraph/symbols:3.40.1"),)
OPEN = PullRequest(7, "golden: prepare", "", PULL, "golden/v3.40.2", "c" * 40, True, False, "mibot[bot]", frozenset())
MERGED = replace(OPEN, open=False, merged=True, merged_at=NOW, merged_by="rio")
CLOSED = replace(OPEN, open=False)
YES, NO = Review("rio", ReviewState.APPROVED), Review("sam", ReviewState.CHANGES_REQUESTED)


def at(stage: PreparationStage, **facts: object) -> Preparation:
    return modify(ASKED, **{"stage": stage, "number": 7, "url": PULL, **facts})


def asked(existing: Preparation | None) -> Preparation:
    return request_preparation(existing, TO, "lee", LATER)


def test_asking_for_the_first_time() -> None:
    assert asked(None) == Preparation(TO, PreparationStage.REQUESTED, "lee", LATER)
    assert asked(None).branch == OPEN.branch


@pytest.mark.parametrize("stage", [PreparationStage.REQUESTED, PreparationStage.OPEN, PreparationStage.READY])
def test_asking_again_is_the_same_preparation(stage: PreparationStage) -> None:
    there = at(stage)
    assert asked(there) is there


@pytest.mark.parametrize("stage", [PreparationStage.CLOSED, PreparationStage.FAILED])
def test_one_that_came_to_nothing_begins_anew_when_somebody_asks(stage: PreparationStage) -> None:
    assert asked(at(stage, reason="its pull request was closed without a merge", mistagged_images=STRAY)) == asked(
        None
    )


def test_what_an_operator_accepted_stays_accepted_when_it_begins_anew() -> None:
    again = asked(accept(at(PreparationStage.CLOSED), "rio", NOW))
    assert (again.stage, again.requested_by) == (PreparationStage.REQUESTED, "lee")
    assert again.acceptance == Override("rio", at=NOW)


def test_a_version_whose_images_have_other_tags_is_held_until_they_are_accepted() -> None:
    assert not ASKED.needs_acceptance
    held = replace(ASKED, mistagged_images=STRAY)
    assert held.needs_acceptance
    accepted = accept(held, "lee", LATER)
    assert not accepted.needs_acceptance
    assert accepted.acceptance == Override("lee", at=LATER)


def test_the_first_acceptance_counts() -> None:
    accepted = accept(ASKED, "lee", NOW)
    assert accept(accepted, "rio", LATER) is accepted


def test_who_forced_it_is_kept_with_the_reason() -> None:
    forced = force_preparation(ASKED, "lee", "a new customer starts there", NOW)
    assert forced.force == Override("lee", "a new customer starts there", NOW)
    assert force_preparation(forced, "lee", "a new customer starts there", LATER) is forced
    assert force_preparation(forced, "rio", "so it is", LATER).force == Override("rio", "so it is", LATER)
    assert asked(replace(forced, stage=PreparationStage.CLOSED)).force == forced.force


def test_another_content_than_planned_has_to_be_accepted_of_its_own() -> None:
    accepted = accept(replace(ASKED, mistagged_images=STRAY), "lee", NOW)
    differs = modify(accepted, content=PullRequestContent("c" * 40, ContentDiffers(different=1)))
    assert differs.needs_acceptance
    again = accept(differs, "rio", LATER)
    assert not again.needs_acceptance
    assert again.pull_request.content.acceptance == Override("rio", at=LATER)
    assert again.acceptance == Override("lee", at=NOW), "the first acceptance of the images counts"


def test_images_may_be_accepted_before_they_are_known() -> None:
    change = ChangeSet(ChangeKind.PREPARATION, TO, (), mistagged_images=STRAY)
    assert not apply_plan(accept(ASKED, "lee", NOW), change).needs_acceptance


def test_it_knows_what_its_change_set_says_of_images_and_warnings() -> None:
    warnings = (FileKept("infrastructure.tf"),)
    change = ChangeSet(ChangeKind.PREPARATION, TO, (), warnings=warnings, mistagged_images=STRAY)
    found = apply_plan(modify(ASKED, reason="delayed"), change)
    assert (found.mistagged_images, found.pull_request.warnings, found.reason) == (STRAY, warnings, None)
    corrected = apply_plan(found, ChangeSet(ChangeKind.PREPARATION, TO, ()))
    assert corrected.mistagged_images == (), "what was corrected is forgotten"


@pytest.mark.parametrize(
    ("reviews", "approved"),
    [([], ()), ([NO], ()), ([YES], ("rio",)), ([YES, Review("amy", ReviewState.APPROVED), NO], ("amy", "rio"))],
)
def test_reviews(reviews: list[Review], approved: tuple[str, ...]) -> None:
    seen = observe_preparation(at(PreparationStage.OPEN, reason="delayed"), OPEN, reviews, LATER)
    assert (seen.stage, seen.pull_request.approved_by, seen.reason) == (PreparationStage.OPEN, approved, None)
    assert (seen.pull_request.number, seen.pull_request.url, seen.pull_request.head) == (7, PULL, "c" * 40)


def test_a_merge_is_noted_with_who_and_when_and_who_approved() -> None:
    seen = observe_preparation(at(PreparationStage.OPEN, note="rebuilt"), MERGED, [YES], LATER)
    assert seen.stage is PreparationStage.READY
    assert (
        seen.pull_request.merged_by,
        seen.pull_request.merged_at,
        seen.pull_request.approved_by,
        seen.pull_request.note,
    ) == ("rio", NOW, ("rio",), None)


def test_a_merge_into_another_branch_prepares_nothing() -> None:
    elsewhere = replace(MERGED, base="staging", into_base=False)
    seen = observe_preparation(at(PreparationStage.OPEN), elsewhere, [YES], LATER)
    told = PullRequestEnded(PullRequestEnd.MERGED_ELSEWHERE, "staging")
    assert (seen.stage, seen.reason) == (PreparationStage.CLOSED, told)


def test_a_pull_request_that_is_closed_ends_it() -> None:
    seen = observe_preparation(at(PreparationStage.OPEN), CLOSED, [YES], LATER)
    assert (seen.stage, seen.reason) == (PreparationStage.CLOSED, PullRequestEnded(PullRequestEnd.CLOSED))


@pytest.mark.parametrize("pull", [OPEN, CLOSED, MERGED], ids=["open", "closed", "merged"])
@pytest.mark.parametrize("stage", sorted(set(PreparationStage) - UNPREPARED))
def test_what_has_ended_stays_as_it_is(stage: PreparationStage, pull: PullRequest) -> None:
    there = at(stage, merged_by="rio")
    assert observe_preparation(there, pull, [NO], LATER) == there


def test_what_the_sweep_takes_up() -> None:
    assert {PreparationStage.REQUESTED, PreparationStage.OPEN} == UNPREPARED


@given(preparations(st.text(max_size=20)))
def test_what_is_written_down_comes_back_as_it_was(preparation: Preparation) -> None:
    assert (
        CODEC.decode_document(Preparation, json.loads(json.dumps(CODEC.encode_document(preparation)))) == preparation
    )

"""One version's preparation: asked for, opened, reviewed, merged; or closed, failed, and asked for again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.github_models import PullRequest, Review, ReviewState
from bot.domain.plans.change_set import ChangeKind, ChangeSet
from bot.domain.plans.refusals import MistaggedImage
from bot.domain.upgrade.preparation import (
    UNPREPARED,
    Preparation,
    PreparationStage,
    accept,
    apply_plan,
    observe_preparation,
    request_preparation,
)
from bot.domain.versions import Version
from tests.samples import NOW, PULL, version

TO = version("3.40.2")
LATER = NOW + timedelta(hours=1)
ASKED = Preparation(TO, PreparationStage.REQUESTED, "dana", NOW)
STRAY = (MistaggedImage("symbols", "index.docker.io/sourcegraph/symbols:3.40.1"),)
OPEN = PullRequest(7, "golden: prepare", "", PULL, "golden/v3.40.2", "c" * 40, True, False, "mibot[bot]", frozenset())
MERGED = replace(OPEN, open=False, merged=True, merged_at=NOW, merged_by="rio")
CLOSED = replace(OPEN, open=False)
YES, NO = Review("rio", ReviewState.APPROVED), Review("sam", ReviewState.CHANGES_REQUESTED)


def at(stage: PreparationStage, **facts: object) -> Preparation:
    return replace(ASKED, **{"stage": stage, "number": 7, "url": PULL, **facts})  # type: ignore[arg-type]


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
    assert asked(at(stage, reason="its pull request was closed without a merge", stray=STRAY)) == asked(None)


def test_what_an_operator_accepted_stays_accepted_when_it_begins_anew() -> None:
    again = asked(accept(at(PreparationStage.CLOSED), "rio", NOW))
    assert (again.stage, again.asked_by) == (PreparationStage.REQUESTED, "lee")
    assert (again.accepted_by, again.accepted_at) == ("rio", NOW)


def test_a_version_whose_images_have_other_tags_is_held_until_they_are_accepted() -> None:
    assert not ASKED.needs_acceptance
    held = replace(ASKED, stray=STRAY)
    assert held.needs_acceptance
    accepted = accept(held, "lee", LATER)
    assert not accepted.needs_acceptance
    assert (accepted.accepted_by, accepted.accepted_at) == ("lee", LATER)


def test_the_first_acceptance_counts() -> None:
    accepted = accept(ASKED, "lee", NOW)
    assert accept(accepted, "rio", LATER) is accepted


def test_images_may_be_accepted_before_they_are_known() -> None:
    change = ChangeSet(ChangeKind.PREPARATION, TO, (), mistagged_images=STRAY)
    assert not apply_plan(accept(ASKED, "lee", NOW), change).needs_acceptance


def test_it_knows_what_its_change_set_says_of_images_and_warnings() -> None:
    change = ChangeSet(ChangeKind.PREPARATION, TO, (), mistagged_images=STRAY)
    found = apply_plan(replace(ASKED, reason="delayed"), change, ["no executors"])
    assert (found.stray, found.warnings, found.reason) == (STRAY, ("no executors",), "")
    assert apply_plan(found, ChangeSet(ChangeKind.PREPARATION, TO, ())).stray == (), "what was put right is forgotten"


@pytest.mark.parametrize(
    ("reviews", "approved"),
    [([], ()), ([NO], ()), ([YES], ("rio",)), ([YES, Review("amy", ReviewState.APPROVED), NO], ("amy", "rio"))],
)
def test_reviews(reviews: list[Review], approved: tuple[str, ...]) -> None:
    seen = observe_preparation(at(PreparationStage.OPEN, reason="delayed"), OPEN, reviews)
    assert (seen.stage, seen.approved_by, seen.reason) == (PreparationStage.OPEN, approved, "")
    assert (seen.number, seen.url, seen.head) == (7, PULL, "c" * 40)


def test_a_merge_is_noted_with_who_and_when_and_who_approved() -> None:
    seen = observe_preparation(at(PreparationStage.OPEN, note="rebuilt"), MERGED, [YES])
    assert seen.stage is PreparationStage.READY
    assert (seen.merged_by, seen.merged_at, seen.approved_by, seen.note) == ("rio", NOW, ("rio",), "")


def test_a_pull_request_that_is_closed_ends_it() -> None:
    seen = observe_preparation(at(PreparationStage.OPEN), CLOSED, [YES])
    assert (seen.stage, seen.reason) == (PreparationStage.CLOSED, "its pull request was closed without a merge")


@pytest.mark.parametrize("pull", [OPEN, CLOSED, MERGED], ids=["open", "closed", "merged"])
@pytest.mark.parametrize("stage", sorted(set(PreparationStage) - UNPREPARED))
def test_what_has_ended_stays_as_it_is(stage: PreparationStage, pull: PullRequest) -> None:
    there = at(stage, merged_by="rio")
    assert observe_preparation(there, pull, [NO]) == there


def test_what_the_sweep_takes_up() -> None:
    assert {PreparationStage.REQUESTED, PreparationStage.OPEN} == UNPREPARED


WORDS = st.text(max_size=20)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
NAMES = st.lists(WORDS, max_size=3).map(tuple)
PREPARATIONS = st.builds(
    Preparation,
    version=st.builds(Version, *[st.integers(0, 9999)] * 3, st.none() | st.integers(0, 9999)),
    stage=st.sampled_from(PreparationStage),
    asked_by=WORDS,
    asked_at=MOMENTS,
    reason=WORDS,
    number=st.none() | st.integers(1),
    url=WORDS,
    head=WORDS,
    built=WORDS,
    base=WORDS,
    meaning=WORDS,
    note=WORDS,
    warnings=NAMES,
    stray=st.lists(st.builds(MistaggedImage, WORDS, WORDS), max_size=3).map(tuple),
    accepted_by=WORDS,
    accepted_at=st.none() | MOMENTS,
    approved_by=NAMES,
    merged_by=WORDS,
    merged_at=st.none() | MOMENTS,
)


@given(PREPARATIONS)
def test_what_is_written_down_comes_back_as_it_was(preparation: Preparation) -> None:
    assert Preparation.from_json(json.loads(json.dumps(preparation.to_json()))) == preparation

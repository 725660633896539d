"""One standing word a reviewer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.github.deployment.reviews import SubmittedReview, latest_reviews
from bot.domain.github_models import Review, ReviewState

STATES = ("APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING")
histories = st.lists(
    st.builds(SubmittedReview, st.sampled_from("abc"), st.sampled_from(STATES), st.booleans()), max_size=12
)


def reviews_after(*states: str) -> tuple[Review, ...]:
    return latest_reviews(SubmittedReview("bob", state) for state in states)


def test_the_latest_opinion_stands() -> None:
    assert reviews_after("CHANGES_REQUESTED", "APPROVED") == (Review("bob", ReviewState.APPROVED),)
    assert reviews_after("APPROVED", "CHANGES_REQUESTED") == (Review("bob", ReviewState.CHANGES_REQUESTED),)


def test_an_approval_outlives_a_later_comment() -> None:
    assert reviews_after("APPROVED", "COMMENTED") == (Review("bob", ReviewState.APPROVED),)


def test_a_dismissed_review_does_not_stand() -> None:
    assert reviews_after("DISMISSED") == ()
    assert reviews_after("APPROVED", "DISMISSED") == ()
    assert reviews_after("DISMISSED", "APPROVED") == (Review("bob", ReviewState.APPROVED),)


def test_a_comment_alone_is_a_comment() -> None:
    assert reviews_after("COMMENTED") == (Review("bob", ReviewState.COMMENTED),)


@pytest.mark.parametrize(("can_write", "state"), [(True, ReviewState.APPROVED), (False, ReviewState.COMMENTED)])
def test_an_outsiders_approval_counts_if_they_can_write(can_write: bool, state: ReviewState) -> None:
    asked: list[str] = []

    def look_up(login: str) -> bool:
        asked.append(login)
        return can_write

    reviews = [SubmittedReview("bob", "COMMENTED", outsider=True), SubmittedReview("bob", "APPROVED", outsider=True)]
    assert latest_reviews([*reviews, reviews[1]], look_up) == (Review("bob", state),)
    assert asked == ["bob"], "once"


def test_bots_and_unsent_reviews_do_not_count() -> None:
    assert (
        latest_reviews([SubmittedReview("ci[bot]", "APPROVED", by_bot=True), SubmittedReview("bob", "PENDING")]) == ()
    )


@given(histories)
def test_everybody_has_one_word_at_most(history: list[SubmittedReview]) -> None:
    reviewers = [review.reviewer for review in latest_reviews(history)]
    assert len(reviewers) == len(set(reviewers))


@given(histories)
def test_a_persons_word_depends_on_their_own_reviews_only(history: list[SubmittedReview]) -> None:
    alone = {review for person in "abc" for review in latest_reviews(r for r in history if r.reviewer == person)}
    assert alone == set(latest_reviews(history))


@given(histories, st.sampled_from("abc"))
def test_the_last_opinion_decides_whatever_came_before(history: list[SubmittedReview], reviewer: str) -> None:
    now = latest_reviews([*history, SubmittedReview(reviewer, "APPROVED")])
    assert Review(reviewer, ReviewState.APPROVED) in now


@given(histories, st.sampled_from("abc"))
def test_a_comment_never_takes_an_approval_away(history: list[SubmittedReview], reviewer: str) -> None:
    before = set(latest_reviews(history))
    after = set(latest_reviews([*history, SubmittedReview(reviewer, "COMMENTED")]))
    assert before <= after

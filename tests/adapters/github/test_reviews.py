"""One standing word a reviewer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.github.reviews import Submitted, standing
from bot.domain.github_models import Opinion, Review

STATES = ("APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING")
histories = st.lists(
    st.builds(Submitted, st.sampled_from("abc"), st.sampled_from(STATES), st.booleans()), max_size=12
)


def said(*states: str) -> tuple[Review, ...]:
    return standing(Submitted("bob", state) for state in states)


def test_the_latest_opinion_stands() -> None:
    assert said("CHANGES_REQUESTED", "APPROVED") == (Review("bob", Opinion.APPROVED),)
    assert said("APPROVED", "CHANGES_REQUESTED") == (Review("bob", Opinion.CHANGES_REQUESTED),)


def test_an_approval_outlives_a_later_comment() -> None:
    assert said("APPROVED", "COMMENTED") == (Review("bob", Opinion.APPROVED),)


def test_a_dismissed_review_does_not_stand() -> None:
    assert said("DISMISSED") == ()
    assert said("APPROVED", "DISMISSED") == ()
    assert said("DISMISSED", "APPROVED") == (Review("bob", Opinion.APPROVED),)


def test_a_comment_alone_is_a_comment() -> None:
    assert said("COMMENTED") == (Review("bob", Opinion.COMMENTED),)


def test_bots_and_unsent_reviews_do_not_count() -> None:
    assert standing([Submitted("ci[bot]", "APPROVED", by_bot=True), Submitted("bob", "PENDING")]) == ()


@given(histories)
def test_everybody_has_one_word_at_most(history: list[Submitted]) -> None:
    reviewers = [review.reviewer for review in standing(history)]
    assert len(reviewers) == len(set(reviewers))


@given(histories)
def test_a_persons_word_depends_on_their_own_reviews_only(history: list[Submitted]) -> None:
    alone = {review for person in "abc" for review in standing(r for r in history if r.reviewer == person)}
    assert alone == set(standing(history))


@given(histories, st.sampled_from("abc"))
def test_the_last_opinion_decides_whatever_came_before(history: list[Submitted], reviewer: str) -> None:
    now = standing([*history, Submitted(reviewer, "APPROVED")])
    assert Review(reviewer, Opinion.APPROVED) in now


@given(histories, st.sampled_from("abc"))
def test_a_comment_never_takes_an_approval_away(history: list[Submitted], reviewer: str) -> None:
    before = set(standing(history))
    after = set(standing([*history, Submitted(reviewer, "COMMENTED")]))
    assert before <= after

"""Which reviews of a pull request count: the latest of each person. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.adapters.github.parsing import is_bot, login_of
from bot.domain.github_models import Review, ReviewState

_OPINIONS = {"APPROVED": ReviewState.APPROVED, "CHANGES_REQUESTED": ReviewState.CHANGES_REQUESTED}


@dataclass(frozen=True)
class SubmittedReview:
    """One review as GitHub lists it; `state` is GitHub's word."""

    reviewer: str
    state: str
    by_bot: bool = False


def parse_review(data: Any) -> SubmittedReview:
    return SubmittedReview(login_of(data.get("user")), str(data["state"]), is_bot(data.get("user")))


def latest_reviews(reviews: Iterable[SubmittedReview]) -> tuple[Review, ...]:
    """The latest review of each person, from reviews in the order in which they were made.

    An approval or a request for changes outlives later comments; a dismissal removes it. Bots and reviews that are
    not submitted yet do not count.
    """
    opinions: dict[str, ReviewState] = {}
    for review in reviews:
        if review.by_bot:
            continue
        if review.state in _OPINIONS:
            opinions[review.reviewer] = _OPINIONS[review.state]
        elif review.state == "DISMISSED":
            opinions.pop(review.reviewer, None)
        elif review.state == "COMMENTED":
            opinions.setdefault(review.reviewer, ReviewState.COMMENTED)
    return tuple(Review(reviewer, opinion) for reviewer, opinion in opinions.items())

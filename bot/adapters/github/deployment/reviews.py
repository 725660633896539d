"""Which reviews of a pull request count: the latest of each person. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.adapters.github.parsing import is_bot, login_of
from bot.domain.github_models import Review, ReviewState

_OUTSIDERS = frozenset({"NONE", "CONTRIBUTOR", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "MANNEQUIN"})
"""GitHub's words for who has no write access. Their reviews approve and forbid nothing there, either."""
_OPINIONS = {"APPROVED": ReviewState.APPROVED, "CHANGES_REQUESTED": ReviewState.CHANGES_REQUESTED}


@dataclass(frozen=True)
class SubmittedReview:
    """One review as GitHub lists it; `state` is GitHub's word, `commit` what was reviewed."""

    reviewer: str
    state: str
    by_bot: bool = False
    commit: str | None = None


def parse_review(data: Any) -> SubmittedReview:
    state = str(data["state"])
    if data.get("author_association") in _OUTSIDERS and state in _OPINIONS:
        state = "COMMENTED"
    reviewer, by_bot = login_of(data.get("user")), is_bot(data.get("user"))
    commit = str(data["commit_id"] or "") if "commit_id" in data else None
    return SubmittedReview(reviewer, state, by_bot, commit)


def latest_reviews(reviews: Iterable[SubmittedReview]) -> tuple[Review, ...]:
    """The latest review of each person, from reviews in the order in which they were made.

    An approval or a request for changes outlives later comments; a dismissal removes it. Bots and reviews that are
    not submitted yet do not count.
    """
    opinions: dict[str, Review] = {}
    for review in reviews:
        if review.by_bot:
            continue
        who = review.reviewer
        if review.state in _OPINIONS:
            opinions[who] = Review(who, _OPINIONS[review.state], review.commit)
        elif review.state == "DISMISSED":
            opinions.pop(who, None)
        elif review.state == "COMMENTED":
            opinions.setdefault(who, Review(who, ReviewState.COMMENTED, review.commit))
    return tuple(opinions.values())

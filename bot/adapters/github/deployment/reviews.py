"""Which reviews of a pull request count: the latest of each person. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.adapters.github.parsing import is_bot, login_of
from bot.domain.github_models import Review, ReviewState

_OUTSIDERS = frozenset({"NONE", "CONTRIBUTOR", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "MANNEQUIN"})
"""GitHub's words for who may have no write access."""
_OPINIONS = {"APPROVED": ReviewState.APPROVED, "CHANGES_REQUESTED": ReviewState.CHANGES_REQUESTED}


@dataclass(frozen=True)
class SubmittedReview:
    """One review as GitHub lists it; `state` is GitHub's word, `commit` what was reviewed. `outsider` is whether the
    reviewer may have no write access."""

    reviewer: str
    state: str
    by_bot: bool = False
    commit: str | None = None
    at: datetime | None = None
    outsider: bool = False


def parse_review(data: Any) -> SubmittedReview:
    commit = str(data["commit_id"] or "") if "commit_id" in data else None
    at = datetime.fromisoformat(data["submitted_at"]) if data.get("submitted_at") else None
    outsider = data.get("author_association") in _OUTSIDERS
    return SubmittedReview(
        login_of(data.get("user")), str(data["state"]), is_bot(data.get("user")), commit, at, outsider
    )


def latest_reviews(
    reviews: Iterable[SubmittedReview], can_write: Callable[[str], bool] = lambda _: False
) -> tuple[Review, ...]:
    """The latest review of each person, from reviews in the order in which they were made.

    An approval or a request for changes outlives later comments; a dismissal removes it. Bots and reviews that are
    not submitted yet do not count. The reviews of outsiders who can't write to the repository are comments: GitHub
    lets them approve and forbid nothing, either.
    """
    writers: dict[str, bool] = {}
    opinions: dict[str, Review] = {}
    for review in reviews:
        if review.by_bot:
            continue
        who, state = review.reviewer, review.state
        if review.outsider and state in _OPINIONS:
            if who not in writers:
                writers[who] = can_write(who)
            state = state if writers[who] else "COMMENTED"
        if state in _OPINIONS:
            opinions[who] = Review(who, _OPINIONS[state], review.commit, review.at)
        elif state == "DISMISSED":
            opinions.pop(who, None)
        elif state == "COMMENTED":
            opinions.setdefault(who, Review(who, ReviewState.COMMENTED, review.commit, review.at))
    return tuple(opinions.values())

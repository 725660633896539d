"""Which of a pull request's reviews stand: one word a person. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.adapters.github.parsing import is_bot, login
from bot.domain.github_models import Opinion, Review

_STANDING = {"APPROVED": Opinion.APPROVED, "CHANGES_REQUESTED": Opinion.CHANGES_REQUESTED}


@dataclass(frozen=True)
class Submitted:
    """One review as GitHub lists it; `state` is GitHub's word."""

    reviewer: str
    state: str
    by_bot: bool = False


def submitted(data: Any) -> Submitted:
    return Submitted(login(data.get("user")), str(data["state"]), is_bot(data.get("user")))


def standing(reviews: Iterable[Submitted]) -> tuple[Review, ...]:
    """The latest word of each person, from reviews in the order they were made.

    An approval or a request for changes outlives later comments, and a dismissal takes it away. Bots and reviews
    that are not sent yet do not count.
    """
    opinions: dict[str, Opinion] = {}
    for review in reviews:
        if review.by_bot:
            continue
        if review.state in _STANDING:
            opinions[review.reviewer] = _STANDING[review.state]
        elif review.state == "DISMISSED":
            opinions.pop(review.reviewer, None)
        elif review.state == "COMMENTED":
            opinions.setdefault(review.reviewer, Opinion.COMMENTED)
    return tuple(Review(reviewer, opinion) for reviewer, opinion in opinions.items())

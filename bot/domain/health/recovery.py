"""How far back an instance could be brought: whether what is copied of it is recent enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.health.model import Judgement, State

RECOVERY_POINT = timedelta(hours=24)
"""The recovery point objective: a copy must be younger than this (domain.md, "Health", second row)."""
LIMIT = "24 hours"
SKEW = timedelta(minutes=10)
"""How far Google's clock and ours may be apart."""


class Standing(StrEnum):
    """How one thing's copies stand. Worst first."""

    FAILED = "failed"
    NONE = "none"
    OLD = "old"
    AHEAD = "ahead"
    FRESH = "fresh"


@dataclass(frozen=True)
class Made:
    """A copy that was finished: when it was begun (UTC), and whether it is good."""

    at: datetime
    good: bool


@dataclass(frozen=True)
class Kind:
    """What is copied, how a copy of it is called, and how a person makes one."""

    thing: str
    copy: str
    make: str


def standing(made: Iterable[Made], now: datetime) -> tuple[Standing, timedelta]:
    """How one thing's copies stand, and the age of its newest good one (0 without any)."""
    newest_first = sorted(made, key=lambda one: (one.at, one.good), reverse=True)
    good = next((one for one in newest_first if one.good), None)
    age = now - good.at if good else timedelta()
    if newest_first and not newest_first[0].good:
        return Standing.FAILED, age
    if good is None:
        return Standing.NONE, age
    if age < -SKEW:
        return Standing.AHEAD, age
    return (Standing.FRESH if age < RECOVERY_POINT else Standing.OLD), age


def judge_copies(kind: Kind, things: Sequence[Iterable[Made]], now: datetime) -> Judgement:
    """Pass only when each of the `things` has a fresh copy and its last one did not fail."""
    found = [standing(made, now) for made in things]
    worst = min((how for how, _ in found), key=list(Standing).index, default=Standing.NONE)
    ages = [age for how, age in found if how is worst]
    several = len(things) > 1
    part = "each" if len(ages) == len(things) else str(len(ages))
    who = f"{part} of {len(things)} {kind.thing}s" if several else f"the {kind.thing}"
    old = f"{'up to ' if len(ages) > 1 else ''}{_words(max(ages, default=timedelta()))} old"
    has = "have" if 1 < len(ages) < len(things) else "has"
    match worst:
        case Standing.FRESH:
            return Judgement(State.PASS, f"The newest {kind.copy} of {who} is {old}, younger than {LIMIT}.")
        case Standing.AHEAD:
            return Judgement(
                State.UNKNOWN,
                f"The newest {kind.copy} of {who} is dated in the future: set the clock of the machine that runs "
                "mibot, and check again.",
            )
        case Standing.OLD:
            problem = f"The newest {kind.copy} of {who} is {old} and must be younger than {LIMIT}: {kind.make}"
        case Standing.FAILED:
            problem = f"The last {kind.copy} of {who} failed: look in the Google Cloud console why, and {kind.make}"
        case Standing.NONE:
            problem = f"{who[0].upper()}{who[1:]} {has} no {kind.copy}: {kind.make}"
    return Judgement(State.FAIL, f"{problem}.")


def _words(age: timedelta) -> str:
    """An age in whole minutes, rounded down; what is of this very moment is 0 minutes old."""
    hours, minutes = divmod(max(int(age.total_seconds() // 60), 0), 60)
    return f"{hours} h {minutes} min"

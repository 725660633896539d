"""How far back an instance could be brought: whether what is copied of it is recent enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.health.model import CheckState, Verdict

RECOVERY_POINT = timedelta(hours=24)
"""The recovery point objective: a copy must be younger than this (domain.md, "Health", second row)."""
LIMIT = "24 hours"
SKEW = timedelta(minutes=10)
"""How far Google's clock and ours may be apart."""


class BackupFreshness(StrEnum):
    """How one thing's copies stand. Worst first."""

    FAILED = "failed"
    NONE = "none"
    STALE = "old"
    IN_FUTURE = "ahead"
    FRESH = "fresh"


@dataclass(frozen=True)
class FinishedBackup:
    """A copy that was finished: when it was begun (UTC), and whether it is good."""

    at: datetime
    succeeded: bool


@dataclass(frozen=True)
class BackupTerms:
    """What is copied, how a copy of it is called, and how a person makes one."""

    resource: str
    noun: str
    how_to_make: str


def backup_freshness(made: Iterable[FinishedBackup], now: datetime) -> tuple[BackupFreshness, timedelta]:
    """How one thing's copies stand, and the age of its newest good one (0 without any)."""
    newest_first = sorted(made, key=lambda one: (one.at, one.succeeded), reverse=True)
    good = next((one for one in newest_first if one.succeeded), None)
    age = now - good.at if good else timedelta()
    if newest_first and not newest_first[0].succeeded:
        return BackupFreshness.FAILED, age
    if good is None:
        return BackupFreshness.NONE, age
    if age < -SKEW:
        return BackupFreshness.IN_FUTURE, age
    return (BackupFreshness.FRESH if age < RECOVERY_POINT else BackupFreshness.STALE), age


def judge_backups(kind: BackupTerms, things: Sequence[Iterable[FinishedBackup]], now: datetime) -> Verdict:
    """Pass only when each of the `things` has a fresh copy and its last one did not fail."""
    found = [backup_freshness(made, now) for made in things]
    worst = min((how for how, _ in found), key=list(BackupFreshness).index, default=BackupFreshness.NONE)
    ages = [age for how, age in found if how is worst]
    several = len(things) > 1
    part = "each" if len(ages) == len(things) else str(len(ages))
    who = f"{part} of {len(things)} {kind.resource}s" if several else f"the {kind.resource}"
    old = f"{'up to ' if len(ages) > 1 else ''}{_format_age(max(ages, default=timedelta()))} old"
    has = "have" if 1 < len(ages) < len(things) else "has"
    match worst:
        case BackupFreshness.FRESH:
            return Verdict(CheckState.PASS, f"The newest {kind.noun} of {who} is {old}, younger than {LIMIT}.")
        case BackupFreshness.IN_FUTURE:
            return Verdict(
                CheckState.UNKNOWN,
                f"The newest {kind.noun} of {who} is dated in the future: set the clock of the machine that runs "
                "mibot, and check again.",
            )
        case BackupFreshness.STALE:
            problem = f"The newest {kind.noun} of {who} is {old} and must be younger than {LIMIT}: {kind.how_to_make}"
        case BackupFreshness.FAILED:
            problem = (
                f"The last {kind.noun} of {who} failed: look in the Google Cloud console why, and {kind.how_to_make}"
            )
        case BackupFreshness.NONE:
            problem = f"{who[0].upper()}{who[1:]} {has} no {kind.noun}: {kind.how_to_make}"
    return Verdict(CheckState.FAIL, f"{problem}.")


def _format_age(age: timedelta) -> str:
    """An age in whole minutes, rounded down; what is of this very moment is 0 minutes old."""
    hours, minutes = divmod(max(int(age.total_seconds() // 60), 0), 60)
    return f"{hours} h {minutes} min"

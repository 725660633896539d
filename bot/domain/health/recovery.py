"""How far back an instance could be restored: whether its backups are recent enough. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.health.model import CheckState, Verdict
from bot.domain.reasons import Reason
from bot.formats.documents import stored

RECOVERY_POINT = timedelta(hours=24)
"""The recovery point objective: a backup must be younger than this (domain.md, "Health", second row)."""
CLOCK_SKEW = timedelta(minutes=10)
"""How far Google's clock and ours may be apart."""


class BackupFreshness(StrEnum):
    """How recent the backups of one resource are. Worst first. The values are stored."""

    FAILED = "failed"
    NONE = "none"
    STALE = "old"
    UNCLEAR = "unclear"
    IN_FUTURE = "ahead"
    FRESH = "fresh"


class BackedUpResource(StrEnum):
    """What is backed up. The values are stored."""

    DATA_DISK = "data_disk"
    DATABASE_INSTANCE = "database_instance"


@stored(
    "backups.freshness",
    resource="resource",
    freshness="freshness",
    affected="affected",
    total="total",
    age_minutes="age_minutes",
    limit_hours="limit_hours",
)
@dataclass(frozen=True)
class BackupsSeen(Reason):
    """The freshness of the worst of `total` resources, and how many (`affected`) are like it.

    `age_minutes` is the age of the oldest of their newest good backups, rounded down, and 0 without any. It must be
    below `limit_hours`.
    """

    resource: BackedUpResource
    freshness: BackupFreshness
    affected: int
    total: int
    age_minutes: int = 0
    limit_hours: int = RECOVERY_POINT // timedelta(hours=1)


@dataclass(frozen=True)
class FinishedBackup:
    """A finished backup: when it was started (UTC), and whether it succeeded. One with a status that mibot does not
    know is not `understood`, and may have failed."""

    at: datetime
    succeeded: bool
    understood: bool = True


def backup_freshness(backups: Iterable[FinishedBackup], now: datetime) -> tuple[BackupFreshness, timedelta]:
    """The freshness of one resource's backups, and the age of its newest good one (0 without any)."""
    newest_first = sorted(backups, key=lambda one: (one.at, one.succeeded), reverse=True)
    good = next((one for one in newest_first if one.succeeded), None)
    age = now - good.at if good else timedelta()
    last = next((one for one in newest_first if one.understood), None)
    if last is not None and not last.succeeded:
        return BackupFreshness.FAILED, age
    if good is None:
        return BackupFreshness.NONE, age
    if not newest_first[0].understood:
        return BackupFreshness.UNCLEAR, age
    if age < -CLOCK_SKEW:
        return BackupFreshness.IN_FUTURE, age
    return (BackupFreshness.FRESH if age < RECOVERY_POINT else BackupFreshness.STALE), age


def evaluate_backups(
    resource: BackedUpResource, backups: Sequence[Iterable[FinishedBackup]], now: datetime
) -> Verdict:
    """Pass only if each of the resources has a fresh backup and its last one did not fail."""
    seen = [backup_freshness(finished, now) for finished in backups]
    worst = min((freshness for freshness, _ in seen), key=list(BackupFreshness).index, default=BackupFreshness.NONE)
    ages = [age for freshness, age in seen if freshness is worst]
    minutes = max(max(ages, default=timedelta()) // timedelta(minutes=1), 0)
    states = {BackupFreshness.FRESH: CheckState.PASS}
    states |= dict.fromkeys((BackupFreshness.IN_FUTURE, BackupFreshness.UNCLEAR), CheckState.UNKNOWN)
    finding = BackupsSeen(resource, worst, len(ages), len(seen), minutes)
    return Verdict(states.get(worst, CheckState.FAIL), finding)

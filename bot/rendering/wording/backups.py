"""Words for how recent the backups of an instance are."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.health.recovery import BackedUpResource, BackupFreshness, BackupsSeen
from bot.rendering.wording.counting import count
from bot.rendering.wording.dispatch import describe


@dataclass(frozen=True)
class _Terms:
    """What is backed up, what a backup of it is called, and how a person makes one."""

    resource: str
    backup: str
    how_to_make: str


_TERMS = {
    BackedUpResource.DATA_DISK: _Terms(
        "data disk", "snapshot", "take a snapshot, and check whether the disk's snapshot schedule is attached"
    ),
    BackedUpResource.DATABASE_INSTANCE: _Terms(
        "database instance", "backup", "make a backup, and check whether automated backups are on"
    ),
}


@describe.register
def _(reason: BackupsSeen) -> str:
    terms = _TERMS[reason.resource]
    part = "each" if reason.affected == reason.total else str(reason.affected)
    who = f"{part} of {reason.total} {terms.resource}s" if reason.total > 1 else f"the {terms.resource}"
    match reason.freshness:
        case BackupFreshness.FRESH:
            return f"The newest {terms.backup} of {who} is {_age(reason)} (limit: {reason.limit_hours} hours)."
        case BackupFreshness.IN_FUTURE:
            return (
                f"The newest {terms.backup} of {who} has a time in the future: correct the clock of the machine that "
                "runs mibot, then check again."
            )
        case BackupFreshness.UNCLEAR:
            return (
                f"The last {terms.backup} of {who} has a status that mibot does not know: look at it in the Google "
                "Cloud console."
            )
        case BackupFreshness.STALE:
            problem = f"The newest {terms.backup} of {who} is {_age(reason)} (limit: {reason.limit_hours} hours): "
        case BackupFreshness.FAILED:
            problem = f"The last {terms.backup} of {who} failed: find the reason in the Google Cloud console, and "
        case BackupFreshness.NONE:
            has = "have" if 1 < reason.affected < reason.total else "has"
            problem = f"{who[0].upper()}{who[1:]} {has} no {terms.backup}: "
    return f"{problem}{terms.how_to_make}."


def _age(reason: BackupsSeen) -> str:
    hours, minutes = divmod(reason.age_minutes, 60)
    parts = [count(hours, "hour")] if hours else []
    parts += [count(minutes, "minute")] if minutes or not hours else []
    return f"{'up to ' if reason.affected > 1 else ''}{' '.join(parts)} old"

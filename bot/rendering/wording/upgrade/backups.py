"""The words for how the backups before a deployment go."""

from __future__ import annotations

from bot.domain.upgrade.reasons import backups as reasons
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.upgrade.durations import format_duration


@describe.register
def _(_: reasons.DatabaseBusy) -> str:
    return "Cloud SQL is busy with another operation of this database."


@describe.register
def _(reason: reasons.BackupStatus) -> str:
    error = f" ({reason.error})" if reason.error else ""
    return f"Google reports the status {reason.status}{error}."


@describe.register
def _(reason: reasons.OperationFailed) -> str:
    return f"Google reports that it failed ({', '.join(reason.errors)})."


@describe.register
def _(reason: reasons.BackupsReady) -> str:
    return f"{reason.count} backups ready"


@describe.register
def _(reason: reasons.BackupsInProgress) -> str:
    return f"{reason.ready} of {reason.total} backups ready" if reason.total else "backups requested"


@describe.register
def _(reason: reasons.BackupFailed) -> str:
    problem = f" ({describe(reason.problem)})" if reason.problem else ""
    return f"its backup failed: {reason.backup_kind} {reason.name}{problem}"


@describe.register
def _(reason: reasons.BackupTimedOut) -> str:
    return f"its backup was not ready within {format_duration(reason.seconds)}"

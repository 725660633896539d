"""How the backups before a deployment go."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.reasons import Reason
from bot.domain.upgrade.backups import BackupKind
from bot.formats.documents import stored


@stored("backup.database_busy")
@dataclass(frozen=True)
class DatabaseBusy(Reason):
    """Cloud SQL works on the database, so that its backup waits."""


@stored("backup.status", status="status", error="error")
@dataclass(frozen=True)
class BackupStatus(Reason):
    """Google's status of a backup that failed, and the error that it gives (empty if it gives none)."""

    status: str
    error: str = ""


@stored("backup.operation_failed", errors="errors")
@dataclass(frozen=True)
class OperationFailed(Reason):
    """The operation that makes a backup failed. `errors` are Google's codes."""

    errors: tuple[str, ...]


@stored("backup.ready", count="count")
@dataclass(frozen=True)
class BackupsReady(Reason):
    """All backups are ready."""

    count: int


@stored("backup.in_progress", ready="ready", total="total")
@dataclass(frozen=True)
class BackupsInProgress(Reason):
    """Some backups are not ready yet. `total` is 0 while none is there."""

    ready: int
    total: int


@stored("backup.failed", backup_kind="type", name="name", problem="problem")
@dataclass(frozen=True)
class BackupFailed(Reason):
    """A backup failed. `problem` is None where nobody knows why."""

    backup_kind: BackupKind
    name: str
    problem: Reason | None = None


@stored("backup.timed_out", seconds="seconds")
@dataclass(frozen=True)
class BackupTimedOut(Reason):
    """The backups were not ready in time."""

    seconds: float

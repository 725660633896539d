"""What Google's snapshots and backup runs mean as backups. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from bot.domain.health.queries import DiskSnapshot, SqlBackup
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState

SNAPSHOT_STATES = {"READY": BackupState.READY, "FAILED": BackupState.FAILED, "DELETING": BackupState.FAILED}
BACKUP_STATES = {
    "SUCCESSFUL": BackupState.READY,
    "FAILED": BackupState.FAILED,
    "SKIPPED": BackupState.FAILED,
    "DELETION_PENDING": BackupState.FAILED,
    "DELETION_FAILED": BackupState.FAILED,
    "DELETED": BackupState.FAILED,
}
"""Google's statuses. Any other one (`CREATING`, `ENQUEUED`) is of a backup that is being made."""


def backup_from_snapshot(project: str, snapshot: DiskSnapshot) -> Backup:
    state = SNAPSHOT_STATES.get(snapshot.status, BackupState.RUNNING)
    said = f"Google says that it is {snapshot.status}." if state is BackupState.FAILED else ""
    link = snapshot_link(project, snapshot.name)
    return Backup(BackupKind.DISK, snapshot.disk, snapshot.name, state, snapshot.taken_at, said, link)


def backup_from_run(project: str, run: SqlBackup) -> Backup:
    state = BACKUP_STATES.get(run.status, BackupState.RUNNING)
    because = f" ({run.error})" if run.error else ""
    said = f"Google says that it is {run.status}{because}." if state is BackupState.FAILED else ""
    return Backup(
        BackupKind.DATABASE, run.instance, run.id, state, run.started_at, said, backup_link(project, run.instance)
    )


def apply_error_codes(backup: Backup, codes: Iterable[str]) -> Backup:
    """The backup that was started; it has failed if the operation already has error codes."""
    listed = ", ".join(sorted(map(str, codes)))
    return (
        replace(backup, state=BackupState.FAILED, detail=f"Google says that it failed ({listed}).")
        if listed
        else backup
    )


def pick_best(backups: Iterable[Backup]) -> Backup | None:
    """Of several backups of one resource the one that counts: a good one, else one that may become good."""
    preference = [BackupState.READY, BackupState.RUNNING, BackupState.FAILED]
    return min(backups, key=lambda backup: preference.index(backup.state), default=None)


def beyond_retention(backups: Iterable[Backup], keep: int) -> list[Backup]:
    """The backups that are older than the newest `keep` good ones of their disk or database, newest first.

    A failed one does not count as one of the newest.
    """
    good: Counter[tuple[BackupKind, str]] = Counter()
    rest = []
    for backup in sorted(backups, key=lambda backup: (backup.created_at, backup.name), reverse=True):
        if good[backup.kind, backup.source] >= keep:
            rest.append(backup)
        good[backup.kind, backup.source] += backup.state is BackupState.READY
    return rest


def snapshot_link(project: str, name: str) -> str:
    """The snapshot in the Google Cloud console. It names the project."""
    at = quote(project, safe="")
    return (
        f"https://console.cloud.google.com/compute/snapshotsDetail/projects/{at}/global/snapshots/{name}?project={at}"
    )


def backup_link(project: str, instance: str) -> str:
    """The database instance's backups in the Google Cloud console. It names the project."""
    name = quote(instance, safe="")
    return f"https://console.cloud.google.com/sql/instances/{name}/backups?project={quote(project, safe='')}"

"""What mibot's copies are called at Google, and what Google's snapshots and backup runs mean as copies. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from bot.domain.health.queries import DiskSnapshot, SqlBackup
from bot.domain.upgrade.backups import Backup, BackupKind, BackupRequest, BackupState
from bot.domain.upgrade.reasons.backups import BackupStatus, OperationFailed

DESCRIPTION_PREFIX = "mibot "
"""How the description of each of our database backups begins."""
LABEL = ("mibot", "true")
"""The label of each of our snapshots."""

SNAPSHOT_STATES = {"READY": BackupState.READY, "FAILED": BackupState.FAILED, "DELETING": BackupState.FAILED}
BACKUP_STATES = {
    "SUCCESSFUL": BackupState.READY,
    "FAILED": BackupState.FAILED,
    "SKIPPED": BackupState.FAILED,
    "DELETION_PENDING": BackupState.FAILED,
    "DELETION_FAILED": BackupState.FAILED,
    "DELETED": BackupState.FAILED,
}
"""Google's statuses; whatever else there is (`CREATING`, `ENQUEUED`) is on its way."""


def snapshot_name(order: BackupRequest, place: str) -> str:
    """The name of the order's snapshot of the disk at that place (`zones/Z/disks/D`); at most 63 characters."""
    return f"{order.request_id}-{hashlib.sha256(place.encode()).hexdigest()[:10]}"


def snapshot_labels(order: BackupRequest) -> dict[str, str]:
    """The labels of the order's snapshots. Google allows lower-case letters, digits, dashes and underscores."""
    told = {"slug": order.slug, "version": order.version, "tracker": order.tracker}
    return dict([LABEL]) | {key: re.sub(r"[^a-z0-9_-]", "-", value.lower())[:63] for key, value in told.items()}


def description(order: BackupRequest) -> str:
    """The description of the order's database backups."""
    return f"{DESCRIPTION_PREFIX}{order.request_id}"


def backup_from_snapshot(project: str, told: DiskSnapshot) -> Backup:
    state = SNAPSHOT_STATES.get(told.status, BackupState.RUNNING)
    problem = BackupStatus(told.status) if state is BackupState.FAILED else None
    link = snapshot_link(project, told.name)
    return Backup(BackupKind.DISK, told.disk, told.name, state, told.taken_at, problem, link)


def backup_from_run(project: str, told: SqlBackup) -> Backup:
    state = BACKUP_STATES.get(told.status, BackupState.RUNNING)
    problem = BackupStatus(told.status, told.error) if state is BackupState.FAILED else None
    link = backup_link(project, told.instance)
    return Backup(BackupKind.DATABASE, told.instance, told.id, state, told.started_at, problem, link)


def apply_error_codes(copy: Backup, codes: Iterable[str]) -> Backup:
    """The copy that was begun, or that it failed when the operation has error codes already."""
    errors = tuple(sorted(map(str, codes)))
    return replace(copy, state=BackupState.FAILED, problem=OperationFailed(errors)) if errors else copy


def pick_best(copies: Iterable[Backup]) -> Backup | None:
    """Of several copies of one thing the one that counts: a good one, else one that may become good."""
    order = [BackupState.READY, BackupState.RUNNING, BackupState.FAILED]
    return min(copies, key=lambda copy: order.index(copy.state), default=None)


def beyond_retention(copies: Iterable[Backup], keep: int) -> list[Backup]:
    """The copies that are older than the newest `keep` good ones of their disk or database, newest first. One that
    failed takes no good one's place."""
    good: Counter[tuple[BackupKind, str]] = Counter()
    rest = []
    for copy in sorted(copies, key=lambda copy: (copy.created_at, copy.name), reverse=True):
        if good[copy.kind, copy.source] >= keep:
            rest.append(copy)
        good[copy.kind, copy.source] += copy.state is BackupState.READY
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

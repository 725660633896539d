"""The data disks: each has a snapshot younger than the recovery point objective (domain.md, "Health", second row)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from bot.checks.vm import machine_name
from bot.domain.health.model import (
    Check,
    CheckContext,
    CheckState,
    CloudConfig,
    Phase,
    Verdict,
    unavailable_verdict,
)
from bot.domain.health.queries import Answer, DiskSnapshot, DiskSnapshots, SnapshotQuery
from bot.domain.health.recovery import BackedUpResource, FinishedBackup, evaluate_backups
from bot.domain.reasons import Reason
from bot.formats.documents import stored

READY = "READY"
FAILED = "FAILED"
PASSED_OVER = frozenset({"CREATING", "UPLOADING", "DELETING"})  # of a snapshot that is being made or deleted


@stored("disk_snapshot.no_data_disk")
@dataclass(frozen=True)
class NoDataDisk(Reason):
    """The active machine has no data disk, or does not exist."""


def query(context: CheckContext, config: CloudConfig) -> SnapshotQuery:
    """The snapshots of the active machine's data disks."""
    instance = context.instance
    return SnapshotQuery(config.project(instance), config.zone, machine_name(instance.active))


def evaluate(context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if every data disk has a fresh READY snapshot and its last one did not fail."""
    if not isinstance(answer, DiskSnapshots):
        return unavailable_verdict(answer)
    if not answer.disks:
        return Verdict(CheckState.FAIL, NoDataDisk())
    snapshots = [[_to_backup(snapshot) for snapshot in _finished(answer, disk)] for disk in answer.disks]
    return evaluate_backups(BackedUpResource.DATA_DISK, snapshots, context.now)


def link(context: CheckContext, config: CloudConfig) -> str:
    """The snapshots in the Google Cloud console. It names the project."""
    project = quote(config.project(context.instance), safe="")
    return f"https://console.cloud.google.com/compute/snapshots?project={project}"


def _finished(answer: DiskSnapshots, disk: str) -> list[DiskSnapshot]:
    return [one for one in answer.snapshots if one.disk == disk and one.status not in PASSED_OVER]


def _to_backup(snapshot: DiskSnapshot) -> FinishedBackup:
    understood = snapshot.status in {READY, FAILED}
    return FinishedBackup(snapshot.taken_at, snapshot.status == READY, understood)


CHECK = Check(
    name="disk_snapshot",
    title="Disk snapshot",
    query=query,
    evaluate=evaluate,
    link=link,
    phases=frozenset({Phase.BEFORE, Phase.NOW}),
)

"""The data disks: each has a snapshot younger than the recovery point objective (domain.md, "Health", second row)."""

from __future__ import annotations

from urllib.parse import quote

from bot.checks.vm import machine_name
from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Phase, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, DiskSnapshot, DiskSnapshots, SnapshotQuery
from bot.domain.health.recovery import BackupTerms, FinishedBackup, judge_backups

READY = "READY"
FAILED = "FAILED"  # every other status is of a snapshot that is being made or deleted
KIND = BackupTerms(
    "data disk", "snapshot", "take a snapshot, and see whether the disk's snapshot schedule is attached"
)


def query(subject: CheckContext, places: CloudConfig) -> SnapshotQuery:
    """The snapshots of the active machine's data disks."""
    instance = subject.instance
    return SnapshotQuery(places.project(instance), places.zone, machine_name(instance.active))


def evaluate(subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when every data disk has a fresh READY snapshot and its last one did not fail."""
    if not isinstance(answer, DiskSnapshots):
        return unavailable_verdict(answer)
    if not answer.disks:
        return Verdict(
            CheckState.FAIL,
            "The active VM has no data disk, or does not exist: attach one, or correct active_deployment in "
            "terraform.tfvars.",
        )
    disks = [[_to_attempt(snapshot) for snapshot in _finished(answer, disk)] for disk in answer.disks]
    return judge_backups(KIND, disks, subject.now)


def link(subject: CheckContext, places: CloudConfig) -> str:
    """The snapshots in the Google Cloud console. It names the project."""
    project = quote(places.project(subject.instance), safe="")
    return f"https://console.cloud.google.com/compute/snapshots?project={project}"


def _finished(answer: DiskSnapshots, disk: str) -> list[DiskSnapshot]:
    return [one for one in answer.snapshots if one.disk == disk and one.status in {READY, FAILED}]


def _to_attempt(snapshot: DiskSnapshot) -> FinishedBackup:
    return FinishedBackup(snapshot.taken_at, snapshot.status == READY)


CHECK = Check(
    name="disk_snapshot",
    title="Disk snapshot",
    query=query,
    evaluate=evaluate,
    link=link,
    phases=frozenset({Phase.BEFORE, Phase.NOW}),
)

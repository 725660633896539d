"""The data disks: each has a snapshot younger than the recovery point objective (domain.md, "Health", second row)."""

from __future__ import annotations

from urllib.parse import quote

from bot.checks.vm import machine
from bot.domain.health.model import Check, Judgement, Phase, Places, State, Subject, no_answer
from bot.domain.health.queries import Answer, DiskSnapshot, DiskSnapshots, SnapshotQuery
from bot.domain.health.recovery import Kind, Made, judge_copies

READY = "READY"
FAILED = "FAILED"  # every other status is of a snapshot that is being made or deleted
KIND = Kind("data disk", "snapshot", "take a snapshot, and see whether the disk's snapshot schedule is attached")


def query(subject: Subject, places: Places) -> SnapshotQuery:
    """The snapshots of the active machine's data disks."""
    instance = subject.instance
    return SnapshotQuery(places.project(instance), places.zone, machine(instance.active))


def judge(subject: Subject, answer: Answer) -> Judgement:
    """Pass only when every data disk has a fresh READY snapshot and its last one did not fail."""
    if not isinstance(answer, DiskSnapshots):
        return no_answer(answer)
    if not answer.disks:
        return Judgement(
            State.FAIL,
            "The active VM has no data disk, or does not exist: attach one, or correct active_deployment in "
            "terraform.tfvars.",
        )
    disks = [[_made(snapshot) for snapshot in _finished(answer, disk)] for disk in answer.disks]
    return judge_copies(KIND, disks, subject.now)


def link(subject: Subject, places: Places) -> str:
    """The snapshots in the Google Cloud console. It names the project."""
    project = quote(places.project(subject.instance), safe="")
    return f"https://console.cloud.google.com/compute/snapshots?project={project}"


def _finished(answer: DiskSnapshots, disk: str) -> list[DiskSnapshot]:
    return [one for one in answer.snapshots if one.disk == disk and one.status in {READY, FAILED}]


def _made(snapshot: DiskSnapshot) -> Made:
    return Made(snapshot.taken_at, snapshot.status == READY)


CHECK = Check(
    name="disk_snapshot",
    title="Disk snapshot",
    query=query,
    judge=judge,
    link=link,
    phases=frozenset({Phase.BEFORE, Phase.NOW}),
)

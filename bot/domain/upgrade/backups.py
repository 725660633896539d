"""Backups as data: what to back up before a deployment, and how each backup is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.formats.documents import stored


class BackupKind(StrEnum):
    """The two things that are backed up (domain.md, "An upgrade of one instance", step 4)."""

    DATABASE = "Cloud SQL backup"
    DISK = "disk snapshot"


class BackupState(StrEnum):
    """How far a backup is."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class BackupRequest:
    """What to back up: every database instance of the project and every data disk of the machine.

    `request_id` is unique and finds the request's backups again: lower-case letters, digits and dashes, at most 40.
    It becomes part of each snapshot's name and of each database backup's description. `slug`, `version` and `tracker`
    (the number of the issue that it belongs to, as text) become the snapshots' labels.
    """

    project: str
    zone: str
    machine: str
    slug: str
    version: str
    tracker: str
    request_id: str


@stored(
    "backup",
    kind="type",
    source="of",
    name="name",
    state="state",
    created_at="made_at",
    problem="error",
    link="link",
)
@dataclass(frozen=True)
class Backup:
    """One backup: what kind, of which database instance or disk, its name at Google (a backup's id, a snapshot's
    name), how far it is, when it was created (UTC), and why it failed or waits (None if it does not). `link` leads to
    Google's console; it names the project, so it is shown in the deployment repository only."""

    kind: BackupKind
    source: str
    name: str
    state: BackupState
    created_at: datetime
    problem: Reason | None = None
    link: str = ""


def overall_state(backups: Iterable[Backup]) -> BackupState:
    """How far a request is: failed when one backup failed, running while one runs or there is none yet, else
    ready."""
    states = {backup.state for backup in backups}
    if BackupState.FAILED in states:
        return BackupState.FAILED
    return BackupState.READY if states == {BackupState.READY} else BackupState.RUNNING

"""Backups as data: what is to be copied before a deployment, and how each copy stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.formats.documents import stored


class BackupKind(StrEnum):
    """The two things that are copied (domain.md, "An upgrade of one instance", step 4)."""

    DATABASE = "Cloud SQL backup"
    DISK = "disk snapshot"


class BackupState(StrEnum):
    """How a copy stands."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class BackupRequest:
    """What is to be copied: every database instance of the project and every data disk of the machine.

    `mark` makes the order unique and finds its copies again: lower-case letters, digits and dashes, at most 40. It
    becomes part of each snapshot's name and of each database backup's description. `slug`, `version` and `tracker`
    (the number of the issue that it belongs to, as text) become the snapshots' labels.
    """

    project: str
    zone: str
    machine: str
    slug: str
    version: str
    tracker: str
    request_id: str


@stored("backup", kind="type", of="of", name="name", state="state", made_at="made_at", said="error", link="link")
@dataclass(frozen=True)
class Backup:
    """One copy: what kind, of which database instance or disk, its name at Google (a backup's id, a snapshot's name),
    how it stands, when it was made (UTC), and what Google said where it failed. `link` leads to Google's console; it
    names the project, so it is shown in the deployment repository only."""

    kind: BackupKind
    of: str
    name: str
    state: BackupState
    made_at: datetime
    said: str = ""
    link: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"made_at": self.made_at.astimezone(UTC).isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Backup:
        made_at = datetime.fromisoformat(data["made_at"])
        return cls(
            **{**data, "kind": BackupKind(data["kind"]), "state": BackupState(data["state"]), "made_at": made_at}
        )


def overall_state(copies: Iterable[Backup]) -> BackupState:
    """How an order stands: failed when one copy failed, running while one runs or none is there, else ready."""
    states = {copy.state for copy in copies}
    if BackupState.FAILED in states:
        return BackupState.FAILED
    return BackupState.READY if states == {BackupState.READY} else BackupState.RUNNING

"""Cloud SQL's instances and backups as the local server stores them, and their JSON as Google writes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

ROOT = "https://sqladmin.googleapis.com/v1"
GB = 1024**3


@dataclass(frozen=True)
class DatabaseInstance:
    """A database instance: Google's `state`, whether its owner stopped it, and its disk in GB. `used_gb` is None when
    Google does not report it. `kind` is Google's instanceType."""

    name: str = "default-database"
    state: str = "RUNNABLE"
    disk_gb: int = 100
    used_gb: float | None = 40.0
    auto_resize: bool = True
    limit_gb: int = 0
    out_of_disk: bool = False
    stopped: bool = False
    kind: str = "CLOUD_SQL_INSTANCE"
    created_at: datetime = datetime(2022, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class BackupRun:
    """A backup run. `status` applies from `ends_at` on; before that it is ENQUEUED, then RUNNING."""

    instance: str
    started_at: datetime
    status: str = "SUCCESSFUL"
    type: str = "AUTOMATED"
    description: str = ""
    error: str = ""
    ends_at: datetime | None = None
    id: str = ""

    def with_id(self, other: int) -> BackupRun:
        """The same backup with an id. Google uses the start time in milliseconds; `other` distinguishes two backups
        of the same millisecond."""
        return replace(self, id=self.id or str(int(self.started_at.timestamp() * 1000) + other))

    def status_at(self, now: datetime) -> str:
        if self.ends_at is None or now >= self.ends_at:
            return self.status
        middle = self.started_at + (self.ends_at - self.started_at) / 2
        return "ENQUEUED" if now < middle else "RUNNING"


def format_timestamp(when: datetime) -> str:
    """RFC 3339 as Cloud SQL writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def database(project: str, told: DatabaseInstance) -> dict[str, Any]:
    settings = {
        "kind": "sql#settings",
        "tier": "db-custom-4-15360",
        "activationPolicy": "NEVER" if told.stopped else "ALWAYS",
        "dataDiskSizeGb": str(told.disk_gb),
        "dataDiskType": "PD_SSD",
        "storageAutoResize": told.auto_resize,
        "storageAutoResizeLimit": str(told.limit_gb),
    }
    used = {} if told.used_gb is None else {"currentDiskSize": str(int(told.used_gb * GB))}
    report = {"outOfDiskReport": {"sqlOutOfDiskState": "SOFT_SHUTDOWN"}} if told.out_of_disk else {}
    return {
        "kind": "sql#instance",
        "name": told.name,
        "project": project,
        "state": told.state,
        "databaseVersion": "POSTGRES_12",
        "instanceType": told.kind,
        "createTime": format_timestamp(told.created_at),
        "region": "us-central1",
        "settings": settings,
        "selfLink": f"{ROOT}/projects/{project}/instances/{told.name}",
        **used,
        **report,
    }


def backup_run(project: str, told: BackupRun, now: datetime) -> dict[str, Any]:
    status = told.status_at(now)
    begun = format_timestamp(told.started_at)
    waiting = status == "ENQUEUED"
    ended_at = told.ends_at or told.started_at + timedelta(minutes=2)
    run: dict[str, Any] = {
        "kind": "sql#backupRun",
        "id": told.id,
        "instance": told.instance,
        "status": status,
        "type": told.type,
        "description": told.description,
        "enqueuedTime": begun,
        "windowStartTime": begun,
        "location": "us",
        "selfLink": f"{ROOT}/projects/{project}/instances/{told.instance}/backupRuns/{told.id}",
    }
    if not waiting:
        run["startTime"] = begun
    if status not in {"ENQUEUED", "RUNNING", "OVERDUE"}:
        run["endTime"] = format_timestamp(ended_at)
    if status == "FAILED":
        run["error"] = {"kind": "sql#operationError", "code": told.error or "INTERNAL", "message": told.error}
    return run


def operation(project: str, told: BackupRun, now: datetime) -> dict[str, Any]:
    """The operation that `backupRuns.insert` answers with."""
    name = f"operation-{told.id}"
    status = {"ENQUEUED": "PENDING", "RUNNING": "RUNNING"}.get(told.status_at(now), "DONE")
    failed = told.status_at(now) == "FAILED"
    error = {"kind": "sql#operationError", "code": told.error or "INTERNAL"}
    return {
        "kind": "sql#operation",
        "name": name,
        "operationType": "BACKUP_VOLUME",
        "status": status,
        "insertTime": format_timestamp(told.started_at),
        "targetId": told.instance,
        "targetProject": project,
        "backupContext": {"kind": "sql#backupContext", "backupId": told.id},
        "selfLink": f"{ROOT}/projects/{project}/operations/{name}",
        **({"error": {"kind": "sql#operationErrors", "errors": [error]}} if failed else {}),
    }

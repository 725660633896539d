"""Compute Engine's resources as the local server stores them, and their JSON as Google writes it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.google.lists import Item

ROOT = "https://www.googleapis.com/compute/v1"
STARTED = "2024-01-01T00:00:00.000-08:00"


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of a disk. `status` applies from `ready_at` on; before that it is CREATING.

    `disk_id` is for one of a deleted disk; by default it is of the disk that has the name.
    """

    disk: str
    taken_at: datetime
    name: str = ""
    status: str = "READY"
    labels: Mapping[str, str] = field(default_factory=dict)
    ready_at: datetime | None = None
    disk_id: str = ""

    def with_name(self) -> Snapshot:
        """The same snapshot with a name, as a snapshot schedule gives it."""
        return replace(self, name=self.name or f"{self.disk[:40]}-{self.taken_at:%Y%m%d%H%M%S}")


@dataclass(frozen=True)
class ManagedGroup:
    """A managed instance group, with an autoscaler when `max_replicas` is set; `scope` is its zone or region."""

    name: str
    size: int = 0
    max_replicas: int | None = None
    mode: str = "ON"
    scope: str = "regions/us-central1"


def data_disk(machine: str) -> str:
    """The name of the data disk that a machine has by default."""
    return f"{machine.removesuffix('-instance')}-data"


def numeric_id(text: str) -> str:
    return str(zlib.crc32(text.encode()))


def format_timestamp(when: datetime) -> str:
    """RFC 3339 as Compute Engine writes it: in milliseconds and with its own UTC offset."""
    return (when.astimezone(UTC) - timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "-08:00"


def instance(zone: str, name: str, status: str, disks: tuple[str, ...]) -> Item:
    """A machine with its boot disk and these data disks; `zone` is its zone's URL."""
    return {
        "kind": "compute#instance",
        "id": numeric_id(f"{zone}/{name}"),
        "name": name,
        "status": status,
        "zone": zone,
        "machineType": f"{zone}/machineTypes/n2-standard-8",
        "creationTimestamp": STARTED,
        "lastStartTimestamp": STARTED,
        "disks": [_attached(zone, disk, index) for index, disk in enumerate((name, *disks))],
        "selfLink": f"{zone}/instances/{name}",
    }


def _attached(zone: str, disk: str, index: int) -> Item:
    return {
        "kind": "compute#attachedDisk",
        "type": "PERSISTENT",
        "mode": "READ_WRITE",
        "boot": index == 0,
        "index": index,
        "autoDelete": index == 0,
        "deviceName": disk,
        "diskSizeGb": "50" if index == 0 else "200",
        "source": f"{zone}/disks/{disk}",
    }


def disk(zone: str, name: str) -> Item:
    link = f"{zone}/disks/{name}"
    return {
        "kind": "compute#disk",
        "id": numeric_id(link),
        "name": name,
        "sizeGb": "200",
        "status": "READY",
        "zone": zone,
        "creationTimestamp": STARTED,
        "selfLink": link,
    }


def snapshot(project: str, zone: str, shot: Snapshot, now: datetime) -> Item:
    name = f"projects/{project}/global/snapshots/{shot.name}"
    waiting = shot.ready_at is not None and now < shot.ready_at
    return {
        "kind": "compute#snapshot",
        "id": numeric_id(name),
        "name": shot.name,
        "status": "CREATING" if waiting else shot.status,
        "creationTimestamp": format_timestamp(shot.taken_at),
        "sourceDisk": f"{zone}/disks/{shot.disk}",
        "sourceDiskId": shot.disk_id or numeric_id(f"{zone}/disks/{shot.disk}"),
        "diskSizeGb": "200",
        "labels": dict(shot.labels),
        "selfLink": f"{ROOT}/{name}",
    }


def operation(zone: str, disk: str, name: str, now: datetime) -> Item:
    """What `disks.createSnapshot` answers: an operation that has started."""
    return {
        "kind": "compute#operation",
        "id": numeric_id(name),
        "name": f"operation-{numeric_id(name)}",
        "zone": zone,
        "operationType": "createSnapshot",
        "targetLink": f"{zone}/disks/{disk}",
        "status": "RUNNING",
        "progress": 0,
        "insertTime": format_timestamp(now),
        "selfLink": f"{zone}/operations/operation-{numeric_id(name)}",
    }


def manager(project: str, group: ManagedGroup) -> Item:
    place = f"{ROOT}/projects/{project}/{group.scope}"
    link = f"{place}/instanceGroupManagers/{group.name}"
    return {
        "kind": "compute#instanceGroupManager",
        "id": numeric_id(link),
        "name": group.name,
        "targetSize": group.size,
        "creationTimestamp": STARTED,
        "selfLink": link,
    }


def autoscaler(project: str, group: ManagedGroup) -> Item:
    place = f"{ROOT}/projects/{project}/{group.scope}"
    policy = {"minNumReplicas": 0, "maxNumReplicas": group.max_replicas, "mode": group.mode}
    return {
        "kind": "compute#autoscaler",
        "id": numeric_id(f"{place}/autoscalers/{group.name}"),
        "name": f"{group.name}-autoscaler",
        "target": f"{place}/instanceGroupManagers/{group.name}",
        "autoscalingPolicy": policy,
        "status": "ACTIVE",
        "creationTimestamp": STARTED,
        "selfLink": f"{place}/autoscalers/{group.name}-autoscaler",
    }


def empty_scope(scope: str) -> dict[str, Any]:
    """What an aggregated list says about a zone or region without items."""
    return {
        "warning": {
            "code": "NO_RESULTS_ON_PAGE",
            "message": f"There are no results for scope '{scope}' on this page.",
            "data": [{"key": "scope", "value": scope}],
        }
    }

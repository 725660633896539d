"""A small Compute Engine for the demo and the tests: machines, snapshots, instance groups, and Google's failures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from demo.google import resources
from demo.google.discovery import ApiCall
from demo.google.failures import FAILURES, Failure, Service
from demo.google.lists import Item, filter_and_sort, paginate
from demo.google.resources import ROOT, ManagedGroup, Snapshot, data_disk
from demo.google.server import GoogleServer, Handler

COMPUTE = Service("Compute Engine", "compute.googleapis.com")
DEFAULT_SNAPSHOT_AGE_HOURS = 5.0  # age of the snapshots that exist by default
NAME_TAKEN_MESSAGE = "The resource 'projects/{project}/global/snapshots' already exists"
NO_NAME = Failure(400, "INVALID_ARGUMENT", "required", "Required field 'resource.name' not specified")
NO_DISK = Failure(404, "NOT_FOUND", "notFound", "The resource 'projects/{project}/zones/{zone}/disks' was not found")
EXISTS = Failure(409, "ALREADY_EXISTS", "alreadyExists", NAME_TAKEN_MESSAGE)


@dataclass(frozen=True)
class _ProjectState:
    """What a project has. `disks` are the data disks of the machines for which they were set."""

    machines: Mapping[str, str]
    disks: Mapping[str, tuple[str, ...]]
    shots: tuple[Snapshot, ...] | None = None
    groups: tuple[ManagedGroup, ...] = (ManagedGroup("executor-group", 1, 10),)

    def disks_of(self, machine: str) -> tuple[str, ...]:
        return self.disks.get(machine, (data_disk(machine),))


class ComputeServer(GoogleServer):
    """A Compute Engine at `.url`, served by threads of this process until the context ends.

    `default` are the machines (name to status) of every project that is not set otherwise. By default each machine
    has a data disk with a snapshot, and the project has an instance group for executors. `page_size` limits a page,
    whatever the request's maxResults. The disks are in `zone`; `now` returns the time (UTC).
    """

    def __init__(
        self,
        default: Mapping[str, str] = MappingProxyType({"default-red-instance": "RUNNING"}),
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        page_size: int = 500,
        zone: str = "us-central1-f",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(COMPUTE, "compute.v1", host=host, port=port)
        self._default = _ProjectState(self._validated(default), {})
        self._page_size = page_size
        self._zone = zone
        self._now = now
        self._projects: dict[str, _ProjectState] = {}
        self._creation_seconds, self._status = 0.0, "READY"
        self._state = threading.Lock()

    def set(self, project: str, machines: Mapping[str, str]) -> None:
        """Set the project's machines, name to status. Raises ValueError for a status that the API does not have."""
        known = self._validated(machines)
        self._change(project, lambda before: replace(before, machines=known))

    def set_disks(self, project: str, machine: str, disks: Iterable[str]) -> None:
        """Set the names of the machine's data disks."""
        self._change(project, lambda before: replace(before, disks={**before.disks, machine: tuple(disks)}))

    def set_snapshots(self, project: str, shots: Iterable[Snapshot]) -> None:
        """Set the project's snapshots."""
        self._change(project, lambda before: replace(before, shots=tuple(shot.with_name() for shot in shots)))

    def set_groups(self, project: str, groups: Iterable[ManagedGroup]) -> None:
        """Set the project's managed instance groups."""
        self._change(project, lambda before: replace(before, groups=tuple(groups)))

    def set_outcome(self, seconds: float = 0.0, status: str = "READY") -> None:
        """Set how long new snapshots stay CREATING, and whether they become READY or FAILED."""
        with self._state:
            self._creation_seconds, self._status = seconds, status

    def snapshots(self, project: str) -> Sequence[Snapshot]:
        """The project's snapshots."""
        return self._snapshots_of(self._project(project))

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "compute.instances.list": self._list_instances,
            "compute.snapshots.list": self._list_snapshots,
            "compute.disks.aggregatedList": self._list_disks,
            "compute.disks.createSnapshot": self._create_snapshot,
            "compute.instanceGroupManagers.aggregatedList": self._list_groups,
            "compute.autoscalers.aggregatedList": self._list_autoscalers,
        }

    def _list_instances(self, call: ApiCall) -> Item | Failure:
        zone, has = self._zone_url(call.project, call.path_parameters["zone"]), self._project(call.project)
        items = [resources.instance(zone, name, has.machines[name], has.disks_of(name)) for name in has.machines]
        return self._list_response(call, "compute#instanceList", items)

    def _list_disks(self, call: ApiCall) -> Item | Failure:
        zone, has = self._zone_url(call.project), self._project(call.project)
        names = {disk for machine in has.machines for disk in (machine, *has.disks_of(machine))}
        found = filter_and_sort([resources.disk(zone, name) for name in sorted(names)], call.query)
        if found is None:
            return FAILURES["bad_filter"]
        return self._aggregated_response(call, "disk", [(f"zones/{self._zone}", disk) for disk in found])

    def _list_snapshots(self, call: ApiCall) -> Item | Failure:
        zone, now = self._zone_url(call.project), self._now()
        shots = self._snapshots_of(self._project(call.project))
        return self._list_response(
            call, "compute#snapshotList", [resources.snapshot(call.project, zone, shot, now) for shot in shots]
        )

    def _list_response(self, call: ApiCall, kind: str, items: Sequence[Item]) -> Item | Failure:
        found = filter_and_sort(items, call.query)
        if found is None:
            return FAILURES["bad_filter"]
        part, token = paginate(found, call.query, self._page_size)
        return {"kind": kind, "id": f"projects/{call.project}", "items": part, **token}

    def _create_snapshot(self, call: ApiCall) -> Item | Failure:
        name, disk, now = call.body.get("name", ""), call.path_parameters["disk"], self._now()
        with self._state:
            has = self._projects.get(call.project, self._default)
            shots = self._snapshots_of(has)
            if disk not in {disk for machine in has.machines for disk in (machine, *has.disks_of(machine))}:
                return NO_DISK
            if not name or any(shot.name == name for shot in shots):
                return EXISTS if name else NO_NAME
            ready = now + timedelta(seconds=self._creation_seconds)
            new = Snapshot(disk, now, name, self._status, call.body.get("labels", {}), ready)
            self._projects[call.project] = replace(has, shots=(*shots, new))
        return resources.operation(self._zone_url(call.project, call.path_parameters["zone"]), disk, name, now)

    def _list_groups(self, call: ApiCall) -> Item | Failure:
        groups = self._project(call.project).groups
        made = [(group.scope, resources.manager(call.project, group)) for group in groups]
        return self._aggregated_response(call, "instanceGroupManager", made)

    def _list_autoscalers(self, call: ApiCall) -> Item | Failure:
        groups = [group for group in self._project(call.project).groups if group.max_replicas is not None]
        made = [(group.scope, resources.autoscaler(call.project, group)) for group in groups]
        return self._aggregated_response(call, "autoscaler", made)

    def _aggregated_response(self, call: ApiCall, what: str, made: Sequence[tuple[str, Item]]) -> Item:
        """A page of a list over all zones and regions, including those that have no items."""
        part, token = paginate([item for _, item in made], call.query, self._page_size)
        scopes = {scope: resources.empty_scope(scope) for scope in (f"zones/{self._zone}", "regions/europe-west1")}
        for scope, item in made:
            if item in part:
                there = scopes[scope].get(f"{what}s", []) if scope in scopes else []
                scopes[scope] = {f"{what}s": [*there, item]}
        return {"kind": f"compute#{what}AggregatedList", "id": f"projects/{call.project}", "items": scopes, **token}

    def _project(self, project: str) -> _ProjectState:
        with self._state:
            return self._projects.get(project, self._default)

    def _change(self, project: str, change: Callable[[_ProjectState], _ProjectState]) -> None:
        with self._state:
            self._projects[project] = change(self._projects.get(project, self._default))

    def _snapshots_of(self, has: _ProjectState) -> tuple[Snapshot, ...]:
        """The snapshots that the project was given, or one of every data disk."""
        if has.shots is not None:
            return has.shots
        taken_at = self._now().replace(minute=0, second=0, microsecond=0) - timedelta(
            hours=DEFAULT_SNAPSHOT_AGE_HOURS
        )
        return tuple(
            Snapshot(disk, taken_at).with_name() for machine in has.machines for disk in has.disks_of(machine)
        )

    def _zone_url(self, project: str, zone: str = "") -> str:
        return f"{ROOT}/projects/{project}/zones/{zone or self._zone}"

    def _validated(self, machines: Mapping[str, str]) -> dict[str, str]:
        """A copy of the statuses. Raises ValueError for one that the API does not have."""
        statuses = self._discovery.enum_values("Instance", "status")
        for name, status in machines.items():
            if status not in statuses:
                raise ValueError(f"{name} can't be {status!r}: Compute Engine knows {', '.join(sorted(statuses))}")
        return dict(machines)

"""Reads an instance's machines, their snapshots and its instance groups from Compute Engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.adapters.gcp.calls import ApiCall, ApiCaller
from bot.adapters.gcp.compute_api import (
    LIST_DISKS,
    LIST_MACHINES,
    LIST_SNAPSHOTS,
    connect,
    list_data_disks,
    list_disk_ids,
    list_machines,
    list_pages,
    list_snapshots,
    resource_name,
    resource_path,
)
from bot.adapters.gcp.purpose import Purpose, Service
from bot.adapters.gcp.times import parse_time
from bot.domain.failures.google import GoogleAction, GoogleService
from bot.domain.health.queries import (
    DiskSnapshots,
    InstanceGroup,
    InstanceGroupQuery,
    InstanceGroups,
    MachineQuery,
    Machines,
    SnapshotQuery,
    Unavailable,
)

READ_ONLY = "https://www.googleapis.com/auth/compute.readonly"
COMPUTE = Service(GoogleService.COMPUTE_ENGINE, "compute.googleapis.com", READ_ONLY, "gcp.compute_endpoint")
LIST_GROUPS = Purpose(
    GoogleAction.LIST_INSTANCE_GROUPS,
    "compute.instanceGroupManagers.list",
    "Compute Viewer",
    settings=("gcp.project_template",),
)
LIST_AUTOSCALERS = replace(LIST_GROUPS, action=GoogleAction.LIST_AUTOSCALERS, permission="compute.autoscalers.list")


class ComputeInspector:
    """Answers queries about Compute Engine (the port `Inspector`). One instance serves all threads. It never raises.

    `compute_endpoint` replaces Google's own; one that starts with `http://` is used without credentials, any
    other with Application Default Credentials. `others` go to `ApiCaller`.
    """

    def __init__(self, compute_endpoint: str | None = None, deadline: float = 10.0, **others: Any) -> None:
        self._caller = ApiCaller(COMPUTE, compute_endpoint, lambda endpoint: _connect(endpoint), deadline, **others)

    def machines(self, query: MachineQuery) -> Machines | Unavailable:
        """The machines of that project and zone that have the names, or Unavailable. One request a page."""
        return self._caller.fetch(LIST_MACHINES, lambda call: _machines(call, query))

    def snapshots(self, query: SnapshotQuery) -> DiskSnapshots | Unavailable:
        """The machine's data disks (none if there is no such machine) and their snapshots, or Unavailable."""
        disks = self._caller.fetch(
            LIST_MACHINES, lambda call: list_data_disks(call, query.project, query.zone, query.machine)
        )
        if isinstance(disks, Unavailable):
            return disks
        if not disks:
            return DiskSnapshots(())
        numbers = self._caller.fetch(LIST_DISKS, lambda call: list_disk_ids(call, query.project, disks))
        if isinstance(numbers, Unavailable):
            return numbers
        # All of the project's are read and filtered here: a filter by a URL that Google writes in another way would
        # match none.
        found = self._caller.fetch(LIST_SNAPSHOTS, lambda call: list(list_snapshots(call, query.project)))
        if isinstance(found, Unavailable):
            return found
        # A disk that was made anew has the name of the one that was deleted, but none of its data.
        ours = [one for path, one in found if one.disk_id and one.disk_id == numbers.get(path)]
        newest_first = sorted(ours, key=lambda snapshot: snapshot.taken_at, reverse=True)
        return DiskSnapshots(tuple(disk.name for disk in disks), tuple(newest_first))

    def groups(self, query: InstanceGroupQuery) -> InstanceGroups | Unavailable:
        """The managed instance groups of every zone and region, or Unavailable if Google could not look into one
        of them."""
        limits = self._caller.fetch(LIST_AUTOSCALERS, lambda call: _limits(call, query.project))
        if isinstance(limits, Unavailable):
            return limits
        return self._caller.fetch(LIST_GROUPS, lambda call: _groups(call, query.project, limits))


def _connect(endpoint: str) -> Any:
    return connect(endpoint, READ_ONLY)


def _machines(call: ApiCall, query: MachineQuery) -> Machines:
    """What Google knows of each machine, by its name, from all pages."""
    found = list(list_machines(call, query.project, query.zone, query.names))
    started = {machine.name: parse_time(machine.last_start_timestamp) for machine in found}
    return Machines(
        {machine.name: machine.status for machine in found},
        {machine.name: resource_name(machine.machine_type) for machine in found if machine.machine_type},
        {name: when for name, when in started.items() if when},
    )


def _limits(call: ApiCall, project: str) -> dict[str, int]:
    """The limit of each autoscaler, by the path of its group. A group whose autoscaler is off may have any size."""
    limits = {}
    kind = "compute#autoscalerAggregatedList"
    for page in list_pages(call, call.client.autoscalers.aggregated_list, kind, {"project": project}):
        for scaler in (scaler for scope in page.items.values() for scaler in scope.autoscalers):
            if scaler.autoscaling_policy.mode != "OFF":
                limits[resource_path(scaler.target)] = scaler.autoscaling_policy.max_num_replicas
    return limits


def _groups(call: ApiCall, project: str, limits: dict[str, int]) -> InstanceGroups:
    groups = []
    kind = "compute#instanceGroupManagerAggregatedList"
    for page in list_pages(call, call.client.groups.aggregated_list, kind, {"project": project}):
        for group in (group for scope in page.items.values() for group in scope.instance_group_managers):
            groups.append(InstanceGroup(group.name, group.target_size, limits.get(resource_path(group.self_link))))
    return InstanceGroups(tuple(sorted(groups, key=lambda group: group.name)))

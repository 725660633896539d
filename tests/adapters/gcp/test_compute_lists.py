"""Snapshots of data disks and managed instance groups, as Compute Engine tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from bot.adapters.gcp import google_query_handlers
from bot.adapters.gcp.compute import ComputeInspector
from bot.domain.failures.google import (
    GooglePermissionMissing,
    GoogleService,
    GoogleTimedOut,
    GoogleWrongServer,
    GoogleZonesUnreachable,
)
from bot.domain.health.queries import DiskSnapshots, InstanceGroup, InstanceGroupQuery, InstanceGroups, SnapshotQuery
from demo.google.compute import ComputeServer
from demo.google.failures import FAILURES
from demo.google.resources import ManagedGroup, Snapshot
from tests.adapters.gcp.reasons import reason_of

WRONG_SERVER = GoogleWrongServer(GoogleService.COMPUTE_ENGINE, "gcp.compute_endpoint")

PROJECT = "sourcegraph-managed-acme"
MACHINE = "default-red-instance"
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
SNAPSHOTS = SnapshotQuery(PROJECT, "us-central1-f", MACHINE)
GROUPS = InstanceGroupQuery(PROJECT)
OPEN = "http://elsewhere.test"
API = f"{OPEN}/compute/v1/projects/{PROJECT}"
METHODS = {
    "compute.instances.list": "compute.instances.list",
    "compute.disks.aggregatedList": "compute.disks.list",
    "compute.snapshots.list": "compute.snapshots.list",
    "compute.autoscalers.aggregatedList": "compute.autoscalers.list",
    "compute.instanceGroupManagers.aggregatedList": "compute.instanceGroupManagers.list",
}
"""Google's name of each request, and the permission that it takes."""


@pytest.fixture
def server() -> Iterator[ComputeServer]:
    with ComputeServer(page_size=2, now=lambda: NOW) as server:
        yield server
        assert server.violations == []


def inspector(url: str, deadline: float = 5.0, **others: Any) -> ComputeInspector:
    """An edge that does not sleep between its tries."""
    return ComputeInspector(url, deadline, **{"sleep": lambda _: None} | others)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def snapshots(url: str) -> DiskSnapshots:
    answer = inspector(url).snapshots(SNAPSHOTS)
    assert isinstance(answer, DiskSnapshots)
    return answer


def groups(url: str) -> tuple[InstanceGroup, ...]:
    answer = inspector(url).groups(GROUPS)
    assert isinstance(answer, InstanceGroups)
    return answer.groups


def test_the_snapshots_of_the_machines_data_disks_newest_first(server: ComputeServer) -> None:
    server.set(PROJECT, {MACHINE: "RUNNING", "default-black-instance": "TERMINATED"})
    server.set_disks(PROJECT, MACHINE, ["data", "more-data"])
    shots = [
        Snapshot("data", ago(30), "old"),
        Snapshot("more-data", ago(3), "failed", "FAILED", {"slug": "acme"}),
        Snapshot("data", ago(6), "new"),
        Snapshot(MACHINE, ago(1), "of-the-boot-disk"),
        Snapshot("default-black-data", ago(1), "of-another-machine"),
    ]
    server.set_snapshots(PROJECT, shots)
    answer = snapshots(server.url)
    assert answer.disks == ("data", "more-data")
    assert [(one.name, one.disk, one.status, one.taken_at) for one in answer.snapshots] == [
        ("failed", "more-data", "FAILED", ago(3)),
        ("new", "data", "READY", ago(6)),
        ("old", "data", "READY", ago(30)),
    ]
    assert answer.snapshots[0].labels == {"slug": "acme"}


@pytest.mark.parametrize("number", ["1", "0"])
def test_snapshots_of_a_deleted_disk_of_the_same_name_are_not_the_disks(server: ComputeServer, number: str) -> None:
    server.set_disks(PROJECT, MACHINE, ["data"])
    server.set_snapshots(
        PROJECT, [Snapshot("data", ago(2), "former", disk_id=number), Snapshot("data", ago(30), "own")]
    )
    answer = snapshots(server.url)
    assert answer.disks == ("data",)
    assert [one.name for one in answer.snapshots] == ["own"]


def test_a_project_that_nobody_set_is_healthy(server: ComputeServer) -> None:
    answer = snapshots(server.url)
    assert len(answer.disks) == len(answer.snapshots) == 1
    assert answer.snapshots[0].status == "READY"
    assert timedelta(hours=1) < NOW - answer.snapshots[0].taken_at < timedelta(hours=12)


def test_a_machine_that_is_not_there_or_has_no_data_disk(server: ComputeServer) -> None:
    server.set_disks(PROJECT, MACHINE, [])
    assert snapshots(server.url) == DiskSnapshots(())
    server.set(PROJECT, {})
    assert snapshots(server.url) == DiskSnapshots(())


@responses.activate
def test_scratch_disks_are_no_data_disks_and_the_urls_of_a_disk_may_differ() -> None:
    """A local SSD has no URL; Google writes host and project of a URL in more than one way."""
    own = f"projects/{PROJECT}/zones/us-central1-f/disks/data"
    disks: list[dict[str, Any]] = [
        {"boot": True, "source": f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/zones/z/disks/boot"},
        {"boot": False, "source": f"https://www.googleapis.com/compute/v1/{own}"},
        {"boot": False, "type": "SCRATCH"},
    ]
    machine = {"name": MACHINE, "status": "RUNNING", "disks": disks}
    responses.get(f"{API}/zones/us-central1-f/instances", json={"kind": "compute#instanceList", "items": [machine]})
    source = "https://compute.googleapis.com/compute/v1/projects/42/zones/us-central1-f/disks/data"
    disk = {"name": "data", "id": "7", "selfLink": f"https://compute.googleapis.com/compute/v1/{own}"}
    disks_page = {"kind": "compute#diskAggregatedList", "items": {"zones/us-central1-f": {"disks": [disk]}}}
    responses.get(f"{API}/aggregated/disks", json=disks_page)
    shot = {
        "name": "a",
        "status": "READY",
        "sourceDisk": source,
        "sourceDiskId": "7",
        "creationTimestamp": "2026-01-05T01:00:00.123-08:00",
    }
    responses.get(f"{API}/global/snapshots", json={"kind": "compute#snapshotList", "items": [shot]})
    answer = snapshots(OPEN)
    assert answer.disks == ("data",)
    assert [one.taken_at for one in answer.snapshots] == [datetime(2026, 1, 5, 9, 0, 0, 123000, tzinfo=UTC)]


@responses.activate
@pytest.mark.parametrize("taken", [None, "", "yesterday", "2026-01-05T01:00:00"])
def test_a_snapshot_of_an_unknown_time_is_no_answer(taken: str | None) -> None:
    disk = {"source": f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/zones/us-central1-f/disks/data"}
    machine = {"name": MACHINE, "status": "RUNNING", "disks": [disk]}
    responses.get(f"{API}/zones/us-central1-f/instances", json={"kind": "compute#instanceList", "items": [machine]})
    responses.get(f"{API}/aggregated/disks", json={"kind": "compute#diskAggregatedList"})
    shot = {"name": "a", "status": "READY", "sourceDisk": disk["source"], "creationTimestamp": taken}
    responses.get(f"{API}/global/snapshots", json={"kind": "compute#snapshotList", "items": [shot]})
    assert reason_of(inspector(OPEN).snapshots(SNAPSHOTS)) == WRONG_SERVER


def test_groups_of_every_zone_and_region_with_what_their_autoscalers_allow(server: ComputeServer) -> None:
    told = [
        ManagedGroup("by-hand", 1),
        ManagedGroup("scaled", 3, 10),
        ManagedGroup("scaled", 0, 0, scope="zones/us-central1-f"),
        ManagedGroup("switched-off", 2, 5, "OFF"),
        ManagedGroup("upwards-only", 2, 5, "ONLY_SCALE_OUT"),
    ]
    server.set_groups(PROJECT, told)
    assert [(one.name, one.target_size, one.max_size) for one in groups(server.url)] == [
        ("by-hand", 1, None),
        ("scaled", 3, 10),
        ("scaled", 0, 0),
        ("switched-off", 2, None),
        ("upwards-only", 2, 5),
    ]
    server.set_groups(PROJECT, [])
    assert groups(server.url) == ()


UNREACHABLE = {"warning": {"code": "UNREACHABLE", "message": f"zone of {PROJECT}"}}


@responses.activate
@pytest.mark.parametrize("left_out", ["autoscaler", "instanceGroupManager"])
@pytest.mark.parametrize("how", [{"items": {"zones/a": UNREACHABLE}}, {"unreachables": [f"{PROJECT}/zones/a"]}])
def test_a_zone_that_google_left_out_is_no_answer(left_out: str, how: dict[str, Any]) -> None:
    for what in ("autoscaler", "instanceGroupManager"):
        answer = {"kind": f"compute#{what}AggregatedList", **(how if what == left_out else {})}
        responses.get(f"{API}/aggregated/{what}s", json=answer)
    assert reason_of(inspector(OPEN).groups(GROUPS)) == GoogleZonesUnreachable(GoogleService.COMPUTE_ENGINE)


@responses.activate
@pytest.mark.parametrize("body", ["", "null", "[]", "{}", '{"kind": "compute#instanceList"}', "<html>"])
def test_an_answer_of_something_else_is_never_an_empty_list(body: str) -> None:
    for path in ("zones/us-central1-f/instances", "aggregated/autoscalers"):
        responses.get(f"{API}/{path}", body=body if "kind" not in body else '{"kind": "compute#other"}')
    assert reason_of(inspector(OPEN).snapshots(SNAPSHOTS)) == WRONG_SERVER
    assert reason_of(inspector(OPEN).groups(GROUPS)) == WRONG_SERVER


@pytest.mark.parametrize("kind", sorted(set(FAILURES) | {"html", "lost"}))
@pytest.mark.parametrize(("method", "permission"), METHODS.items())
def test_each_request_may_fail(server: ComputeServer, kind: str, method: str, permission: str) -> None:
    server.fail(PROJECT, kind, method=method)
    edge = inspector(server.url)
    snapshots = method in {"compute.instances.list", "compute.disks.aggregatedList", "compute.snapshots.list"}
    reason = reason_of(edge.snapshots(SNAPSHOTS) if snapshots else edge.groups(GROUPS))
    if kind == "forbidden":
        assert isinstance(reason, GooglePermissionMissing)
        assert reason.permission == permission


@pytest.mark.parametrize("method", METHODS)
def test_each_request_ends_with_the_deadline(server: ComputeServer, method: str) -> None:
    edge = inspector(server.url, 0.3)
    edge.groups(GROUPS)  # the libraries are loaded by now
    server.fail(PROJECT, "hang", method=method)
    snapshots = method in {"compute.instances.list", "compute.disks.aggregatedList", "compute.snapshots.list"}
    reason = reason_of(edge.snapshots(SNAPSHOTS) if snapshots else edge.groups(GROUPS))
    assert reason == GoogleTimedOut(GoogleService.COMPUTE_ENGINE, 0.3)


def test_every_question_has_somebody_who_answers_it(server: ComputeServer) -> None:
    answerers = google_query_handlers(server.url, server.url)
    assert isinstance(answerers[SnapshotQuery](SNAPSHOTS), DiskSnapshots)
    assert isinstance(answerers[InstanceGroupQuery](GROUPS), InstanceGroups)

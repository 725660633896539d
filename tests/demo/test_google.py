"""The local servers match Google's descriptions, and report when they or their client do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from demo.google import resources
from demo.google.compute import COMPUTE, ComputeServer
from demo.google.databases import BackupRun, DatabaseInstance
from demo.google.discovery import ApiCall, SchemaViolation, discovery
from demo.google.failures import FAILURES
from demo.google.resources import Snapshot
from demo.google.server import GoogleServer, Handler
from demo.google.sqladmin import SqlAdminServer

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
INSTANCES = "/compute/v1/projects/p/zones/z/instances"
SNAPSHOT = "/compute/v1/projects/p/zones/z/disks/d/createSnapshot"
RUNS = "/v1/projects/p/instances/default-database/backupRuns"


@pytest.fixture
def compute() -> Iterator[ComputeServer]:
    with ComputeServer(now=lambda: NOW) as server:
        yield server


@pytest.fixture
def sql() -> Iterator[SqlAdminServer]:
    with SqlAdminServer(now=lambda: NOW) as server:
        yield server


# --- Google's own description


def test_a_request_that_google_describes() -> None:
    query = {"filter": "x", "maxResults": "3", "$alt": "json", "prettyPrint": "false"}
    call = discovery("compute.v1").parse_request("GET", INSTANCES, query)
    assert call == ApiCall("compute.instances.list", {"project": "p", "zone": "z"}, query, {})
    body = {"name": "a", "labels": {"mibot": "true"}}
    assert discovery("compute.v1").parse_request("POST", SNAPSHOT, {}, body).body == body


@pytest.mark.parametrize(
    ("verb", "path", "query", "body", "says"),
    [
        ("GET", "/compute/v1/projects/p/zones/z/instance", {}, None, "has no GET"),
        ("PUT", INSTANCES, {}, None, "has no PUT"),
        ("GET", INSTANCES.replace("/compute/v1", "/v1"), {}, None, "has no GET"),
        ("GET", INSTANCES.replace("/p/", "/P%20/"), {}, None, "is no value of project"),
        ("GET", INSTANCES.replace("/z/", "/Zone_1/"), {}, None, "is no value of zone"),
        ("GET", INSTANCES, {"filters": "x"}, None, "has no query parameter 'filters'"),
        ("GET", INSTANCES, {"page_token": "x"}, None, "has no query parameter 'page_token'"),
        ("GET", INSTANCES, {"maxResults": "many"}, None, "'many' is no value of maxResults"),
        ("GET", INSTANCES, {"alt": "xml"}, None, "'xml' is no value of alt"),
        ("GET", INSTANCES, {}, {}, "takes no body"),
        ("POST", SNAPSHOT, {}, {"nam": "a"}, "'nam' was unexpected"),
        ("POST", SNAPSHOT, {}, {"name": 3}, "3 is not of type 'string'"),
        ("POST", SNAPSHOT, {}, {"name": "Not_A_Name"}, "does not match"),
        ("POST", SNAPSHOT, {}, {"labels": {"a": 1}}, "1 is not of type 'string'"),
        ("POST", SNAPSHOT, {}, {"status": "READY"}, "'status' was unexpected"),
        ("POST", SNAPSHOT, {}, [], "is not of type 'object'"),
    ],
)
def test_a_request_that_google_does_not_describe(
    verb: str, path: str, query: Mapping[str, str], body: Any, says: str
) -> None:
    with pytest.raises(SchemaViolation, match=says.replace("(", r"\(")):
        discovery("compute.v1").parse_request(verb, path, query, body)


MACHINE = resources.instance("https://www.googleapis.com/compute/v1/projects/p/zones/z", "m", "RUNNING", ("d",))
DISK = MACHINE["disks"][0]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"itemz": []}, "'itemz' was unexpected"),
        ({"items": {}}, "is not of type 'array'"),
        ({"items": [MACHINE | {"state": "RUNNING"}]}, "'state' was unexpected"),
        ({"items": [MACHINE | {"status": "ASLEEP"}]}, "'ASLEEP' is not one of"),
        ({"items": [MACHINE | {"id": 42}]}, "42 is not of type 'string'"),
        ({"items": [MACHINE | {"id": "-42"}]}, "does not match"),
        ({"items": [MACHINE | {"disks": [DISK | {"diskSizeGb": 50}]}]}, "50 is not of type 'string'"),
        ({"items": [MACHINE | {"disks": [DISK | {"boots": True}]}]}, "'boots' was unexpected"),
        ([], "is not of type 'object'"),
    ],
)
def test_an_answer_that_google_does_not_give(answer: Any, says: str) -> None:
    told = discovery("compute.v1")
    told.check_answer("compute.instances.list", {"kind": "compute#instanceList", "items": [MACHINE]})
    with pytest.raises(SchemaViolation, match=says):
        told.check_answer("compute.instances.list", answer)


def test_times_are_held_against_their_format() -> None:
    told = discovery("sqladmin.v1")
    told.check_answer("sql.backupRuns.get", {"startTime": "2026-01-05T09:30:00.123Z"})
    with pytest.raises(SchemaViolation, match="does not match"):
        told.check_answer("sql.backupRuns.get", {"startTime": "2026-01-05 09:30"})


# --- Servers


class NonconformingServer(GoogleServer):
    """A server with answers of its own."""

    def handlers(self) -> Mapping[str, Handler]:
        return {"compute.instances.list": lambda _: {"machines": []}}


def test_an_answer_that_is_wrong_is_no_answer() -> None:
    with NonconformingServer(COMPUTE, "compute.v1") as server:
        answer = requests.get(server.url + INSTANCES, timeout=5)
        unknown = requests.get(f"{server.url}/compute/v1/projects/p/global/snapshots", timeout=5)
    assert (answer.status_code, unknown.status_code) == (500, 500)
    assert "'machines' was unexpected" in answer.json()["error"]["message"]
    assert "does not have compute.snapshots.list" in unknown.json()["error"]["message"]
    assert len(server.violations) == 2


def test_a_request_that_is_wrong_is_told_and_kept(compute: ComputeServer) -> None:
    answer = requests.get(compute.url + INSTANCES, {"filters": "a"}, timeout=5)
    assert answer.status_code == 500
    assert "no query parameter 'filters'" in answer.json()["error"]["message"]
    assert requests.post(compute.url + SNAPSHOT, data="{", timeout=5).status_code == 500
    assert requests.post(compute.url + SNAPSHOT, json={"nam": "{project}"}, timeout=5).status_code == 500
    assert ["filters" in compute.violations[0], "no JSON" in compute.violations[1]] == [True, True]
    assert len(compute.violations) == 3


def test_all_that_the_servers_say_is_as_google_describes_it(compute: ComputeServer, sql: SqlAdminServer) -> None:
    compute.set_outcome(60)
    sql.set_outcome(60, "FAILED")
    created = requests.post(
        compute.url + SNAPSHOT.replace("/d/", "/default-red-data/"), json={"name": "a"}, timeout=5
    )
    inserted = requests.post(sql.url + RUNS, json={"description": "before"}, timeout=5).json()
    run = f"{RUNS}/{inserted['backupContext']['backupId']}"
    gets = [
        compute.url + INSTANCES,
        f"{compute.url}/compute/v1/projects/p/global/snapshots",
        f"{compute.url}/compute/v1/projects/p/aggregated/instanceGroupManagers",
        f"{compute.url}/compute/v1/projects/p/aggregated/autoscalers",
        f"{sql.url}/v1/projects/p/instances",
        f"{sql.url}/v1/projects/p/instances/-/backupRuns",
        sql.url + run,
        f"{sql.url}/v1/projects/p/operations/{inserted['name']}",
    ]
    assert [requests.get(url, timeout=5).status_code for url in gets] == [200] * len(gets)
    assert created.status_code == 200
    assert (compute.violations, sql.violations) == ([], [])


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("", ["a", "b", "c"]),
        ('name = "b"', ["b"]),
        ('(name = "b") OR (name = "c") OR (name = "x")', ["b", "c"]),
        ('labels.mibot = "true"', ["a", "b"]),
        ('labels.mibot = "true" AND name = "a"', ["a"]),
        ('sourceDisk = "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-f/disks/d"', ["a", "c"]),
    ],
)
def test_snapshots_are_filtered(compute: ComputeServer, wanted: str, names: list[str]) -> None:
    ours = {"mibot": "true"}
    compute.set_snapshots(
        "p", [Snapshot("d", NOW, "a", labels=ours), Snapshot("e", NOW, "b", labels=ours), Snapshot("d", NOW, "c")]
    )
    found = requests.get(
        f"{compute.url}/compute/v1/projects/p/global/snapshots", {"filter": wanted} if wanted else {}, timeout=5
    ).json()
    assert [item["name"] for item in found["items"]] == names


def test_snapshots_newest_first_in_pages(compute: ComputeServer) -> None:
    compute.set_snapshots("p", [Snapshot("d", NOW - timedelta(hours=hours), f"h{hours}") for hours in (2, 1, 3)])
    query = {"orderBy": "creationTimestamp desc", "maxResults": "2"}
    url = f"{compute.url}/compute/v1/projects/p/global/snapshots"
    page = requests.get(url, query, timeout=5).json()
    rest = requests.get(url, {**query, "pageToken": page["nextPageToken"]}, timeout=5).json()
    assert [item["name"] for item in [*page["items"], *rest["items"]]] == ["h1", "h2", "h3"]
    assert "nextPageToken" not in rest


@pytest.mark.parametrize(
    ("disk", "body", "status", "reason"),
    [
        ("default-red-data", {"name": "taken"}, 409, "alreadyExists"),
        ("default-red-data", {}, 400, "required"),
        ("nowhere", {"name": "new"}, 404, "notFound"),
        ("default-red-instance", {"name": "new"}, 200, ""),
    ],
)
def test_whether_a_snapshot_is_begun(
    compute: ComputeServer, disk: str, body: dict[str, str], status: int, reason: str
) -> None:
    compute.set_snapshots("p", [Snapshot("default-red-data", NOW, "taken")])
    answer = requests.post(compute.url + SNAPSHOT.replace("/d/", f"/{disk}/"), json=body, timeout=5)
    assert answer.status_code == status
    assert not reason or answer.json()["error"]["errors"][0]["reason"] == reason
    assert len(compute.snapshots("p")) == (2 if status == 200 else 1)


def test_one_backup_of_a_database_at_a_time() -> None:
    now = [NOW]
    with SqlAdminServer(now=lambda: now[0]) as sql:
        sql.set_outcome(60)
        first, second = (requests.post(sql.url + RUNS, json={}, timeout=5) for _ in range(2))
        assert (first.status_code, second.status_code) == (200, 409)
        assert second.json()["error"]["errors"][0]["reason"] == "operationInProgress"
        run, operation = first.json()["backupContext"]["backupId"], first.json()["name"]
        seen = []
        for _ in range(3):
            told = requests.get(f"{sql.url}{RUNS}/{run}", timeout=5).json()
            done = requests.get(f"{sql.url}/v1/projects/p/operations/{operation}", timeout=5).json()
            seen.append((told["status"], done["status"], "endTime" in told))
            now[0] += timedelta(seconds=40)
        assert seen == [("ENQUEUED", "PENDING", False), ("RUNNING", "RUNNING", False), ("SUCCESSFUL", "DONE", True)]
        assert requests.post(sql.url + RUNS, json={}, timeout=5).status_code == 200
        assert sql.violations == []


@pytest.mark.parametrize(
    ("path", "verb", "status", "reason"),
    [
        ("instances/nowhere/backupRuns", "GET", 404, "instanceDoesNotExist"),
        ("instances/nowhere/backupRuns", "POST", 404, "instanceDoesNotExist"),
        ("instances/nowhere/backupRuns/1", "GET", 404, "instanceDoesNotExist"),
        ("instances/default-database/backupRuns/1", "GET", 404, "backupRunDoesNotExist"),
        ("instances/asleep/backupRuns", "POST", 400, "invalidState"),
        ("operations/nothing", "GET", 404, "operationDoesNotExist"),
    ],
)
def test_what_is_not_there(sql: SqlAdminServer, path: str, verb: str, status: int, reason: str) -> None:
    sql.set("p", [DatabaseInstance(), DatabaseInstance("asleep", stopped=True)])
    answer = requests.request(verb, f"{sql.url}/v1/projects/p/{path}", json={} if verb == "POST" else None, timeout=5)
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (status, reason)
    assert sql.violations == []


def test_a_state_that_google_does_not_have_is_refused(sql: SqlAdminServer) -> None:
    with pytest.raises(ValueError, match="can't be 'ASLEEP'"):
        sql.set("p", [DatabaseInstance(state="ASLEEP")])


@pytest.mark.parametrize("kind", sorted(FAILURES))
def test_failures_name_the_api_that_fails(sql: SqlAdminServer, kind: str) -> None:
    sql.fail("p", kind, times=1)
    url = f"{sql.url}/v1/projects/p/instances"
    answer, next_one = (requests.get(url, timeout=5) for _ in range(2))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (FAILURES[kind].status, FAILURES[kind].status)
    assert error["status"] == FAILURES[kind].name
    for detail in error.get("details", []):
        assert detail["metadata"]["service"] == "sqladmin.googleapis.com"
    assert "{" not in error["message"]
    assert next_one.status_code == 200


def test_only_one_method_may_fail_and_a_lost_answer_was_carried_out(sql: SqlAdminServer) -> None:
    sql.set_backups("p", [BackupRun("default-database", NOW - timedelta(hours=1))])
    sql.fail("p", "lost", method="sql.backupRuns.insert")
    assert requests.get(f"{sql.url}/v1/projects/p/instances", timeout=5).status_code == 200
    assert requests.post(sql.url + RUNS, json={}, timeout=5).status_code == 503
    assert len(sql.backups("p")) == 2

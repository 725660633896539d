"""Copies on demand at local Google servers: each is made once, whatever is lost; every failure has its sentence."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.gcp import GoogleBackups, calls
from bot.adapters.gcp import backup_names as copies
from bot.domain.upgrade.backups import BackupOrder, Copy, CopyKind, CopyState, standing
from bot.ports import Passing, Refused, WorldError
from demo.google.compute import ComputeServer
from demo.google.databases import Backup, Database
from demo.google.failures import FAILURES
from demo.google.resources import Shot
from demo.google.server import GoogleServer
from demo.google.sqladmin import SqlAdminServer
from tests.adapters.gcp.sentences import sentence

PROJECT = "sourcegraph-managed-acme"
MACHINE = "default-red-instance"
ORDER = BackupOrder(PROJECT, "us-central1-f", MACHINE, "acme", "3.40.1", "17", "mibot-acme-v3-40-1-a1b2")
BEGIN = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
OPEN = "http://elsewhere.test"
COMPUTE = f"{OPEN}/compute/v1/projects/{PROJECT}"
SQL = f"{OPEN}/v1/projects/{PROJECT}/instances"


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Google:
    """Both servers, and a clock that they and mibot share."""

    compute: ComputeServer
    sql: SqlAdminServer
    now: datetime = BEGIN

    def backups(self, deadline: float = 5.0) -> GoogleBackups:
        """The edge, which does not sleep between its tries."""
        return GoogleBackups(
            self.compute.url, self.sql.url, deadline, now=lambda: self.now, sleep=lambda _: None, pause=0.0
        )

    def ensure(self, order: BackupOrder = ORDER) -> list[Copy]:
        return list(self.backups().ensure(order))

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def shots(self) -> list[Shot]:
        """The snapshots that bear our label."""
        return [shot for shot in self.compute.snapshots(PROJECT) if shot.labels.get("mibot") == "true"]

    def runs(self) -> list[Backup]:
        """The database backups whose description is ours."""
        return [run for run in self.sql.backups(PROJECT) if run.description.startswith("mibot ")]


@pytest.fixture
def google() -> Iterator[Google]:
    clock: list[Google] = []

    def now() -> datetime:
        return clock[0].now if clock else BEGIN

    with ComputeServer(page_size=2, now=now) as compute, SqlAdminServer(page_size=2, now=now) as sql:
        clock.append(Google(compute, sql))
        yield clock[0]
        assert compute.violations == []
        assert sql.violations == []


def states(made: list[Copy]) -> list[tuple[CopyKind, str, CopyState]]:
    return [(copy.kind, copy.of, copy.state) for copy in made]


def test_one_copy_of_every_database_and_every_data_disk(google: Google) -> None:
    google.compute.set_disks(PROJECT, MACHINE, ["data", "more-data"])
    google.sql.set(PROJECT, [Database("a"), Database("b"), Database("copy-of-a", kind="READ_REPLICA_INSTANCE")])
    google.compute.pace(600)
    google.sql.pace(300)
    things = [
        (CopyKind.DATABASE, "a"),
        (CopyKind.DATABASE, "b"),
        (CopyKind.DISK, "data"),
        (CopyKind.DISK, "more-data"),
    ]
    first = google.ensure()
    assert states(first) == [(kind, of, CopyState.RUNNING) for kind, of in things]
    google.later(minutes=6)
    assert [copy.state for copy in google.ensure()] == [CopyState.READY] * 2 + [CopyState.RUNNING] * 2
    google.later(minutes=6)
    last = google.ensure()
    assert states(last) == [(kind, of, CopyState.READY) for kind, of in things]
    assert standing(last) is CopyState.READY
    assert [copy.name for copy in last] == [copy.name for copy in first]
    assert [copy.made_at for copy in last] == [BEGIN] * 4
    assert (len(google.runs()), len(google.shots())) == (2, 2)


def test_what_google_keeps_with_each_copy(google: Google) -> None:
    google.ensure()
    (shot,), (run,) = google.shots(), google.runs()
    assert shot.labels == {"mibot": "true", "slug": "acme", "version": "3-40-1", "tracker": "17"}
    assert shot.name.startswith(f"{ORDER.mark}-")
    assert run.description == f"mibot {ORDER.mark}"
    assert run.type == "ON_DEMAND"


def test_each_copy_links_to_googles_console(google: Google) -> None:
    for made in (google.ensure(), google.ensure()):
        database, disk = made
        assert (
            database.link
            == f"https://console.cloud.google.com/sql/instances/default-database/backups?project={PROJECT}"
        )
        assert disk.link == (
            f"https://console.cloud.google.com/compute/snapshotsDetail/projects/{PROJECT}/global/snapshots/{disk.name}"
            f"?project={PROJECT}"
        )


def test_another_order_gets_copies_of_its_own(google: Google) -> None:
    google.ensure()
    google.ensure(dataclasses.replace(ORDER, mark="mibot-acme-v3-40-2-c3d4"))
    assert (len(google.runs()), len(google.shots())) == (2, 2)


@pytest.mark.parametrize("what", ["database", "disk"])
def test_a_copy_that_fails_is_told_and_not_made_again(google: Google, what: str) -> None:
    if what == "database":
        google.sql.pace(60, "FAILED")
    else:
        google.compute.pace(60, "FAILED")
    google.ensure()
    google.later(minutes=2)
    made = google.ensure()
    assert standing(made) is CopyState.FAILED
    (failed,) = [copy for copy in made if copy.state is CopyState.FAILED]
    assert "Google says that it is FAILED" in sentence(failed.said)
    assert (len(google.runs()), len(google.shots())) == (1, 1)


def test_nothing_to_copy_is_refused_before_anything_is_begun(google: Google) -> None:
    google.compute.set_disks(PROJECT, MACHINE, [])
    with pytest.raises(Refused, match="no data disk") as no_disk:
        google.ensure()
    google.compute.set(PROJECT, {})
    with pytest.raises(Refused, match="no data disk"):
        google.ensure()
    google.compute.set(PROJECT, {MACHINE: "RUNNING"})
    google.compute.set_disks(PROJECT, MACHINE, ["data"])
    google.sql.set(PROJECT, [Database(kind="READ_REPLICA_INSTANCE")])
    with pytest.raises(Refused, match="no Cloud SQL instance") as no_database:
        google.ensure()
    assert (google.runs(), google.shots()) == ([], [])
    sentence(str(no_disk.value))
    sentence(str(no_database.value))


@responses.activate
def test_a_regional_disk_is_refused() -> None:
    disk = {"source": f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/regions/us-central1/disks/data"}
    machine = {"name": MACHINE, "status": "RUNNING", "disks": [disk]}
    responses.get(
        f"{COMPUTE}/zones/us-central1-f/instances", json={"kind": "compute#instanceList", "items": [machine]}
    )
    database = {"name": "a", "state": "RUNNABLE"}
    responses.get(SQL, json={"kind": "sql#instancesList", "items": [database]})
    with pytest.raises(Refused) as refused:
        GoogleBackups(OPEN, OPEN).ensure(ORDER)
    assert "is a regional one" in sentence(str(refused.value))


# --- A busy database, lost answers, and the end of the process


def test_a_busy_database_is_waited_for(google: Google) -> None:
    """The nightly backup runs: ours is begun when that is over, and nothing is raised meanwhile."""
    nightly = Backup("default-database", BEGIN, ends_at=BEGIN + timedelta(minutes=10))
    google.sql.set_backups(PROJECT, [nightly])
    google.sql.pace(60)
    waiting, disk = google.ensure()
    assert (waiting.state, waiting.name) == (CopyState.RUNNING, "")
    assert "busy" in sentence(waiting.said)
    assert disk.state is CopyState.RUNNING
    assert google.runs() == []
    google.later(minutes=11)
    assert google.ensure()[0].state is CopyState.RUNNING
    google.later(minutes=2)
    assert standing(google.ensure()) is CopyState.READY
    assert len(google.runs()) == 1


WRITES = ["sql.backupRuns.insert", "compute.disks.createSnapshot"]


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("takes", [0, 300])
def test_an_answer_that_is_lost_makes_no_second_copy(google: Google, method: str, takes: float) -> None:
    """Google began the copy, and we were told of an error: the next time it is found, or the database is busy."""
    google.compute.pace(takes)
    google.sql.pace(takes)
    server: GoogleServer = google.sql if method.startswith("sql") else google.compute
    server.fail(PROJECT, "lost", times=1, method=method)
    with pytest.raises(Passing) as passing:
        google.ensure()
    sentence(str(passing.value))
    google.ensure()
    google.later(minutes=6)
    assert standing(google.ensure()) is CopyState.READY
    assert (len(google.runs()), len(google.shots())) == (1, 1)


@pytest.mark.parametrize("method", WRITES)
def test_an_answer_that_comes_too_late_makes_no_second_copy(google: Google, method: str) -> None:
    """Our patience ends first; the request is carried out nevertheless, when we have asked again already or not."""
    google.ensure(dataclasses.replace(ORDER, mark="warm-up"))  # the libraries are loaded by now
    google.sql.pace(300)
    google.later(minutes=1)
    server: GoogleServer = google.sql if method.startswith("sql") else google.compute
    server.fail(PROJECT, "hang", times=1, seconds=0.8, method=method)
    with pytest.raises(Passing, match=r"did not answer within 0\.4 seconds"):
        google.backups(0.4).ensure(ORDER)
    google.ensure()  # while the first request is still on its way
    wait_for(lambda: len(google.runs()) == 2 and len(google.shots()) == 2)
    google.later(minutes=6)
    assert standing(google.ensure()) is CopyState.READY
    assert (len(google.runs()), len(google.shots())) == (2, 2), "one of each order"


def wait_for(what: Callable[[], Any]) -> None:
    end = time.monotonic() + 5
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_killed_after_any_request_no_copy_is_made_twice(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends after the first, the second, … request that was answered, and a new one begins again."""
    google.compute.set_disks(PROJECT, MACHINE, ["data", "more-data"])
    google.sql.set(PROJECT, [Database("a"), Database("b")])
    google.sql.pace(60)
    answered, limit = [0], [1]
    once = calls.Question.once

    def until_killed(question: calls.Question, request: Callable[[float], Any], *, repeat: bool = True) -> Any:
        answer = once(question, request, repeat=repeat)
        answered[0] += 1
        if answered[0] >= limit[0]:
            raise Killed
        return answer

    monkeypatch.setattr(calls.Question, "once", until_killed)
    while True:
        answered[0] = 0
        try:
            made = google.ensure()
            break
        except Killed:
            limit[0] += 1
    assert limit[0] > 6, "it was killed between many requests"
    assert len(made) == 4
    google.later(minutes=5)
    limit[0] = 1000
    assert standing(google.ensure()) is CopyState.READY
    assert (len(google.runs()), len(google.shots())) == (2, 2)


def test_of_two_backups_of_one_order_the_good_one_counts(google: Google) -> None:
    said = f"mibot {ORDER.mark}"
    told = [
        Backup("default-database", BEGIN - timedelta(hours=1), "SUCCESSFUL", "ON_DEMAND", said),
        Backup("default-database", BEGIN, "FAILED", "ON_DEMAND", said),
    ]
    google.sql.set_backups(PROJECT, told)
    assert google.ensure()[0].state is CopyState.READY


# --- Failures


READS = ["compute.instances.list", "compute.snapshots.list", "sql.instances.list", "sql.backupRuns.list"]
PASSING = {"quota", "quota_403", "error_500", "error_503"}
PERMISSIONS = {
    "compute.instances.list": "compute.instances.list",
    "compute.snapshots.list": "compute.snapshots.list",
    "compute.disks.createSnapshot": "compute.disks.createSnapshot (role Compute Storage Admin)",
    "sql.instances.list": "cloudsql.instances.list",
    "sql.backupRuns.list": "cloudsql.backupRuns.list",
    "sql.backupRuns.insert": "cloudsql.backupRuns.create (role Cloud SQL Editor)",
}


@pytest.mark.parametrize("kind", sorted(set(FAILURES) | {"html"}))
@pytest.mark.parametrize("method", [*READS, *WRITES])
def test_each_failure_of_each_request(google: Google, method: str, kind: str) -> None:
    """It is the port's error, says whether trying again may help, and names no customer; a write is tried once."""
    server: GoogleServer = google.sql if method.startswith("sql") else google.compute
    server.fail(PROJECT, kind, method=method)
    with pytest.raises(WorldError) as failed:
        google.ensure()
    assert isinstance(failed.value, Passing if kind in PASSING else Refused)
    said = sentence(str(failed.value))
    assert kind != "forbidden" or PERMISSIONS[method] in said
    server.heal(PROJECT)
    assert standing(google.ensure()) is not CopyState.FAILED
    assert (len(google.runs()), len(google.shots())) == (1, 1)


@pytest.mark.parametrize("method", WRITES)
def test_a_write_that_failed_is_not_repeated_within_one_call(google: Google, method: str) -> None:
    server: GoogleServer = google.sql if method.startswith("sql") else google.compute
    server.fail(PROJECT, "error_503", times=1, method=method)
    with pytest.raises(Passing):
        google.ensure()


@pytest.mark.parametrize("server", ["compute", "sql"])
def test_google_that_hangs(google: Google, server: str) -> None:
    google.ensure(dataclasses.replace(ORDER, mark="warm-up"))
    getattr(google, server).fail(PROJECT, "hang")
    with pytest.raises(Passing, match=r"did not answer within 0\.3 seconds"):
        google.backups(0.3).ensure(ORDER)


DATABASE = {"kind": "sql#instancesList", "items": [{"name": "a", "state": "RUNNABLE"}]}
DATA = {"source": f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/zones/us-central1-f/disks/data"}
VM = {"kind": "compute#instanceList", "items": [{"name": MACHINE, "status": "RUNNING", "disks": [DATA]}]}


def world(insert: Any = None, create: Any = None) -> None:
    """Google by hand, where the answers to both writes are given; each by default is that it was begun."""
    responses.get(f"{COMPUTE}/zones/us-central1-f/instances", json=VM)
    responses.get(SQL, json=DATABASE)
    responses.get(f"{SQL}/-/backupRuns", json={"kind": "sql#backupRunsList"})
    responses.get(f"{COMPUTE}/global/snapshots", json={"kind": "compute#snapshotList"})
    responses.post(f"{SQL}/a/backupRuns", **(insert or {"json": {"kind": "sql#operation"}}))
    create = create or {"json": {"kind": "compute#operation"}}
    responses.post(f"{COMPUTE}/zones/us-central1-f/disks/data/createSnapshot", **create)


def conflict(reason: str) -> dict[str, Any]:
    error = {"code": 409, "message": f"in {PROJECT}", "errors": [{"reason": reason}]}
    return {"status": 409, "json": {"error": error}}


def ensured() -> list[Copy]:
    return list(GoogleBackups(OPEN, OPEN, now=lambda: BEGIN, sleep=lambda _: None).ensure(ORDER))


@responses.activate
@pytest.mark.parametrize("busy", ["operationInProgress", "OPERATION_IN_PROGRESS"])
def test_conflicts_that_mean_that_it_is_there_or_will_be(busy: str) -> None:
    world(conflict(busy), conflict("alreadyExists"))
    assert [copy.state for copy in ensured()] == [CopyState.RUNNING] * 2


@responses.activate
@pytest.mark.parametrize("which", ["insert", "create"])
def test_any_other_conflict_is_a_refusal(which: str) -> None:
    world(**{which: conflict("resourceInUseByAnotherResource")})
    with pytest.raises(Refused) as refused:
        ensured()
    assert "refused the request with error 409" in sentence(str(refused.value))


@responses.activate
def test_an_operation_that_has_failed_already_is_a_failed_copy() -> None:
    sql = {"kind": "sql#operation", "error": {"errors": [{"code": "INTERNAL", "message": f"in {PROJECT}"}]}}
    compute = {"kind": "compute#operation", "status": "DONE", "error": {"errors": [{"code": "QUOTA_EXCEEDED"}]}}
    world({"json": sql}, {"json": compute})
    database, disk = ensured()
    assert (database.state, disk.state) == (CopyState.FAILED, CopyState.FAILED)
    assert "(INTERNAL)" in sentence(database.said)
    assert "(QUOTA_EXCEEDED)" in sentence(disk.said)


@responses.activate
@pytest.mark.parametrize("body", ["", "{}", "[]", '{"kind": "other"}', "<html>"])
@pytest.mark.parametrize("which", ["insert", "create"])
def test_an_answer_of_something_else_is_no_beginning(which: str, body: str) -> None:
    world(**{which: {"body": body}})
    with pytest.raises(Refused, match="What answered was not"):
        ensured()


@responses.activate
def test_how_long_google_asked_us_to_wait() -> None:
    world({"status": 429, "headers": {"Retry-After": "120"}, "json": {"error": {"code": 429, "errors": [{}]}}})
    with pytest.raises(Passing) as passing:
        ensured()
    assert passing.value.retry_after == 120


# --- Old copies


def test_copies_beyond_the_newest(google: Google) -> None:
    """Of each disk and database: ours alone, and one that failed takes no good one's place."""
    for day in range(5):
        google.compute.pace(0, "FAILED" if day == 3 else "READY")
        google.ensure(dataclasses.replace(ORDER, mark=f"day-{day}"))
        google.later(days=1)
    others = [Shot("default-red-data", BEGIN, "schedule"), *google.compute.snapshots(PROJECT)]
    google.compute.set_snapshots(PROJECT, others)
    nightly = Backup("default-database", BEGIN, description="nightly")
    google.sql.set_backups(PROJECT, [nightly, *google.sql.backups(PROJECT)])
    older = google.backups().older(ORDER, 2)
    days = [(BEGIN + timedelta(days=day)) for day in range(5)]
    assert [copy.made_at for copy in older if copy.kind is CopyKind.DATABASE] == [days[2], days[1], days[0]]
    assert [copy.made_at for copy in older if copy.kind is CopyKind.DISK] == [days[1], days[0]]
    assert google.backups().older(ORDER, 9) == []


@pytest.mark.parametrize("kind", sorted(FAILURES))
@pytest.mark.parametrize("method", ["compute.snapshots.list", "sql.backupRuns.list"])
def test_each_failure_to_look_for_old_copies(google: Google, method: str, kind: str) -> None:
    server: GoogleServer = google.sql if method.startswith("sql") else google.compute
    server.fail(PROJECT, kind, method=method)
    with pytest.raises(Passing if kind in PASSING else Refused) as failed:
        google.backups().older(ORDER, 2)
    sentence(str(failed.value))


# --- Names


@given(
    mark=st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True),
    disks=st.lists(st.text(min_size=1), unique=True, min_size=2, max_size=5),
    version=st.text(),
    slug=st.text(),
)
def test_names_and_labels_are_such_as_google_takes(mark: str, disks: list[str], version: str, slug: str) -> None:
    order = dataclasses.replace(ORDER, mark=mark, version=version, slug=slug)
    names = [copies.snapshot_name(order, f"zones/z/disks/{disk}") for disk in disks]
    assert len(set(names)) == len(names), "each disk has its own"
    for name in names:
        assert len(name) <= 63
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert not name.endswith("-")
    for value in copies.snapshot_labels(order).values():
        assert len(value) <= 63
        assert set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")

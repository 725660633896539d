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
from bot.domain.failures.google import (
    BackupImpossible,
    BackupObstacle,
    GoogleBusy,
    GooglePermissionMissing,
    GoogleRefused,
    GoogleService,
    GoogleTimedOut,
    GoogleWrongServer,
)
from bot.domain.upgrade.backups import Backup, BackupKind, BackupRequest, BackupState, overall_state
from bot.domain.upgrade.reasons.backups import BackupStatus, DatabaseBusy, OperationFailed
from bot.ports.errors import ExternalError, NeedsPersonError, PermanentError, TransientError
from bot.ports.ownership import NotOwnerError
from demo.google.compute import ComputeServer
from demo.google.databases import BackupRun, DatabaseInstance
from demo.google.failures import FAILURES
from demo.google.resources import Snapshot
from demo.google.server import GoogleServer
from demo.google.sqladmin import SqlAdminServer
from tests.adapters.gcp.reasons import assert_harmless
from tests.failures import raises

PROJECT = "sourcegraph-managed-acme"
MACHINE = "default-red-instance"
REQUEST = BackupRequest(PROJECT, "us-central1-f", MACHINE, "acme", "3.40.1", "17", "mibot-acme-v3-40-1-a1b2")
BEGIN = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
OPEN = "http://elsewhere.test"
COMPUTE = f"{OPEN}/compute/v1/projects/{PROJECT}"
SQL = f"{OPEN}/v1/projects/{PROJECT}/instances"


class Killed(BaseException):
    """The process ends here."""


@dataclass
class FakeGoogle:
    """Both servers, and a clock that they and mibot share."""

    compute: ComputeServer
    sql: SqlAdminServer
    now: datetime = BEGIN
    owned: bool = True

    def prove_ownership(self) -> None:
        if not self.owned:
            raise NotOwnerError

    def backups(self, deadline: float = 5.0) -> GoogleBackups:
        """The edge, which does not sleep between its tries."""
        return GoogleBackups(
            self.compute.url,
            self.sql.url,
            deadline,
            now=lambda: self.now,
            sleep=lambda _: None,
            pause=0.0,
            prove_ownership=self.prove_ownership,
        )

    def ensure(self, order: BackupRequest = REQUEST) -> list[Backup]:
        return list(self.backups().ensure(order))

    def advance(self, **time: float) -> None:
        self.now += timedelta(**time)

    def shots(self) -> list[Snapshot]:
        """The snapshots that bear our label."""
        return [shot for shot in self.compute.snapshots(PROJECT) if shot.labels.get("mibot") == "true"]

    def runs(self) -> list[BackupRun]:
        """The database backups whose description is ours."""
        return [run for run in self.sql.backups(PROJECT) if run.description.startswith("mibot ")]


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    clock: list[FakeGoogle] = []

    def now() -> datetime:
        return clock[0].now if clock else BEGIN

    with ComputeServer(page_size=2, now=now) as compute, SqlAdminServer(page_size=2, now=now) as sql:
        clock.append(FakeGoogle(compute, sql))
        yield clock[0]
        assert compute.violations == []
        assert sql.violations == []


def states(made: list[Backup]) -> list[tuple[BackupKind, str, BackupState]]:
    return [(copy.kind, copy.source, copy.state) for copy in made]


def test_one_copy_of_every_database_and_every_data_disk(google: FakeGoogle) -> None:
    google.compute.set_disks(PROJECT, MACHINE, ["data", "more-data"])
    google.sql.set(
        PROJECT,
        [DatabaseInstance("a"), DatabaseInstance("b"), DatabaseInstance("copy-of-a", kind="READ_REPLICA_INSTANCE")],
    )
    google.compute.set_outcome(600)
    google.sql.set_outcome(300)
    things = [
        (BackupKind.DATABASE, "a"),
        (BackupKind.DATABASE, "b"),
        (BackupKind.DISK, "data"),
        (BackupKind.DISK, "more-data"),
    ]
    first = google.ensure()
    assert states(first) == [(kind, of, BackupState.RUNNING) for kind, of in things]
    google.advance(minutes=6)
    assert [copy.state for copy in google.ensure()] == [BackupState.READY] * 2 + [BackupState.RUNNING] * 2
    google.advance(minutes=6)
    last = google.ensure()
    assert states(last) == [(kind, of, BackupState.READY) for kind, of in things]
    assert overall_state(last) is BackupState.READY
    assert [copy.name for copy in last] == [copy.name for copy in first]
    assert [copy.created_at for copy in last] == [BEGIN] * 4
    assert (len(google.runs()), len(google.shots())) == (2, 2)


def test_what_google_keeps_with_each_copy(google: FakeGoogle) -> None:
    google.ensure()
    (shot,), (run,) = google.shots(), google.runs()
    assert shot.labels == {"mibot": "true", "slug": "acme", "version": "3-40-1", "tracker": "17"}
    assert shot.name.startswith(f"{REQUEST.request_id}-")
    assert run.description == f"mibot {REQUEST.request_id}"
    assert run.type == "ON_DEMAND"


def test_each_copy_links_to_googles_console(google: FakeGoogle) -> None:
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


def test_another_order_gets_copies_of_its_own(google: FakeGoogle) -> None:
    google.ensure()
    google.ensure(dataclasses.replace(REQUEST, request_id="mibot-acme-v3-40-2-c3d4"))
    assert (len(google.runs()), len(google.shots())) == (2, 2)


@pytest.mark.parametrize("what", ["database", "disk"])
def test_a_copy_that_fails_is_told_and_not_made_again(google: FakeGoogle, what: str) -> None:
    if what == "database":
        google.sql.set_outcome(60, "FAILED")
    else:
        google.compute.set_outcome(60, "FAILED")
    google.ensure()
    google.advance(minutes=2)
    made = google.ensure()
    assert overall_state(made) is BackupState.FAILED
    (failed,) = [copy for copy in made if copy.state is BackupState.FAILED]
    assert isinstance(failed.problem, BackupStatus)
    assert failed.problem.status == "FAILED"
    assert (len(google.runs()), len(google.shots())) == (1, 1)


def test_nothing_to_copy_is_refused_before_anything_is_begun(google: FakeGoogle) -> None:
    google.compute.set_disks(PROJECT, MACHINE, [])
    with raises(PermanentError, BackupImpossible(BackupObstacle.NO_DATA_DISK)):
        google.ensure()
    google.compute.set(PROJECT, {})
    with raises(PermanentError, BackupImpossible(BackupObstacle.NO_DATA_DISK)):
        google.ensure()
    google.compute.set(PROJECT, {MACHINE: "RUNNING"})
    google.compute.set_disks(PROJECT, MACHINE, ["data"])
    google.sql.set(PROJECT, [DatabaseInstance(kind="READ_REPLICA_INSTANCE")])
    with raises(PermanentError, BackupImpossible(BackupObstacle.NO_DATABASE)):
        google.ensure()
    assert (google.runs(), google.shots()) == ([], [])


@responses.activate
def test_a_regional_disk_is_refused() -> None:
    disk = {"source": f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/regions/us-central1/disks/data"}
    machine = {"name": MACHINE, "status": "RUNNING", "disks": [disk]}
    responses.get(
        f"{COMPUTE}/zones/us-central1-f/instances", json={"kind": "compute#instanceList", "items": [machine]}
    )
    database = {"name": "a", "state": "RUNNABLE"}
    responses.get(SQL, json={"kind": "sql#instancesList", "items": [database]})
    with raises(PermanentError, BackupImpossible(BackupObstacle.REGIONAL_DISK)):
        GoogleBackups(OPEN, OPEN).ensure(REQUEST)


# --- A busy database, lost answers, and the end of the process


def test_a_busy_database_is_waited_for(google: FakeGoogle) -> None:
    """The nightly backup runs: ours is begun when that is over, and nothing is raised meanwhile."""
    nightly = BackupRun("default-database", BEGIN, ends_at=BEGIN + timedelta(minutes=10))
    google.sql.set_backups(PROJECT, [nightly])
    google.sql.set_outcome(60)
    waiting, disk = google.ensure()
    assert (waiting.state, waiting.name) == (BackupState.RUNNING, "")
    assert waiting.problem == DatabaseBusy()
    assert disk.state is BackupState.RUNNING
    assert google.runs() == []
    google.advance(minutes=11)
    assert google.ensure()[0].state is BackupState.RUNNING
    google.advance(minutes=2)
    assert overall_state(google.ensure()) is BackupState.READY
    assert len(google.runs()) == 1


WRITES = ["sql.backupRuns.insert", "compute.disks.createSnapshot"]


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("takes", [0, 300])
def test_an_answer_that_is_lost_makes_no_second_copy(google: FakeGoogle, method: str, takes: float) -> None:
    """Google began the copy, and we were told of an error: the next time it is found, or the database is busy."""
    google.compute.set_outcome(takes)
    google.sql.set_outcome(takes)
    server: GoogleServer = google.sql if method.startswith("sql") else google.compute
    server.fail(PROJECT, "lost", times=1, method=method)
    with pytest.raises(TransientError) as passing:
        google.ensure()
    assert_harmless(passing.value.reason)
    google.ensure()
    google.advance(minutes=6)
    assert overall_state(google.ensure()) is BackupState.READY
    assert (len(google.runs()), len(google.shots())) == (1, 1)


@pytest.mark.parametrize("method", WRITES)
def test_an_answer_that_comes_too_late_makes_no_second_copy(google: FakeGoogle, method: str) -> None:
    """Our patience ends first; the request is carried out nevertheless, when we have asked again already or not."""
    google.ensure(dataclasses.replace(REQUEST, request_id="warm-up"))  # the libraries are loaded by now
    google.sql.set_outcome(300)
    google.advance(minutes=1)
    server: GoogleServer = google.sql if method.startswith("sql") else google.compute
    server.fail(PROJECT, "hang", times=1, seconds=0.8, method=method)
    service = GoogleService.CLOUD_SQL_ADMIN if server is google.sql else GoogleService.COMPUTE_ENGINE
    with raises(TransientError, GoogleTimedOut(service, 0.4)):
        google.backups(0.4).ensure(REQUEST)
    google.ensure()  # while the first request is still on its way
    wait_for(lambda: len(google.runs()) == 2 and len(google.shots()) == 2)
    google.advance(minutes=6)
    assert overall_state(google.ensure()) is BackupState.READY
    assert (len(google.runs()), len(google.shots())) == (2, 2), "one of each order"


def wait_for(what: Callable[[], Any]) -> None:
    end = time.monotonic() + 5
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_killed_after_any_request_no_copy_is_made_twice(google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends after the first, the second, … request that was answered, and a new one begins again."""
    google.compute.set_disks(PROJECT, MACHINE, ["data", "more-data"])
    google.sql.set(PROJECT, [DatabaseInstance("a"), DatabaseInstance("b")])
    google.sql.set_outcome(60)
    answered, limit = [0], [1]
    send = calls.ApiCall.send_with_retry

    def until_killed(question: calls.ApiCall, request: Callable[[float], Any], *, retry: bool = True) -> Any:
        answer = send(question, request, retry=retry)
        answered[0] += 1
        if answered[0] >= limit[0]:
            raise Killed
        return answer

    monkeypatch.setattr(calls.ApiCall, "send_with_retry", until_killed)
    while True:
        answered[0] = 0
        try:
            made = google.ensure()
            break
        except Killed:
            limit[0] += 1
    assert limit[0] > 6, "it was killed between many requests"
    assert len(made) == 4
    google.advance(minutes=5)
    limit[0] = 1000
    assert overall_state(google.ensure()) is BackupState.READY
    assert (len(google.runs()), len(google.shots())) == (2, 2)


def test_of_two_backups_of_one_order_the_good_one_counts(google: FakeGoogle) -> None:
    said = f"mibot {REQUEST.request_id}"
    told = [
        BackupRun("default-database", BEGIN - timedelta(hours=1), "SUCCESSFUL", "ON_DEMAND", said),
        BackupRun("default-database", BEGIN, "FAILED", "ON_DEMAND", said),
    ]
    google.sql.set_backups(PROJECT, told)
    assert google.ensure()[0].state is BackupState.READY


# --- Failures


READS = ["compute.instances.list", "compute.snapshots.list", "sql.instances.list", "sql.backupRuns.list"]
TRANSIENT = {"quota", "quota_403", "error_500", "error_503"}
PERMISSIONS = {
    "compute.instances.list": ("compute.instances.list", "Compute Viewer"),
    "compute.snapshots.list": ("compute.snapshots.list", "Compute Viewer"),
    "compute.disks.createSnapshot": ("compute.disks.createSnapshot", "Compute Storage Admin"),
    "sql.instances.list": ("cloudsql.instances.list", "Cloud SQL Viewer"),
    "sql.backupRuns.list": ("cloudsql.backupRuns.list", "Cloud SQL Viewer"),
    "sql.backupRuns.insert": ("cloudsql.backupRuns.create", "Cloud SQL Editor"),
}


@pytest.mark.parametrize("kind", sorted(set(FAILURES) | {"html"}))
@pytest.mark.parametrize("method", [*READS, *WRITES])
def test_each_failure_of_each_request(google: FakeGoogle, method: str, kind: str) -> None:
    """It is the port's error, says whether trying again may help, and names no customer; a write is tried once."""
    server: GoogleServer = google.sql if method.startswith("sql") else google.compute
    server.fail(PROJECT, kind, method=method)
    with pytest.raises(ExternalError) as failed:
        google.ensure()
    assert isinstance(failed.value, TransientError if kind in TRANSIENT else PermanentError)
    reason = assert_harmless(failed.value.reason)
    if kind == "forbidden":
        assert isinstance(reason, GooglePermissionMissing)
        assert (reason.permission, reason.role) == PERMISSIONS[method]
    server.stop_failing(PROJECT)
    assert overall_state(google.ensure()) is not BackupState.FAILED
    assert (len(google.runs()), len(google.shots())) == (1, 1)


@pytest.mark.parametrize("method", WRITES)
def test_a_write_that_failed_is_not_repeated_within_one_call(google: FakeGoogle, method: str) -> None:
    server: GoogleServer = google.sql if method.startswith("sql") else google.compute
    server.fail(PROJECT, "error_503", times=1, method=method)
    with pytest.raises(TransientError):
        google.ensure()


@pytest.mark.parametrize("server", ["compute", "sql"])
def test_google_that_hangs(google: FakeGoogle, server: str) -> None:
    google.ensure(dataclasses.replace(REQUEST, request_id="warm-up"))
    getattr(google, server).fail(PROJECT, "hang")
    service = {"compute": GoogleService.COMPUTE_ENGINE, "sql": GoogleService.CLOUD_SQL_ADMIN}[server]
    with raises(TransientError, GoogleTimedOut(service, 0.3)):
        google.backups(0.3).ensure(REQUEST)


DATABASE = {"kind": "sql#instancesList", "items": [{"name": "a", "state": "RUNNABLE"}]}
DATA = {"source": f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/zones/us-central1-f/disks/data"}
VM = {"kind": "compute#instanceList", "items": [{"name": MACHINE, "status": "RUNNING", "disks": [DATA]}]}


def mock_google(insert: Any = None, create: Any = None) -> None:
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


def ensure_backups() -> list[Backup]:
    return list(GoogleBackups(OPEN, OPEN, now=lambda: BEGIN, sleep=lambda _: None).ensure(REQUEST))


@responses.activate
@pytest.mark.parametrize("busy", ["operationInProgress", "OPERATION_IN_PROGRESS"])
def test_conflicts_that_mean_that_it_is_there_or_will_be(busy: str) -> None:
    mock_google(conflict(busy), conflict("alreadyExists"))
    assert [copy.state for copy in ensure_backups()] == [BackupState.RUNNING] * 2


@responses.activate
@pytest.mark.parametrize("which", ["insert", "create"])
def test_what_is_in_use_is_waited_for(which: str) -> None:
    mock_google(**{which: conflict("resourceInUseByAnotherResource")})
    service = {"create": GoogleService.COMPUTE_ENGINE, "insert": GoogleService.CLOUD_SQL_ADMIN}[which]
    with raises(TransientError, GoogleBusy(service)):
        ensure_backups()


@responses.activate
@pytest.mark.parametrize("which", ["insert", "create"])
def test_a_conflict_that_nobody_knows_is_held_for_a_person(which: str) -> None:
    mock_google(**{which: conflict("somethingElse")})
    service = {"create": GoogleService.COMPUTE_ENGINE, "insert": GoogleService.CLOUD_SQL_ADMIN}[which]
    with raises(NeedsPersonError, GoogleRefused(service, 409)):
        ensure_backups()


@responses.activate
@pytest.mark.parametrize("which", ["insert", "create"])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ZONE_RESOURCE_POOL_EXHAUSTED", TransientError),
        ("ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", TransientError),
        ("RESOURCE_NOT_READY", TransientError),
        ("RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", TransientError),
        ("QUOTA_EXCEEDED", NeedsPersonError),
    ],
)
def test_an_operation_that_could_not_begin_made_nothing(which: str, code: str, error: type[ExternalError]) -> None:
    kind = {"insert": "sql#operation", "create": "compute#operation"}[which]
    mock_google(**{which: {"json": {"kind": kind, "error": {"errors": [{"code": code}]}}}})
    with pytest.raises(error):
        ensure_backups()


@responses.activate
def test_an_operation_that_has_failed_already_is_a_failed_copy() -> None:
    sql = {"kind": "sql#operation", "error": {"errors": [{"code": "INTERNAL", "message": f"in {PROJECT}"}]}}
    compute = {"kind": "compute#operation", "status": "DONE", "error": {"errors": [{"code": "DISK_BROKEN"}]}}
    mock_google({"json": sql}, {"json": compute})
    database, disk = ensure_backups()
    assert (database.state, disk.state) == (BackupState.FAILED, BackupState.FAILED)
    assert database.problem == OperationFailed(("INTERNAL",))
    assert disk.problem == OperationFailed(("DISK_BROKEN",))


@responses.activate
@pytest.mark.parametrize("body", ["", "{}", "[]", '{"kind": "other"}', "<html>"])
@pytest.mark.parametrize("which", ["insert", "create"])
def test_an_answer_of_something_else_is_no_beginning(which: str, body: str) -> None:
    mock_google(**{which: {"body": body}})
    reasons = {
        "create": GoogleWrongServer(GoogleService.COMPUTE_ENGINE, "gcp.compute_endpoint"),
        "insert": GoogleWrongServer(GoogleService.CLOUD_SQL_ADMIN, "gcp.sqladmin_endpoint"),
    }
    with raises(PermanentError, reasons[which]):
        ensure_backups()


@responses.activate
def test_how_long_google_asked_us_to_wait() -> None:
    mock_google({"status": 429, "headers": {"Retry-After": "120"}, "json": {"error": {"code": 429, "errors": [{}]}}})
    with pytest.raises(TransientError) as passing:
        ensure_backups()
    assert passing.value.retry_after == 120


# --- Old copies


def test_copies_beyond_the_newest(google: FakeGoogle) -> None:
    """Of each disk and database: ours alone, and one that failed takes no good one's place."""
    for day in range(5):
        google.compute.set_outcome(0, "FAILED" if day == 3 else "READY")
        google.ensure(dataclasses.replace(REQUEST, request_id=f"day-{day}"))
        google.advance(days=1)
    others = [Snapshot("default-red-data", BEGIN, "schedule"), *google.compute.snapshots(PROJECT)]
    google.compute.set_snapshots(PROJECT, others)
    nightly = BackupRun("default-database", BEGIN, description="nightly")
    google.sql.set_backups(PROJECT, [nightly, *google.sql.backups(PROJECT)])
    older = google.backups().beyond_retention(REQUEST, 2)
    days = [(BEGIN + timedelta(days=day)) for day in range(5)]
    assert [copy.created_at for copy in older if copy.kind is BackupKind.DATABASE] == [days[2], days[1], days[0]]
    assert [copy.created_at for copy in older if copy.kind is BackupKind.DISK] == [days[1], days[0]]
    assert google.backups().beyond_retention(REQUEST, 9) == []


@pytest.mark.parametrize("kind", sorted(FAILURES))
@pytest.mark.parametrize("method", ["compute.snapshots.list", "sql.backupRuns.list"])
def test_each_failure_to_look_for_old_copies(google: FakeGoogle, method: str, kind: str) -> None:
    server: GoogleServer = google.sql if method.startswith("sql") else google.compute
    server.fail(PROJECT, kind, method=method)
    with pytest.raises(TransientError if kind in TRANSIENT else PermanentError) as failed:
        google.backups().beyond_retention(REQUEST, 2)
    assert_harmless(failed.value.reason)


# --- Names


@given(
    mark=st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True),
    disks=st.lists(st.text(min_size=1), unique=True, min_size=2, max_size=5),
    version=st.text(),
    slug=st.text(),
)
def test_names_and_labels_are_such_as_google_takes(mark: str, disks: list[str], version: str, slug: str) -> None:
    order = dataclasses.replace(REQUEST, request_id=mark, version=version, slug=slug)
    names = [copies.snapshot_name(order, f"zones/z/disks/{disk}") for disk in disks]
    assert len(set(names)) == len(names), "each disk has its own"
    for name in names:
        assert len(name) <= 63
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert not name.endswith("-")
    for value in copies.snapshot_labels(order).values():
        assert len(value) <= 63
        assert set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")


def test_nothing_is_begun_for_a_job_that_another_worker_took_over(google: FakeGoogle) -> None:
    google.owned = False
    with pytest.raises(NotOwnerError):
        google.ensure()
    assert (google.shots(), google.runs()) == ([], [])


def test_what_was_begun_before_is_found_without_a_proof(google: FakeGoogle) -> None:
    begun = google.ensure()
    google.owned = False
    assert [backup.name for backup in google.ensure()] == [backup.name for backup in begun]

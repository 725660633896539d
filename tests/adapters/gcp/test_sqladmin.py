"""The Cloud SQL edge against a local Cloud SQL Admin API: every failure is one sentence, nothing is raised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from bot.adapters.gcp import SqlInspector, google_query_handlers
from bot.domain.failures.google import (
    GoogleAction,
    GoogleApiDisabled,
    GoogleNotFound,
    GooglePermissionMissing,
    GoogleProject,
    GoogleQuotaExceeded,
    GoogleRefused,
    GoogleServerError,
    GoogleService,
    GoogleSignInFailed,
    GoogleTimedOut,
    GoogleWrongServer,
    GoogleZonesUnreachable,
    SignInProblem,
)
from bot.domain.health.queries import SqlBackupQuery, SqlBackups, SqlInstance, SqlInstanceQuery, SqlInstances
from bot.domain.reasons import Reason
from demo.google.databases import BackupRun, DatabaseInstance
from demo.google.failures import KINDS
from demo.google.sqladmin import SqlAdminServer
from tests.adapters.gcp.reasons import reason_of

PROJECT = "sourcegraph-managed-acme"
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
DATABASES = SqlInstanceQuery(PROJECT)
BACKUPS = SqlBackupQuery(PROJECT)
OPEN = "http://elsewhere.test"
PATH = f"v1/projects/{PROJECT}/instances"
TOKEN = "https://oauth2.googleapis.com/token"


@pytest.fixture
def server() -> Iterator[SqlAdminServer]:
    with SqlAdminServer(page_size=2, now=lambda: NOW) as server:
        yield server
        assert server.violations == []


def inspector(url: str | None, deadline: float = 5.0, **others: Any) -> SqlInspector:
    """An edge that does not sleep between its tries."""
    return SqlInspector(url, deadline, **{"sleep": lambda _: None} | others)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def instances(url: str) -> tuple[SqlInstance, ...]:
    answer = inspector(url).instances(DATABASES)
    assert isinstance(answer, SqlInstances)
    return answer.instances


def backups(url: str) -> SqlBackups:
    answer = inspector(url).backups(BACKUPS)
    assert isinstance(answer, SqlBackups)
    return answer


def test_every_instance_with_its_state_and_disk(server: SqlAdminServer) -> None:
    told = [
        DatabaseInstance("a", disk_gb=200, used_gb=50, auto_resize=False),
        DatabaseInstance("b", "MAINTENANCE", used_gb=None, limit_gb=500),
        DatabaseInstance("c", out_of_disk=True),
        DatabaseInstance("d", stopped=True),
    ]
    server.set(PROJECT, told)
    assert instances(f"{server.url}/") == (
        SqlInstance("a", "RUNNABLE", 200, 50, auto_resize=False),
        SqlInstance("b", "MAINTENANCE", 100, None, auto_resize=True, limit_gb=500),
        SqlInstance("c", "RUNNABLE", 100, 40, auto_resize=True, out_of_disk=True),
        SqlInstance("d", "STOPPED", 100, 40, auto_resize=True),
    )


def test_what_google_does_not_tell_is_not_known() -> None:
    with responses.RequestsMock() as mock:
        item = {"name": "a", "state": "RUNNABLE", "currentDiskSize": "much"}
        mock.get(f"{OPEN}/{PATH}", json={"kind": "sql#instancesList", "items": [item]})
        assert instances(OPEN) == (SqlInstance("a", "RUNNABLE"),)


def test_no_instance_and_no_backup(server: SqlAdminServer) -> None:
    server.set_backups(PROJECT, [])
    assert backups(server.url) == SqlBackups(("default-database",))
    server.set(PROJECT, [])
    assert instances(server.url) == ()
    assert backups(server.url) == SqlBackups(())


def test_a_project_that_nobody_set_is_healthy(server: SqlAdminServer) -> None:
    assert [one.state for one in instances(server.url)] == ["RUNNABLE"]
    (backup,) = backups(server.url).backups
    assert (backup.status, backup.type) == ("SUCCESSFUL", "AUTOMATED")
    assert timedelta(hours=1) < NOW - backup.started_at < timedelta(hours=12)


def test_backups_of_a_deleted_instance_of_the_same_name_are_not_the_instances(server: SqlAdminServer) -> None:
    server.set(PROJECT, [DatabaseInstance("a", created_at=ago(5))])
    server.set_backups(PROJECT, [BackupRun("a", ago(6), id="1"), BackupRun("a", ago(4), id="2")])
    assert [one.id for one in backups(server.url).backups] == ["2"]


def test_a_region_that_google_left_out_is_no_answer() -> None:
    with responses.RequestsMock() as mock:
        page = {"kind": "sql#instancesList", "warnings": [{"code": "REGION_UNREACHABLE", "region": "x"}]}
        mock.get(f"{OPEN}/{PATH}", json=page)
        expected = GoogleZonesUnreachable(GoogleService.CLOUD_SQL_ADMIN)
        assert reason_of(inspector(OPEN).instances(DATABASES)) == expected
        assert reason_of(inspector(OPEN).backups(BACKUPS)) == expected


def test_the_backups_of_every_instance_newest_first(server: SqlAdminServer) -> None:
    server.set(
        PROJECT,
        [DatabaseInstance("a"), DatabaseInstance("b"), DatabaseInstance("copy-of-a", kind="READ_REPLICA_INSTANCE")],
    )
    told = [
        BackupRun("a", ago(30), id="1"),
        BackupRun("b", ago(2), "FAILED", error="OUT_OF_DISK", id="2"),
        BackupRun("a", ago(6), "SUCCESSFUL", "ON_DEMAND", "mibot before-4.0", id="3"),
        BackupRun("a", ago(0), ends_at=NOW + timedelta(hours=1), id="4"),
        BackupRun("gone", ago(1), id="5"),
    ]
    server.set_backups(PROJECT, told)
    answer = backups(server.url)
    assert answer.instances == ("a", "b"), "a replica has no backups of its own"
    assert [(one.instance, one.id, one.status) for one in answer.backups] == [
        ("a", "4", "ENQUEUED"),
        ("b", "2", "FAILED"),
        ("a", "3", "SUCCESSFUL"),
        ("a", "1", "SUCCESSFUL"),
    ]
    running, failed, ours, _ = answer.backups
    assert (running.started_at, running.ended_at) == (NOW, None)
    assert failed.error == "OUT_OF_DISK"
    assert (ours.type, ours.description, ours.started_at) == ("ON_DEMAND", "mibot before-4.0", ago(6))
    assert ours.ended_at is not None


SERVICE = GoogleService.CLOUD_SQL_ADMIN
NOT_FOUND = GoogleNotFound(GoogleProject.INSTANCE, ("gcp.project_template",))
WRONG_SERVER = GoogleWrongServer(SERVICE, "gcp.sqladmin_endpoint")


def forbidden(action: GoogleAction, permission: str) -> GooglePermissionMissing:
    return GooglePermissionMissing(action, permission, "Cloud SQL Viewer", GoogleProject.INSTANCE)


# what the server does, the reason, and how often the server was asked
FAILURES = [
    ("forbidden", forbidden(GoogleAction.LIST_DATABASES, "cloudsql.instances.list"), 1),
    ("api_disabled", GoogleApiDisabled(SERVICE, "sqladmin.googleapis.com", GoogleProject.INSTANCE), 1),
    ("not_found", NOT_FOUND, 1),
    ("bad_zone", NOT_FOUND, 1),
    ("bad_filter", GoogleRefused(SERVICE, 400), 1),
    ("unauthorized", GoogleSignInFailed(SignInProblem.REJECTED), 1),
    ("quota", GoogleQuotaExceeded(SERVICE), 4),
    ("quota_403", GoogleQuotaExceeded(SERVICE), 4),
    ("error_500", GoogleServerError(SERVICE, 500), 4),
    ("error_503", GoogleServerError(SERVICE, 503), 4),
    ("lost", GoogleServerError(SERVICE, 503), 4),
    ("html", WRONG_SERVER, 1),
    ("hang", GoogleTimedOut(SERVICE, 0.3), 1),
]


@pytest.mark.parametrize(("kind", "reason", "asked"), FAILURES)
def test_each_failure_has_its_sentence(server: SqlAdminServer, kind: str, reason: Reason, asked: int) -> None:
    edge = inspector(server.url, 0.3 if kind == "hang" else 5.0)
    server.fail(PROJECT, kind)
    assert reason_of(edge.instances(DATABASES)) == reason
    assert server.requests(PROJECT) == asked
    reason_of(edge.backups(BACKUPS))


@pytest.mark.parametrize("kind", sorted(KINDS - {"hang"}))
def test_a_failure_to_list_the_backups_is_no_answer(server: SqlAdminServer, kind: str) -> None:
    server.fail(PROJECT, kind, method="sql.backupRuns.list")
    reason = reason_of(inspector(server.url).backups(BACKUPS))
    if kind == "forbidden":
        assert reason == forbidden(GoogleAction.LIST_DATABASE_BACKUPS, "cloudsql.backupRuns.list")


def test_every_way_to_fail_is_tried_above() -> None:
    assert {kind for kind, _, _ in FAILURES} == KINDS


@pytest.mark.parametrize("kind", ["error_500", "error_503", "quota"])
def test_what_passes_is_asked_again(server: SqlAdminServer, kind: str) -> None:
    server.fail(PROJECT, kind, times=2)
    assert len(instances(server.url)) == 1


ODD = ["", "null", "[]", '"hello"', "{}", '{"items": []}', '{"kind": "storage#objects"}', b"\xff\xfe", "<html>"]
WRONG: list[dict[str, Any]] = [
    {"items": 3},
    {"items": [3]},
    {"items": [{}]},
    {"items": [{"name": "a"}]},
    {"items": [{"name": 3, "state": "RUNNABLE"}]},
]


@responses.activate
@pytest.mark.parametrize("body", [*ODD, *(json.dumps({"kind": "sql#instancesList"} | wrong) for wrong in WRONG)])
def test_an_answer_of_something_else_is_never_an_empty_list(body: str | bytes) -> None:
    responses.get(f"{OPEN}/{PATH}", body=body)
    assert reason_of(inspector(OPEN).instances(DATABASES)) == WRONG_SERVER


RUN = {"instance": "a", "id": "1", "status": "SUCCESSFUL", "enqueuedTime": "2026-01-05T09:00:00Z"}


@responses.activate
@pytest.mark.parametrize(
    "run",
    [
        RUN | {"enqueuedTime": "yesterday"},
        {key: value for key, value in RUN.items() if key != "enqueuedTime"},
        RUN | {"status": None},
        RUN | {"id": ""},
    ],
)
def test_a_backup_that_lacks_what_counts_is_no_answer(run: dict[str, Any]) -> None:
    database = {"name": "a", "state": "RUNNABLE"}
    responses.get(f"{OPEN}/{PATH}", json={"kind": "sql#instancesList", "items": [database]})
    runs = responses.get(f"{OPEN}/{PATH}/-/backupRuns", json={"kind": "sql#backupRunsList", "items": [RUN]})
    assert [backup.type for backup in backups(OPEN).backups] == [""]
    responses.replace(runs.method, str(runs.url), json={"kind": "sql#backupRunsList", "items": [run]})
    assert reason_of(inspector(OPEN).backups(BACKUPS)) == WRONG_SERVER


@responses.activate
def test_google_is_asked_with_the_default_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    secrets = {"client_id": "mibot", "client_secret": "hush", "refresh_token": "hush"}
    (tmp_path / "application_default_credentials.json").write_text(json.dumps({"type": "authorized_user"} | secrets))
    responses.post(TOKEN, json={"access_token": "ticket", "expires_in": 3600})
    google_own = responses.get(f"https://sqladmin.googleapis.com/{PATH}", json={"kind": "sql#instancesList"})
    assert inspector(None).instances(DATABASES) == SqlInstances(())
    assert google_own.calls[0].request.headers["Authorization"] == "Bearer ticket"


def test_every_question_has_somebody_who_answers_it(server: SqlAdminServer) -> None:
    answerers = google_query_handlers(server.url, server.url)
    assert isinstance(answerers[SqlInstanceQuery](DATABASES), SqlInstances)
    assert isinstance(answerers[SqlBackupQuery](BACKUPS), SqlBackups)

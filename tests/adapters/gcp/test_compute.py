"""The Compute Engine edge against a local Compute Engine: every failure is one sentence, nothing is raised."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import requests
import responses
from google.api_core.exceptions import RetryError, ServiceUnavailable

from bot.adapters.gcp import ComputeInspector, calls, compute
from bot.adapters.gcp.compute import COMPUTE
from bot.adapters.gcp.compute_api import LIST_MACHINES
from bot.adapters.gcp.errors import explain
from bot.adapters.gcp.purpose import CallContext
from bot.domain.failures.google import (
    GoogleAction,
    GoogleApiDisabled,
    GoogleBillingDisabled,
    GoogleNotFound,
    GooglePermissionMissing,
    GoogleProject,
    GoogleQuotaExceeded,
    GoogleRefused,
    GoogleScopeMissing,
    GoogleServerError,
    GoogleService,
    GoogleSignInFailed,
    GoogleTimedOut,
    GoogleUnreachable,
    GoogleWrongServer,
    SignInProblem,
)
from bot.domain.health.queries import Answer, MachineQuery, Machines
from bot.domain.reasons import Reason
from demo.google.compute import ComputeServer
from demo.google.failures import KINDS
from tests.adapters.gcp.reasons import reason_of

PROJECT = "sourcegraph-managed-acme"
CONTEXT = CallContext(COMPUTE, LIST_MACHINES, 5)
QUERY = MachineQuery(PROJECT, "us-central1-f", ("default-red-instance", "default-black-instance"))
GOOGLE = "https://compute.googleapis.com/compute/v1/projects/sourcegraph-managed-acme/zones/us-central1-f/instances"
OPEN = "http://elsewhere.test"
ELSEWHERE = GOOGLE.replace("https://compute.googleapis.com", OPEN)


@pytest.fixture(scope="module")
def shared() -> Iterator[ComputeServer]:
    with ComputeServer(page_size=2) as server:
        yield server


@pytest.fixture
def server(shared: ComputeServer) -> Iterator[ComputeServer]:
    yield shared
    shared.stop_failing(PROJECT)
    shared.set(PROJECT, {"default-red-instance": "RUNNING"})
    assert shared.violations == []


def inspector(url: str | None, deadline: float = 5.0, **others: Any) -> ComputeInspector:
    """An edge that does not sleep between its tries."""
    return ComputeInspector(url, deadline, **{"sleep": lambda _: None} | others)


def statuses(answer: Answer) -> Mapping[str, str]:
    assert isinstance(answer, Machines)
    return answer.statuses


def requests_for(server: ComputeServer, answer: Any) -> int:
    before = server.requests(PROJECT)
    answer()
    return server.requests(PROJECT) - before


def test_the_status_of_each_machine_by_its_name(server: ComputeServer) -> None:
    server.set(
        PROJECT, {"default-red-instance": "RUNNING", "default-black-instance": "TERMINATED", "other": "STAGING"}
    )
    edge = inspector(server.url)
    assert statuses(edge.machines(QUERY)) == {
        "default-red-instance": "RUNNING",
        "default-black-instance": "TERMINATED",
    }
    assert requests_for(server, lambda: edge.machines(QUERY)) == 1


def test_the_type_of_each_machine_and_when_it_was_started(server: ComputeServer) -> None:
    answer = inspector(server.url).machines(QUERY)
    assert isinstance(answer, Machines)
    assert answer.machine_types == {"default-red-instance": "n2-standard-8"}
    assert answer.started_at == {"default-red-instance": datetime(2024, 1, 1, 8, 0, tzinfo=UTC)}


@responses.activate
@pytest.mark.parametrize("started", ["", "yesterday", "2024-01-01T00:00:00"])
def test_a_start_that_is_not_told_or_no_time_is_left_out(started: str) -> None:
    machine = {"name": "default-red-instance", "status": "RUNNING", "lastStartTimestamp": started}
    responses.get(ELSEWHERE, json={"kind": "compute#instanceList", "items": [machine]})
    assert inspector(OPEN).machines(QUERY) == Machines({"default-red-instance": "RUNNING"})


def test_a_machine_that_is_not_there_is_absent(server: ComputeServer) -> None:
    server.set(PROJECT, {})
    assert inspector(f"{server.url}/").machines(QUERY) == Machines({}, {}, {})


def test_all_pages_are_read(server: ComputeServer) -> None:
    machines = {f"machine-{number}": "RUNNING" for number in range(5)}
    server.set(PROJECT, machines)
    edge = inspector(server.url)
    query = MachineQuery(PROJECT, QUERY.zone, tuple(machines))
    assert statuses(edge.machines(query)) == machines
    assert requests_for(server, lambda: edge.machines(query)) == 3


def test_the_local_compute_engine_speaks_as_googles(server: ComputeServer) -> None:
    """The fields' names and the errors' shape of the REST API, which the edge's library would hide."""
    url = f"{server.url}/compute/v1/projects/{PROJECT}/zones/us-central1-f/instances"
    server.set(PROJECT, {"a": "RUNNING", "b": "STAGING"})
    page = requests.get(url, {"maxResults": "1"}, timeout=5).json()
    assert page["kind"] == "compute#instanceList"
    assert [(item["kind"], item["name"], item["status"]) for item in page["items"]] == [
        ("compute#instance", "a", "RUNNING")
    ]
    rest = requests.get(url, {"pageToken": page["nextPageToken"]}, timeout=5).json()
    assert [item["name"] for item in rest["items"]] == ["b"]
    assert "nextPageToken" not in rest
    refused = requests.get(url, {"filter": "labels.owner:*"}, timeout=5)
    assert (refused.status_code, refused.json()["error"]["errors"][0]["reason"]) == (400, "invalid")
    with pytest.raises(ValueError, match="can't be 'ASLEEP'"):
        server.set(PROJECT, {"a": "ASLEEP"})
    with pytest.raises(ValueError, match="'sulk' is none of"):
        server.fail(PROJECT, "sulk")


def test_one_edge_serves_many_threads(server: ComputeServer) -> None:
    edge, answers = inspector(server.url), []
    threads = [threading.Thread(target=lambda: answers.append(edge.machines(QUERY))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [statuses(answer) for answer in answers] == [{"default-red-instance": "RUNNING"}] * 8


SERVICE = GoogleService.COMPUTE_ENGINE
FORBIDDEN = GooglePermissionMissing(
    GoogleAction.LIST_MACHINES, "compute.instances.list", "Compute Viewer", GoogleProject.INSTANCE
)
NOT_FOUND = GoogleNotFound(GoogleProject.INSTANCE, ("gcp.project_template", "gcp.zone"))
WRONG_SERVER = GoogleWrongServer(SERVICE, "gcp.compute_endpoint")
NO_CREDENTIALS = GoogleSignInFailed(SignInProblem.NO_CREDENTIALS)
REJECTED = GoogleSignInFailed(SignInProblem.REJECTED)
# what the server does, the reason, and how often the server was asked
FAILURES = [
    ("forbidden", FORBIDDEN, 1),
    ("api_disabled", GoogleApiDisabled(SERVICE, "compute.googleapis.com", GoogleProject.INSTANCE), 1),
    ("not_found", NOT_FOUND, 1),
    ("bad_zone", NOT_FOUND, 1),
    ("bad_filter", GoogleRefused(SERVICE, 400), 1),
    ("unauthorized", NO_CREDENTIALS, 1),
    ("quota", GoogleQuotaExceeded(SERVICE), 4),
    ("quota_403", GoogleQuotaExceeded(SERVICE), 4),
    ("error_500", GoogleServerError(SERVICE, 500), 4),
    ("error_503", GoogleServerError(SERVICE, 503), 4),
    ("html", WRONG_SERVER, 1),
    ("lost", GoogleServerError(SERVICE, 503), 4),
    ("hang", GoogleTimedOut(SERVICE, 0.3), 1),
]


@pytest.mark.parametrize(("kind", "reason", "asked"), FAILURES)
def test_each_failure_has_its_sentence(server: ComputeServer, kind: str, reason: Reason, asked: int) -> None:
    server.fail(PROJECT, kind)
    edge = inspector(server.url, deadline=0.3 if kind == "hang" else 5.0)
    answers: list[Answer] = []
    assert requests_for(server, lambda: answers.append(edge.machines(QUERY))) == asked
    assert reason_of(answers[0]) == reason


def test_every_way_to_fail_is_tried_above() -> None:
    assert {kind for kind, _, _ in FAILURES} == KINDS


@pytest.mark.parametrize("kind", ["error_500", "error_503", "quota"])
def test_what_passes_is_asked_again(server: ComputeServer, kind: str) -> None:
    server.fail(PROJECT, kind, times=2)
    pauses: list[float] = []
    answer = inspector(server.url, sleep=pauses.append, jitter=lambda: 1.0).machines(QUERY)
    assert statuses(answer) == {"default-red-instance": "RUNNING"}
    assert pauses == [0.25, 0.5]


def test_a_server_that_hangs_costs_no_more_than_the_deadline(server: ComputeServer) -> None:
    inspector(server.url).machines(QUERY)  # the libraries are loaded by now
    server.fail(PROJECT, "hang")
    begin = time.monotonic()
    reason_of(ComputeInspector(server.url, 0.5).machines(QUERY))
    assert 0.4 < time.monotonic() - begin < 10, "the server hangs for thirty seconds"


def test_tries_end_with_the_deadline(server: ComputeServer) -> None:
    server.fail(PROJECT, "error_503")
    begin = time.monotonic()
    answer = ComputeInspector(server.url, 0.5, tries=1000, pause=0.05).machines(QUERY)
    assert reason_of(answer) == GoogleServerError(SERVICE, 503)
    assert time.monotonic() - begin < 10, "a thousand tries would take longer"


def test_pages_end_with_the_deadline(server: ComputeServer) -> None:
    server.set(PROJECT, {f"machine-{number}": "RUNNING" for number in range(9)})
    seconds = iter([0.0, 0.0, 1.0, 2.0, 3.0])
    query = MachineQuery(PROJECT, QUERY.zone, tuple(f"machine-{number}" for number in range(9)))
    answer = inspector(server.url, deadline=2.0, monotonic=lambda: next(seconds)).machines(query)
    assert reason_of(answer) == GoogleTimedOut(SERVICE, 2.0)


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        answer = inspector(f"http://127.0.0.1:{taken.getsockname()[1]}").machines(QUERY)
    assert reason_of(answer) == GoogleUnreachable(SERVICE, "gcp.compute_endpoint")


@responses.activate
@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", '"hello"', "{}", '{"items": 3}', '{"kind": "storage#objects"}', b"\xff\xfe", "<html>"],
)
def test_an_answer_of_something_else_is_never_an_empty_list(body: str | bytes) -> None:
    responses.get(ELSEWHERE, body=body)
    assert reason_of(inspector(OPEN).machines(QUERY)) == WRONG_SERVER


@responses.activate
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, "<html>Sign in</html>", WRONG_SERVER),
        (404, "no such page", WRONG_SERVER),
        (403, '"no"', WRONG_SERVER),
        (403, '{"error": "no"}', WRONG_SERVER),
        (400, '{"error": {"errors": ["odd"], "message": "odd"}}', WRONG_SERVER),
        (409, '{"error": {"errors": [{"reason": "odd"}]}}', GoogleRefused(SERVICE, 409)),
        (429, "slow down", GoogleQuotaExceeded(SERVICE)),
        (502, "<html>Bad gateway</html>", GoogleServerError(SERVICE, 502)),
        (504, "", GoogleTimedOut(SERVICE, 5.0)),
    ],
)
def test_errors_that_are_not_of_googles_shape(status: int, body: str, reason: Reason) -> None:
    responses.get(ELSEWHERE, status=status, body=body)
    assert reason_of(inspector(OPEN).machines(QUERY)) == reason


@responses.activate
@pytest.mark.parametrize(
    ("info", "reason"),
    [
        ("BILLING_DISABLED", GoogleBillingDisabled(GoogleProject.INSTANCE)),
        ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", GoogleScopeMissing("https://www.googleapis.com/auth/compute.readonly")),
        ("CONSUMER_INVALID", NOT_FOUND),
        ("IAM_PERMISSION_DENIED", FORBIDDEN),
    ],
)
def test_refusals_are_told_apart_by_googles_reason(info: str, reason: Reason) -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": info, "domain": "googleapis.com"}]
    error = {
        "error": {"code": 403, "message": f"not in {PROJECT}", "status": "PERMISSION_DENIED", "details": details}
    }
    responses.get(ELSEWHERE, json=error, status=403)
    assert reason_of(inspector(OPEN).machines(QUERY)) == reason


@responses.activate
def test_retry_after_is_waited_for_or_taken_as_a_no() -> None:
    responses.get(ELSEWHERE, status=503, headers={"Retry-After": "2"})
    pauses: list[float] = []
    reason_of(inspector(OPEN, sleep=pauses.append).machines(QUERY))
    assert pauses == [2.0, 2.0, 2.0]
    pauses.clear()
    reason_of(inspector(OPEN, deadline=1.0, sleep=pauses.append).machines(QUERY))
    assert pauses == []


def test_the_librarys_retry_error_is_explained_by_its_cause() -> None:
    unavailable = RetryError("late", ServiceUnavailable("no"))
    assert explain(unavailable, CONTEXT).reason == GoogleServerError(SERVICE, 503)
    assert explain(RetryError("late", None), CONTEXT).reason == GoogleTimedOut(SERVICE, 5)


# --- Google's own endpoint, with credentials


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any credentials; the empty folder that Google's tools look into."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setattr("google.auth.compute_engine._metadata._NO_GCE_CHECK", True)  # NO_GCE_CHECK, read at import
    return tmp_path


def test_no_credentials_at_all(nowhere: Path) -> None:
    assert reason_of(inspector(None).machines(QUERY)) == NO_CREDENTIALS


@pytest.mark.parametrize("content", [None, "{}", "not JSON", '{"type": "service_account"}'])
def test_a_key_file_that_is_missing_or_wrong(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    key = nowhere / "key.json"
    if content is not None:
        key.write_text(content)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
    assert reason_of(inspector(None).machines(QUERY)) == NO_CREDENTIALS


def test_the_search_for_credentials_is_not_repeated_at_once_but_later(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, server: ComputeServer
) -> None:
    connect = compute._connect
    search = Mock(side_effect=connect)
    monkeypatch.setattr(compute, "_connect", search)
    now = [100.0]
    edge = inspector(None, monotonic=lambda: now[0])
    for _ in range(3):
        assert reason_of(edge.machines(QUERY)) == NO_CREDENTIALS
    assert search.call_count == 1
    now[0] += calls.CREDENTIALS_RETRY_AFTER
    monkeypatch.setattr(compute, "_connect", lambda _: connect(server.url))
    assert statuses(edge.machines(QUERY)) == {"default-red-instance": "RUNNING"}


@pytest.fixture
def user(nowhere: Path) -> None:
    """Application Default Credentials as `gcloud auth application-default login` leaves them."""
    secrets = {"client_id": "mibot", "client_secret": "hush", "refresh_token": "hush"}
    (nowhere / "application_default_credentials.json").write_text(json.dumps({"type": "authorized_user"} | secrets))


TOKEN = "https://oauth2.googleapis.com/token"
LIST = {"kind": "compute#instanceList", "items": [{"name": "default-red-instance", "status": "RUNNING"}]}


@responses.activate
def test_google_is_asked_with_the_default_credentials(user: None) -> None:
    responses.post(TOKEN, json={"access_token": "ticket", "expires_in": 3600})
    responses.get(GOOGLE, json=LIST)
    edge = inspector(None)
    assert edge.machines(QUERY) == edge.machines(QUERY) == Machines({"default-red-instance": "RUNNING"})
    assert [str(call.request.url).split("?")[0] for call in responses.calls] == [TOKEN, GOOGLE, GOOGLE]
    assert responses.calls[1].request.headers["Authorization"] == "Bearer ticket"


@responses.activate
def test_another_endpoint_with_https_gets_credentials_too(user: None) -> None:
    responses.post(TOKEN, json={"access_token": "ticket", "expires_in": 3600})
    private = responses.get(GOOGLE.replace("compute.googleapis.com", "compute.internal.test"), json=LIST)
    assert inspector("https://compute.internal.test/").machines(QUERY) == Machines(
        {"default-red-instance": "RUNNING"}
    )
    assert private.calls[0].request.headers["Authorization"] == "Bearer ticket"


@responses.activate
def test_credentials_that_google_refuses(user: None) -> None:
    responses.post(TOKEN, status=400, json={"error": "invalid_grant", "error_description": "Token revoked."})
    assert reason_of(inspector(None).machines(QUERY)) == REJECTED


@responses.activate
def test_a_sign_in_that_cannot_be_reached(user: None) -> None:
    assert reason_of(inspector(None).machines(QUERY)) == GoogleSignInFailed(SignInProblem.UNREACHABLE)


@responses.activate
def test_a_token_that_google_refuses(user: None) -> None:
    responses.post(TOKEN, json={"access_token": "stale", "expires_in": 3600})
    responses.get(GOOGLE, status=401, json={"error": {"code": 401, "errors": [{"reason": "authError"}]}})
    assert reason_of(inspector(None).machines(QUERY)) == REJECTED


def test_a_bug_is_not_taken_for_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no failure of Google's or the network's goes up, to where it is logged as a bug."""

    def broken(endpoint: str) -> None:
        raise KeyError(endpoint)

    monkeypatch.setattr(compute, "_connect", broken)
    with pytest.raises(KeyError):
        inspector(OPEN).machines(QUERY)


def test_google_is_not_imported_before_it_is_needed() -> None:
    program = (
        "import sys, bot.adapters.gcp as gcp; gcp.ComputeInspector();"
        " print([m for m in sys.modules if m.startswith('google')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

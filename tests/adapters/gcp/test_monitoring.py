"""The Cloud Monitoring edge against a local Cloud Monitoring: gRPC for uptime checks, REST for open alerts."""

from __future__ import annotations

import dataclasses
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses
from google.api_core import exceptions as google_errors

from bot.adapters.gcp import monitoring, uptime
from bot.adapters.gcp.errors import explain
from bot.adapters.gcp.monitoring import MonitoringInspector
from bot.adapters.gcp.purpose import CallContext
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
    GoogleUnreachable,
    GoogleWrongServer,
    SignInProblem,
)
from bot.domain.health.queries import (
    Alert,
    AlertQuery,
    Alerts,
    Answer,
    Unavailable,
    UptimeCheck,
    UptimeChecks,
    UptimeQuery,
    UptimeRegion,
)
from bot.domain.reasons import Reason
from demo.google import alerts as local_alerts
from demo.google.failures import KINDS
from demo.google.monitoring import LIST_CONFIGS, LIST_SERIES, MonitoringServer
from demo.google.uptime import REGIONS, UptimeConfig
from tests.adapters.gcp.reasons import reason_of

PROJECT, OTHER, SCOPED = "sourcegraph-managed-acme", "sourcegraph-managed-other", "sourcegraph-managed-monitoring"
HOST = "acme.sourcegraph.com"
NOW = datetime(2026, 1, 5, 9, 0, 30, tzinfo=UTC)
UPTIME = UptimeQuery(PROJECT, HOST, 300)
ALERTS = AlertQuery(PROJECT, SCOPED)
ALERTS_URL = "http://elsewhere.test/v3/projects"


@pytest.fixture(scope="module")
def shared() -> Iterator[MonitoringServer]:
    with MonitoringServer(now=lambda: NOW, page_size=4) as server:
        yield server


@pytest.fixture
def server(shared: MonitoringServer) -> Iterator[MonitoringServer]:
    yield shared
    assert shared.violations == []
    for project in (PROJECT, SCOPED):
        shared.reset(project)


def inspector(server: MonitoringServer, deadline: float = 5.0, **others: Any) -> MonitoringInspector:
    """An edge that does not sleep between its tries."""
    defaults = {"sleep": lambda _: None, "now": lambda: NOW}
    return MonitoringInspector(server.url, server.alerts_url, deadline, **defaults | others)


SERVICE = GoogleService.CLOUD_MONITORING


def uptime_query(seconds: float) -> UptimeQuery:
    return dataclasses.replace(UPTIME, seconds=seconds)


def regions(answer: Answer) -> Mapping[str, UptimeRegion]:
    """The regions of the only check."""
    assert isinstance(answer, UptimeChecks)
    (check,) = answer.checks
    return {region.region: region for region in check.regions}


# --- uptime checks


def test_a_healthy_instance_passes_from_every_region_on_several_pages(server: MonitoringServer) -> None:
    answer = inspector(server).uptime(UPTIME)
    expected = tuple(UptimeRegion(region, 5, 0, True) for region in sorted(REGIONS))
    assert answer == UptimeChecks((UptimeCheck("Front page", expected),))
    assert server.requests(PROJECT) > 8, "a page has four points"


def test_a_region_that_fails_is_told_apart(server: MonitoringServer) -> None:
    server.set_uptime(PROJECT, {"europe": False, "usa-iowa": True})
    assert regions(inspector(server).uptime(UPTIME)) == {
        "europe": UptimeRegion("europe", 5, 5, False),
        "usa-iowa": UptimeRegion("usa-iowa", 5, 0, True),
    }


def test_a_region_that_flapped_passes_now(server: MonitoringServer) -> None:
    server.flap(PROJECT, "europe", ago=150, seconds=60)
    seen = regions(inspector(server).uptime(UPTIME))
    assert seen["europe"] == UptimeRegion("europe", 5, 1, True)
    assert seen["usa-iowa"].failures == 0


def test_what_flapped_before_the_window_is_not_counted(server: MonitoringServer) -> None:
    server.flap(PROJECT, ago=200, seconds=60)
    assert all(region.failures == 0 for region in regions(inspector(server).uptime(uptime_query(90))).values())


def test_a_check_that_looks_rarely_still_has_a_newest_look(server: MonitoringServer) -> None:
    looked = NOW - timedelta(seconds=200)
    server.set_uptime(PROJECT, {"europe": True}, period=300, points_by_region={"europe": [(looked, True)]})
    assert regions(inspector(server).uptime(uptime_query(60))) == {"europe": UptimeRegion("europe", 0, 0, True)}


def test_nobody_reports(server: MonitoringServer) -> None:
    server.set_uptime(PROJECT, {})
    assert inspector(server).uptime(UPTIME) == UptimeChecks((UptimeCheck("Front page", ()),))


def test_only_checks_of_the_host_count_on_every_page(server: MonitoringServer) -> None:
    server.set_checks(PROJECT, [])
    assert inspector(server).uptime(UPTIME) == UptimeChecks(())
    others = [
        UptimeConfig(f"other-{number}.sourcegraph.com", {"europe": False}, f"Other {number}") for number in range(9)
    ]
    server.set_checks(PROJECT, [*others, UptimeConfig(HOST.upper(), {"europe": True}, "Front page")])
    assert inspector(server).uptime(UPTIME) == UptimeChecks(
        (UptimeCheck("Front page", (UptimeRegion("europe", 5, 0, True),)),)
    )


def test_two_checks_of_one_host_are_told_apart(server: MonitoringServer) -> None:
    server.set_checks(
        PROJECT, [UptimeConfig(HOST, {"europe": True}, "One"), UptimeConfig(HOST, {"europe": False}, "Two")]
    )
    answer = inspector(server).uptime(UPTIME)
    assert isinstance(answer, UptimeChecks)
    assert [(check.name, check.regions[0].is_passing) for check in answer.checks] == [("One", True), ("Two", False)]


# --- open alerts


def test_alerts_of_the_project_and_those_of_the_scoped_one_that_are_about_it(server: MonitoringServer) -> None:
    early = NOW - timedelta(hours=2)
    server.open_alert(PROJECT, "Postgres connections", "ERROR")
    server.open_alert(SCOPED, "CPU", "CRITICAL", about=PROJECT, since=early)
    server.open_alert(SCOPED, "Memory", "CRITICAL", about=OTHER)
    server.open_alert(SCOPED, "Disk", "WARNING", about=OTHER, metadata={"instance_project": PROJECT})
    server.open_alert(SCOPED, "Cloud SQL", "", labels={"database_id": f"{PROJECT}:prod"})
    server.open_alert(SCOPED, "Neighbour", labels={"project_id": f"{PROJECT}-2"})
    assert inspector(server).alerts(ALERTS) == Alerts(
        (
            Alert("CPU", "CRITICAL", early, "scoped"),
            Alert("Cloud SQL", "", NOW, "scoped"),
            Alert("Disk", "WARNING", NOW, "scoped"),
            Alert("Postgres connections", "ERROR", NOW, "project"),
        )
    )


def test_all_pages_of_alerts_are_read_and_closed_ones_left_out(server: MonitoringServer) -> None:
    server.open_alert(PROJECT, "Over")
    server.close_alerts(PROJECT)
    for number in range(9):
        server.open_alert(PROJECT, f"Alert {number}")
    answer = inspector(server).alerts(ALERTS)
    assert isinstance(answer, Alerts)
    assert [alert.policy for alert in answer.alerts] == [f"Alert {number}" for number in range(9)]


def test_an_alert_that_both_sides_list_is_told_once(server: MonitoringServer) -> None:
    """As when a project's metrics scope is asked twice."""
    server.open_alert(PROJECT, "CPU")
    answer = inspector(server).alerts(AlertQuery(PROJECT, PROJECT))
    assert answer == Alerts((Alert("CPU", "CRITICAL", NOW, "project"),))


@responses.activate
@pytest.mark.parametrize(
    "body",
    [
        {"alerts": [{"state": "OPEN", "policy": {"displayName": "CPU"}}]},
        {"alerts": [{"state": "OPEN", "openTime": "soon"}]},
        {"alerts": {}},
        {"alerts": ["CPU"]},
        [],
    ],
)
def test_an_answer_of_something_else_is_never_no_alert(body: Any) -> None:
    responses.get(f"{ALERTS_URL}/{PROJECT}/alerts", json=body)
    answer = MonitoringInspector(None, "http://elsewhere.test").alerts(ALERTS)
    assert reason_of(answer) == GoogleWrongServer(SERVICE, "gcp.alerts_endpoint")


@responses.activate
def test_a_severity_that_is_none_and_a_policy_without_a_name() -> None:
    alert = {"openTime": "2026-01-05T08:00:00.123456789Z", "policy": {"severity": "SEVERITY_UNSPECIFIED"}}
    responses.get(f"{ALERTS_URL}/{PROJECT}/alerts", json={"alerts": [alert, alert]})
    responses.get(f"{ALERTS_URL}/{SCOPED}/alerts", json={})
    since = datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=UTC)
    answer = MonitoringInspector(None, "http://elsewhere.test").alerts(ALERTS)
    assert answer == Alerts((Alert("", "", since, "project"),) * 2)


# --- failures

RunQuery = Callable[[MonitoringInspector], Answer]
QUERIES: Mapping[str, RunQuery] = {
    LIST_CONFIGS: lambda edge: edge.uptime(UPTIME),
    LIST_SERIES: lambda edge: edge.uptime(UPTIME),
    local_alerts.LIST: lambda edge: edge.alerts(ALERTS),
}
PERMISSIONS = {
    LIST_CONFIGS: (GoogleAction.LIST_UPTIME_CHECKS, "monitoring.uptimeCheckConfigs.list", "Monitoring Viewer"),
    LIST_SERIES: (GoogleAction.READ_UPTIME_RESULTS, "monitoring.timeSeries.list", "Monitoring Viewer"),
    local_alerts.LIST: (GoogleAction.LIST_ALERTS, "monitoring.alerts.list", "Monitoring Alert Viewer"),
}
ENDPOINTS = {
    LIST_CONFIGS: "gcp.monitoring_endpoint",
    LIST_SERIES: "gcp.monitoring_endpoint",
    local_alerts.LIST: "gcp.alerts_endpoint",
}
FAILURES = {
    "api_disabled": GoogleApiDisabled(SERVICE, "monitoring.googleapis.com", GoogleProject.INSTANCE),
    "not_found": GoogleNotFound(GoogleProject.INSTANCE, ("gcp.project_template",)),
    "bad_filter": GoogleRefused(SERVICE, 400),
    "unauthorized": GoogleSignInFailed(SignInProblem.REJECTED),
    "quota": GoogleQuotaExceeded(SERVICE),
    "error_500": GoogleServerError(SERVICE, 500),
    "error_503": GoogleServerError(SERVICE, 503),
    "lost": GoogleServerError(SERVICE, 503),
    "hang": GoogleTimedOut(SERVICE, 0.3),
}


@pytest.mark.parametrize("method", QUERIES)
@pytest.mark.parametrize("kind", sorted(KINDS - {"quota_403", "bad_zone"}))
def test_each_failure_has_its_sentence_on_grpc_and_on_http(server: MonitoringServer, kind: str, method: str) -> None:
    edge = inspector(server)
    QUERIES[method](edge)  # the libraries are loaded by now
    server.fail(PROJECT, kind, method=method)
    if kind == "hang":
        edge = inspector(server, 0.3)
    expected = FAILURES | {
        "forbidden": GooglePermissionMissing(*PERMISSIONS[method], GoogleProject.INSTANCE),
        "html": GoogleWrongServer(SERVICE, ENDPOINTS[method]),
    }
    assert reason_of(QUERIES[method](edge)) == expected[kind]


def test_every_way_to_fail_is_tried_above() -> None:
    """But the two that belong to Compute Engine."""
    assert set(FAILURES) | {"forbidden", "html"} == KINDS - {"quota_403", "bad_zone"}


@pytest.mark.parametrize("kind", ["forbidden", "not_found", "api_disabled"])
def test_what_fails_in_the_scoped_project_says_so(server: MonitoringServer, kind: str) -> None:
    server.fail(SCOPED, kind)
    reason = reason_of(inspector(server).alerts(ALERTS))
    assert isinstance(reason, GooglePermissionMissing | GoogleNotFound | GoogleApiDisabled)
    assert reason.project is GoogleProject.MONITORING
    if isinstance(reason, GoogleNotFound):
        assert reason.settings == ("gcp.monitoring_project",)


@pytest.mark.parametrize("method", QUERIES)
@pytest.mark.parametrize("kind", ["error_500", "error_503", "quota"])
def test_what_passes_is_asked_again(server: MonitoringServer, kind: str, method: str) -> None:
    server.fail(PROJECT, kind, times=2, method=method)
    pauses: list[float] = []
    answer = QUERIES[method](inspector(server, sleep=pauses.append, jitter=lambda: 1.0))
    assert not isinstance(answer, Unavailable)
    assert pauses == [0.25, 0.5]


def test_a_server_that_hangs_costs_no_more_than_the_deadline(server: MonitoringServer) -> None:
    inspector(server).uptime(UPTIME)  # the libraries are loaded by now
    server.fail(PROJECT, "hang")
    for ask in QUERIES.values():
        begin = time.monotonic()
        reason_of(ask(inspector(server, 0.3)))
        assert 0.2 < time.monotonic() - begin < 10, "the server hangs for thirty seconds"


@pytest.mark.parametrize("method", QUERIES)
def test_nobody_listens(method: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        edge = MonitoringInspector(url, url, 5.0, sleep=lambda _: None)
        assert reason_of(QUERIES[method](edge)) == GoogleUnreachable(SERVICE, ENDPOINTS[method])


def test_a_server_that_does_not_speak_grpc(server: MonitoringServer) -> None:
    reason = reason_of(MonitoringInspector(server.alerts_url, sleep=lambda _: None).uptime(UPTIME))
    assert isinstance(reason, GoogleWrongServer | GoogleUnreachable)
    assert reason.setting == "gcp.monitoring_endpoint"


class SingleAnswerClient:
    """Stands in for a gRPC client whose one page says that something is missing."""

    transport = None

    def list_time_series(self, **_: Any) -> Any:
        from google.cloud import monitoring_v3
        from google.rpc import status_pb2  # type: ignore[import-untyped]

        class Pager:
            pages = (
                monitoring_v3.ListTimeSeriesResponse(execution_errors=[status_pb2.Status(code=4, message="europe")]),
            )

        return Pager()


def test_an_incomplete_answer_is_none() -> None:
    """What is missing may be the region that fails."""
    with pytest.raises(google_errors.ServiceUnavailable, match="incomplete"):
        uptime._page(SingleAnswerClient(), "list_time_series", {}, 1.0)


class Call:
    """What google.api_core keeps of a gRPC call."""


UNREACHABLE = GoogleUnreachable(SERVICE, "gcp.monitoring_endpoint")
WRONG_SERVER = GoogleWrongServer(SERVICE, "gcp.monitoring_endpoint")
FORBIDDEN = GooglePermissionMissing(*PERMISSIONS[LIST_CONFIGS], GoogleProject.INSTANCE)
NO_PROJECT = GoogleNotFound(GoogleProject.INSTANCE, ("gcp.project_template",))
# Google's exception, what gRPC says, and the reason
OVER_GRPC = [
    (google_errors.ServiceUnavailable, "failed to connect to all addresses; last error: …", UNREACHABLE),
    (google_errors.ServiceUnavailable, "DNS resolution failed for monitoring.invalid:443", UNREACHABLE),
    (google_errors.ServiceUnavailable, "Socket closed", UNREACHABLE),
    (google_errors.ServiceUnavailable, "recvmsg:Connection reset by peer", UNREACHABLE),
    (google_errors.ServiceUnavailable, "The service is currently unavailable.", GoogleServerError(SERVICE, 503)),
    (
        google_errors.ServiceUnavailable,
        "Getting metadata from plugin failed with error: no",
        GoogleSignInFailed(SignInProblem.UNREACHABLE),
    ),
    (google_errors.ServiceUnavailable, "Trying to connect an http1.x server", WRONG_SERVER),
    (google_errors.InternalServerError, "Exception deserializing response!", WRONG_SERVER),
    (google_errors.MethodNotImplemented, "Method not found!", WRONG_SERVER),
    (google_errors.InternalServerError, "Internal error encountered.", GoogleServerError(SERVICE, 500)),
    (google_errors.Unknown, "?", GoogleServerError(SERVICE, 500)),
    (google_errors.DeadlineExceeded, "Deadline Exceeded", GoogleTimedOut(SERVICE, 5)),
    (google_errors.ResourceExhausted, "Quota exceeded", GoogleQuotaExceeded(SERVICE)),
    (google_errors.Unauthenticated, "no", GoogleSignInFailed(SignInProblem.REJECTED)),
    (google_errors.PermissionDenied, "no", FORBIDDEN),
    (google_errors.NotFound, "no", NO_PROJECT),
    (google_errors.InvalidArgument, "no", GoogleRefused(SERVICE, 400)),
]


@pytest.mark.parametrize(("kind", "message", "reason"), OVER_GRPC)
def test_what_errors_over_grpc_mean(kind: type[Any], message: str, reason: Reason) -> None:
    context = CallContext(monitoring.UPTIME, monitoring.LIST_CHECKS, 5)
    assert explain(kind(message, response=Call()), context).reason == reason


# --- Google's own endpoint, with credentials


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any credentials; the empty folder that Google's tools look into."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setattr("google.auth.compute_engine._metadata._NO_GCE_CHECK", True)  # NO_GCE_CHECK, read at import
    return tmp_path


@pytest.fixture
def user(nowhere: Path) -> None:
    """Application Default Credentials as `gcloud auth application-default login` leaves them."""
    secrets = {"client_id": "mibot", "client_secret": "hush", "refresh_token": "hush"}
    (nowhere / "application_default_credentials.json").write_text(json.dumps({"type": "authorized_user"} | secrets))


TOKEN = "https://oauth2.googleapis.com/token"


@pytest.mark.parametrize("method", QUERIES)
def test_no_credentials_at_all(nowhere: Path, method: str) -> None:
    assert reason_of(QUERIES[method](MonitoringInspector())) == GoogleSignInFailed(SignInProblem.NO_CREDENTIALS)


@responses.activate
@pytest.mark.parametrize("method", QUERIES)
def test_credentials_that_google_refuses(user: None, method: str) -> None:
    """Over gRPC too, whose own way of telling would blame Cloud Monitoring."""
    responses.post(TOKEN, status=400, json={"error": "invalid_grant", "error_description": "Token revoked."})
    assert reason_of(QUERIES[method](MonitoringInspector())) == GoogleSignInFailed(SignInProblem.REJECTED)


@responses.activate
@pytest.mark.parametrize("method", QUERIES)
def test_a_sign_in_that_cannot_be_reached(user: None, method: str) -> None:
    edge = MonitoringInspector(sleep=lambda _: None)
    assert reason_of(QUERIES[method](edge)) == GoogleSignInFailed(SignInProblem.UNREACHABLE)


@responses.activate
def test_google_is_asked_for_alerts_with_the_default_credentials(user: None) -> None:
    responses.post(TOKEN, json={"access_token": "ticket", "expires_in": 3600})
    for project in (PROJECT, SCOPED):
        responses.get(f"https://monitoring.googleapis.com/v3/projects/{project}/alerts", json={})
    assert MonitoringInspector().alerts(ALERTS) == Alerts(())
    assert responses.calls[1].request.headers["Authorization"] == "Bearer ticket"


def test_google_is_not_imported_before_it_is_needed() -> None:
    program = (
        "import sys, bot.adapters.gcp.monitoring as edge; edge.MonitoringInspector(); "
        "print([m for m in sys.modules if m.startswith(('google', 'grpc'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

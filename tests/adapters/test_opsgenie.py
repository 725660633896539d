"""The Opsgenie edge against a local Opsgenie: every failure is one sentence, and the key is never told."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from structlog.testing import capture_logs

from bot.adapters.opsgenie import PAGE_SIZE, OpsgenieInspector
from bot.domain.failures.opsgenie import (
    OpsgenieFailed,
    OpsgenieProblem,
    OpsgenieRefused,
    OpsgenieServerError,
    OpsgenieTimedOut,
)
from bot.domain.health.queries import Alert, Alerts, Answer, OpsgenieQuery, Unavailable
from bot.domain.reasons import Reason
from bot.rendering.wording import describe
from demo.opsgenie import KINDS, OpsgenieServer

KEY = "secret-genie-key"
PROJECT = "sourcegraph-managed-acme"
QUERY = OpsgenieQuery("acme", PROJECT)
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ELSEWHERE = "http://elsewhere.test"
LIST = f"{ELSEWHERE}/v2/alerts"


@pytest.fixture
def server() -> Iterator[OpsgenieServer]:
    with OpsgenieServer(KEY) as server:
        yield server


def inspector(url: str, deadline: float = 5.0, key: str = KEY, **others: Any) -> OpsgenieInspector:
    """An edge that does not sleep between its tries."""
    return OpsgenieInspector(url, key, deadline, **{"sleep": lambda _: None} | others)


def reason_of(answer: Answer) -> Reason:
    """Why there is no answer. Its words are one sentence, with no customer and no key in it."""
    assert isinstance(answer, Unavailable)
    text = describe(answer.reason)
    assert text.endswith(".")
    assert "\n" not in text
    assert ". " not in text
    assert "acme" not in text
    assert KEY not in text
    reason: Reason = answer.reason
    return reason


def messages(answer: Answer) -> list[str]:
    assert isinstance(answer, Alerts)
    return [alert.policy for alert in answer.alerts]


def test_nothing_is_open(server: OpsgenieServer) -> None:
    server.open_alert("Over", tags=["acme"])
    server.close_alerts()
    server.open_alert("Another's", tags=["other"], details={"project_id": "sourcegraph-managed-other"})
    assert inspector(server.url).fetch(QUERY) == Alerts(())


def test_alerts_by_tag_and_by_detail_with_their_severity(server: OpsgenieServer) -> None:
    earlier = [NOW - timedelta(minutes=minutes) for minutes in range(5, 0, -1)]
    server.open_alert("CPU", "P1", tags=["acme"], created_at=earlier[0])
    server.open_alert("Memory", "P2", tags=[PROJECT], created_at=earlier[1])
    server.open_alert("Disk", "P3", details={"customer": "acme"}, created_at=earlier[2], acknowledged=True)
    server.open_alert("Latency", "P4", details={"project_id": PROJECT}, created_at=earlier[3])
    link = f"https://console.cloud.google.com/monitoring?project={PROJECT}"
    server.open_alert("Sync", "P5", details={"link": link}, created_at=earlier[4])
    assert inspector(server.url).fetch(QUERY) == Alerts(
        (
            Alert("CPU", "CRITICAL", earlier[0], "opsgenie"),
            Alert("Memory", "ERROR", earlier[1], "opsgenie"),
            Alert("Disk", "ERROR", earlier[2], "opsgenie"),
            Alert("Latency", "WARNING", earlier[3], "opsgenie"),
            Alert("Sync", "WARNING", earlier[4], "opsgenie"),
        )
    )


@pytest.mark.parametrize(
    "others",
    [{"tags": ["acme-eu"]}, {"details": {"project_id": f"{PROJECT}-eu"}}, {"details": {"about": "acme and others"}}],
)
def test_what_the_search_finds_within_longer_words_is_not_about_it(
    server: OpsgenieServer, others: dict[str, Any]
) -> None:
    server.open_alert("Another's", **others)
    assert inspector(server.url).fetch(QUERY) == Alerts(())


def test_all_pages_are_read(server: OpsgenieServer) -> None:
    for number in range(PAGE_SIZE + 3):
        server.open_alert(f"Alert {number}", tags=["acme"], created_at=NOW + timedelta(seconds=number))
    assert messages(inspector(server.url).fetch(QUERY)) == [f"Alert {number}" for number in range(PAGE_SIZE + 3)]
    assert server.requests() == 2


WRONG_SERVER = OpsgenieFailed(OpsgenieProblem.WRONG_SERVER)
# what the server does, the reason, and how often the server was asked
FAILURES = [
    ("unauthorized", OpsgenieFailed(OpsgenieProblem.KEY_REJECTED), 1),
    ("forbidden", OpsgenieFailed(OpsgenieProblem.KEY_FORBIDDEN), 1),
    ("unprocessable", OpsgenieRefused(422), 1),
    ("throttled", OpsgenieFailed(OpsgenieProblem.RATE_LIMITED), 3),
    ("error_500", OpsgenieServerError(500), 3),
    ("error_503", OpsgenieServerError(503), 3),
    ("html", WRONG_SERVER, 1),
    ("hang", OpsgenieTimedOut(0.3), 1),
]


@pytest.mark.parametrize(("kind", "reason", "asked"), FAILURES)
def test_each_failure_has_its_sentence(server: OpsgenieServer, kind: str, reason: Reason, asked: int) -> None:
    server.fail(kind)
    with capture_logs() as logs:
        assert reason_of(inspector(server.url, 0.3 if kind == "hang" else 5.0).fetch(QUERY)) == reason
    assert server.requests() == asked
    assert KEY not in str(logs)


def test_every_way_to_fail_is_tried_above() -> None:
    assert {kind for kind, _, _ in FAILURES} == KINDS


def test_a_wrong_key_is_not_told(server: OpsgenieServer) -> None:
    with capture_logs() as logs:
        reason = reason_of(inspector(server.url, key="another-key").fetch(QUERY))
    assert reason == OpsgenieFailed(OpsgenieProblem.KEY_REJECTED)
    assert "another-key" not in describe(reason) + str(logs)


@pytest.mark.parametrize("kind", ["throttled", "error_503"])
def test_what_passes_is_asked_again(server: OpsgenieServer, kind: str) -> None:
    server.open_alert("CPU", tags=["acme"])
    server.fail(kind, times=2)
    pauses: list[float] = []
    assert messages(inspector(server.url, sleep=pauses.append).fetch(QUERY)) == ["CPU"]
    assert pauses == ([1.0, 1.0] if kind == "throttled" else [0.5, 1.0]), "the server asks for one second"


def test_a_wait_that_is_longer_than_the_deadline_is_a_no() -> None:
    with OpsgenieServer(KEY, retry_after=60) as server:
        server.fail("throttled")
        pauses: list[float] = []
        reason_of(inspector(server.url, sleep=pauses.append).fetch(QUERY))
        assert (pauses, server.requests()) == ([], 1)


def test_a_server_that_hangs_costs_no_more_than_the_deadline(server: OpsgenieServer) -> None:
    server.fail("hang")
    begin = time.monotonic()
    reason_of(OpsgenieInspector(server.url, KEY, 0.3).fetch(QUERY))
    assert time.monotonic() - begin < 10, "the server hangs for thirty seconds"


def test_pages_end_with_the_deadline(server: OpsgenieServer) -> None:
    for number in range(PAGE_SIZE + 1):
        server.open_alert(f"Alert {number}", tags=["acme"])
    seconds = iter([0.0, 0.0, 9.0, 9.0])
    answer = inspector(server.url, deadline=2.0, monotonic=lambda: next(seconds)).fetch(QUERY)
    assert reason_of(answer) == OpsgenieTimedOut(2.0)


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        answer = inspector(f"http://127.0.0.1:{taken.getsockname()[1]}").fetch(QUERY)
    assert reason_of(answer) == OpsgenieFailed(OpsgenieProblem.UNREACHABLE)


@responses.activate
@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"data": {}}',
        '{"data": ["CPU"]}',
        '{"data": [{"tags": ["acme"]}]}',
        '{"data": [{"tags": ["acme"], "createdAt": "soon"}]}',
        '{"data": [{"tags": [], "id": "../../v1"}]}',
        b"\xff\xfe",
        "<html>",
    ],
)
def test_an_answer_of_something_else_is_never_no_alert(body: str | bytes) -> None:
    responses.get(LIST, body=body)
    assert reason_of(inspector(ELSEWHERE).fetch(QUERY)) == WRONG_SERVER


@responses.activate
@pytest.mark.parametrize("status", [301, 302, 404])
def test_a_server_that_is_another(status: int) -> None:
    """A redirect is not followed: it would take the key along."""
    responses.get(LIST, status=status, headers={"Location": "http://evil.test/"})
    assert reason_of(inspector(ELSEWHERE).fetch(QUERY)) == WRONG_SERVER
    assert len(responses.calls) == 1


@responses.activate
def test_details_that_the_list_tells_are_not_asked_for() -> None:
    alert = {"message": "CPU", "createdAt": "2026-01-05T09:00:00.000Z", "priority": "P0", "details": {"of": "acme"}}
    other = alert | {"message": "Memory", "details": {"of": "other"}}
    responses.get(LIST, json={"data": [alert, other], "paging": {}})
    assert inspector(ELSEWHERE).fetch(QUERY) == Alerts((Alert("CPU", "", NOW, "opsgenie"),))


@responses.activate
def test_the_key_wins_over_a_netrc_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine elsewhere.test login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    responses.get(LIST, json={"data": []})
    assert inspector(f"{ELSEWHERE}/").fetch(QUERY) == Alerts(())
    assert responses.calls[0].request.headers["Authorization"] == f"GenieKey {KEY}"

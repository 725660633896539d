"""A small Opsgenie for the demo and the tests: lists alerts, returns one alert, and fails on demand.

The shapes are those of https://docs.opsgenie.com/docs/alert-api and https://docs.opsgenie.com/docs/response.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from demo.background import BackgroundServer, QuietRequestHandler
from demo.failures import FaultInjector

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PRIORITIES = ("P1", "P2", "P3", "P4", "P5")
FAILURES: Mapping[str, tuple[int, str]] = {
    "unauthorized": (401, "Could not authenticate"),
    "forbidden": (403, "You are not authorized to access this resource."),
    "unprocessable": (422, "Could not parse the query."),
    "throttled": (429, "You are making too many requests!"),
    "error_500": (500, "Internal error"),
    "error_503": (503, "Service unavailable"),
}
KINDS = frozenset(FAILURES) | {"hang", "html"}
ALL_REQUESTS = "all"
"""The subject of all faults, because Opsgenie has no projects."""
_CLAUSE = re.compile(r'(status|tag|details\.value)\s*:\s*"?([^"\s()]+)"?')
_MAX_LIMIT = 100
_LIST, _ONE = "/v2/alerts", re.compile(r"/v2/alerts/(?P<id>[^/]+)")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class OnCallAlert:
    """One alert. `details` are its custom properties, which Opsgenie's list leaves out."""

    message: str
    priority: str = "P3"
    tags: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    acknowledged: bool = False
    status: str = "open"
    id: str = field(default_factory=lambda: f"70413a06-38d6-4c85-92b8-{next(_numbers):012d}-1490000000000")

    def __post_init__(self) -> None:
        if self.priority not in PRIORITIES:
            raise ValueError(f"{self.priority!r} is none of {', '.join(PRIORITIES)}")


class OpsgenieServer(BackgroundServer):
    """Opsgenie at `.url`, served by threads of this process until the context ends. Accepts only `key`.

    `retry_after` is how many seconds it asks throttled clients to wait. Thread-safe.
    """

    def __init__(self, key: str = "opsgenie-test-key", retry_after: float = 1) -> None:
        self.key = key
        self.retry_after = retry_after
        self._alerts: dict[str, OnCallAlert] = {}
        super().__init__("opsgenie")
        self._lock = threading.Lock()
        self._troubles = FaultInjector(KINDS)
        self._server = make_server(
            "127.0.0.1", 0, self._application, threaded=True, request_handler=QuietRequestHandler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def open_alert(self, message: str, priority: str = "P1", *, tags: Iterable[str] = (), **others: Any) -> str:
        """Open an alert; `others` are the other fields of OnCallAlert. Returns its id."""
        alert = OnCallAlert(message, priority, tuple(tags), **others)
        with self._lock:
            self._alerts[alert.id] = alert
        return alert.id

    def close_alerts(self) -> None:
        """Close all alerts. Opsgenie keeps them as closed."""
        with self._lock:
            self._alerts = {id_: replace(alert, status="closed") for id_, alert in self._alerts.items()}

    def fail(self, kind: str, times: int | None = None, *, seconds: float = 30.0) -> None:
        """Let the next `times` requests fail, or all of them. `kind` is one of KINDS: `hang` answers correctly, but
        only after `seconds`; `html` is a proxy's page with status 200."""
        self._troubles.fail(ALL_REQUESTS, kind, times, seconds=seconds)

    def stop_failing(self) -> None:
        """Remove the fault."""
        self._troubles.stop_failing(ALL_REQUESTS)

    def requests(self) -> int:
        """How many requests came in."""
        return self._troubles.requests()

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        trouble = self._troubles.next_fault(ALL_REQUESTS)
        if trouble and trouble.kind in FAILURES:
            return self._error(*FAILURES[trouble.kind])
        if trouble and trouble.kind == "html":
            return Response("<html><body>Please sign in.</body></html>", content_type="text/html; charset=UTF-8")
        if trouble:
            self._closing.wait(trouble.seconds)
        if request.headers.get("Authorization") != f"GenieKey {self.key}":
            return self._error(*FAILURES["unauthorized"])
        one = _ONE.fullmatch(request.path)
        if request.method != "GET" or not (one or request.path == _LIST):
            return self._error(404, "No such resource")
        return self._get(one["id"]) if one else self._list(request.args)

    def _list(self, args: Mapping[str, str]) -> Response:
        query, limit, offset = args.get("query", ""), int(args.get("limit", 20)), int(args.get("offset", 0))
        if not 0 < limit <= _MAX_LIMIT or offset + limit > 20_000 or query.count('"') % 2:
            return self._error(*FAILURES["unprocessable"])
        with self._lock:
            alerts = [alert for alert in self._alerts.values() if _matches(alert, query)]
        alerts.sort(key=lambda alert: alert.created_at, reverse=True)
        paging = {"first": self._page(query, limit, 0)}
        if offset + limit < len(alerts):
            paging["next"] = self._page(query, limit, offset + limit)
        return _json({"data": [_alert_json(alert) for alert in alerts[offset : offset + limit]], "paging": paging})

    def _get(self, id_: str) -> Response:
        with self._lock:
            alert = self._alerts.get(id_)
        if alert is None:
            return self._error(404, f"Alert with id [{id_}] does not exist")
        return _json({"data": _alert_json(alert) | {"details": dict(alert.details), "description": ""}})

    def _page(self, query: str, limit: int, offset: int) -> str:
        return f"{self.url}{_LIST}?{urlencode({'query': query, 'limit': limit, 'offset': offset})}"

    def _error(self, status: int, message: str) -> Response:
        response = _json({"message": message}, status)
        if status == 429:
            response.headers |= {
                "X-RateLimit-State": "THROTTLED",
                "X-RateLimit-Reason": "ACCOUNT",
                "X-RateLimit-Period-In-Sec": "60",
                "Retry-After": f"{self.retry_after:g}",
            }
        return response


def _matches(alert: OnCallAlert, query: str) -> bool:
    """Whether the alert matches the query: it has the status, and any of the tags and details.

    Like Opsgenie's search it also finds a word within a tag: `acme` finds `acme-eu`.
    """
    clauses = _CLAUSE.findall(query)
    if any(name == "status" and value != alert.status for name, value in clauses):
        return False
    values = {"tag": alert.tags, "details.value": tuple(alert.details.values())}
    wanted = [(name, value) for name, value in clauses if name != "status"]
    return not wanted or any(value in text for name, value in wanted for text in values[name])


def _alert_json(alert: OnCallAlert) -> dict[str, Any]:
    """The alert as the list shows it."""
    moment = alert.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": alert.id,
        "tinyId": str(int(alert.id.split("-")[4])),
        "alias": alert.id,
        "message": alert.message,
        "status": alert.status,
        "acknowledged": alert.acknowledged,
        "isSeen": alert.acknowledged,
        "tags": list(alert.tags),
        "snoozed": False,
        "count": 1,
        "lastOccurredAt": moment,
        "createdAt": moment,
        "updatedAt": moment,
        "source": "Google Cloud Monitoring",
        "owner": "",
        "priority": alert.priority,
        "responders": [],
        "integration": {"name": "Google Stackdriver", "type": "Stackdriver"},
    }


def _json(document: Mapping[str, Any], status: int = 200) -> Response:
    told = {**document, "took": 0.01, "requestId": "9ae63dd7-ed00-4c81-86f0-c4ffd33142c9"}
    return Response(json.dumps(told), status, content_type="application/json")

"""The open alerts of the local Cloud Monitoring: `projects.alerts.list`, which only the REST API has."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from demo.google.discovery import ApiCall
from demo.google.failures import FAILURES, Failure, Service
from demo.google.server import GoogleServer, Handler

SERVICE = Service("Cloud Monitoring", "monitoring.googleapis.com")
LIST = "monitoring.projects.alerts.list"
SEVERITIES = ("CRITICAL", "ERROR", "WARNING", "")
_STATE = re.compile(r'\s*state\s*=\s*"?(OPEN|CLOSED)"?\s*')
_DEFAULT_PAGE_SIZE = 50
_MAX_PAGE_SIZE = 1000
_numbers = itertools.count(1)


@dataclass(frozen=True)
class OpenAlert:
    """An alert of one policy. `labels` are the labels of its resource, `metadata` the user labels of that
    resource."""

    policy: str
    severity: str
    since: datetime
    labels: Mapping[str, str]
    metadata: Mapping[str, str] = field(default_factory=dict)
    closed_at: datetime | None = None
    number: int = field(default_factory=lambda: next(_numbers))

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"{self.severity!r} is no severity: there are {', '.join(filter(None, SEVERITIES))}")


class AlertsServer(GoogleServer):
    """The part of Cloud Monitoring that lists alerts. `now` returns the server's time (UTC); `page_size` limits a
    page. A project has no alerts until one is opened. See GoogleServer."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC), page_size: int = 1000) -> None:
        super().__init__(SERVICE, "monitoring.v3")
        self._now = now
        self._page_size = page_size
        self._alerts: dict[str, list[OpenAlert]] = {}
        self._lock = threading.Lock()

    def handlers(self) -> Mapping[str, Handler]:
        return {LIST: self._list}

    def open_alert(
        self, project: str, policy: str, severity: str = "CRITICAL", *, about: str | None = None, **others: Any
    ) -> int:
        """Open an alert of that policy, hosted in `project`, about a machine of the project `about` (`project` by
        default). `others` are the other fields of OpenAlert: `since`, `labels`, `metadata`. Returns its number."""
        labels = {"project_id": about or project, "instance_id": "4711", "zone": "us-central1-f"}
        rest: dict[str, Any] = {"since": self._now(), "labels": labels} | others
        alert = OpenAlert(policy, severity, **rest)
        with self._lock:
            self._alerts.setdefault(project, []).append(alert)
        return alert.number

    def close_alerts(self, project: str) -> None:
        """Close all alerts that the project hosts. The API keeps them as closed."""
        with self._lock:
            old = self._alerts.get(project, [])
            self._alerts[project] = [replace(alert, closed_at=alert.closed_at or self._now()) for alert in old]

    def _list(self, call: ApiCall) -> Mapping[str, Any] | Failure:
        with self._lock:
            hosted = list(self._alerts.get(call.project, ()))
        wanted = call.query.get("filter", "")
        if wanted and not _STATE.fullmatch(wanted):
            return FAILURES["bad_filter"]
        return _page(call.project, hosted, call.query, self._page_size)


def _page(project: str, alerts: Sequence[OpenAlert], query: Mapping[str, str], page_size: int) -> dict[str, Any]:
    """One page, newest first."""
    match = _STATE.fullmatch(query.get("filter", ""))
    chosen = [one for one in alerts if match is None or (match[1] == "CLOSED") == (one.closed_at is not None)]
    chosen.sort(key=lambda one: (one.since, one.number), reverse=True)
    size = min(page_size, int(query.get("pageSize", 0)) or _DEFAULT_PAGE_SIZE, _MAX_PAGE_SIZE)
    first = int(query.get("pageToken", 0))
    page: dict[str, Any] = {"totalSize": len(chosen)} if chosen else {}
    if chosen[first : first + size]:
        page["alerts"] = [_alert_json(project, one) for one in chosen[first : first + size]]
    if first + size < len(chosen):
        page["nextPageToken"] = str(first + size)
    return page


def _alert_json(project: str, alert: OpenAlert) -> dict[str, Any]:
    """The alert in the shape of the REST API."""
    policy = {"name": f"projects/{project}/alertPolicies/{alert.number}", "displayName": alert.policy}
    shown: dict[str, Any] = {
        "name": f"projects/{project}/alerts/0.{alert.number:x}",
        "state": "CLOSED" if alert.closed_at else "OPEN",
        "openTime": _format_time(alert.since),
        "resource": {"type": "gce_instance", "labels": dict(alert.labels)},
        "policy": policy | ({"severity": alert.severity} if alert.severity else {}),
    }
    if alert.metadata:
        shown["metadata"] = {"userLabels": dict(alert.metadata)}
    if alert.closed_at:
        shown["closeTime"] = _format_time(alert.closed_at)
    return shown


def _format_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""Reads uptime checks and open alerts from Cloud Monitoring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.adapters.gcp import rest, uptime
from bot.adapters.gcp.alerts import ROOT, list_open_alerts
from bot.adapters.gcp.calls import ApiCaller
from bot.adapters.gcp.purpose import Purpose, Service
from bot.domain.failures.google import GoogleAction, GoogleProject, GoogleService
from bot.domain.health.queries import AlertQuery, Alerts, Unavailable, UptimeChecks, UptimeQuery

READ_ONLY = "https://www.googleapis.com/auth/monitoring.read"
UPTIME = Service(GoogleService.CLOUD_MONITORING, "monitoring.googleapis.com", READ_ONLY, "gcp.monitoring_endpoint")
ALERTS = Service(GoogleService.CLOUD_MONITORING, "monitoring.googleapis.com", READ_ONLY, "gcp.alerts_endpoint")
_PROJECT = ("gcp.project_template",)
LIST_CHECKS = Purpose(
    GoogleAction.LIST_UPTIME_CHECKS, "monitoring.uptimeCheckConfigs.list", "Monitoring Viewer", settings=_PROJECT
)
READ_TIME_SERIES = Purpose(
    GoogleAction.READ_UPTIME_RESULTS, "monitoring.timeSeries.list", "Monitoring Viewer", settings=_PROJECT
)
LIST_ALERTS = Purpose(
    GoogleAction.LIST_ALERTS, "monitoring.alerts.list", "Monitoring Alert Viewer", settings=_PROJECT
)
LIST_SCOPED = Purpose(
    GoogleAction.LIST_ALERTS,
    "monitoring.alerts.list",
    "Monitoring Alert Viewer",
    GoogleProject.MONITORING,
    ("gcp.monitoring_project",),
)


class MonitoringInspector:
    """Answers an UptimeQuery and an AlertQuery (the port `Inspector`). One instance serves all threads.

    It never raises.

    The endpoints replace Google's own; one that starts with `http://` is used without credentials, any other
    with Application Default Credentials. `deadline` is in seconds, for each of the two steps that an answer takes;
    `now` returns the time (UTC). `others` go to `ApiCaller`.
    """

    def __init__(
        self,
        monitoring_endpoint: str | None = None,
        alerts_endpoint: str | None = None,
        deadline: float = 10.0,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        **others: Any,
    ) -> None:
        self._now = now
        self._uptime = ApiCaller(
            UPTIME, monitoring_endpoint, lambda root: uptime.connect(root, READ_ONLY), deadline, **others
        )
        self._alerts = ApiCaller(
            ALERTS, alerts_endpoint, lambda root: rest.connect(ROOT, root, READ_ONLY), deadline, **others
        )

    def uptime(self, query: UptimeQuery) -> UptimeChecks | Unavailable:
        """The uptime checks that watch the host, each with the regions that reported.

        A result counts if it ended within the last `seconds`; the newest result tells whether a region passes now,
        and may be a little older.
        """
        configs = self._uptime.fetch(LIST_CHECKS, lambda call: uptime.list_configs(call, query))
        if isinstance(configs, Unavailable):
            return configs
        now = self._now()
        return self._uptime.fetch(
            READ_TIME_SERIES,
            lambda call: UptimeChecks(tuple(uptime.read_check(call, query, config, now) for config in configs)),
        )

    def alerts(self, query: AlertQuery) -> Alerts | Unavailable:
        """All open alerts of the instance's project, and those of the scoped project that are about it."""
        own = self._alerts.fetch(LIST_ALERTS, lambda call: list_open_alerts(call, query.project, "project"))
        if isinstance(own, Unavailable):
            return own
        scoped = self._alerts.fetch(
            LIST_SCOPED,
            lambda call: list_open_alerts(call, query.monitoring_project, "scoped", query.project),
        )
        if isinstance(scoped, Unavailable):
            return scoped
        # A project's metrics scope may hold the other one, so that an alert comes from both sides.
        return Alerts(tuple(sorted((scoped | own).values(), key=lambda alert: (alert.since, alert.policy))))

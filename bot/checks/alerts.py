"""Alerts: no alert that matters is open in Cloud Monitoring (domain.md, "Health")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Alert, AlertQuery, Alerts, Answer
from bot.domain.reasons import Reason
from bot.formats.documents import stored
from bot.formats.markdown import one_line, truncate

WARNING = "WARNING"
"""The severity that does not count: the policy's author says that nothing is broken yet."""
_MAX_NAMED = 5
_MAX_NAME_LENGTH = 100


class AlertSource(StrEnum):
    """Where alerts are open. The values are stored."""

    CLOUD_MONITORING = "cloud_monitoring"
    OPSGENIE = "opsgenie"


@stored("alerts.alert", policy="policy", severity="severity", since="since")
@dataclass(frozen=True)
class OpenAlert:
    """One open alert. `policy` is people's text in one line, empty if unknown; `severity` is empty if unknown."""

    policy: str
    severity: str
    since: datetime


@stored("alerts.open", source="source", alerts="alerts", warnings="warnings", named="named")
@dataclass(frozen=True)
class OpenAlerts(Reason):
    """How many alerts and warnings are open, and the oldest of them: of the alerts, or of the warnings if there are
    no alerts."""

    source: AlertSource
    alerts: int = 0
    warnings: int = 0
    named: tuple[OpenAlert, ...] = ()


def query(context: CheckContext, config: CloudConfig) -> AlertQuery:
    return AlertQuery(config.project(context.instance), config.monitoring_project)


def evaluate(_context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if nothing but warnings is open. An alert without a severity counts as one that matters."""
    return evaluate_alerts(answer, AlertSource.CLOUD_MONITORING)


def evaluate_alerts(answer: Answer, source: AlertSource) -> Verdict:
    """What open alerts mean. Names of policies are people's text, which the rendering redacts."""
    if not isinstance(answer, Alerts):
        return unavailable_verdict(answer)
    alerts = [alert for alert in answer.alerts if alert.severity != WARNING]
    warnings = [alert for alert in answer.alerts if alert.severity == WARNING]
    finding = OpenAlerts(source, len(alerts), len(warnings), _oldest(alerts or warnings))
    return Verdict(CheckState.FAIL if alerts else CheckState.PASS, finding)


def _oldest(alerts: Sequence[Alert]) -> tuple[OpenAlert, ...]:
    oldest_first = sorted(alerts, key=lambda alert: (alert.since, alert.policy))
    return tuple(
        OpenAlert(truncate(one_line(alert.policy), _MAX_NAME_LENGTH), alert.severity, alert.since)
        for alert in oldest_first[:_MAX_NAMED]
    )


def link(context: CheckContext, config: CloudConfig) -> str:
    """The alerts in the Google Cloud console. It names the project."""
    project = quote(config.project(context.instance), safe="")
    return f"https://console.cloud.google.com/monitoring/alerting?project={project}"


CHECK = Check(name="alerts", title="Open alerts", query=query, evaluate=evaluate, link=link)

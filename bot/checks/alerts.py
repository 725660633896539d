"""Alerts: no alert that matters is open in Cloud Monitoring (domain.md, "Health")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from urllib.parse import quote

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Alert, AlertQuery, Alerts, Answer
from bot.formats.markdown import one_line

WARNING = "WARNING"
"""The severity that does not count: the policy's author says that nothing is broken yet."""
SEVERITIES = {"CRITICAL": "critical", "ERROR": "error", WARNING: "warning"}
_MAX_NAMED = 5
_MAX_NAME_LENGTH = 100


def query(subject: CheckContext, places: CloudConfig) -> AlertQuery:
    return AlertQuery(places.project(subject.instance), places.monitoring_project)


def evaluate(_subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when no alert is open but warnings; an alert without a severity counts as one that matters."""
    return evaluate_alerts(answer, "Cloud Monitoring")


def evaluate_alerts(answer: Answer, where: str) -> Verdict:
    """What open alerts mean, whoever told them. Names of policies are people's text; the rendering redacts them."""
    if not isinstance(answer, Alerts):
        return unavailable_verdict(answer)
    bad = [alert for alert in answer.alerts if alert.severity != WARNING]
    warnings = [alert for alert in answer.alerts if alert.severity == WARNING]
    if bad:
        are = "is" if len(bad) == 1 else "are"
        more = f", and {_count(warnings, 'warning')}" if warnings else ""
        return Verdict(
            CheckState.FAIL,
            f"{_count(bad, 'alert')} {are} open in {where}: {_listed(bad)}{more}; see to it and check again.",
        )
    if warnings:
        return Verdict(
            CheckState.PASS, f"Nothing but {_count(warnings, 'warning')} is open in {where}: {_listed(warnings)}."
        )
    return Verdict(CheckState.PASS, f"No alert is open in {where}.")


def link(subject: CheckContext, places: CloudConfig) -> str:
    """The alerts in the Google Cloud console. It names the project."""
    project = quote(places.project(subject.instance), safe="")
    return f"https://console.cloud.google.com/monitoring/alerting?project={project}"


def _count(alerts: Sequence[Alert], what: str) -> str:
    return f"{len(alerts)} {what}{'' if len(alerts) == 1 else 's'}"


def _listed(alerts: Sequence[Alert]) -> str:
    """The alerts in words, the oldest first, and how many more there are."""
    named = [
        _format_alert(alert) for alert in sorted(alerts, key=lambda alert: (alert.since, alert.policy))[:_MAX_NAMED]
    ]
    rest = len(alerts) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")


def _format_alert(alert: Alert) -> str:
    name = one_line(alert.policy)
    shown = name if len(name) <= _MAX_NAME_LENGTH else f"{name[: _MAX_NAME_LENGTH - 1]}…"
    severity = SEVERITIES.get(alert.severity, "no severity")
    since = alert.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return f"{shown or 'an alert without a name'} ({severity}, since {since} UTC)"


CHECK = Check(name="alerts", title="Open alerts", query=query, evaluate=evaluate, link=link)

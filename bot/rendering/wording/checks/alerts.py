"""Words for open alerts, of Cloud Monitoring and of Opsgenie."""

from __future__ import annotations

from datetime import UTC

from bot.checks.alerts import AlertSource, OpenAlert, OpenAlerts
from bot.rendering.wording.counting import count
from bot.rendering.wording.dispatch import describe

_SOURCES = {AlertSource.CLOUD_MONITORING: "Cloud Monitoring", AlertSource.OPSGENIE: "Opsgenie"}
_SEVERITIES = {"CRITICAL": "critical", "ERROR": "error", "WARNING": "warning"}


@describe.register
def _(reason: OpenAlerts) -> str:
    source = _SOURCES[reason.source]
    if reason.alerts:
        are, them = ("is", "it") if reason.alerts == 1 else ("are", "them")
        warnings = f", and {count(reason.warnings, 'warning')}" if reason.warnings else ""
        listed = _list(reason.named, reason.alerts)
        alerts = count(reason.alerts, "alert")
        return f"{alerts} {are} open in {source}: {listed}{warnings}; resolve {them} and check again."
    if reason.warnings:
        listed = _list(reason.named, reason.warnings)
        warnings, are = count(reason.warnings, "warning"), "is" if reason.warnings == 1 else "are"
        return f"Only {warnings} {are} open in {source}: {listed}."
    return f"No alert is open in {source}."


def _list(named: tuple[OpenAlert, ...], count: int) -> str:
    """The alerts that are named, and how many more there are."""
    more = count - len(named)
    return ", ".join(map(_describe_alert, named)) + (f" and {more} more" if more else "")


def _describe_alert(alert: OpenAlert) -> str:
    severity = _SEVERITIES.get(alert.severity, "no severity")
    since = alert.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return f"{alert.policy or 'an alert without a name'} ({severity}, since {since} UTC)"

"""Reads open alerts from Cloud Monitoring's REST API, because the client library has no call for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.adapters.gcp import rest
from bot.adapters.gcp.calls import ApiCall
from bot.adapters.gcp.errors import UnexpectedResponseError
from bot.domain.health.queries import Alert

ROOT = "https://monitoring.googleapis.com"
SEVERITIES = frozenset({"CRITICAL", "ERROR", "WARNING"})
OPEN_ONLY = {"filter": 'state="OPEN"', "pageSize": "1000"}


def list_open_alerts(call: ApiCall, project: str, found_in: str, about: str = "") -> dict[str, Alert]:
    """The open alerts in the project's metrics scope, by Google's name of each; with `about` only those that name
    that project. Raises one of `external_errors()`."""
    found: dict[str, Alert] = {}
    for alert in rest.list_items(call, f"v3/projects/{project}/alerts", OPEN_ONLY, "alerts"):
        if alert.get("state") != "CLOSED" and (not about or _names_project(alert, about)):
            found[str(alert.get("name") or f"{found_in} {len(found)}")] = _alert(alert, found_in)
    return found


def _names_project(alert: Mapping[str, Any], project: str) -> bool:
    """Whether the alert's resource, metric or metadata names the project (`PROJECT`, or `PROJECT:DATABASE`)."""
    metadata = _get_object(alert, "metadata")
    label_sets = (
        _get_object(_get_object(alert, "resource"), "labels"),
        _get_object(_get_object(alert, "metric"), "labels"),
        _get_object(metadata, "systemLabels"),
        _get_object(metadata, "userLabels"),
    )
    values = (value for labels in label_sets for value in labels.values())
    return any(isinstance(value, str) and value.partition(":")[0] == project for value in values)


def _alert(alert: Mapping[str, Any], found_in: str) -> Alert:
    """Raises UnexpectedResponseError if this is no alert."""
    policy = _get_object(alert, "policy")
    severity = str(policy.get("severity", ""))
    try:
        since = datetime.fromisoformat(str(alert["openTime"])).astimezone(UTC)
    except (KeyError, ValueError) as error:
        raise UnexpectedResponseError(f"an alert without a time: {error}") from error
    return Alert(str(policy.get("displayName", "")), severity if severity in SEVERITIES else "", since, found_in)


def _get_object(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under that key, empty if there is none."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}

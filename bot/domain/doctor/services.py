"""What mibot needs beside GitHub: Google's APIs, Opsgenie, and its store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.doctor.finding import Finding, failed, ok
from bot.domain.reasons import Reason


@dataclass(frozen=True)
class NoInstanceToQuery(Reason):
    """There is no instance that the service could be asked about."""


@dataclass(frozen=True)
class ServiceUnavailable(Reason):
    """The service gave no answer."""

    cause: Reason


@dataclass(frozen=True)
class OpsgenieNotConfigured(Reason):
    """There is no key for Opsgenie, so that it is not asked."""


@dataclass(frozen=True)
class MachinesFound(Reason):
    """Compute Engine's machines by name, each with its status."""

    project: str
    zone: str
    statuses: Mapping[str, str]


@dataclass(frozen=True)
class DatabasesFound(Reason):
    """How many database instances and backups Cloud SQL has."""

    project: str
    instances: int
    backups: int


@dataclass(frozen=True)
class UptimeChecksFound(Reason):
    """How many uptime checks watch the front page."""

    project: str
    checks: int


@dataclass(frozen=True)
class AlertsFound(Reason):
    """How many alerts are open. Alerts about a project stand in `monitoring_project` too (empty for Opsgenie's)."""

    project: str
    alerts: int
    monitoring_project: str = ""


class SchemaState(StrEnum):
    """The state of the store's tables."""

    ABSENT = "absent"
    EMPTY = "empty"
    OLD = "old"
    CURRENT = "current"
    NEWER = "newer"


@dataclass(frozen=True)
class StoreSchema(Reason):
    """The store answers, and its tables are in that state."""

    state: SchemaState


def judge_schema(state: SchemaState) -> Finding:
    """Every state is fine except that of a newer mibot, because serving migrates the others."""
    return failed(StoreSchema(state)) if state is SchemaState.NEWER else ok(StoreSchema(state))

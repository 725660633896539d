"""What mibot needs beside GitHub: Google's APIs, Opsgenie, and its store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.adapters.store.database import StoreError
from bot.adapters.store.diagnosis import schema_state
from bot.checks import alerts, opsgenie, sql_backup, uptime, vm
from bot.cli.doctor.context import Diagnostic, DoctorContext
from bot.domain.doctor.finding import Finding, failed, ok, unknown
from bot.domain.doctor.services import (
    AlertsFound,
    DatabasesFound,
    MachinesFound,
    NoInstanceToQuery,
    OpsgenieNotConfigured,
    ServiceUnavailable,
    UptimeChecksFound,
    judge_schema,
)
from bot.domain.fleet.model import Instance
from bot.domain.health.model import Check, CheckContext, CloudConfig, Phase
from bot.domain.health.queries import Alerts, Machines, SqlBackups, Unavailable, UptimeChecks
from bot.domain.reasons import Reason
from bot.ports.errors import ExternalError, PermanentError

Summarize = Callable[[Any, str, CloudConfig], Reason]
"""From a check's answer, the project it is about, and the cloud's configuration to what was found."""


def run_check_query(context: DoctorContext, check: Check, summarize: Summarize) -> Finding:
    """Sends the check's query, which changes nothing, for the first instance in order of work."""
    instance = _first_instance(context)
    if instance is None:
        return unknown(NoInstanceToQuery())
    cloud = context.wiring.cloud_config
    query = check.query(CheckContext(instance, Phase.NOW, datetime.now(UTC)), cloud)
    answer = context.wiring.inspector.fetch(query)
    if isinstance(answer, Unavailable):
        return failed(ServiceUnavailable(answer.reason))
    return ok(summarize(answer, cloud.project(instance), cloud))


def query_opsgenie(context: DoctorContext) -> Finding:
    """Asks Opsgenie only if there is a key for it."""
    if not context.wiring.cloud_config.has_opsgenie_key:
        return ok(OpsgenieNotConfigured())
    return run_check_query(context, opsgenie.CHECK, _opsgenie_alerts)


def _first_instance(context: DoctorContext) -> Instance | None:
    """The first instance in order of work. None if there is none, or the fleet can't be read."""
    try:
        return next(iter(context.fleet), None)
    except ExternalError:
        return None


def _machines(answer: Machines, project: str, cloud: CloudConfig) -> Reason:
    return MachinesFound(project, cloud.zone, answer.statuses)


def _databases(answer: SqlBackups, project: str, _cloud: CloudConfig) -> Reason:
    return DatabasesFound(project, len(answer.instances), len(answer.backups))


def _uptime_checks(answer: UptimeChecks, project: str, _cloud: CloudConfig) -> Reason:
    return UptimeChecksFound(project, len(answer.checks))


def _open_alerts(answer: Alerts, project: str, cloud: CloudConfig) -> Reason:
    return AlertsFound(project, len(answer.alerts), cloud.monitoring_project)


def _opsgenie_alerts(answer: Alerts, project: str, _cloud: CloudConfig) -> Reason:
    return AlertsFound(project, len(answer.alerts))


def store(context: DoctorContext) -> Finding:
    try:
        return judge_schema(schema_state(context.wiring.database))
    except StoreError as error:
        raise PermanentError(error.reason) from error


DIAGNOSTICS = (
    Diagnostic("Compute Engine", partial(run_check_query, check=vm.CHECK, summarize=_machines)),
    Diagnostic("Cloud SQL", partial(run_check_query, check=sql_backup.CHECK, summarize=_databases)),
    Diagnostic("uptime checks", partial(run_check_query, check=uptime.CHECK, summarize=_uptime_checks)),
    Diagnostic("open alerts", partial(run_check_query, check=alerts.CHECK, summarize=_open_alerts)),
    Diagnostic("Opsgenie", query_opsgenie),
    Diagnostic("store", store, needs_app=False),
)

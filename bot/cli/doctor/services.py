"""What mibot needs beside GitHub: Google's APIs, Opsgenie, and its storage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.adapters.store.database import StoreError
from bot.adapters.store.diagnosis import SchemaState, schema_state
from bot.checks import alerts, opsgenie, sql_backup, uptime, vm
from bot.cli.doctor.context import Diagnostic, DoctorContext, Finding, failed, ok, unknown
from bot.domain.fleet.model import Instance
from bot.domain.health.model import Check, CheckContext, CloudConfig, Phase
from bot.domain.health.queries import Alerts, Machines, SqlBackups, Unavailable, UptimeChecks
from bot.ports import ExternalError, PermanentError

CONSEQUENCE = "Until then the health checks that ask it are unknown, and no upgrade is ticked."


def run_check_query(patient: DoctorContext, check: Check, describe: Callable[[Any, CloudConfig], str]) -> Finding:
    """The check's question, which changes nothing, about the first instance in order of work. `describe` puts the
    answer into words that go on after the project's name."""
    instance = _first_instance(patient)
    if instance is None:
        return unknown("not examined, for there is no instance to ask about")
    places = patient.wiring.cloud_config
    query = check.query(CheckContext(instance, Phase.NOW, datetime.now(UTC)), places)
    answer = patient.wiring.inspector.fetch(query)
    if isinstance(answer, Unavailable):
        return failed(answer.reason, CONSEQUENCE)
    return ok(f"project {places.project(instance)}{describe(answer, places)}")


def query_opsgenie(patient: DoctorContext) -> Finding:
    """Only asked when there is a key for it."""
    if not patient.wiring.cloud_config.has_opsgenie_key:
        return ok("not asked, for opsgenie.api_key is not set")
    return run_check_query(patient, opsgenie.CHECK, lambda answer, _: f": {_describe_alert_count(answer)}")


def _first_instance(patient: DoctorContext) -> Instance | None:
    """The first instance in order of work; None when there is none or the fleet can't be read."""
    try:
        return next(iter(patient.fleet), None)
    except ExternalError:
        return None


def _describe_machines(answer: Machines, places: CloudConfig) -> str:
    seen = ", ".join(f"{name} {status}" for name, status in answer.statuses.items()) or "no machine of its name"
    return f", zone {places.zone}: {seen}"


def _describe_databases(answer: SqlBackups, _places: CloudConfig) -> str:
    return f": {_count(answer.instances, 'database instance')}, {_count(answer.backups, 'backup')}"


def _describe_uptime(answer: UptimeChecks, _places: CloudConfig) -> str:
    return f": {_count(answer.checks, 'uptime check')} of its front page"


def _describe_open_alerts(answer: Alerts, places: CloudConfig) -> str:
    return f" and, about it, project {places.monitoring_project}: {_describe_alert_count(answer)}"


def _describe_alert_count(answer: Alerts) -> str:
    return f"{_count(answer.alerts, 'alert')} {'is' if len(answer.alerts) == 1 else 'are'} open"


def _count(things: tuple[object, ...], what: str) -> str:
    return f"{len(things) or 'no'} {what}{'' if len(things) == 1 else 's'}"


def store(patient: DoctorContext) -> Finding:
    try:
        found = schema_state(patient.wiring.database)
    except StoreError as error:
        raise PermanentError(str(error)) from error
    match found:
        case SchemaState.CURRENT:
            return ok(found.value)
        case SchemaState.NEWER:
            return failed(f"{found.value}.".capitalize(), "Run the mibot that made them, or a newer one.")
        case _:
            return ok(f"{found.value}; `mibot serve` sees to that when it starts")


DIAGNOSTICS = (
    Diagnostic("Compute Engine", partial(run_check_query, check=vm.CHECK, describe=_describe_machines)),
    Diagnostic("Cloud SQL", partial(run_check_query, check=sql_backup.CHECK, describe=_describe_databases)),
    Diagnostic("uptime checks", partial(run_check_query, check=uptime.CHECK, describe=_describe_uptime)),
    Diagnostic("open alerts", partial(run_check_query, check=alerts.CHECK, describe=_describe_open_alerts)),
    Diagnostic("Opsgenie", query_opsgenie),
    Diagnostic("store", store, needs_app=False),
)

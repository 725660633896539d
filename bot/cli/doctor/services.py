"""What mibot needs beside GitHub: Google's APIs, Opsgenie, and its storage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.adapters.store.database import StoreProblem
from bot.adapters.store.diagnosis import Shape, shape
from bot.checks import alerts, opsgenie, sql_backup, uptime, vm
from bot.cli.doctor.context import Examination, Finding, Patient, broken, fine, unsure
from bot.domain.fleet.model import Instance
from bot.domain.health.model import Check, Phase, Places, Subject
from bot.domain.health.queries import Alerts, Machines, SqlBackups, Unavailable, UptimeChecks
from bot.ports import Refused, WorldError

UNTIL = "Until then the health checks that ask it are unknown, and no upgrade is ticked."


def asked(patient: Patient, check: Check, told: Callable[[Any, Places], str]) -> Finding:
    """The check's question, which changes nothing, about the first instance in order of work. `told` puts the answer
    into words that go on after the project's name."""
    instance = _first(patient)
    if instance is None:
        return unsure("not examined, for there is no instance to ask about")
    places = patient.wiring.places
    query = check.query(Subject(instance, Phase.NOW, datetime.now(UTC)), places)
    answer = patient.wiring.inspector.ask(query)
    if isinstance(answer, Unavailable):
        return broken(answer.reason, UNTIL)
    return fine(f"project {places.project(instance)}{told(answer, places)}")


def on_call(patient: Patient) -> Finding:
    """Only asked when there is a key for it."""
    if not patient.wiring.places.opsgenie:
        return fine("not asked, for opsgenie.api_key is not set")
    return asked(patient, opsgenie.CHECK, lambda answer, _: f": {_alerts(answer)}")


def _first(patient: Patient) -> Instance | None:
    """The first instance in order of work; None when there is none or the fleet can't be read."""
    try:
        return next(iter(patient.fleet), None)
    except WorldError:
        return None


def _machines(answer: Machines, places: Places) -> str:
    seen = ", ".join(f"{name} {status}" for name, status in answer.statuses.items()) or "no machine of its name"
    return f", zone {places.zone}: {seen}"


def _databases(answer: SqlBackups, _places: Places) -> str:
    return f": {_count(answer.instances, 'database instance')}, {_count(answer.backups, 'backup')}"


def _uptime(answer: UptimeChecks, _places: Places) -> str:
    return f": {_count(answer.checks, 'uptime check')} of its front page"


def _open_alerts(answer: Alerts, places: Places) -> str:
    return f" and, about it, project {places.monitoring_project}: {_alerts(answer)}"


def _alerts(answer: Alerts) -> str:
    return f"{_count(answer.alerts, 'alert')} {'is' if len(answer.alerts) == 1 else 'are'} open"


def _count(things: tuple[object, ...], what: str) -> str:
    return f"{len(things) or 'no'} {what}{'' if len(things) == 1 else 's'}"


def store(patient: Patient) -> Finding:
    try:
        found = shape(patient.wiring.database)
    except StoreProblem as error:
        raise Refused(str(error)) from error
    match found:
        case Shape.CURRENT:
            return fine(found.value)
        case Shape.NEWER:
            return broken(f"{found.value}.".capitalize(), "Run the mibot that made them, or a newer one.")
        case _:
            return fine(f"{found.value}; `mibot serve` sees to that when it starts")


EXAMINATIONS = (
    Examination("Compute Engine", partial(asked, check=vm.CHECK, told=_machines)),
    Examination("Cloud SQL", partial(asked, check=sql_backup.CHECK, told=_databases)),
    Examination("uptime checks", partial(asked, check=uptime.CHECK, told=_uptime)),
    Examination("open alerts", partial(asked, check=alerts.CHECK, told=_open_alerts)),
    Examination("Opsgenie", on_call),
    Examination("store", store, as_app=False),
)

"""What mibot needs beside GitHub: Google Cloud and its storage."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.checks import vm
from bot.cli.doctor.finding import Examination, Finding, Patient, broken, fine, unsure
from bot.domain.health import Phase, Subject
from bot.domain.queries import Unavailable
from bot.edges.gcp import ComputeInspector
from bot.edges.store.database import StoreProblem
from bot.edges.store.doctor import Shape, shape
from bot.ports import Refused, WorldError


def google(patient: Patient) -> Finding:
    """One question that changes nothing, about the first instance in order of work."""
    try:
        instance = next(iter(patient.fleet), None)
    except WorldError:
        instance = None
    if instance is None:
        return unsure("not examined, for there is no instance to ask about")
    query = vm.query(Subject(instance, Phase.NOW, datetime.now(UTC)), patient.wiring.places)
    answer = ComputeInspector(patient.settings.gcp.compute_endpoint).ask(query)
    if isinstance(answer, Unavailable):
        return broken(answer.reason, "Until then every health check is unknown, and no upgrade is ticked.")
    seen = ", ".join(f"{name} {status}" for name, status in answer.statuses.items()) or "no machine of its name"
    return fine(f"project {query.project}, zone {query.zone}: {seen}")


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


EXAMINATIONS = (Examination("Google Cloud", google), Examination("store", store, as_app=False))

"""The App itself: its credentials, what it may do, what it is told."""

from __future__ import annotations

from collections.abc import Mapping

from bot.adapters.github import PERMISSIONS, doctor
from bot.cli.doctor.context import Examination, Finding, Patient, broken, fine
from bot.domain.flow.events import SUBSCRIBED
from bot.ports import Missing

WHERE = "in the App's settings, under “Permissions & events”"
_LEVELS = ("none", "read", "write", "admin")


def credentials(patient: Patient) -> Finding:
    github = patient.settings.github
    try:
        return fine(f"{patient.app.slug} (github.app_id {github.app_id}) at {github.api_url}")
    except Missing:
        return broken(
            f"GitHub knows no App {github.app_id}.", "Set github.app_id to the number on the App's settings page."
        )


def permissions(patient: Patient) -> Finding:
    """Granted against needed, on each of the repositories that are written to."""
    repositories = patient.settings.repositories
    lacking: dict[str, str] = {}
    beyond: dict[str, str] = {}
    for repository in dict.fromkeys((repositories.releases, repositories.deployment)):
        granted = doctor.granted_permissions(patient.session, repository)
        if granted is None:
            return broken(f"The App is not installed for {repository}.", "Install it there.")
        lacking |= missing(granted)
        beyond |= superfluous(granted)
    if lacking:
        return broken(f"Missing: {_list(lacking)}.", _way_to_grant(patient, lacking))
    if beyond:
        return fine(f"all that are needed, and more than that: {_list(beyond)}. Take these away {WHERE}.")
    return fine("exactly those that are needed")


def missing(granted: Mapping[str, str]) -> dict[str, str]:
    """What is needed and not granted, with the level it takes."""
    return {name: level for name, level in PERMISSIONS.items() if _rank(granted.get(name)) < _rank(level)}


def superfluous(granted: Mapping[str, str]) -> dict[str, str]:
    """What is granted and not needed, with the level it has."""
    return {name: level for name, level in granted.items() if _rank(level) > _rank(PERMISSIONS.get(name))}


def _rank(level: str | None) -> int:
    return _LEVELS.index(level) if level in _LEVELS else 0


def _way_to_grant(patient: Patient, lacking: Mapping[str, str]) -> str:
    """An App first asks for a permission; then an owner accepts it for each installation."""
    if missing(patient.app.permissions).keys() & lacking.keys():
        return f"Add them {WHERE}, then let an owner of the organisation accept them."
    return "The App asks for them already: let an owner of the organisation accept them, where it is installed."


def events(patient: Patient) -> Finding:
    lacking, beyond = SUBSCRIBED - patient.app.events, patient.app.events - SUBSCRIBED
    if lacking:
        return broken(f"Not subscribed to: {', '.join(sorted(lacking))}.", f"Subscribe to them {WHERE}.")
    if beyond:
        return fine(f"all that are needed; mibot drops these: {', '.join(sorted(beyond))}")
    return fine("exactly those that are needed")


def _list(permissions: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={level}" for name, level in sorted(permissions.items()))


EXAMINATIONS = (
    Examination("App", credentials, as_app=False),
    Examination("permissions", permissions),
    Examination("events", events),
)

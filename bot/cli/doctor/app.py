"""The App itself: its credentials, what it may do, what it is told."""

from __future__ import annotations

from collections.abc import Mapping

from bot.adapters.github import PERMISSIONS, doctor
from bot.cli.doctor.context import Diagnostic, DoctorContext, Finding, failed, ok
from bot.domain.flow.events import SUBSCRIBED_EVENTS
from bot.ports import NotFoundError

PERMISSIONS_PAGE = "in the App's settings, under “Permissions & events”"
_LEVELS = ("none", "read", "write", "admin")


def credentials(patient: DoctorContext) -> Finding:
    github = patient.settings.github
    try:
        return ok(f"{patient.app.slug} (github.app_id {github.app_id}) at {github.api_url}")
    except NotFoundError:
        return failed(
            f"GitHub knows no App {github.app_id}.", "Set github.app_id to the number on the App's settings page."
        )


def permissions(patient: DoctorContext) -> Finding:
    """Granted against needed, on each of the repositories that are written to."""
    repositories = patient.settings.repositories
    lacking: dict[str, str] = {}
    beyond: dict[str, str] = {}
    for repository in dict.fromkeys((repositories.releases, repositories.deployment)):
        granted = doctor.granted_permissions(patient.session, repository)
        if granted is None:
            return failed(f"The App is not installed for {repository}.", "Install it there.")
        lacking |= missing_permissions(granted)
        beyond |= excess_permissions(granted)
    if lacking:
        return failed(f"Missing: {_format_permissions(lacking)}.", _grant_instructions(patient, lacking))
    if beyond:
        superfluous = _format_permissions(beyond)
        return ok(f"all that are needed, and more than that: {superfluous}. Take these away {PERMISSIONS_PAGE}.")
    return ok("exactly those that are needed")


def missing_permissions(granted: Mapping[str, str]) -> dict[str, str]:
    """What is needed and not granted, with the level it takes."""
    return {name: level for name, level in PERMISSIONS.items() if _rank(granted.get(name)) < _rank(level)}


def excess_permissions(granted: Mapping[str, str]) -> dict[str, str]:
    """What is granted and not needed, with the level it has."""
    return {name: level for name, level in granted.items() if _rank(level) > _rank(PERMISSIONS.get(name))}


def _rank(level: str | None) -> int:
    return _LEVELS.index(level) if level in _LEVELS else 0


def _grant_instructions(patient: DoctorContext, lacking: Mapping[str, str]) -> str:
    """An App first asks for a permission; then an owner accepts it for each installation."""
    if missing_permissions(patient.app.permissions).keys() & lacking.keys():
        return f"Add them {PERMISSIONS_PAGE}, then let an owner of the organisation accept them."
    return "The App asks for them already: let an owner of the organisation accept them, where it is installed."


def events(patient: DoctorContext) -> Finding:
    lacking, beyond = SUBSCRIBED_EVENTS - patient.app.events, patient.app.events - SUBSCRIBED_EVENTS
    if lacking:
        return failed(f"Not subscribed to: {', '.join(sorted(lacking))}.", f"Subscribe to them {PERMISSIONS_PAGE}.")
    if beyond:
        return ok(f"all that are needed; mibot drops these: {', '.join(sorted(beyond))}")
    return ok("exactly those that are needed")


def _format_permissions(permissions: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={level}" for name, level in sorted(permissions.items()))


DIAGNOSTICS = (
    Diagnostic("App", credentials, needs_app=False),
    Diagnostic("permissions", permissions),
    Diagnostic("events", events),
)

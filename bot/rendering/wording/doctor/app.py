"""The words for findings about the GitHub App."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.doctor import app
from bot.domain.doctor.finding import AsNeeded
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.doctor.repairs import describe_repair

_PERMISSIONS_PAGE = "in the App's settings, under “Permissions & events”"


@describe.register
def _(_: AsNeeded) -> str:
    return "exactly the required ones"


@describe.register
def _(reason: app.AppFound) -> str:
    return f"{reason.name} (github.app_id {reason.app_id}) at {reason.api_url}"


@describe.register
def _(reason: app.AppUnknown) -> str:
    return f"GitHub has no App {reason.app_id}."


@describe_repair.register
def _(_: app.AppUnknown) -> str:
    return "Set github.app_id to the number on the App's settings page."


@describe.register
def _(_: app.AppNotAccepted) -> str:
    return "not checked: first fix the problem with the App"


@describe.register
def _(reason: app.AppNotInstalled) -> str:
    return f"The App is not installed for {reason.repository}."


@describe_repair.register
def _(_: app.AppNotInstalled) -> str:
    return "Install it there."


@describe.register
def _(reason: app.PermissionsMissing) -> str:
    return f"Missing: {_format_permissions(reason.permissions)}."


@describe_repair.register
def _(reason: app.PermissionsMissing) -> str:
    """An App first asks for a permission; then an owner accepts it for each installation."""
    if reason.requested:
        return "The App already asks for them: have an owner of the organization accept them where it is installed."
    return f"Add them {_PERMISSIONS_PAGE}, then have an owner of the organization accept them."


@describe.register
def _(reason: app.PermissionsExcessive) -> str:
    excess = _format_permissions(reason.permissions)
    return f"all required ones, and more: {excess}. Remove these {_PERMISSIONS_PAGE}."


@describe.register
def _(reason: app.EventsMissing) -> str:
    return f"Not subscribed to: {', '.join(sorted(reason.events))}."


@describe_repair.register
def _(_: app.EventsMissing) -> str:
    return f"Subscribe to them {_PERMISSIONS_PAGE}."


@describe.register
def _(reason: app.QueueEventsMissing) -> str:
    events = ", ".join(sorted(reason.events))
    return f"all required ones; with a merge queue it also needs {events}, which takes the permission merge_queues"


@describe.register
def _(reason: app.EventsExcessive) -> str:
    return f"all required ones; mibot ignores these: {', '.join(sorted(reason.events))}"


def _format_permissions(permissions: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={level}" for name, level in sorted(permissions.items()))

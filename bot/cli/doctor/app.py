"""The App itself: its credentials, its permissions, its events."""

from __future__ import annotations

from bot.adapters.github import PERMISSIONS, doctor
from bot.adapters.github.http.purpose import QUEUE_PERMISSION
from bot.cli.doctor.context import Diagnostic, DoctorContext
from bot.domain.doctor.app import AppFound, AppUnknown, judge_events, judge_permissions
from bot.domain.doctor.finding import Finding, failed, ok
from bot.domain.flow.deliveries import QUEUE_EVENTS, SUBSCRIBED_EVENTS
from bot.ports.errors import NotFoundError


def credentials(context: DoctorContext) -> Finding:
    github = context.settings.github
    try:
        return ok(AppFound(context.app.slug, github.app_id, github.api_url))
    except NotFoundError:
        return failed(AppUnknown(github.app_id))


def permissions(context: DoctorContext) -> Finding:
    """Granted against needed, on each of the repositories that mibot writes to."""
    repositories = context.settings.repositories
    written = dict.fromkeys((repositories.releases, repositories.deployment))
    granted = {name: doctor.granted_permissions(context.session, name) for name in written}
    return judge_permissions(granted, context.app.permissions, PERMISSIONS, frozenset({QUEUE_PERMISSION}))


def events(context: DoctorContext) -> Finding:
    return judge_events(context.app.events, SUBSCRIBED_EVENTS, QUEUE_EVENTS)


DIAGNOSTICS = (
    Diagnostic("App", credentials, needs_app=False),
    Diagnostic("permissions", permissions),
    Diagnostic("events", events),
)

"""The App's webhook: where GitHub sends deliveries, and how they were answered lately."""

from __future__ import annotations

from bot.adapters.github import doctor
from bot.cli.doctor.context import Diagnostic, DoctorContext
from bot.domain.doctor.finding import Finding
from bot.domain.doctor.webhook import judge_deliveries, judge_webhook


def webhook(context: DoctorContext) -> Finding:
    return judge_webhook(doctor.webhook(context.session), context.settings.github.api_url)


def recent_deliveries(context: DoctorContext) -> Finding:
    return judge_deliveries(doctor.latest_deliveries(context.session))


DIAGNOSTICS = (Diagnostic("webhook", webhook), Diagnostic("deliveries", recent_deliveries))

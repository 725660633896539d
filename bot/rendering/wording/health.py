"""The words for what health checks found."""

from __future__ import annotations

from bot.domain.health.failing import FailingChecks
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: FailingChecks) -> str:
    red, unknown = ", ".join(reason.failed), ", ".join(reason.unknown)
    parts = [f"red: {red}" if red else "", f"unknown: {unknown}" if unknown else ""]
    return "; ".join(filter(None, parts)) or "no check ran"

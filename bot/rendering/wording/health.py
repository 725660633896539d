"""Words for which health checks are in the way, and for why one has no finding of its own."""

from __future__ import annotations

from bot.domain.health.failing import FailingChecks
from bot.domain.health.reasons import AcceptedByPerson, CheckCrashed, CheckTimedOut, InstanceUnreadable, NotConnected
from bot.rendering.wording.dispatch import describe


@describe.register
def _(_reason: NotConnected) -> str:
    return "This check needs a mibot that is connected to GitHub; a clone alone is not enough."


@describe.register
def _(_reason: CheckCrashed) -> str:
    return "The check itself failed, which says nothing about the instance: look for check_broke in mibot's log."


@describe.register
def _(reason: CheckTimedOut) -> str:
    return (
        f"The check did not finish within {reason.limit:g} seconds: run it again, and look for check_timed_out in "
        "mibot's log if that persists."
    )


@describe.register
def _(_reason: InstanceUnreadable) -> str:
    return "The instance can't be read from the deployment repository now."


@describe.register
def _(reason: AcceptedByPerson) -> str:
    return f"Accepted by {reason.by}: {reason.why} (mibot could not determine it: {describe(reason.finding)})"


@describe.register
def _(reason: FailingChecks) -> str:
    red, unknown = ", ".join(reason.failed), ", ".join(reason.unknown)
    parts = [f"red: {red}" if red else "", f"unknown: {unknown}" if unknown else ""]
    return "; ".join(filter(None, parts)) or "no check ran"

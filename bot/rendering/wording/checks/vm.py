"""Words for the machines."""

from __future__ import annotations

from bot.checks.vm import RUNNING, STOPPED_STATES, TRANSITIONAL_STATES, VmStatus
from bot.rendering.wording.dispatch import describe

_STATUSES = {
    RUNNING: "is running",
    "TERMINATED": "is stopped",
    "STOPPED": "is stopped",
    "SUSPENDED": "is suspended",
    "PENDING": "is waiting to start",
    "PROVISIONING": "is starting",
    "STAGING": "is starting",
    "REPAIRING": "is being repaired by Google",
    "PENDING_STOP": "is stopping",
    "STOPPING": "is stopping",
    "SUSPENDING": "is being suspended",
    "DEPROVISIONING": "is being deleted",
}


@describe.register
def _(reason: VmStatus) -> str:
    sentence = (
        f"The active VM ({reason.active}) {_predicate(reason.active_status, _details(reason))} and the inactive one "
        f"({reason.active.other}) {_predicate(reason.inactive_status)}"
    )
    advice = _advice(reason.active_status, reason.inactive_status)
    return f"{sentence}: {advice}." if advice else f"{sentence}."


def _details(reason: VmStatus) -> str:
    """The machine's type and start, as far as they are known, to follow its status."""
    since = f"since {reason.started_at:%Y-%m-%d %H:%M} UTC" if reason.started_at else ""
    return "".join(f", {part}" for part in (reason.machine_type, since) if part)


def _predicate(status: str | None, details: str = "") -> str:
    if status is None:
        return "does not exist"
    if status in _STATUSES:
        return f"{_STATUSES[status]} ({status}{details})"
    return f"is in an unknown state{f' ({status})' if status else ''}"


def _advice(active: str | None, inactive: str | None) -> str:
    """What a person can do, empty if all is as it should be."""
    if active == RUNNING and (inactive is None or inactive in STOPPED_STATES):
        return ""
    if active is None and inactive is None:
        return "create them, or correct the settings gcp.project_template and gcp.zone if they exist elsewhere"
    if active in TRANSITIONAL_STATES or inactive in TRANSITIONAL_STATES:
        return "check again afterwards"
    if active == RUNNING and inactive == RUNNING:
        return "only the active one may run, so stop the other"
    if inactive == RUNNING:
        return "start the active one and stop the other, or correct active_deployment in terraform.tfvars"
    if active is None:
        return "create the active one, or correct active_deployment in terraform.tfvars"
    if active in STOPPED_STATES:
        return "start the active one"
    return "look at it in the Google Cloud console"

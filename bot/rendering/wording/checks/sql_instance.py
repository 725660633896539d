"""Words for the databases."""

from __future__ import annotations

from bot.checks.sql_instance import RUNNABLE, NoSqlInstance, SqlInstanceProblem, SqlInstancesRunning, SqlProblem
from bot.rendering.wording.dispatch import describe

# Cloud SQL's instance states (DatabaseInstance.state), and gcloud's STOPPED: the predicate, and what to do.
STATES = {
    "STOPPED": ("was stopped by its owner", "start it"),
    "SUSPENDED": ("is suspended", "check the project's billing"),
    "PENDING_DELETE": ("is being deleted", "find out who deletes it"),
    "PENDING_CREATE": ("is being created", "check again afterwards"),
    "MAINTENANCE": ("is down for maintenance", "check again afterwards"),
    "ONLINE_MAINTENANCE": ("is under maintenance", "check again afterwards"),
    "REPAIRING": ("is being repaired by Google", "check again afterwards"),
    "FAILED": ("has failed", "look at it in the Google Cloud console"),
}
_UNKNOWN_STATE = ("is in an unknown state", "look at it in the Google Cloud console")


@describe.register
def _(_reason: NoSqlInstance) -> str:
    return (
        "There is no Cloud SQL instance: create one, or correct the setting gcp.project_template if it is elsewhere."
    )


@describe.register
def _(reason: SqlInstancesRunning) -> str:
    who = "The database instance" if reason.instances == 1 else f"Each of {reason.instances} database instances"
    disk = (
        "a disk that grows automatically"
        if reason.used_percent is None
        else f"{reason.used_percent} % of its disk in use"
    )
    return f"{who} is running ({RUNNABLE}), with {disk}."


@describe.register
def _(reason: SqlInstanceProblem) -> str:
    who = "The database instance" if reason.instances == 1 else f"One of {reason.instances} database instances"
    what, advice = _problem(reason)
    return f"{who} {what}: {advice}."


def _problem(reason: SqlInstanceProblem) -> tuple[str, str]:
    """The predicate of the sentence, and what to do."""
    match reason.problem:
        case SqlProblem.OUT_OF_DISK:
            return "was shut down by Google because its disk is full", "enlarge the disk"
        case SqlProblem.NOT_RUNNABLE:
            what, advice = STATES.get(reason.status, _UNKNOWN_STATE)
            return f"{what} ({reason.status})" if reason.status else what, advice
        case SqlProblem.DISK_ALMOST_FULL:
            return f"uses {reason.used_percent} % of its disk, which can't grow further", "enlarge the disk"
        case SqlProblem.DISK_USE_UNKNOWN:
            return (
                "has a disk that can't grow further, and Google does not report how much of it is used",
                "look at its disk usage in the Google Cloud console, or turn on automatic storage increases",
            )

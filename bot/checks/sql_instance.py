"""The databases: each Cloud SQL instance is RUNNABLE and its disk has room (domain.md, "Health": disk space)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, SqlInstance, SqlInstanceQuery, SqlInstances

RUNNABLE = "RUNNABLE"
# The rest of Cloud SQL's instance states (DatabaseInstance.state), and gcloud's STOPPED, in people's words.
STATES = {
    "STOPPED": ("was stopped by its owner", "start it"),
    "SUSPENDED": ("is suspended", "see whether the project's billing is in order"),
    "PENDING_DELETE": ("is being deleted", "find out by whom"),
    "PENDING_CREATE": ("is being created", "check again when that is over"),
    "MAINTENANCE": ("is down for maintenance", "check again when that is over"),
    "ONLINE_MAINTENANCE": ("is under maintenance", "check again when that is over"),
    "REPAIRING": ("is being repaired by Google", "check again when that is over"),
    "FAILED": ("has failed", "look at it in the Google Cloud console"),
}
UNKNOWN = ("is in a state that mibot does not know", "look at it in the Google Cloud console")
FULL = 0.9
"""The share of its disk that a database may use, and of the size that its disk may grow to."""
_STATE_NAME = re.compile(r"[A-Z][A-Z_]{0,39}", re.ASCII)


def query(subject: CheckContext, places: CloudConfig) -> SqlInstanceQuery:
    """All of the project's database instances."""
    return SqlInstanceQuery(places.project(subject.instance))


def evaluate(_subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when there are databases, every one is RUNNABLE, and the disk of each has room or grows."""
    if not isinstance(answer, SqlInstances):
        return unavailable_verdict(answer)
    if not answer.instances:
        return Verdict(
            CheckState.FAIL,
            "There is no Cloud SQL instance: create one, or correct the setting gcp.project_template if it is "
            "elsewhere.",
        )
    count = len(answer.instances)
    worst, what, advice = min(
        map(_evaluate_instance, answer.instances), key=lambda found: list(CheckState).index(found[0])
    )
    if worst is CheckState.PASS:
        who = "The database instance" if count == 1 else f"Each of {count} database instances"
        # Of several it is the fullest that is told of.
        return Verdict(CheckState.PASS, f"{who} is running ({RUNNABLE}), {_describe_usage(answer.instances)}.")
    who = "The database instance" if count == 1 else f"One of {count} database instances"
    return Verdict(worst, f"{who} {what}: {advice}.")


def link(subject: CheckContext, places: CloudConfig) -> str:
    """The database instances in the Google Cloud console. It names the project."""
    return (
        f"https://console.cloud.google.com/sql/instances?project={quote(places.project(subject.instance), safe='')}"
    )


def _evaluate_instance(one: SqlInstance) -> tuple[CheckState, str, str]:
    """One database: how it is, in words, and what to do about it."""
    if one.out_of_disk:
        return CheckState.FAIL, "was shut down by Google because its disk is full", "enlarge the disk"
    if one.state != RUNNABLE:
        words, advice = STATES.get(one.state, UNKNOWN)
        # Only what looks like a state's name is repeated: the sentence goes to a tracker.
        return CheckState.FAIL, f"{words}{f' ({one.state})' if _STATE_NAME.fullmatch(one.state) else ''}", advice
    share = _share(one)
    if _grows(one) or (share is not None and share < FULL):
        return CheckState.PASS, "", ""
    if share is None:
        return (
            CheckState.UNKNOWN,
            "has a disk that grows no further, and Google does not tell how much of it is used",
            "look at its disk usage in the Google Cloud console, or turn on automatic storage increases",
        )
    return CheckState.FAIL, f"uses {_percent(share)} of its disk, which grows no further", "enlarge the disk"


def _share(one: SqlInstance) -> float | None:
    """The share of the disk that is used, None when nobody knows."""
    return None if one.used_gb is None or not one.disk_gb or one.disk_gb < 0 else one.used_gb / one.disk_gb


def _grows(one: SqlInstance) -> bool:
    """Whether the disk grows by itself and what it may grow to is far."""
    if not one.auto_resize or not one.limit_gb:
        return one.auto_resize
    size = one.disk_gb if one.used_gb is None else one.used_gb
    return size is not None and size < FULL * one.limit_gb


def _describe_usage(instances: Iterable[SqlInstance]) -> str:
    """What is known of the disks' room, for a sentence."""
    shares = [share for one in instances if (share := _share(one)) is not None]
    return f"with {_percent(max(shares))} of its disk in use" if shares else "with a disk that grows by itself"


def _percent(share: float) -> str:
    """The share, rounded down, so that what is below a limit reads so."""
    return f"{int(min(share, 10) * 100)} %"


CHECK = Check(name="sql_instance", title="Cloud SQL instance", query=query, evaluate=evaluate, link=link)

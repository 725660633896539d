"""The databases: each Cloud SQL instance is RUNNABLE and its disk has room (domain.md, "Health": disk space)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, SqlInstance, SqlInstanceQuery, SqlInstances
from bot.domain.reasons import Reason
from bot.formats.documents import stored

RUNNABLE = "RUNNABLE"
FULL = 0.9
"""The share of its disk that a database may use, and of the size that its disk may grow to."""
_STATE_NAME = re.compile(r"[A-Z][A-Z_]{0,39}", re.ASCII)


class SqlProblem(StrEnum):
    """What is wrong with a database. The values are stored."""

    OUT_OF_DISK = "out_of_disk"
    NOT_RUNNABLE = "not_runnable"
    DISK_ALMOST_FULL = "disk_almost_full"
    DISK_USE_UNKNOWN = "disk_use_unknown"


@stored("sql_instance.missing")
@dataclass(frozen=True)
class NoSqlInstance(Reason):
    """The project has no Cloud SQL instance."""


@stored("sql_instance.running", instances="instances", used_percent="used_percent")
@dataclass(frozen=True)
class SqlInstancesRunning(Reason):
    """All database instances run; the disk of the fullest is used by so many percent, None if unknown."""

    instances: int
    used_percent: int | None = None


@stored(
    "sql_instance.problem", instances="instances", problem="problem", status="status", used_percent="used_percent"
)
@dataclass(frozen=True)
class SqlInstanceProblem(Reason):
    """The worst of so many database instances.

    `status` is Google's state if it is NOT_RUNNABLE (empty for what is no state), `used_percent` is given if its disk
    is almost full.
    """

    instances: int
    problem: SqlProblem
    status: str = ""
    used_percent: int | None = None


def query(context: CheckContext, config: CloudConfig) -> SqlInstanceQuery:
    """All of the project's database instances."""
    return SqlInstanceQuery(config.project(context.instance))


def evaluate(_context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if there are databases, every one is RUNNABLE, and the disk of each has room or grows."""
    if not isinstance(answer, SqlInstances):
        return unavailable_verdict(answer)
    if not answer.instances:
        return Verdict(CheckState.FAIL, NoSqlInstance())
    count = len(answer.instances)
    verdicts = [verdict for one in answer.instances if (verdict := _problem(one, count)) is not None]
    if verdicts:
        return min(verdicts, key=lambda verdict: list(CheckState).index(verdict.state))
    shares = [share for one in answer.instances if (share := _used_share(one)) is not None]
    return Verdict(CheckState.PASS, SqlInstancesRunning(count, _percent(max(shares)) if shares else None))


def _problem(one: SqlInstance, count: int) -> Verdict | None:
    """What is wrong with one of `count` databases, or None."""
    if one.out_of_disk:
        return Verdict(CheckState.FAIL, SqlInstanceProblem(count, SqlProblem.OUT_OF_DISK))
    if one.state != RUNNABLE:
        # Only what looks like a state is repeated: a finding may go to a tracker.
        status = one.state if _STATE_NAME.fullmatch(one.state) else ""
        return Verdict(CheckState.FAIL, SqlInstanceProblem(count, SqlProblem.NOT_RUNNABLE, status))
    share = _used_share(one)
    if _can_grow(one) or (share is not None and share < FULL):
        return None
    if share is None:
        return Verdict(CheckState.UNKNOWN, SqlInstanceProblem(count, SqlProblem.DISK_USE_UNKNOWN))
    finding = SqlInstanceProblem(count, SqlProblem.DISK_ALMOST_FULL, used_percent=_percent(share))
    return Verdict(CheckState.FAIL, finding)


def _used_share(one: SqlInstance) -> float | None:
    """The share of the disk that is used, None if unknown."""
    if one.used_gb is None or not one.disk_gb:
        return None
    share = one.used_gb / one.disk_gb
    return share if 0 <= share < math.inf and one.disk_gb > 0 else None  # no number (NaN) is not in between either


def _can_grow(one: SqlInstance) -> bool:
    """Whether the disk grows by itself and is far from its limit."""
    if not one.auto_resize or not one.limit_gb:
        return one.auto_resize
    size = one.disk_gb if one.used_gb is None else one.used_gb
    return size is not None and size < FULL * one.limit_gb


def _percent(share: float) -> int:
    """The share, rounded down, so that what is below a limit reads so."""
    return int(min(share, 10) * 100)


def link(context: CheckContext, config: CloudConfig) -> str:
    """The database instances in the Google Cloud console. It names the project."""
    project = quote(config.project(context.instance), safe="")
    return f"https://console.cloud.google.com/sql/instances?project={project}"


CHECK = Check(name="sql_instance", title="Cloud SQL instance", query=query, evaluate=evaluate, link=link)

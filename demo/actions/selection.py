"""GitHub's filters and pages of a list of runs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from operator import ge, gt, le, lt

from demo.actions.runs import WorkflowRun

PER_PAGE = 30
_SIGNS: dict[str, Callable[[datetime, datetime], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt}


def filter_runs(runs: Iterable[WorkflowRun], query: Mapping[str, str]) -> list[WorkflowRun]:
    """The runs that match every filter, newest first. Raises ValueError for an invalid date."""
    found = [run for run in runs if _matches(run, query)]
    return sorted(found, key=lambda run: (run.created_at, run.id), reverse=True)


def _matches(run: WorkflowRun, query: Mapping[str, str]) -> bool:
    has: dict[str, set[str | None]] = {
        "event": {run.event},
        "head_sha": {run.commit},
        "branch": {run.branch},
        "actor": {run.actor},
        "status": {run.status, run.conclusion},
    }
    plain = all(query[name] in values for name, values in has.items() if name in query)
    return plain and ("created" not in query or matches_created(run.created_at, query["created"]))


def matches_created(moment: datetime, expression: str) -> bool:
    """Whether `moment` matches GitHub's date filter: `>=T`, `>T`, `<=T`, `<T`, `T..U` or `T`."""
    at = moment.replace(microsecond=0)
    begin, dots, end = expression.partition("..")
    if dots:
        return (begin == "*" or _time(begin) <= at) and (end == "*" or at <= _time(end))
    for sign, holds in _SIGNS.items():
        if expression.startswith(sign):
            return holds(at, _time(expression.removeprefix(sign)))
    return at == _time(expression)


def _time(words: str) -> datetime:
    moment = datetime.fromisoformat(words)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def paginate(items: list[WorkflowRun], query: Mapping[str, str]) -> tuple[list[WorkflowRun], int | None]:
    """The requested page, and the number of the next page (None on the last)."""
    size, number = int(query.get("per_page", PER_PAGE)), int(query.get("page", "1"))
    return items[(number - 1) * size : number * size], number + 1 if number * size < len(items) else None

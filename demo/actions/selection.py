"""Which runs a list shows: GitHub's filters, and its pages. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from operator import ge, gt, le, lt

from demo.actions.runs import WorkflowRun

PER_PAGE = 30
_SIGNS: dict[str, Callable[[datetime, datetime], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt}


def filter_runs(runs: Iterable[WorkflowRun], query: Mapping[str, str]) -> list[WorkflowRun]:
    """Those that every filter lets through, newest first. Raises ValueError for a date that is none."""
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


def matches_created(moment: datetime, words: str) -> bool:
    """Whether GitHub finds the moment for the words: `>=T`, `>T`, `<=T`, `<T`, `T..U` or `T`."""
    at = moment.replace(microsecond=0)
    begin, dots, end = words.partition("..")
    if dots:
        return (begin == "*" or _time(begin) <= at) and (end == "*" or at <= _time(end))
    for sign, holds in _SIGNS.items():
        if words.startswith(sign):
            return holds(at, _time(words.removeprefix(sign)))
    return at == _time(words)


def _time(words: str) -> datetime:
    moment = datetime.fromisoformat(words)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def paginate(items: list[WorkflowRun], query: Mapping[str, str]) -> tuple[list[WorkflowRun], int | None]:
    """The page that is asked for, and the number of the next one when there is one."""
    size, number = int(query.get("per_page", PER_PAGE)), int(query.get("page", "1"))
    return items[(number - 1) * size : number * size], number + 1 if number * size < len(items) else None

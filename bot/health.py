"""Runs the health checks of one instance side by side; none of them can hurt another."""

from __future__ import annotations

import concurrent.futures
import contextvars
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog

from bot.domain.health import Check, Judgement, Phase, Places, Result, State, worst_first
from bot.domain.model import Instance
from bot.ports import Inspector

log = structlog.get_logger(__name__)

T = TypeVar("T")

LIMIT = 30.0  # seconds; well above an edge's own deadline, whose sentence says more than "did not finish"
BROKE = Judgement(
    State.UNKNOWN,
    "The check itself broke, which says nothing about the instance: look for check_broke in mibot's log.",
)


def run_checks(
    checks: Iterable[Check],
    instance: Instance,
    places: Places,
    phase: Phase,
    inspector: Inspector,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
    limit: float = LIMIT,
) -> list[Result]:
    """The results of those `checks` that belong to `phase`, worst first.

    `clock` gives the time in UTC: all checks begin together, and that moment is their `taken_at`. `monotonic` gives
    seconds, for how long each took. `limit` is in seconds of real time, for each. A check that hangs or breaks is
    `unknown`, never a pass (domain.md, "Health"), the log says why, and nothing is raised for its sake.
    """
    began, start = clock(), monotonic()

    def finding(check: Check) -> tuple[Judgement, float]:
        judgement = _guarded(check, instance, partial(_judgement, check, instance, places, inspector), BROKE)
        return judgement, monotonic() - start

    running = [(check, _in_background(check, finding)) for check in checks if phase in check.phases]
    concurrent.futures.wait([future for _, future in running], timeout=limit)
    results = []
    for check, future in running:
        judgement, seconds = future.result() if future.done() else (_gave_up(check, instance, limit), limit)
        link = _guarded(check, instance, partial(check.link, instance, places), "")
        results.append(Result(check.name, check.title, judgement.state, judgement.sentence, link, began, seconds))
    return worst_first(results)


def _judgement(check: Check, instance: Instance, places: Places, inspector: Inspector) -> Judgement:
    return check.judge(instance, inspector.ask(check.query(instance, places)))


def _guarded(check: Check, instance: Instance, job: Callable[[], T], otherwise: T) -> T:
    """What `job` returns, or `otherwise` when it raises: the one place where a check's bug is caught, and logged."""
    try:
        return job()
    except Exception:  # whatever a check does wrong, the others' results must be told
        log.exception("check_broke", check=check.name, instance=instance.slug)
        return otherwise


def _gave_up(check: Check, instance: Instance, limit: float) -> Judgement:
    log.warning("check_timed_out", check=check.name, instance=instance.slug, limit=limit)
    return Judgement(
        State.UNKNOWN,
        f"The check did not finish within {limit:g} seconds: run it again, and look for check_timed_out in mibot's "
        "log if it lasts.",
    )


def _in_background(check: Check, job: Callable[[Check], T]) -> Future[T]:
    """Run `job` on a thread of its own, which logs with the caller's context (the delivery id).

    Not on an executor's: those are joined when the program ends, so one check that hangs would keep `mibot check`
    from ever ending.
    """
    future: Future[T] = Future()
    context = contextvars.copy_context()
    threading.Thread(
        target=lambda: future.set_result(context.run(job, check)), name=f"check-{check.name}", daemon=True
    ).start()
    return future

"""Runs the health checks of one instance in parallel. No check can affect another one."""

from __future__ import annotations

import concurrent.futures
import contextvars
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

import structlog

from bot.domain.health.model import (
    Check,
    CheckContext,
    CheckResult,
    CheckState,
    CloudConfig,
    Verdict,
    sort_worst_first,
)
from bot.domain.health.queries import Answer, Query
from bot.domain.health.reasons import CheckCrashed, CheckTimedOut
from bot.ports.inspector import Inspector

log = structlog.get_logger(__name__)

T = TypeVar("T")

CHECK_TIMEOUT = 30.0  # seconds; well above an adapter's own deadline, whose reason says more than CheckTimedOut
_CRASHED = Verdict(CheckState.UNKNOWN, CheckCrashed())


def run_checks(
    checks: Iterable[Check],
    context: CheckContext,
    config: CloudConfig,
    inspector: Inspector,
    monotonic: Callable[[], float] = time.monotonic,
    timeout: float = CHECK_TIMEOUT,
) -> list[CheckResult]:
    """The results of those `checks` that belong to the context's phase and apply to it, worst first.

    All checks start together. Their `taken_at` is the context's time, and `monotonic` (in seconds) measures how long
    each takes. `timeout` is in seconds of real time, for each check. A check that hangs or crashes is `unknown`,
    never a pass (domain.md, "Health"); the log says why, and nothing is raised.
    """
    start, shared = monotonic(), _CachingInspector(inspector)

    def run(check: Check) -> tuple[Verdict, float]:
        verdict = _call_safely(check, context, partial(_evaluate, check, context, config, shared), _CRASHED)
        return verdict, monotonic() - start

    in_phase = (check for check in checks if context.phase in check.phases)
    chosen = [
        check for check in in_phase if _call_safely(check, context, partial(check.applies, context, config), True)
    ]
    running = [(check, _in_background(check, run)) for check in chosen]
    concurrent.futures.wait([future for _, future in running], timeout=timeout)
    results = []
    for check, future in running:
        verdict, seconds = future.result() if future.done() else (_timed_out(check, context, timeout), timeout)
        link = _call_safely(check, context, partial(check.link, context, config), "")
        results.append(
            CheckResult(check.name, check.title, verdict.state, verdict.finding, link, context.now, seconds)
        )
    return sort_worst_first(results)


class _CachingInspector:
    """Sends each query once, however many checks need its answer."""

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self._answers: dict[Query, Future[Answer]] = {}
        self._lock = threading.Lock()

    def fetch(self, query: Query) -> Answer:
        with self._lock:
            first = query not in self._answers
            answer = self._answers.setdefault(query, Future())
        if first:
            try:
                answer.set_result(self._inspector.fetch(query))
            except BaseException as error:
                answer.set_exception(error)  # the others who wait for the answer must learn of it
                raise
        return answer.result()


def _evaluate(check: Check, context: CheckContext, config: CloudConfig, inspector: Inspector) -> Verdict:
    return check.evaluate(context, inspector.fetch(check.query(context, config)))


def _call_safely(check: Check, context: CheckContext, job: Callable[[], T], otherwise: T) -> T:
    """What `job` returns, or `otherwise` if it raises. This is the only place that catches and logs a check's bug."""
    try:
        return job()
    except Exception:  # a bug in one check must not hide the results of the others
        log.exception("check_broke", check=check.name, instance=context.instance.slug)
        return otherwise


def _timed_out(check: Check, context: CheckContext, limit: float) -> Verdict:
    log.warning("check_timed_out", check=check.name, instance=context.instance.slug, limit=limit)
    return Verdict(CheckState.UNKNOWN, CheckTimedOut(limit))


def _in_background(check: Check, job: Callable[[Check], T]) -> Future[T]:
    """Run `job` on a thread of its own, with the caller's logging context (the delivery id).

    An executor joins its threads when the program ends, so that a check that hangs would keep `mibot check` from
    ending.
    """
    future: Future[T] = Future()
    context = contextvars.copy_context()
    threading.Thread(
        target=lambda: future.set_result(context.run(job, check)), name=f"check-{check.name}", daemon=True
    ).start()
    return future

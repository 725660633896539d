"""Runs the health checks of one instance side by side; none of them can hurt another."""

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
from bot.domain.reasons import Reason
from bot.ports.inspector import Inspector
from bot.rendering.wording import describe

log = structlog.get_logger(__name__)

T = TypeVar("T")

CHECK_TIMEOUT = 30.0  # seconds; well above an edge's own deadline, whose sentence says more than "did not finish"
CHECK_CRASHED = Verdict(
    CheckState.UNKNOWN,
    "The check itself broke, which says nothing about the instance: look for check_broke in mibot's log.",
)


def run_checks(
    checks: Iterable[Check],
    subject: CheckContext,
    places: CloudConfig,
    inspector: Inspector,
    monotonic: Callable[[], float] = time.monotonic,
    timeout: float = CHECK_TIMEOUT,
) -> list[CheckResult]:
    """The results of those `checks` that belong to the subject's phase and apply to it, worst first.

    All checks begin together, and the subject's moment is their `taken_at`. `monotonic` gives seconds, for how long
    each took. `limit` is in seconds of real time, for each. A check that hangs or breaks is
    `unknown`, never a pass (domain.md, "Health"), the log says why, and nothing is raised for its sake.
    """
    start, asking = monotonic(), _CachingInspector(inspector)

    def finding(check: Check) -> tuple[Verdict, float]:
        judgement = _call_safely(check, subject, partial(_evaluate, check, subject, places, asking), CHECK_CRASHED)
        return judgement, monotonic() - start

    concerned = (check for check in checks if subject.phase in check.phases)
    chosen = [
        check for check in concerned if _call_safely(check, subject, partial(check.applies, subject, places), True)
    ]
    running = [(check, _in_background(check, finding)) for check in chosen]
    concurrent.futures.wait([future for _, future in running], timeout=timeout)
    results = []
    for check, future in running:
        judgement, seconds = future.result() if future.done() else (_timed_out(check, subject, timeout), timeout)
        link = _call_safely(check, subject, partial(check.link, subject, places), "")
        said = judgement.sentence
        sentence = describe(said) if isinstance(said, Reason) else said
        results.append(CheckResult(check.name, check.title, judgement.state, sentence, link, subject.now, seconds))
    return sort_worst_first(results)


class _CachingInspector:
    """Puts each question once, for however many checks want to know it."""

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
                answer.set_exception(error)  # whoever else waits for the answer has to learn of it
                raise
        return answer.result()


def _evaluate(check: Check, subject: CheckContext, places: CloudConfig, inspector: Inspector) -> Verdict:
    return check.evaluate(subject, inspector.fetch(check.query(subject, places)))


def _call_safely(check: Check, subject: CheckContext, job: Callable[[], T], otherwise: T) -> T:
    """What `job` returns, or `otherwise` when it raises: the one place where a check's bug is caught, and logged."""
    try:
        return job()
    except Exception:  # whatever a check does wrong, the others' results must be told
        log.exception("check_broke", check=check.name, instance=subject.instance.slug)
        return otherwise


def _timed_out(check: Check, subject: CheckContext, limit: float) -> Verdict:
    log.warning("check_timed_out", check=check.name, instance=subject.instance.slug, limit=limit)
    return Verdict(
        CheckState.UNKNOWN,
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

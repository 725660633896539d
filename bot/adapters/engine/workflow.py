"""The one DBOS workflow: run a job, then submit what follows, or the same job for a later attempt."""

from __future__ import annotations

from typing import Any, Final

import structlog
from dbos import DBOS

from bot.adapters.engine.running_jobs import RunningJobs
from bot.adapters.engine.stored_jobs import WORKFLOW, attempt_id, child_id, document, options
from bot.domain.flow.jobs import Done, RetryLater, StoredReason
from bot.ports.engine import FailureCallback, JobHandler

MAX_ATTEMPTS: Final = 6
"""After so many a job is late. It is given up, unless it is tried until it is done."""
INITIAL_PAUSE = 2.0
MAX_ATTEMPTS_UNTIL_DONE: Final = 10_000
"""A week of attempts at what is tried until it is done."""
MAX_PAUSE: Final = 900.0
MAX_BACKOFF: Final = 60.0
"""The longest pause between two attempts at a job that is tried until it is done, unless it asks for more."""

log = structlog.get_logger(__name__)


def register(handler: JobHandler, on_failed: FailureCallback, running: RunningJobs) -> None:
    """Register the workflow with DBOS, before DBOS is launched. `running` has the jobs while they run."""

    @DBOS.workflow(name=WORKFLOW)
    def run(payload: dict[str, Any], key: str, first: str = "", attempt: int = 1) -> None:
        with running.run(str(DBOS.workflow_id)):
            run_attempt(payload, key, first, attempt)

    def run_attempt(payload: dict[str, Any], key: str, first: str, attempt: int) -> None:
        id_ = first or str(DBOS.workflow_id)
        with structlog.contextvars.bound_contextvars(delivery=id_.split("/")[0], job=id_, attempt=attempt):
            outcome = DBOS.run_step({"name": "apply"}, _step, payload)
            if "jobs" in outcome:
                for number, job in enumerate(outcome["jobs"]):
                    follow = options(child_id(id_, number), job["key"], job.get("delay", 0.0))
                    DBOS.enqueue_workflow_with_options(follow, job["payload"], job["key"])
                return
            pause = _pause(outcome, attempt)
            if attempt >= MAX_ATTEMPTS or pause > MAX_PAUSE:
                DBOS.run_step({"name": "give up"}, note_late, payload, outcome["reason"])
                kept = outcome.get("until_done")  # absent in an outcome of an earlier version
                if not kept or attempt >= MAX_ATTEMPTS_UNTIL_DONE:
                    return
            again = options(attempt_id(id_, attempt + 1), key, pause)
            DBOS.enqueue_workflow_with_options(again, payload, key, id_, attempt + 1)

    def _step(payload: dict[str, Any]) -> dict[str, Any]:
        match handler(payload):
            case Done(jobs):
                return {"jobs": [document(job) for job in jobs]}
            case RetryLater(reason, seconds, until_done):
                return {"reason": reason, "seconds": seconds, "until_done": until_done}

    def note_late(payload: dict[str, Any], reason: StoredReason) -> None:
        try:
            on_failed(payload, reason)
        except Exception:  # a note must not end the attempts at what it is about
            log.exception("job_not_noted")


def _pause(outcome: dict[str, Any], attempt: int) -> float:
    """The seconds until the next attempt: what the last one asked for, else twice as many each time."""
    asked = float(outcome["seconds"] or 0)
    doubled = INITIAL_PAUSE * 2.0 ** min(attempt - 1, MAX_ATTEMPTS)
    return max(asked, min(doubled, MAX_BACKOFF)) if outcome.get("until_done") else asked or doubled

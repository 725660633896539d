"""The one DBOS workflow: run a job, then submit what follows, or the same job for a later attempt."""

from __future__ import annotations

from typing import Any, Final

import structlog
from dbos import DBOS

from bot.adapters.engine.stored_jobs import WORKFLOW, attempt_id, child_id, document, options
from bot.domain.flow.jobs import Done, RetryLater
from bot.ports.engine import FailureCallback, JobHandler

MAX_ATTEMPTS: Final = 6
INITIAL_PAUSE = 2.0
MAX_PAUSE: Final = 900.0


def register(handler: JobHandler, on_failed: FailureCallback) -> None:
    """Register the workflow with DBOS, before DBOS is launched."""

    @DBOS.workflow(name=WORKFLOW)
    def run(payload: dict[str, Any], key: str, first: str = "", attempt: int = 1) -> None:
        id_ = first or str(DBOS.workflow_id)
        with structlog.contextvars.bound_contextvars(delivery=id_.split("/")[0], job=id_, attempt=attempt):
            outcome = DBOS.run_step({"name": "apply"}, _step, payload)
            if "jobs" in outcome:
                for number, job in enumerate(outcome["jobs"]):
                    follow = options(child_id(id_, number), job["key"], job.get("delay", 0.0))
                    DBOS.enqueue_workflow_with_options(follow, job["payload"], job["key"])
                return
            pause = outcome["seconds"] or INITIAL_PAUSE * 2 ** (attempt - 1)
            if attempt == MAX_ATTEMPTS or pause > MAX_PAUSE:
                DBOS.run_step({"name": "give up"}, on_failed, payload, outcome["reason"])
                return
            again = options(attempt_id(id_, attempt + 1), key, pause)
            DBOS.enqueue_workflow_with_options(again, payload, key, id_, attempt + 1)

    def _step(payload: dict[str, Any]) -> dict[str, Any]:
        match handler(payload):
            case Done(jobs):
                return {"jobs": [document(job) for job in jobs]}
            case RetryLater(reason, seconds):
                return {"reason": reason, "seconds": seconds}

"""The calls of private interfaces of DBOS.

DBOS recovers the jobs of its own executor when it starts. The jobs of another worker that is gone have to be
recovered while this one runs. The public way is `resume_workflows`, but it puts a job back into the queue even when
another worker runs it by then, and it forgets how often the job was recovered, so that a job that kills every worker
would never end. The private call touches only jobs that are still the lost worker's, and counts.

When the answer of the database is lost while DBOS takes a job from the queue, the job is this worker's but does not
run. It is put back by the call that recovers one job.

Each time DBOS takes a job from the queue, it writes a new token into the row of the job, so that only its latest run
records its outcome. The same token fences what the run sends.

`tests/adapters/test_engine_recovery.py` fails when a new version of DBOS changes the calls.
"""

from __future__ import annotations

from dbos import DBOS
from dbos._context import current_owner_xid
from dbos._dbos import _get_dbos_instance
from dbos._utils import INTERNAL_QUEUE_NAME


def recover_jobs_of(worker: str) -> None:
    """Put the unfinished jobs of a worker that is gone back into the queue."""
    DBOS._recover_pending_workflows([worker])


def requeue_job(job: str, worker: str) -> bool:
    """Put one unfinished job of that worker back into the queue. Whether it was there, and the worker's."""
    requeued: bool = _get_dbos_instance()._sys_db.reenqueue_for_recovery(job, [worker], INTERNAL_QUEUE_NAME)
    return requeued


def owner_token(job: str) -> str | None:
    """The token of the calling thread's run of the job."""
    token: str | None = current_owner_xid(job)
    return token

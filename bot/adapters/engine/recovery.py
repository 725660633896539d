"""The two calls of private interfaces of DBOS.

DBOS recovers the jobs of its own executor when it starts. The jobs of another worker that is gone have to be
recovered while this one runs. The public way is `resume_workflows`, but it puts a job back into the queue even when
another worker runs it by then, and it forgets how often the job was recovered, so that a job that kills every worker
would never end. The private call touches only jobs that are still the lost worker's, and counts.

Each time DBOS takes a job from the queue, it writes a new token into the row of the job, so that only its latest run
records its outcome. The same token fences what the run sends.

`tests/adapters/test_engine_recovery.py` fails when a new version of DBOS changes the calls.
"""

from __future__ import annotations

from dbos import DBOS
from dbos._context import current_owner_xid


def recover_jobs_of(worker: str) -> None:
    """Put the unfinished jobs of a worker that is gone back into the queue."""
    DBOS._recover_pending_workflows([worker])


def owner_token(job: str) -> str | None:
    """The token of the calling thread's run of the job."""
    token: str | None = current_owner_xid(job)
    return token

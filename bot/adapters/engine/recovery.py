"""The one call of a private interface of DBOS.

DBOS recovers the jobs of its own executor when it starts. The jobs of another worker that is gone have to be
recovered while this one runs. The public way is `resume_workflows`, but it puts a job back into the queue even when
another worker runs it by then, and it forgets how often the job was recovered, so that a job that kills every worker
would never end. The private call touches only jobs that are still the lost worker's, and counts.

`tests/adapters/test_engine_recovery.py` fails when a new version of DBOS changes the call.
"""

from __future__ import annotations

from dbos import DBOS


def recover_jobs_of(worker: str) -> None:
    """Put the unfinished jobs of a worker that is gone back into the queue."""
    DBOS._recover_pending_workflows([worker])

"""Runs the jobs."""

from __future__ import annotations

import contextlib
import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from dbos import DBOS, DBOSConfig

from bot.adapters.engine.enqueuer import Enqueuer
from bot.adapters.engine.fence import WriteFence
from bot.adapters.engine.running_jobs import RunningJobs
from bot.adapters.engine.stored_jobs import (
    APPLICATION_VERSION,
    NAME,
    QUEUE,
    SERIALIZER,
    attempt_id,
    attempt_id_prefix,
)
from bot.adapters.engine.takeover import Takeover, TakeoverTiming
from bot.adapters.engine.workflow import MAX_ATTEMPTS, register
from bot.adapters.store import Database
from bot.adapters.store.database import StoreError
from bot.adapters.store.worker_lease import WorkerLease
from bot.adapters.store.worker_lock import WorkerLock
from bot.domain.flow.jobs import Job
from bot.ports.engine import FailureCallback, JobHandler
from bot.ports.errors import TransientError

log = structlog.get_logger(__name__)

POLL_INTERVAL: Final = 0.1
"""Seconds between two looks at the queue: half of it is what a job waits on average. It costs 4 % of a core."""
TIMING = TakeoverTiming()
JOB_RETENTION: Final = timedelta(days=14)
UNFINISHED: Final = ["PENDING", "ENQUEUED", "DELAYED"]
_FINISHED: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class DurableEngine:
    """Runs up to `threads` jobs at a time. A process has one engine, and a SQLite file one process.

    `fence` proves before a write to the outside that the calling thread's job is still this worker's.
    """

    def __init__(
        self, database: Database, lock: WorkerLock, threads: int = 8, timing: TakeoverTiming | None = None
    ) -> None:
        self._database = database
        self._threads = threads
        self._timing = timing or TIMING
        self._enqueuer = Enqueuer(database)
        self._stopping = threading.Event()
        self._running = RunningJobs()
        self._lease = WorkerLease(database)
        self._takeover = Takeover(lock, self._lease, self._timing, self._running)
        self._worker = ""
        self.fence = WriteFence(self._lease, self._end_when_lost)

    def start(self, handler: JobHandler, on_failed: FailureCallback) -> None:
        """Begin to run jobs, those that a crash interrupted first. Raises StoreError when no worker can start."""
        try:
            self._worker = self._takeover.begin()
        except TransientError as error:
            raise StoreError(error.reason) from error
        self.fence.guard(self._worker)
        config: DBOSConfig = {
            "name": NAME,
            "system_database_engine": self._database.engine,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._takeover.executor,
            "serializer": SERIALIZER,
            "log_level": "WARNING",
            "max_executor_threads": self._threads + 8,  # DBOS's own chores need some
        }
        DBOS(config=config)
        register(handler, on_failed, self._running)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self._threads,
            partition_concurrency=1,
            polling_interval_sec=POLL_INTERVAL,
            on_conflict="always_update",
        )
        if self._database.is_sqlite:
            self._takeover.recover()
        threading.Thread(target=self._watch, name="worker-watch", daemon=True).start()

    def submit(self, id_: str, job: Job) -> None:
        self._enqueuer.submit(id_, job)

    def is_unfinished(self, id_: str) -> bool:
        """Whether a job of that id runs, or waits for its first or a later attempt."""
        first = [attempt_id(id_, attempt) for attempt in range(1, MAX_ATTEMPTS + 1)]
        looks: tuple[Any, ...] = ({"workflow_ids": first}, {"workflow_id_prefix": attempt_id_prefix(id_)})
        return any(
            DBOS.list_workflows(**look, status=UNFINISHED, load_input=False, load_output=False) for look in looks
        )

    def backlog(self) -> int:
        """The number of jobs that wait or run."""
        return len(DBOS.list_workflows(status=UNFINISHED, load_input=False, load_output=False))

    def delete_old_jobs(self, now: datetime) -> int:
        """Delete jobs that ended two weeks ago, so that they do not pile up. Returns their number, at most 1000."""
        before = (now.astimezone(UTC) - JOB_RETENTION).isoformat()
        old = DBOS.list_workflows(
            status=_FINISHED, completed_before=before, limit=1000, load_input=False, load_output=False
        )
        if old:
            DBOS.delete_workflows([status.workflow_id for status in old])
        return len(old)

    def stop(self) -> None:
        """Give running jobs some seconds to end. The next start runs the others again.

        The lock stays until the process ends, because such a job goes on until then. But it sends nothing more.
        """
        if self._worker and not self._stopping.is_set():
            self._stopping.set()
            DBOS.destroy(workflow_completion_timeout_sec=5)
            with contextlib.suppress(TransientError):
                self._lease.end()

    def recover_orphaned_jobs(self) -> None:
        """Look once at the own lock and lease, and take over the jobs of workers that are gone."""
        self._takeover.look()
        self._takeover.recover()

    def _watch(self) -> None:
        while not self._stopping.wait(self._timing.look):
            try:
                self.recover_orphaned_jobs()
            except StoreError as error:
                log.error("worker_ends", error=str(error))  # noqa: TRY400 - the sentence says it
                end_process()
            except Exception:  # it must not end, because others wait for what it does
                if not self._stopping.is_set():
                    log.warning("worker_watch_failed", exc_info=True)

    def _end_when_lost(self) -> None:
        if not self._stopping.is_set():  # else the process is about to end, and ends in order
            end_process()


def end_process() -> None:
    """End at once, as if killed: another worker does what this one had begun. The supervisor starts a new worker."""
    os._exit(1)

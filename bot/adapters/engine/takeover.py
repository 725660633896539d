"""Keeps this worker's lock and lease, and takes over the jobs of workers that are gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from dbos import DBOS

from bot.adapters.engine.recovery import recover_jobs_of, requeue_job
from bot.adapters.engine.running_jobs import RunningJobs
from bot.adapters.engine.stored_jobs import executor_id, lease_number
from bot.adapters.store.database import StoreError
from bot.adapters.store.worker_lease import WorkerLease
from bot.adapters.store.worker_lock import WorkerLock
from bot.domain.failures.storage import WorkerReplaced
from bot.ports.errors import TransientError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class TakeoverTiming:
    """How long workers are waited for, in seconds.

    `look` is the time between two looks at the own lock. `grace` is how long another worker must have been silent:
    longer than `look` and the longest write together, so that whatever it sent has arrived when its jobs run again.
    `confirm` is how long this worker must have watched the silence itself, so that after an outage of the database
    the others can report before anybody takes them for lost; and how long a job of its own must have been missing.
    """

    look: float = 3.0
    grace: float = 60.0
    confirm: float = 10.0


class Takeover:
    """The looks of one worker at itself and at the others."""

    def __init__(
        self,
        lock: WorkerLock,
        lease: WorkerLease,
        timing: TakeoverTiming,
        running: RunningJobs,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lock = lock
        self._lease = lease
        self._timing = timing
        self._running = running
        self._clock = clock
        self._watched: dict[int, tuple[float | None, float]] = {}
        self._missing: dict[str, float] = {}
        self._name = ""

    def begin(self) -> str:
        """Become a worker; its name. Raises StoreError when no worker can start."""
        self._name = self._lock.acquire()
        self._lease.begin(self._name)
        return self._name

    @property
    def executor(self) -> str:
        """This worker's name in the engine's tables. No two starts of a worker have the same."""
        return executor_id(self._name, self._lease.number or 0)

    def look(self) -> None:
        """Renew the own lease, and hold the own lock again if its session was ended.

        Raises StoreError if another worker has taken the name or ended the lease: then this process must end. Raises
        TransientError if the storage is down.
        """
        try:
            self._lock.keep()
            if not self._lease.renew():
                raise StoreError(WorkerReplaced(self._name))
        except TransientError:
            self._watched.clear()  # while nothing can be read, nothing is known about the others either
            self._missing.clear()
            raise

    def recover(self) -> None:
        """Take over the jobs of workers that are gone. Otherwise their keys would stay taken for ever.

        The same holds for this worker's own jobs that it does not run.
        """
        running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        for executor in {status.executor_id for status in running if status.executor_id} - {self.executor}:
            number = lease_number(executor)
            if number is None:
                self._recover_earlier_version(executor)
            elif self._is_gone(number):
                _recover(executor)
        self._requeue_missing([one.workflow_id for one in running if one.executor_id == self.executor])

    def _requeue_missing(self, ours: list[str]) -> None:
        """Put back what this worker fetched but does not run, because the connection broke while it was fetched."""
        now = self._clock()
        missing = [job for job in ours if job not in self._running]
        self._missing = {job: self._missing.get(job, now) for job in missing}
        for job, since in list(self._missing.items()):
            if now - since >= self._timing.confirm:
                del self._missing[job]
                if requeue_job(job, self.executor):
                    log.warning("job_fetched_anew", job=job)

    def _is_gone(self, number: int) -> bool:
        if self._lock.is_exclusive:
            return True
        seen, now = self._lease.last_seen(number), self._clock()
        before, since = self._watched.setdefault(number, (seen, now))
        if before != seen:
            self._watched[number] = (seen, now)
            since = now
        if now - since < self._timing.confirm:
            return False
        return self._lease.end_other(number, self._timing.grace)

    def _recover_earlier_version(self, name: str) -> None:
        """Versions before the leases ran jobs under the worker's name alone."""
        if name == self._name or self._lock.is_exclusive:
            _recover(name)
            return
        with self._lock.take_over(name) as ended:
            if ended:
                _recover(name)


def _recover(executor: str) -> None:
    log.warning("worker_lost", worker=executor)
    recover_jobs_of(executor)

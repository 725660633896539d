"""The fence before every write to the outside: a worker that lost its lease, or this job, sends nothing more."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn

import structlog
from dbos import DBOS
from sqlalchemy import Connection

from bot.adapters.engine.recovery import owner_token
from bot.adapters.engine.stored_jobs import executor_id
from bot.adapters.store.database import OUTAGE
from bot.adapters.store.worker_lease import JobRun, WorkerLease
from bot.ports.errors import TransientError
from bot.ports.ownership import NotOwnerError

_PROOF_TIMEOUT = 5.0
"""Seconds after which the database's answer is too old: the network, or this process, stood still meanwhile."""
_TRIES = 3

log = structlog.get_logger(__name__)


class WriteFence:
    """Proves in the database that this worker owns the job of the calling thread. Implements `ProveOwnership`.

    `on_lost` is called when the lease of the whole worker has ended; it should end the process.
    """

    def __init__(
        self, lease: WorkerLease, on_lost: Callable[[], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lease = lease
        self._on_lost = on_lost
        self._clock = clock
        self._name = ""

    def guard(self, name: str) -> None:
        """From now on this process is the worker of that name. Before, it proves nothing."""
        self._name = name

    def __call__(self) -> None:
        """Raises NotOwnerError if another worker owns the job, TransientError if the storage can't tell."""
        if not self._name or self._lease.number is None:
            return
        for _ in range(_TRIES):
            began = self._clock()
            self._prove(self._lease.number)
            if self._clock() - began < _PROOF_TIMEOUT:
                return
        raise TransientError(OUTAGE)

    def _prove(self, lease: int) -> None:
        job = DBOS.workflow_id
        run = JobRun(job, executor_id(self._name, lease), owner_token(job)) if job else None
        worker_lasts, job_is_ours = self._lease.prove(run)
        if not worker_lasts:
            self._give_up()
        if not job_is_ours:
            log.warning("job_abandoned", job=job)
            raise NotOwnerError

    def guard_transaction(self, connection: Connection) -> None:
        """Let a transaction of the store change something only while the lease lasts. Raises NotOwnerError."""
        if self._name and self._lease.number is not None and not self._lease.lasts_in(connection):
            self._give_up()

    def _give_up(self) -> NoReturn:
        log.error("worker_replaced", worker=self._name)
        self._on_lost()
        raise NotOwnerError

"""The durable engine: jobs that survive a crash, one at a time for each key. DBOS Transact does the work.

A job is a JSON object. Its id makes it unique: submitting the same id again is nothing. Jobs with one key run one
after the other, those of one second in any order; different keys run side by side. A job may return further jobs;
they get ids made from its own, so running it again after a crash submits the same ones. One that is to be tried again
later waits in the database, not in a thread, and its key is free meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from dbos._serialization import DBOSPortableJSON
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.store import Database
from bot.adapters.store.database import StoreError
from bot.adapters.store.worker_lock import WorkerLock
from bot.domain.flow.jobs import Done, Job, RetryLater
from bot.ports.engine import FailureCallback, JobHandler
from bot.ports.errors import TransientError

log = structlog.get_logger(__name__)

QUEUE = "mibot"
WORKFLOW = "mibot_job"
NAME = "mibot"
# Constant: what waits in the queue at an upgrade of mibot is carried on with by the new version. Payloads are plain
# JSON that newer versions must go on reading.
APPLICATION_VERSION = "1"
MAX_ATTEMPTS = 6
INITIAL_PAUSE = 2.0
MAX_PAUSE = 900.0
MAX_ID_LENGTH = 150
POLL_INTERVAL = 0.1
"""Seconds between two looks at the queue: half of it is what a job waits on average. It costs 4 % of a core."""
JOB_RETENTION = timedelta(days=14)
_RECOVERY_INTERVAL = 15.0
_UNFINISHED = ["PENDING", "ENQUEUED", "DELAYED"]
_FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class Enqueuer:
    """Hands jobs to the engine, from any process. Connects at the first job, so also after a fork."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._client: DBOSClient | None = None

    def submit(self, id_: str, job: Job) -> None:
        """The job is on the disk when this returns. Raises Passing, soon, when the storage is down."""
        try:
            # In a transaction of ours, for DBOS tries for ever to get into a SQLite file that is locked.
            with self._database.transaction() as connection:
                options = _options(id_, job.key, job.delay)
                self._get_client().enqueue_in_transaction(connection, options, _storable(job.payload), job.key)
        except SQLAlchemyError as error:
            raise TransientError("the storage does not answer; mibot will try again") from error

    def _get_client(self) -> DBOSClient:
        if self._client is None:
            self._client = DBOSClient(
                system_database_engine=self._database.engine,
                serializer=DBOSPortableJSON,
                application_name=NAME,
                lazy=True,
                retry_connection_errors=False,
            )
        return self._client


def _options(id_: str, key: str, delay: float = 0.0) -> EnqueueOptions:
    options: EnqueueOptions = {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE,
        "workflow_id": id_,
        "queue_partition_key": key,
        "app_version": APPLICATION_VERSION,
    }
    if delay > 0:
        options["delay_seconds"] = delay
    return options


def _storable(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as it will be read again. JSON can spell half a character, which no database takes."""
    storable: dict[str, Any] = json.loads(json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace"))
    return storable


def _document(job: Job) -> dict[str, Any]:
    return {"payload": _storable(job.payload), "key": job.key, "delay": job.delay}


class DurableEngine:
    """Runs jobs in this process, `threads` at a time. One engine a process; with SQLite, one process."""

    def __init__(self, database: Database, lock: WorkerLock, threads: int = 8) -> None:
        self._database = database
        self._lock = lock
        self._threads = threads
        self._enqueuer = Enqueuer(database)
        self._stopping = threading.Event()
        self._worker = ""

    def start(self, handler: JobHandler, on_failed: FailureCallback) -> None:
        """Begin to run jobs, those that a crash cut short first. Raises StoreProblem when there can be no worker."""
        self._worker = self._lock.acquire()
        config: DBOSConfig = {
            "name": NAME,
            "system_database_engine": self._database.engine,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._worker,
            "serializer": DBOSPortableJSON,
            "log_level": "WARNING",
            "max_executor_threads": self._threads + 8,  # DBOS's own chores need some
        }
        DBOS(config=config)
        _register(handler, on_failed)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self._threads,
            partition_concurrency=1,
            polling_interval_sec=POLL_INTERVAL,
            on_conflict="always_update",
        )
        if not self._database.is_sqlite:
            threading.Thread(target=self._recover_periodically, name="adopter", daemon=True).start()

    def submit(self, id_: str, job: Job) -> None:
        self._enqueuer.submit(id_, job)

    def is_unfinished(self, id_: str) -> bool:
        """Whether a job of that id waits, for its turn or to be tried again, or runs."""
        ids = [_attempt_id(id_, attempt) for attempt in range(1, MAX_ATTEMPTS + 1)]
        return bool(DBOS.list_workflows(workflow_ids=ids, status=_UNFINISHED, load_input=False, load_output=False))

    def backlog(self) -> int:
        """How many jobs wait or run."""
        return len(DBOS.list_workflows(status=_UNFINISHED, load_input=False, load_output=False))

    def delete_old_jobs(self, now: datetime) -> int:
        """Delete jobs that ended two weeks ago: nothing needs them, and they would only pile up."""
        before = (now.astimezone(UTC) - JOB_RETENTION).isoformat()
        old = DBOS.list_workflows(
            status=_FINISHED, completed_before=before, limit=1000, load_input=False, load_output=False
        )
        if old:
            DBOS.delete_workflows([status.workflow_id for status in old])
        return len(old)

    def stop(self) -> None:
        """Let the jobs that run end, for some seconds; what does not is run again by the next start.

        The lock stays until the process ends, for such a job goes on until then.
        """
        if self._worker and not self._stopping.is_set():
            self._stopping.set()
            DBOS.destroy(workflow_completion_timeout_sec=5)

    def recover_orphaned_jobs(self) -> None:
        """Take over the jobs of workers that are no more, else their keys would stay taken for ever."""
        running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        for worker in {status.executor_id for status in running if status.executor_id}:
            with self._lock.take_over(worker) as ended:
                if ended:
                    log.warning("worker_lost", worker=worker)
                    DBOS._recover_pending_workflows([worker])

    def _recover_periodically(self) -> None:
        while not self._stopping.wait(_RECOVERY_INTERVAL):
            try:
                self.recover_orphaned_jobs()
            except StoreError as error:
                log.error("worker_ends", error=str(error))  # noqa: TRY400 - the sentence says it
                os._exit(1)
            except Exception:  # it must not end: others wait for what it does
                if not self._stopping.is_set():
                    log.warning("adopting_failed", exc_info=True)


def _child_id(id_: str, number: int) -> str:
    """The id of what follows from a job: made from its own, however long the chain of what followed already is."""
    if len(id_) <= MAX_ID_LENGTH:
        return f"{id_}/{number}"
    digest = hashlib.sha256(id_.encode()).hexdigest()[:32]
    return f"{id_.partition('/')[0]}/{digest}/{number}"


def _attempt_id(id_: str, attempt: int) -> str:
    """The id of a job's further try."""
    return id_ if attempt == 1 else f"{id_}~{attempt}"


def _register(handler: JobHandler, gave_up: FailureCallback) -> None:
    """The one workflow there is: run the job, then submit what follows, or the same job to be tried again later."""

    @DBOS.workflow(name=WORKFLOW)
    def run(payload: dict[str, Any], key: str, first: str = "", attempt: int = 1) -> None:
        id_ = first or str(DBOS.workflow_id)
        with structlog.contextvars.bound_contextvars(delivery=id_.split("/")[0], job=id_, attempt=attempt):
            outcome = DBOS.run_step({"name": "apply"}, _step, payload)
            if "jobs" in outcome:
                for number, job in enumerate(outcome["jobs"]):
                    follow = _options(_child_id(id_, number), job["key"], job.get("delay", 0.0))
                    DBOS.enqueue_workflow_with_options(follow, job["payload"], job["key"])
                return
            pause = outcome["seconds"] or INITIAL_PAUSE * 2 ** (attempt - 1)
            if attempt == MAX_ATTEMPTS or pause > MAX_PAUSE:
                DBOS.run_step({"name": "give up"}, gave_up, payload, outcome["reason"])
                return
            again = _options(_attempt_id(id_, attempt + 1), key, pause)
            DBOS.enqueue_workflow_with_options(again, payload, key, id_, attempt + 1)

    def _step(payload: dict[str, Any]) -> dict[str, Any]:
        match handler(payload):
            case Done(jobs):
                return {"jobs": [_document(job) for job in jobs]}
            case RetryLater(reason, seconds):
                return {"reason": reason, "seconds": seconds}

"""The durable engine: jobs that survive a crash, one at a time for each key. DBOS Transact does the work.

A job is a JSON object. Its id makes it unique: submitting the same id again is nothing. Jobs with one key run one
after the other; different keys run side by side. A job may return further jobs; they get ids made from its own, so
running it again after a crash submits the same ones.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from dbos._serialization import DBOSPortableJSON
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.jobs import Done, Job, Later
from bot.edges.store import Database
from bot.ports import GaveUp, Handler, Passing

log = structlog.get_logger(__name__)

QUEUE = "mibot"
WORKFLOW = "mibot_job"
NAME = "mibot"
# Constant: what waits in the queue at an upgrade of mibot is carried on with by the new version. Payloads are plain
# JSON that newer versions must go on reading.
APPLICATION_VERSION = "1"
TRIES = 6
_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 900.0
_POLLING = 0.1
_KEPT = timedelta(days=14)


class Enqueuer:
    """Hands jobs to the engine from a process that runs none. Connects at the first job, so also after a fork."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._client: DBOSClient | None = None

    def submit(self, id_: str, job: Job) -> None:
        """The job is on the disk when this returns. Raises Passing when the storage is down."""
        try:
            self._connected().enqueue(_options(id_, job), dict(job.payload))
        except SQLAlchemyError as error:
            raise Passing("the storage does not answer") from error

    def _connected(self) -> DBOSClient:
        if self._client is None:
            self._client = DBOSClient(
                system_database_engine=self._database.engine,
                serializer=DBOSPortableJSON,
                application_name=NAME,
                lazy=True,
                retry_connection_errors=False,
            )
        return self._client


def _options(id_: str, job: Job) -> EnqueueOptions:
    return {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE,
        "workflow_id": id_,
        "queue_partition_key": job.key,
        "app_version": APPLICATION_VERSION,
    }


class DurableEngine:
    """Runs jobs in this process. One engine a process; with SQLite, one process."""

    def __init__(self, database: Database, worker: str, threads: int = 8) -> None:
        self._database = database
        self._worker = worker
        self._threads = threads
        self._running = False

    def start(self, handler: Handler, gave_up: GaveUp) -> None:
        """Begin to run jobs, those that a crash cut short first."""
        logging.getLogger("dbos").setLevel(logging.WARNING)
        config: DBOSConfig = {
            "name": NAME,
            "system_database_engine": self._database.engine,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._worker,
            "serializer": DBOSPortableJSON,
            "log_level": "WARNING",
            "max_executor_threads": self._threads + 8,
        }
        DBOS(config=config)
        _register(handler, gave_up)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self._threads,
            partition_concurrency=1,
            polling_interval_sec=_POLLING,
            on_conflict="always_update",
        )
        self._running = True

    def submit(self, id_: str, job: Job) -> None:
        DBOS.enqueue_workflow_with_options(_options(id_, job), dict(job.payload))

    def is_unfinished(self, id_: str) -> bool:
        """Whether a job of that id waits or runs."""
        found = DBOS.list_workflows(workflow_ids=[id_], load_input=False, load_output=False)
        return any(status.status in {"PENDING", "ENQUEUED", "DELAYED"} for status in found)

    def backlog(self) -> int:
        """How many jobs wait or run."""
        return len(
            DBOS.list_workflows(status=["PENDING", "ENQUEUED", "DELAYED"], load_input=False, load_output=False)
        )

    def forget_old(self, now: datetime) -> int:
        """Delete jobs that were finished two weeks ago: nothing needs them, and they would only pile up."""
        before = (now.astimezone(UTC) - _KEPT).isoformat()
        old = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"], end_time=before, limit=1000, load_input=False, load_output=False
        )
        if old:
            DBOS.delete_workflows([status.workflow_id for status in old])
        return len(old)

    def stop(self) -> None:
        if self._running:
            self._running = False
            DBOS.destroy(workflow_completion_timeout_sec=5)


def _register(handler: Handler, gave_up: GaveUp) -> None:
    """The one workflow there is: run the job, wait and try again where that may help, submit what follows."""

    @DBOS.workflow(name=WORKFLOW)
    def run(payload: dict[str, Any]) -> None:
        id_ = str(DBOS.workflow_id)
        with structlog.contextvars.bound_contextvars(delivery=id_.split("/")[0], job=id_):
            for attempt in range(1, TRIES + 1):
                outcome = DBOS.run_step({"name": "apply"}, _step, payload)
                if "jobs" in outcome:
                    for number, job in enumerate(outcome["jobs"]):
                        follow = Job(job["payload"], job["key"])
                        DBOS.enqueue_workflow_with_options(_options(f"{id_}/{number}", follow), dict(follow.payload))
                    return
                if attempt == TRIES or (outcome["seconds"] or 0) > _LONGEST_PAUSE:
                    DBOS.run_step({"name": "give up"}, gave_up, payload, outcome["reason"])
                    return
                DBOS.sleep(outcome["seconds"] or _FIRST_PAUSE * 2 ** (attempt - 1))

    def _step(payload: dict[str, Any]) -> dict[str, Any]:
        match handler(payload):
            case Done(jobs):
                return {"jobs": [{"payload": dict(job.payload), "key": job.key} for job in jobs]}
            case Later(reason, seconds):
                return {"reason": reason, "seconds": seconds}

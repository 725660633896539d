"""Hands jobs to the engine."""

from __future__ import annotations

from dbos import DBOSClient
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.engine.stored_jobs import NAME, SERIALIZER, options, storable
from bot.adapters.store import Database
from bot.adapters.store.database import OUTAGE
from bot.domain.flow.jobs import Job
from bot.ports.errors import TransientError


class Enqueuer:
    """Hands jobs to the engine, from any process. Connects at the first job, so also after a fork."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._client: DBOSClient | None = None

    def submit(self, id_: str, job: Job) -> None:
        """The job is on the disk when this returns. Raises TransientError, soon, when the storage is down."""
        try:
            # In a transaction of ours, because DBOS tries for ever to open a SQLite file that is locked.
            with self._database.transaction() as connection:
                asked = options(id_, job.key, job.delay)
                self._get_client().enqueue_in_transaction(connection, asked, storable(job.payload), job.key)
        except SQLAlchemyError as error:
            raise TransientError(OUTAGE) from error

    def _get_client(self) -> DBOSClient:
        if self._client is None:
            self._client = DBOSClient(
                system_database_engine=self._database.engine,
                serializer=SERIALIZER,
                application_name=NAME,
                lazy=True,
                retry_connection_errors=False,
            )
        return self._client

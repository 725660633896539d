"""Each start of a worker is a lease in the database. Whoever takes over a worker's jobs ends its lease first.

The lease is the fencing token: its number is higher than that of every earlier worker, a lease that has ended never
begins again, and a worker proves that its own has not ended before each write to the outside. So a worker that was
frozen, or cut off from the database, writes nothing after another one has taken over. All times are the database's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnClause, Connection, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table

from bot.adapters.store.database import Database
from bot.adapters.store.statements import database_seconds
from bot.adapters.store.tables import workers

_RETENTION = 14 * 24 * 3600.0
"""Seconds for which the leases of lost workers are kept. One that is not there is over."""


@dataclass(frozen=True)
class JobRun:
    """One run of an engine's job: by which executor, and with which token."""

    job: str
    executor: str
    token: str | None


class WorkerLease:
    """The lease of this process. `number` is None until it begins."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.number: int | None = None

    def begin(self, name: str) -> int:
        """Begin the lease of the worker of that name, and end those of all who had the name before.

        A SQLite file has one worker at a time, so there the leases of all others end. Raises TransientError.
        """
        same_name = [] if self._database.is_sqlite else [workers.c.name == name]
        others = and_(workers.c.ended.is_(None), *same_name)
        with self._database.transaction() as connection:
            now = database_seconds(connection)
            connection.execute(update(workers).where(others).values(ended=now))
            connection.execute(delete(workers).where(workers.c.seen < now - _RETENTION))
            row = insert(workers).values(name=name, seen=now).returning(workers.c.number)
            self.number = int(connection.execute(row).scalar_one())
        return self.number

    def renew(self) -> bool:
        """Note that this worker is alive. False if its lease has ended. Raises TransientError."""
        with self._database.transaction() as connection:
            return self._renew(connection)

    def prove(self, run: JobRun | None) -> tuple[bool, bool]:
        """Whether the lease lasts, and whether that run of a job is still the latest one.

        The proof renews the lease, so that nobody takes over before the write that follows it has had its time.
        """
        with self._database.transaction() as connection:
            if not self._renew(connection):
                return False, False
            return True, run is None or self._is_latest(connection, run)

    def lasts_in(self, connection: Connection) -> bool:
        """Whether the lease lasts, and does so until the transaction ends: whoever ends it waits for that."""
        mine = and_(workers.c.number == self.number, workers.c.ended.is_(None))
        return connection.execute(select(workers.c.number).where(mine).with_for_update(read=True)).first() is not None

    def end(self) -> None:
        """End this worker's lease: it writes nothing any more. Raises TransientError."""
        with self._database.transaction() as connection:
            mine = and_(workers.c.number == self.number, workers.c.ended.is_(None))
            connection.execute(update(workers).where(mine).values(ended=database_seconds(connection)))

    def last_seen(self, number: int) -> float | None:
        """When that worker was last seen, in seconds since the epoch; None if there is no such lease."""
        with self._database.transaction() as connection:
            return connection.execute(select(workers.c.seen).where(workers.c.number == number)).scalar_one_or_none()

    def end_other(self, number: int, grace: float) -> bool:
        """End another worker's lease, if it was not seen for `grace` seconds. Whether it is over, and that long.

        A lease that is not there is over. Raises TransientError.
        """
        with self._database.transaction() as connection:
            now = database_seconds(connection)
            # Last seen in the future: before the clock was set back. The caller has watched it stay silent since.
            silent = and_(
                workers.c.number == number, or_(workers.c.seen <= now - grace, workers.c.seen > now + grace)
            )
            ended = update(workers).where(silent).values(ended=func.coalesce(workers.c.ended, now))
            if connection.execute(ended).rowcount:
                return True
            return connection.execute(select(workers.c.number).where(workers.c.number == number)).first() is None

    def _renew(self, connection: Connection) -> bool:
        mine = and_(workers.c.number == self.number, workers.c.ended.is_(None))
        if self._database.is_sqlite:  # nobody waits for the silence of a file's only worker: a look is enough
            return connection.execute(select(workers.c.number).where(mine)).first() is not None
        renewed = update(workers).where(mine).values(seen=database_seconds(connection))
        return bool(connection.execute(renewed).rowcount)

    def _is_latest(self, connection: Connection, run: JobRun) -> bool:
        names = ("workflow_uuid", "status", "executor_id", "owner_xid")
        columns: list[ColumnClause[Any]] = [sql_column(name) for name in names]
        jobs = sql_table("workflow_status", *columns, schema=None if self._database.is_sqlite else "dbos")
        running = and_(jobs.c.workflow_uuid == run.job, jobs.c.status == "PENDING")
        ours = and_(jobs.c.executor_id == run.executor, jobs.c.owner_xid == run.token)
        return bool(connection.execute(select(exists().where(running, ours))).scalar_one())

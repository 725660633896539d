"""The name of this worker process. Each worker holds a lock that ends with it, so that the others notice its end."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.store.database import OUTAGE, Database, StoreError
from bot.adapters.store.pooling import refuse_transaction_pooling
from bot.adapters.store.private_files import open_private
from bot.domain.failures.storage import NoStoreConnection, StoreInUse, StoreLockNotWritable, WorkerNameTaken
from bot.ports.errors import TransientError

_NAME_PREFIX = "worker-"
_LOCK_SPACE = 0x6D696277  # an arbitrary number that nobody else uses for locks
_TRY_LOCK = text("SELECT pg_try_advisory_lock(:space, :number)")
_UNLOCK = text("SELECT pg_advisory_unlock(:space, :number)")
_IS_HELD = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = :space AND objid = :number AND objsubid = 2)"
)


class WorkerLock:
    """A worker name that no other process has. The lock lives as long as this object.

    A SQLite file has one worker, PostgreSQL any number. A worker takes the lowest free name, so that a replacement
    for a lost worker finds the jobs that the lost one was running.
    """

    def __init__(self, database: Database, timeout: float = 10.0) -> None:
        """`timeout`: how many seconds to wait for another worker of the same SQLite file to end."""
        self._database = database
        self._timeout = timeout
        self._file: IO[str] | None = None
        self._connection: Connection | None = None
        self._number = 1

    @property
    def is_exclusive(self) -> bool:
        """Whether all other workers of the storage have ended while this one holds its lock."""
        return self._database.is_sqlite

    def check(self) -> None:
        """Raises StoreError as `acquire` does, but keeps no lock."""
        if self._database.is_sqlite:
            self.acquire()
            self.release()
        else:
            with contextlib.suppress(SQLAlchemyError):  # the migration tells better what is wrong
                refuse_transaction_pooling(self._database)

    def acquire(self) -> str:
        """This worker's name. Raises StoreError if no worker can start now."""
        if self._database.is_sqlite:
            self._lock_file()
            return f"{_NAME_PREFIX}1"
        try:
            refuse_transaction_pooling(self._database)
            self._connection = self._connect()
            self._number = next(n for n in itertools.count(1) if self._try_lock(self._connection, n))
        except SQLAlchemyError as error:
            raise StoreError(NoStoreConnection(type(error).__name__)) from error
        return f"{_NAME_PREFIX}{self._number}"

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def keep(self) -> None:
        """Acquire the lock again if its session has ended and the name is still free.

        Raises TransientError if the storage is down, StoreError if another process has the name: then this one must
        end.
        """
        if self._database.is_sqlite:
            return
        try:
            self._live_connection()
        except SQLAlchemyError as error:
            raise TransientError(OUTAGE) from error

    @contextmanager
    def take_over(self, name: str) -> Iterator[bool]:
        """Whether that other worker has ended. No process can take its name while this context lasts.

        Raises TransientError if the storage is down. Raises StoreError if it was down and another process has taken
        this worker's own name since: then this process must end.
        """
        number = name.removeprefix(_NAME_PREFIX)
        if self._connection is None or not number.isdecimal() or int(number) == self._number:
            yield False
            return
        key = {"space": _LOCK_SPACE, "number": int(number)}
        try:
            free = bool(self._live_connection().execute(_TRY_LOCK, key).scalar_one())
        except SQLAlchemyError as error:
            raise TransientError(OUTAGE) from error
        try:
            yield free
        finally:
            if free:
                with contextlib.suppress(SQLAlchemyError):  # the lock is gone with the connection
                    self._live_connection().execute(_UNLOCK, key)

    def _live_connection(self) -> Connection:
        """The connection that holds the lock. PostgreSQL forgets locks at a restart; then it is acquired again."""
        if self._connection is None:
            raise RuntimeError("the lock was not acquired")
        try:
            key = {"space": _LOCK_SPACE, "number": self._number}
            held = bool(self._connection.execute(_IS_HELD, key).scalar_one())
        except SQLAlchemyError:
            held = False
            self._connection = self._connect()
        if not held and not self._try_lock(self._connection, self._number):
            raise StoreError(WorkerNameTaken(f"{_NAME_PREFIX}{self._number}")) from None
        return self._connection

    def _connect(self) -> Connection:
        """A connection outside the pool. The server notices its end within a minute, even if the machine is gone."""
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        for name, seconds in (("idle", 30), ("interval", 10), ("count", 3)):
            connection.execute(text(f"SET tcp_keepalives_{name} = {seconds}"))
        return connection

    @staticmethod
    def _try_lock(connection: Connection, number: int) -> bool:
        return bool(connection.execute(_TRY_LOCK, {"space": _LOCK_SPACE, "number": number}).scalar_one())

    def _lock_file(self) -> None:
        import fcntl  # there is none on Windows, where PostgreSQL has to do

        name = str(self._database.url.database)
        try:
            self._file = os.fdopen(open_private(Path(f"{name}.lock")), "w")
        except OSError as error:
            raise StoreError(StoreLockNotWritable(name, type(error).__name__)) from None
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    self.release()
                    raise StoreError(StoreInUse(name)) from None
                time.sleep(0.1)

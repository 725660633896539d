"""One database for our tables and the engine's: a SQLite file by default, PostgreSQL by URL."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from bot.adapters.store.private_files import keep_database_private
from bot.domain.failures.storage import InvalidStoreUrl, NewerStore, StorageProblem, StorageUnavailable, UnusableStore
from bot.domain.reasons import Reason, format_for_log
from bot.ports.errors import TransientError

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
TIMEOUT = 5
"""Seconds to wait for another's lock, for a connection of ours, for the server: GitHub waits 10 for its answer."""
_SQLITE_WITH_SUBSEC = (3, 42, 0)
"""The first SQLite whose `unixepoch` knows `subsec`."""
_POOL: dict[str, Any] = {
    "pool_size": 12,
    "max_overflow": 8,
    "hide_parameters": True,  # in error messages: they hold what people wrote
}
_NETWORK = {"tcp_user_timeout": 10_000, "keepalives_idle": 30, "keepalives_interval": 10}
OUTAGE = StorageUnavailable(StorageProblem.NO_ANSWER)


class StoreError(Exception):
    """The storage cannot be used as it is set up. `str()` is for logs."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)

    def __str__(self) -> str:
        return format_for_log(self.reason)


class Database:
    """Connects at the first use, so that it can be made before a fork and used after it."""

    def __init__(self, url: str) -> None:
        """Raises StoreError if `url` is no database URL."""
        try:
            self.url = _with_driver(make_url(url))
        except (ArgumentError, ValueError):  # its message would repeat the password
            raise StoreError(InvalidStoreUrl()) from None
        self._engine: Engine | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = _sqlite(self.url) if self.is_sqlite else _postgres(self.url)
        return self._engine

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction. Raises TransientError, without the database's own words, if the storage is down."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            if _is_outage(error):
                raise TransientError(OUTAGE) from error
            raise

    def ping(self) -> None:
        """Raises TransientError if the storage is down or read-only."""
        with self.transaction() as connection:
            if self.is_sqlite:
                connection.execute(text("BEGIN IMMEDIATE"))
            elif connection.execute(text("SELECT current_setting('transaction_read_only')")).scalar_one() == "on":
                raise TransientError(StorageUnavailable(StorageProblem.READ_ONLY))

    def migrate(self) -> None:
        """Migrate our tables to this version, completely or not at all. Raises StoreError."""
        configuration = alembic.config.Config()
        configuration.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        configuration.attributes["engine"] = self.engine
        try:
            alembic.command.upgrade(configuration, "head")
        except CommandError:
            raise StoreError(NewerStore(self._redacted_url)) from None
        except SQLAlchemyError as error:
            raise StoreError(UnusableStore(self._redacted_url, _cause(error))) from error

    @property
    def _redacted_url(self) -> str:
        """Where the storage is, without user, password or options (which may contain a password)."""
        if self.is_sqlite:
            return str(self.url.database)
        return URL.create(
            "postgresql", host=self.url.host, port=self.url.port, database=self.url.database
        ).render_as_string()

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def _with_driver(url: URL) -> URL:
    """The URL with the driver that is installed with mibot, if it is PostgreSQL's."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgres", "postgresql"} else url


def _is_outage(error: SQLAlchemyError) -> bool:
    """Whether the storage is at fault. In SQLite an OperationalError may be our own, as for a wrong table name."""
    if isinstance(error, DBAPIError):
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            return False
        broken_file = type(error) is DatabaseError
        return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated or broken_file
    return isinstance(error, NoConnectionLeft)


def _cause(error: SQLAlchemyError) -> str:
    """The last line of the database's message. It names the cause, and never the password."""
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    return said[-1].removeprefix("connection failed: ") if said else type(error).__name__


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, pool_timeout=TIMEOUT, connect_args={"timeout": TIMEOUT}, **_POOL)

    @event.listens_for(engine, "do_connect")
    def _protect(_dialect: object, _record: object, _arguments: object, _named: object) -> None:
        if _is_file(url):
            keep_database_private(Path(str(url.database)))

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # Write transactions begin IMMEDIATE, or two that both read first would deadlock. FULL: a delivery is on
        # the disk before GitHub gets an answer.
        if sqlite3.sqlite_version_info < _SQLITE_WITH_SUBSEC and sys.version_info >= (3, 12):
            # There the engine asks for unixepoch('subsec'), which older libraries answer with NULL.
            connection.create_function("unixepoch", 1, lambda _modifier: time.time())
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _is_file(url: URL) -> bool:
    """Whether the database is a file by its path, neither in memory nor one of SQLite's `file:` URIs."""
    return bool(url.database) and not str(url.database).startswith((":", "file:"))


def _postgres(url: URL) -> Engine:
    network = _NETWORK | {"connect_timeout": TIMEOUT}
    return create_engine(url, pool_timeout=TIMEOUT, pool_pre_ping=True, connect_args=network, **_POOL)

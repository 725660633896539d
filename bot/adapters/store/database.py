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
_OUTAGE = "the storage does not answer; mibot will try again"


class StoreError(Exception):
    """The storage can't be used as it is set up; one sentence that says why and what to do."""


class Database:
    """Opens the database lazily, so that it can be made before a fork and used after."""

    def __init__(self, url: str) -> None:
        """Raises StoreProblem for a URL that is none."""
        try:
            self.url = _with_driver(make_url(url))
        except (ArgumentError, ValueError):  # its message would repeat the password
            raise StoreError("store.url is no database's URL; see the settings in the README.") from None
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
        """One transaction. Raises Passing, without any of the database's own words, when the storage is down."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            if _is_outage(error):
                raise TransientError(_OUTAGE) from error
            raise

    def ping(self) -> None:
        """Raises Passing when the storage is down or can't be written to."""
        with self.transaction() as connection:
            if self.is_sqlite:
                connection.execute(text("BEGIN IMMEDIATE"))
            elif connection.execute(text("SELECT current_setting('transaction_read_only')")).scalar_one() == "on":
                raise TransientError("the storage is read-only now; mibot will try again")

    def migrate(self) -> None:
        """Bring our tables to this version's shape, all of it or nothing. Raises StoreProblem."""
        configuration = alembic.config.Config()
        configuration.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        configuration.attributes["engine"] = self.engine
        try:
            alembic.command.upgrade(configuration, "head")
        except CommandError:
            raise StoreError(
                f"store.url {self._redacted_url} was last used by a newer mibot; install that version again, "
                "or go back to a backup from before it."
            ) from None
        except SQLAlchemyError as error:
            cause = _describe_cause(error)
            raise StoreError(
                f"store.url {self._redacted_url} can't be used ({cause}); check that it exists and is writable."
            ) from error

    @property
    def _redacted_url(self) -> str:
        """Where the storage is, without the user, the password or options, which may hold one."""
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
    """`postgresql://` means the driver that is installed with mibot."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgres", "postgresql"} else url


def _is_outage(error: SQLAlchemyError) -> bool:
    """Whether it is the storage's fault. In SQLite an OperationalError may be our own: the wrong name of a table."""
    if isinstance(error, DBAPIError):
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            return False
        broken_file = type(error) is DatabaseError
        return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated or broken_file
    return isinstance(error, NoConnectionLeft)


def _describe_cause(error: SQLAlchemyError) -> str:
    """The last line of what the database itself said: it names the cause, and never the password."""
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    return said[-1].removeprefix("connection failed: ") if said else type(error).__name__


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, pool_timeout=TIMEOUT, connect_args={"timeout": TIMEOUT}, **_POOL)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # Write transactions begin IMMEDIATE, or two that both read first would deadlock. FULL: a delivery is on
        # the disk before GitHub is told so.
        if sqlite3.sqlite_version_info < _SQLITE_WITH_SUBSEC and sys.version_info >= (3, 12):
            # There the engine asks for unixepoch('subsec'), which older libraries answer with NULL.
            connection.create_function("unixepoch", 1, lambda _modifier: time.time())
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _postgres(url: URL) -> Engine:
    network = _NETWORK | {"connect_timeout": TIMEOUT}
    return create_engine(url, pool_timeout=TIMEOUT, pool_pre_ping=True, connect_args=network, **_POOL)

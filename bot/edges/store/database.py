"""One database for our tables and the engine's: a SQLite file by default, PostgreSQL by URL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import alembic.command
import alembic.config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from bot.ports import Passing

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_BUSY_MS = 15_000


class StoreProblem(Exception):  # noqa: N818 - named for what it says
    """The storage can't be used as it is set up; one sentence that says why and what to do."""


class Database:
    """Opens the database lazily, so that it can be made before a fork and used after."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(make_url(url))
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
        except (OperationalError, InterfaceError) as error:
            raise Passing("the storage does not answer; mibot will try again") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Passing("the storage does not answer; mibot will try again") from error
            raise

    def ping(self) -> None:
        """Raises Passing when the storage is down or can't be written to."""
        with self.transaction() as connection:
            connection.execute(text("SELECT 1"))

    def migrate(self) -> None:
        """Bring our tables to this version's shape."""
        configuration = alembic.config.Config()
        configuration.set_main_option("script_location", str(_MIGRATIONS))
        configuration.attributes["engine"] = self.engine
        try:
            alembic.command.upgrade(configuration, "head")
        except SQLAlchemyError as error:
            shown = self.url.render_as_string(hide_password=True)
            kind = type(error).__name__
            raise StoreProblem(
                f"store.url {shown} can't be opened ({kind}); check that it exists and is writable."
            ) from (error)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def _with_driver(url: URL) -> URL:
    """`postgresql://` means the driver that is installed with mibot."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgres", "postgresql"} else url


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url, pool_size=12, max_overflow=8, pool_timeout=20, connect_args={"timeout": _BUSY_MS / 1000}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # Write transactions begin IMMEDIATE, or two that both read first would deadlock. FULL: a delivery is on
        # the disk before GitHub is told so.
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _postgres(url: URL) -> Engine:
    return create_engine(
        url, pool_size=12, max_overflow=8, pool_timeout=20, pool_pre_ping=True, connect_args={"connect_timeout": 5}
    )


class WorkerLock:
    """Sees that one worker process at a time uses a SQLite file; on PostgreSQL there may be several."""

    def __init__(self, database: Database, patience: float = 10.0) -> None:
        self._database = database
        self._patience = patience
        self._file: IO[str] | None = None

    def check(self) -> None:
        """Raises StoreProblem as `acquire` does, but holds nothing."""
        self.acquire()
        if self._file is not None:
            self._file.close()
            self._file = None

    def acquire(self) -> None:
        """Raises StoreProblem when another worker still holds the file after `patience` seconds."""
        name = self._database.url.database
        if not self._database.is_sqlite or not name or name == ":memory:":
            return
        import fcntl  # there is none on Windows, where PostgreSQL has to do

        try:
            self._file = Path(f"{name}.lock").open("w")  # noqa: SIM115 - held as long as the process lives
        except OSError as error:
            raise StoreProblem(
                f"store.url {name} can't be written ({type(error).__name__}); check its folder."
            ) from None
        deadline = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StoreProblem(
                        f"another mibot uses {name}; stop it, or set store.url to a file or database of its own."
                    ) from None
                time.sleep(0.1)

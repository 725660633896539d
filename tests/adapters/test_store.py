"""The store keeps what it is given, in SQLite as in PostgreSQL, and says plainly when it can't."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import alembic.autogenerate
import alembic.migration
import psycopg
import pytest
from sqlalchemy import delete, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.store import Database, SqlStore
from bot.adapters.store.database import TIMEOUT, StoreError
from bot.adapters.store.tables import metadata
from bot.adapters.store.worker_lock import WorkerLock
from bot.domain.failures.storage import (
    InvalidStoreUrl,
    NewerStore,
    NoStoreConnection,
    StorageProblem,
    StorageUnavailable,
    StoreInUse,
    StoreLockNotWritable,
    UnusableStore,
    WorkerNameTaken,
)
from bot.domain.reasons import Reason
from bot.notifications import interested_channels
from bot.ports.errors import TransientError
from bot.rendering.wording import describe
from bot.schema import CODEC
from tests.adapters.postgres import PASSWORD, Postgres
from tests.adapters.store_contract import FULL, NOW, REPLY, TRACKER, UPGRADE, V1, StoreContract
from tests.failures import raises


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = Database(store_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database that many tests use one after the other: making one takes longer than most of them."""
    folder = tmp_path_factory.mktemp("shared")
    url = f"sqlite:///{folder / 'mibot.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create(f"shared_{folder.name}")
    opened = Database(url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def store(shared: Database) -> SqlStore:
    """An empty one."""
    with shared.transaction() as connection:
        for each in metadata.sorted_tables:
            connection.execute(delete(each))
    return SqlStore(shared, CODEC, interested_channels)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mibot.sqlite"


@pytest.fixture(scope="module")
def mortal() -> Iterator[Postgres]:
    server = Postgres()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def own_postgres(mortal: Postgres) -> Postgres:
    """A server that the test may kill; the next test finds it running again."""
    mortal.thaw()
    return mortal.start()


class TestSqlStore(StoreContract):
    """All of the contract, on both databases."""


# Blobs


def test_blobs_come_back_as_they_were(store: SqlStore) -> None:
    contents = {"a" * 40: b"", "b" * 40: bytes(range(256)), "c" * 40: b"x" * 1_000_000}
    store.put_many(contents)
    store.put_many(contents)
    assert store.get_many([*contents, "d" * 40]) == contents
    assert store.get_many([]) == {}
    store.put_many({})


def test_many_blobs_at_once(store: SqlStore) -> None:
    contents = {f"{number:040x}": str(number).encode() for number in range(2_500)}
    store.put_many(contents)
    assert store.get_many(iter([*contents, *contents])) == contents


# Migrations


def test_from_nothing_and_twice(store_url: str) -> None:
    database = Database(store_url)
    database.migrate()
    SqlStore(database, CODEC, interested_channels).save_upgrade(FULL)
    database.migrate()
    assert SqlStore(database, CODEC, interested_channels).upgrades() == [FULL]
    database.close()


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or str(name).startswith("mibot_")

    with database.engine.connect() as connection:
        options = {"version_table": "mibot_migrations", "compare_type": True, "include_name": ours}
        context = alembic.migration.MigrationContext.configure(connection, opts=options)
        assert alembic.autogenerate.compare_metadata(context, metadata) == []


def test_two_processes_that_migrate_at_once(store_url: str) -> None:
    code = "import sys; from bot.adapters.store import Database; Database(sys.argv[1]).migrate()"
    running = [subprocess.Popen([sys.executable, "-c", code, store_url]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    database = Database(store_url)
    assert SqlStore(database, CODEC, interested_channels).trackers() == []
    database.close()


@pytest.mark.parametrize("statements", [2, 4, 6])
def test_a_migration_that_is_cut_short_leaves_nothing_behind(store_url: str, statements: int) -> None:
    """As when the machine loses power in the middle: the next start begins anew."""
    database = Database(store_url)
    made = 0

    @event.listens_for(database.engine, "after_cursor_execute")
    def cut(*arguments: object) -> None:
        nonlocal made
        made += str(arguments[2]).strip().startswith("CREATE TABLE")
        if made == statements:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.migrate()
    database.close()
    again = Database(store_url)
    assert not [name for name in inspect(again.engine).get_table_names() if name.startswith("mibot_")]
    again.migrate()
    assert SqlStore(again, CODEC, interested_channels).trackers() == []
    again.close()


def test_a_store_of_a_newer_mibot_is_refused(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE mibot_migrations SET version_num = '9999'"))
    with pytest.raises(StoreError) as caught:
        database.migrate()
    assert isinstance(caught.value.reason, NewerStore)


# What SQLite is set to


def test_sqlite_writes_ahead_and_waits_for_the_disk(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    database.migrate()
    with database.transaction() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2}
    database.close()


def test_postgresql_by_its_short_names() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        assert Database(f"{scheme}://u:p@h/d").url.drivername == "postgresql+psycopg"


# When the storage is down


def calls(store: SqlStore) -> list[Callable[[], object]]:
    return [
        lambda: store.tracker(V1),
        store.trackers,
        lambda: store.save_tracker(TRACKER),
        lambda: store.mark_tracker_dirty(V1),
        lambda: store.reply(1),
        lambda: store.save_reply(REPLY),
        lambda: store.replies_about("rctest", V1),
        store.unwritten_replies,
        lambda: store.upgrade("rctest", V1),
        store.upgrades,
        store.unfinished_upgrades,
        lambda: store.upgrades_by_head("f" * 40),
        lambda: store.save_upgrade(UPGRADE),
        lambda: store.claim_slot(UPGRADE, 5),
        lambda: store.cursor("comments"),
        lambda: store.set_cursor("comments", NOW),
        lambda: store.get_many(["a" * 40]),
        lambda: store.put_many({"a" * 40: b""}),
    ]


def assert_transient(call: Callable[[], object], within: float = 12.0) -> Reason:
    """The reason of the TransientError that it raises, soon."""
    began = time.monotonic()
    with pytest.raises(TransientError) as caught:
        call()
    assert time.monotonic() - began < within
    return caught.value.reason


def test_every_method_says_passing_when_the_server_is_gone_and_works_when_it_is_back(own_postgres: Postgres) -> None:
    database = Database(own_postgres.url())
    database.migrate()
    store = SqlStore(database, CODEC, interested_channels)
    store.save_upgrade(FULL)
    own_postgres.kill()
    for call in [*calls(store), database.ping]:
        assert assert_transient(call, within=2) == StorageUnavailable(StorageProblem.NO_ANSWER)
    own_postgres.start()
    assert store.upgrades() == [FULL]
    database.close()


def test_github_is_answered_before_it_stops_listening() -> None:
    assert TIMEOUT < 10


def test_a_server_that_hangs_is_not_waited_for(own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.store.database.TIMEOUT", 2)
    database = Database(own_postgres.url())
    own_postgres.freeze()
    assert_transient(database.ping, within=5)
    database.close()


def test_every_method_says_passing_when_the_file_is_no_database(file: Path) -> None:
    file.write_bytes(b"a text that has nothing to do with it " * 1000)
    database = Database(f"sqlite:///{file}")
    for call in [*calls(SqlStore(database, CODEC, interested_channels)), database.ping]:
        assert_transient(call, within=2)


def test_a_file_that_somebody_keeps_locked(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.store.database.TIMEOUT", 1)
    database = Database(f"sqlite:///{file}")
    database.migrate()
    store = SqlStore(database, CODEC, interested_channels)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert store.trackers() == [], "reading goes on beside a writer"
    assert_transient(lambda: store.save_tracker(TRACKER), within=3)
    assert_transient(database.ping, within=3)
    other.execute("ROLLBACK")
    store.save_tracker(TRACKER)
    database.ping()
    other.close()
    database.close()


def test_a_postgresql_that_only_reads(own_postgres: Postgres) -> None:
    """As after a failover to the wrong side."""
    database = Database(own_postgres.url())
    database.ping()
    with psycopg.connect(own_postgres.url(), autocommit=True) as other:
        other.execute("ALTER ROLE postgres SET default_transaction_read_only = on")
        database.close()
        assert assert_transient(database.ping) == StorageUnavailable(StorageProblem.READ_ONLY)
        database.close()
        other.execute("ALTER ROLE postgres RESET default_transaction_read_only")


@pytest.mark.parametrize(
    "statement", ["DELETE FROM no_such_table", "no SQL", "INSERT INTO mibot_cursors (name) VALUES (NULL)"]
)
def test_a_bug_is_no_outage(database: Database, statement: str) -> None:
    with pytest.raises(SQLAlchemyError), database.transaction() as connection:
        connection.execute(text(statement))


def test_errors_do_not_repeat_what_people_wrote(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as caught, database.transaction() as connection:
        connection.execute(text("DELETE FROM no_such_table WHERE name = :name"), {"name": "a customer"})
    assert "a customer" not in str(caught.value)


# When it can't be used at all


@pytest.mark.parametrize("where", ["missing/mibot.sqlite", "file/mibot.sqlite", "/proc/mibot.sqlite", "."])
def test_a_folder_that_can_not_be_written_to(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").touch()
    database = Database(f"sqlite:///{tmp_path / where}")
    with pytest.raises(StoreError) as caught:
        database.migrate()
    reason = caught.value.reason
    assert isinstance(reason, UnusableStore)
    assert reason.url == str(tmp_path / where)
    assert "\n" not in reason.cause


def test_the_password_is_in_no_message(postgres: Postgres) -> None:
    url = postgres.url()
    for wrong in (
        url.replace("/postgres", "/no_such_database"),
        url.replace(f":{postgres.port}", ":1"),
        url.replace("postgres:", "nobody:"),
        f"{url}?sslmode=require",
        url.replace(f"postgres:{PASSWORD}@", "") + f"?user=nobody&password={PASSWORD}",
    ):
        with pytest.raises(StoreError) as caught:
            Database(wrong).migrate()
        told, error = [describe(caught.value.reason)], caught.value
        cause: BaseException | None = error
        while cause is not None:
            told.append(str(cause))
            cause = cause.__cause__ or cause.__context__
        assert PASSWORD not in "\n".join(told)
        assert "127.0.0.1" in told[0]


@pytest.mark.parametrize("url", [f"postgresql://u:{PASSWORD}@h:port/d", f"postgresql://u:{PASSWORD}@[::1/d"])
def test_a_url_that_is_none(url: str) -> None:
    with raises(StoreError, InvalidStoreUrl()) as caught:
        Database(url)
    assert caught.value.__suppress_context__


# One worker


@pytest.fixture
def locks(own_postgres: Postgres) -> Iterator[Callable[[], WorkerLock]]:
    """Makes the locks of workers, as if each were in a process of its own."""
    made: list[tuple[WorkerLock, Database]] = []

    def make() -> WorkerLock:
        database = Database(own_postgres.url())
        made.append((WorkerLock(database), database))
        return made[-1][0]

    yield make
    for lock, database in made:
        lock.release()
        database.close()


def test_workers_of_one_postgresql_have_different_names_and_free_ones_are_given_again(
    locks: Callable[[], WorkerLock],
) -> None:
    first, second = locks(), locks()
    first.check()
    assert [first.acquire(), second.acquire(), locks().acquire()] == ["worker-1", "worker-2", "worker-3"]
    second.release()
    assert locks().acquire() == "worker-2"


def test_nobody_becomes_a_worker_that_another_stands_in_for(locks: Callable[[], WorkerLock]) -> None:
    first, second = locks(), locks()
    first.acquire()
    second.acquire()
    with first.take_over("worker-2") as ended:
        assert not ended
    second.release()
    with first.take_over("worker-2") as ended:
        assert ended
        assert locks().acquire() == "worker-3"
    assert locks().acquire() == "worker-2"
    for name in ("worker-1", "some host's name", "worker-x"):
        with first.take_over(name) as ended:
            assert not ended, "neither oneself nor what is no worker of ours"


def test_a_worker_holds_its_name_again_after_the_servers_restart(
    locks: Callable[[], WorkerLock], own_postgres: Postgres
) -> None:
    first = locks()
    first.acquire()
    own_postgres.kill()
    with pytest.raises(TransientError), first.take_over("worker-2"):
        pass
    own_postgres.start()
    with first.take_over("worker-2") as ended:
        assert ended
    assert locks().acquire() == "worker-2"


def test_a_worker_whose_name_was_taken_meanwhile_says_that_it_must_end(
    locks: Callable[[], WorkerLock], own_postgres: Postgres
) -> None:
    first = locks()
    first.acquire()
    own_postgres.kill()
    own_postgres.start()
    assert locks().acquire() == "worker-1"
    with raises(StoreError, WorkerNameTaken("worker-1")), first.take_over("worker-2"):
        pass


def test_no_worker_without_its_server(locks: Callable[[], WorkerLock], own_postgres: Postgres) -> None:
    own_postgres.kill()
    with pytest.raises(StoreError) as caught:
        locks().acquire()
    assert isinstance(caught.value.reason, NoStoreConnection)


HOLDER = """
import sys, time
from bot.adapters.store import Database
from bot.adapters.store.worker_lock import WorkerLock
lock = WorkerLock(Database(sys.argv[1]), timeout=0.2)
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def start_lock_holder(url: str) -> subprocess.Popen[bytes]:
    """A process that holds the worker's lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_one_worker_at_a_time_uses_a_file_and_its_death_sets_it_free(file: Path) -> None:
    url = f"sqlite:///{file}"
    holder = start_lock_holder(url)
    lock = WorkerLock(Database(url), timeout=0.2)
    try:
        with raises(StoreError, StoreInUse(str(file))):
            lock.check()
        with pytest.raises(StoreError):
            lock.acquire()
    finally:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(10)
        holder.stdout.close()  # type: ignore[union-attr]
    lock.check()
    lock.check()
    lock.acquire()


def test_the_lock_is_waited_for_while_the_other_ends(file: Path) -> None:
    url = f"sqlite:///{file}"
    holder = start_lock_holder(url)
    os.kill(holder.pid, signal.SIGTERM)
    WorkerLock(Database(url), timeout=10).acquire()
    holder.communicate(timeout=10)


def test_a_lock_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    file = f"{tmp_path}/missing/mibot.sqlite"
    with raises(StoreError, StoreLockNotWritable(file, "FileNotFoundError")):
        WorkerLock(Database(f"sqlite:///{file}")).check()

"""A pooler that pools transactions is refused at the start, in one sentence; what keeps sessions is taken."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.adapters.store import Database
from bot.adapters.store.database import StoreError
from bot.adapters.store.diagnosis import schema_state
from bot.adapters.store.pooling import refuse_transaction_pooling
from bot.adapters.store.worker_lock import WorkerLock
from bot.domain.doctor.services import SchemaState
from bot.domain.failures.storage import TransactionPooling
from bot.ports.errors import PermanentError, TransientError
from demo.emulator import free_port
from tests.adapters.pooler import TransactionPooler
from tests.adapters.postgres import PASSWORD, Postgres
from tests.failures import raises


@pytest.fixture(params=[(1, False), (2, False), (2, True), (3, True)], ids=["one", "last", "turn-2", "turn-3"])
def pooled(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[Database]:
    sessions, in_turn = request.param
    pooler = TransactionPooler(postgres.url(), sessions, in_turn=in_turn)
    database = Database(f"postgresql://postgres@127.0.0.1:{pooler.port}/postgres")
    yield database
    database.close()
    pooler.close()


def test_no_worker_starts_behind_it(pooled: Database) -> None:
    with raises(StoreError, TransactionPooling()):
        WorkerLock(pooled).check()
    with raises(StoreError, TransactionPooling()):
        WorkerLock(pooled).acquire()


def test_the_doctor_says_so(pooled: Database) -> None:
    with raises(PermanentError, TransactionPooling()):
        schema_state(pooled)


def test_a_server_without_a_pooler_is_taken(postgres: Postgres) -> None:
    database = Database(postgres.create("without_a_pooler"))
    for _ in range(3):
        refuse_transaction_pooling(database)
    assert schema_state(database) is SchemaState.EMPTY
    database.close()


def test_a_file_is_taken(tmp_path: Path) -> None:
    refuse_transaction_pooling(Database(f"sqlite:///{tmp_path / 'mibot.sqlite'}"))


def test_a_server_that_is_down_is_no_pooler() -> None:
    database = Database(f"postgresql://postgres@127.0.0.1:{free_port()}/postgres")
    WorkerLock(database).check()
    with pytest.raises(TransientError):
        schema_state(database)


@pytest.fixture
def bouncer(postgres: Postgres, tmp_path: Path) -> Iterator[Callable[..., Database]]:
    """Starts a real PgBouncer, where it is installed."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    started: list[subprocess.Popen[bytes]] = []

    def start(mode: str, *options: str) -> Database:
        port = free_port()
        target = f"postgres = host=127.0.0.1 port={postgres.port} user=postgres password={PASSWORD}"
        settings = [f"listen_port={port}", "listen_addr=127.0.0.1", "auth_type=any", f"pool_mode={mode}", *options]
        file = tmp_path / "bouncer.ini"
        file.write_text("\n".join(["[databases]", target, "[pgbouncer]", "unix_socket_dir=", *settings]))
        file.chmod(0o644)
        tmp_path.chmod(0o755)
        for parent in tmp_path.parents[:2]:
            parent.chmod(0o755)
        command = [program, "-q", "-u", "nobody", str(file)]
        started.append(subprocess.Popen(command))
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        deadline = time.monotonic() + 10
        while True:
            try:
                psycopg.connect(url, connect_timeout=2).close()
                break
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        return Database(url)

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("mode", ["transaction", "statement"])
@pytest.mark.parametrize("turn", [0, 1])
def test_pgbouncer_with_transactions_is_refused(bouncer: Callable[..., Database], mode: str, turn: int) -> None:
    database = bouncer(mode, f"server_round_robin={turn}", "min_pool_size=3")
    with raises(StoreError, TransactionPooling()):
        refuse_transaction_pooling(database)


def test_pgbouncer_with_sessions_is_taken(bouncer: Callable[..., Database]) -> None:
    refuse_transaction_pooling(bouncer("session"))

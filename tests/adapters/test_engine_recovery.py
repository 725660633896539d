"""The private interface of DBOS that `bot.adapters.engine.recovery` calls does what the engine relies on.

This file is the first to fail when a new version of DBOS changes it. Then read the docstring of that module.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS
from sqlalchemy import text

from tests.adapters.engine_control import EngineProcess

CENTURY = 3.2e9


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EngineProcess]:
    process = EngineProcess(f"sqlite:///{tmp_path / 'mibot.sqlite'}", tmp_path).start()
    yield process
    process.close()


def runs_at(engine: EngineProcess, worker: str, id_: str) -> None:
    """Make it look as if a worker were running the job, which it has recovered three times."""
    engine.submit(id_, delay=CENTURY)
    change = "UPDATE workflow_status SET status = 'PENDING', executor_id = :worker, recovery_attempts = 3"
    with engine.database.transaction() as connection:
        connection.execute(text(f"{change} WHERE workflow_uuid = :id"), {"worker": worker, "id": id_})


def status(engine: EngineProcess, id_: str) -> Any:
    query = text("SELECT status, executor_id, recovery_attempts FROM workflow_status WHERE workflow_uuid = :id")
    with engine.database.transaction() as connection:
        return tuple(connection.execute(query, {"id": id_}).one())


def test_the_call_takes_the_names_of_executors() -> None:
    (parameter,) = inspect.signature(DBOS._recover_pending_workflows).parameters.values()
    assert parameter.name == "executor_ids"


def test_the_jobs_of_the_lost_worker_run_and_no_others(engine: EngineProcess) -> None:
    runs_at(engine, "worker-9", "lost")
    runs_at(engine, "worker-8", "alive")
    engine.ask("recover", "worker-9")
    engine.wait_for_end("lost")
    engine.wait_for(lambda: status(engine, "lost")[0] == "SUCCESS")
    engine.ask("recover", "worker-9")
    assert engine.names("begin") == ["lost"]
    assert status(engine, "alive") == ("PENDING", "worker-8", 3)


def test_how_often_a_job_was_recovered_is_counted_on(engine: EngineProcess) -> None:
    """DBOS ends a job that was recovered too often, which a job that kills every worker needs."""
    runs_at(engine, "worker-9", "lost")
    engine.ask("recover", "worker-9")
    engine.wait_for_end("lost")
    assert status(engine, "lost")[2] > 3


def test_the_token_of_a_run_is_in_the_jobs_row(engine: EngineProcess) -> None:
    """What a job writes is fenced with it."""
    engine.submit("job", write=True)
    engine.wait_for_end("job")
    assert engine.names("wrote") == ["job"]

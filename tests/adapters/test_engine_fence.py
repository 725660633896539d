"""Two workers never write for one job: whoever lost it, whatever happened meanwhile, sends nothing more."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import column, select, table, text, update

from tests.adapters.engine_control import SOON, EngineProcess
from tests.adapters.postgres import Postgres

Workers = Callable[[], EngineProcess]
LATER = {"look": 0.1, "grace": 60.0, "confirm": 0.2}


def writers(engine: EngineProcess) -> list[tuple[str, str]]:
    return [(entry["name"], entry["pid"]) for entry in engine.journal if entry["what"] == "wrote"]


def pid(engine: EngineProcess, name: str, number: int = 0) -> str:
    """The process of that attempt at a job."""
    return str(
        [entry["pid"] for entry in engine.journal if (entry["what"], entry["name"]) == ("begin", name)][number]
    )


def begin_write(first: EngineProcess, seconds: float = 0.5) -> None:
    """A job that the first worker is at, and that writes after a while."""
    first.submit("reply", write=True, seconds=seconds)
    first.wait_for(lambda: first.names("begin") == ["reply"])


def test_a_frozen_worker_whose_job_was_taken_over_writes_nothing_when_it_wakes(workers: Workers) -> None:
    first = workers().start(timing=SOON)
    begin_write(first)
    first.freeze()
    first.end_lock_session()
    second = workers().start(hurry=True, timing=SOON)
    second.wait_for_end("reply")
    first.thaw()
    assert first.wait_for_exit() == 1
    assert writers(second) == [("reply", pid(second, "reply", 1))]
    assert second.names("gave up") == []
    second.submit("next", write=True)
    second.wait_for_end("next")


def test_it_writes_nothing_even_if_its_session_lived_on(workers: Workers) -> None:
    first = workers().start(timing=SOON)
    begin_write(first)
    first.freeze()
    second = workers().start(hurry=True, timing=SOON)
    second.wait_for_end("reply")
    first.thaw()
    assert first.wait_for_exit() == 1
    assert writers(second) == [("reply", pid(second, "reply", 1))]


def test_a_worker_whose_name_was_taken_stops_within_seconds_and_writes_nothing(workers: Workers) -> None:
    """It looks at its lock every few seconds, so it is the fence that stops a write before that."""
    first = workers().start(timing=LATER | {"look": 30.0})
    begin_write(first, seconds=0.5)
    first.end_lock_session()
    second = workers().start(timing=LATER)
    assert second.ask("worker") == "worker-1"
    assert first.wait_for_exit(within=5) == 1
    assert writers(first) == []
    assert "worker_replaced" in first.log


def test_a_worker_without_anything_to_write_notices_by_a_look(workers: Workers) -> None:
    first = workers().start(timing=LATER)
    first.end_lock_session()
    second = workers().start(timing=LATER)
    names = {second.ask("worker")}
    if names == {"worker-1"}:
        assert first.wait_for_exit(within=5) == 1
        assert "worker_ends" in first.log
    else:
        assert (first.ask("worker"), names) == ("worker-1", {"worker-2"})


def test_a_worker_whose_session_ended_holds_its_name_again_and_carries_on(workers: Workers) -> None:
    first = workers().start(timing=LATER)
    begin_write(first, seconds=1)
    first.end_lock_session()
    first.wait_for(first.lock_holders, within=5)
    second = workers().start(timing=LATER)
    assert second.ask("worker") == "worker-2"
    first.wait_for_end("reply")
    assert writers(first) == [("reply", pid(first, "reply"))]


def test_a_restart_of_the_database_during_a_write_takes_no_job_from_a_living_worker(tmp_path: Path) -> None:
    server = Postgres()
    url = server.start().create("test")
    timing = SOON | {"grace": 5.0}
    first = EngineProcess(url, tmp_path).start(timing=timing)
    second = EngineProcess(url, tmp_path).start(timing=timing)
    try:
        begin_write(first, seconds=1.5)
        server.kill()
        server.start()
        second.wait_for_end("reply")
        second.ask("adopt")
        assert len(writers(first)) == 1
        assert first.names("begin") == ["reply"]
    finally:
        first.close()
        second.close()
        server.close()


def test_a_job_that_alone_was_taken_away_is_abandoned_and_not_marked_as_failed(workers: Workers) -> None:
    """Here by an administrator, who puts it into the queue again: the same process fetches it."""
    first = workers().start(timing=LATER)
    begin_write(first, seconds=1)
    with first.database.transaction() as connection:
        queued = "UPDATE dbos.workflow_status SET status = 'ENQUEUED', owner_xid = NULL"
        connection.execute(text(f"{queued} WHERE workflow_uuid = 'reply'"))
    first.wait_for_end("reply")
    assert "job_abandoned" in first.log
    first.submit("next", write=True)
    first.wait_for_end("next")
    assert [name for name, _ in writers(first)] == ["reply", "next"]
    assert first.names("gave up") == []
    first.wait_for(lambda: not first.is_unfinished("reply"))


def test_an_ended_worker_takes_no_job_along(workers: Workers) -> None:
    """A job that it fetched after its lease ended is taken over like all others."""
    first = workers().start(timing=LATER | {"look": 30.0})
    first.submit("before")
    first.wait_for_end("before")
    with first.database.transaction() as connection:
        connection.execute(text("UPDATE mibot_workers SET ended = 1, seen = 1"))
    first.submit("reply", write=True)
    assert first.wait_for_exit() == 1
    second = workers().start(hurry=True, timing=SOON)
    second.wait_for_end("reply")
    assert len(writers(second)) == 1


def test_a_second_process_on_one_file_stops_the_first_from_writing(tmp_path: Path) -> None:
    """Somebody deleted the lock file."""
    url = f"sqlite:///{tmp_path / 'mibot.sqlite'}"
    first, second = EngineProcess(url, tmp_path), EngineProcess(url, tmp_path)
    try:
        begin_write(first.start(timing=LATER | {"look": 30.0}), seconds=1)
        (tmp_path / "mibot.sqlite.lock").unlink()
        second.start(hurry=True)
        second.wait_for_end("reply")
        assert first.wait_for_exit() == 1
        time.sleep(0.2)
        assert writers(second) == [("reply", pid(second, "reply", -1))]
    finally:
        first.close()
        second.close()


def test_jobs_that_a_version_before_the_leases_ran_are_taken_over(workers: Workers) -> None:
    """Its workers ran them under their names alone. A name whose lock is free has no worker any more."""
    first = workers().start(timing=LATER | {"look": 30.0})
    for name, executor in (("own", "worker-1"), ("gone", "worker-9")):
        first.submit(name, delay=3.2e9)
        with first.database.transaction() as connection:
            runs = "UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = :executor"
            connection.execute(text(f"{runs} WHERE workflow_uuid = :name"), {"executor": executor, "name": name})
    first.ask("adopt")
    first.wait_for_end("own", "gone")


def test_a_job_that_was_fetched_while_the_connection_broke_is_fetched_anew(store_url: str, tmp_path: Path) -> None:
    """The database gave it to this worker, and the answer was lost: it is nobody else's, and nobody runs it."""
    engine = EngineProcess(store_url, tmp_path).start(timing=LATER | {"confirm": 0.5})
    try:
        engine.submit("running", seconds=2)
        engine.wait_for(lambda: engine.names("begin") == ["running"])
        engine.submit("lost", delay=3.2e9)
        jobs = table("workflow_status", *map(column, ("workflow_uuid", "status", "owner_xid", "executor_id")))
        if not engine.database.is_sqlite:
            jobs.schema = "dbos"
        with engine.database.transaction() as connection:
            running = select(jobs.c.executor_id).where(jobs.c.workflow_uuid == "running")
            claim = {"status": "PENDING", "owner_xid": "x", "executor_id": connection.execute(running).scalar_one()}
            connection.execute(update(jobs).where(jobs.c.workflow_uuid == "lost").values(claim))
        engine.wait_for_end("lost", "running")
        assert sorted(engine.names("begin")) == ["lost", "running"], "what runs is left alone"
    finally:
        engine.close()

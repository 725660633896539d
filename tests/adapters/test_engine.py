"""The durable engine keeps its promises on both databases, also when it is killed in the middle."""

from __future__ import annotations

import itertools
import json
import shutil
import signal
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot.adapters.engine import Enqueuer
from bot.adapters.engine.stored_jobs import MAX_ID_LENGTH, attempt_id, child_id
from bot.adapters.engine.workflow import MAX_ATTEMPTS
from bot.adapters.store import Database
from bot.domain.failures.storage import StorageProblem, StorageUnavailable
from bot.domain.flow.jobs import Job
from bot.ports.errors import TransientError
from tests.adapters.engine_control import SOON, EngineProcess
from tests.adapters.postgres import Postgres
from tests.failures import raises


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database that an engine has run on before: making one takes longer than most tests here."""
    folder = tmp_path_factory.mktemp("template")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'mibot.sqlite'}"
    else:
        url = request.getfixturevalue("postgres").create(f"template_{folder.name}")
    process = EngineProcess(url, folder).start()
    process.ask("stop")
    process.wait_for_exit()
    process.close()
    return url


def another(template: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of a new database like the template."""
    if template.startswith("sqlite"):
        shutil.copy(template.removeprefix("sqlite:///"), folder / "mibot.sqlite")
        return f"sqlite:///{folder / 'mibot.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(f"engine_{uuid.uuid4().hex}", template.rpartition("/")[2])


@pytest.fixture
def engine(template: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EngineProcess]:
    """An engine of the test's own, not started yet."""
    process = EngineProcess(another(template, request, tmp_path), tmp_path)
    yield process
    process.close()


@pytest.fixture(scope="module")
def running(
    template: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EngineProcess]:
    folder = tmp_path_factory.mktemp("running")
    process = EngineProcess(another(template, request, folder), folder).start(first_pause=0.005)
    yield process
    process.close()


@pytest.fixture
def shared(running: EngineProcess) -> EngineProcess:
    """An engine that runs, with other tests' jobs in it."""
    running.prefix = f"{uuid.uuid4().hex}-"
    return running


def spans(engine: EngineProcess, names: list[str]) -> list[tuple[float, float]]:
    """When each job began and ended, in order of its beginning."""
    found = {name: [e["at"] for e in engine.journal if e.get("name") == name] for name in names}
    return sorted((min(times), max(times)) for times in found.values())


# Running


def test_the_same_id_is_run_once(shared: EngineProcess) -> None:
    for _ in range(3):
        shared.submit("delivery")
    shared.wait_for_end("delivery")
    shared.submit("delivery")
    shared.submit("next")
    shared.wait_for_end("next")
    assert shared.names("begin") == ["delivery", "next"]


def test_jobs_of_one_key_run_in_turn_and_others_beside_them(shared: EngineProcess) -> None:
    same = [f"same{number}" for number in range(4)]
    other = [f"other{number}" for number in range(3)]
    for name in same:
        shared.submit(name, key="one", seconds=0.25)
    for name in other:
        shared.submit(name, seconds=0.6)
    shared.wait_for_end(*same, *other)
    in_turn = spans(shared, same)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(in_turn))
    beside = spans(shared, other)
    assert max(begin for begin, _ in beside) < min(end for _, end in beside)


def test_follow_ups_run_with_the_delivery_in_their_log(shared: EngineProcess) -> None:
    shared.submit("d-1", follow=[{"name": "a", "follow": [{"name": "c"}]}, {"name": "b"}])
    shared.wait_for_end("a", "b", "c")
    bound = {e["name"]: (e["delivery"], e["job"]) for e in shared.journal if e["what"] == "begin"}
    assert bound == {
        "d-1": ("d-1", "d-1"),
        "a": ("d-1", "d-1/0"),
        "b": ("d-1", "d-1/1"),
        "c": ("d-1", "d-1/0/0"),
    }


def test_how_soon_a_job_runs(shared: EngineProcess, record_property: Callable[[str, object], None]) -> None:
    shared.submit("warm")
    shared.wait_for_end("warm")
    waits = []
    for number in range(10):
        submitted = time.time()
        shared.submit(f"job{number}")
        shared.wait_for_end(f"job{number}")
        waits.append(next(e["at"] for e in shared.journal if e.get("name") == f"job{number}") - submitted)
    waits.sort()
    record_property("seconds_to_run", waits)
    assert waits[-1] < 2


def test_payloads_are_kept_as_plain_json(shared: EngineProcess) -> None:
    shared.submit("words", words="ä \x00 \ud83d \U0001f440", follow=[{"name": "after", "words": "\ud83d"}])
    shared.submit("broken", fail=True)
    shared.wait_for_end("words", "after")
    shared.wait_for(lambda: not shared.is_unfinished("broken"))
    schema = "" if shared.database.is_sqlite else "dbos."
    with shared.database.transaction() as connection:
        inputs = list(connection.execute(text(f"SELECT inputs FROM {schema}workflow_input")).scalars())  # noqa: S608
        kinds = set(connection.execute(text(f"SELECT serialization FROM {schema}workflow_status")).scalars())  # noqa: S608
        steps = list(connection.execute(text(f"SELECT output FROM {schema}operation_outputs")).scalars())  # noqa: S608
    assert kinds == {"portable_json"}
    payloads = {payload["name"]: payload for payload in (json.loads(row)["positionalArgs"][0] for row in inputs)}
    assert payloads[f"{shared.prefix}words"]["words"] == "ä \x00 ? \U0001f440"
    assert payloads[f"{shared.prefix}after"]["words"] == "?"
    assert all(isinstance(json.loads(output), dict | list | type(None)) for output in steps if output)


def test_nothing_but_the_database_is_talked_to(shared: EngineProcess) -> None:
    """No telemetry, no control plane."""
    shared.submit("job")
    shared.wait_for_end("job")
    dialled = {entry["address"] for entry in shared.journal if entry["what"] == "dials"}
    assert all("127.0.0.1" in address for address in dialled), dialled


# Killed


def test_a_job_that_the_process_died_in_is_run_again(engine: EngineProcess) -> None:
    engine.start()
    engine.submit("deadly", key="one", die=True)
    engine.submit("behind", key="one")
    assert engine.wait_for_exit() == -signal.SIGKILL
    engine.start(die=False, timing=SOON)
    engine.wait_for_end("deadly", "behind")
    assert sorted(engine.names("begin")) == ["behind", "deadly", "deadly"]


def test_what_was_submitted_while_no_worker_ran_is_run(engine: EngineProcess) -> None:
    engine.start()
    engine.kill()
    for number in range(3):
        engine.submit(f"job{number}")
    engine.start()
    engine.wait_for_end("job0", "job1", "job2")


def test_follow_ups_are_submitted_once_when_it_dies_between_them(engine: EngineProcess) -> None:
    engine.start(die_at_submission=2)
    engine.submit("parent", follow=[{"name": "a"}, {"name": "b"}, {"name": "c"}])
    assert engine.wait_for_exit() == -signal.SIGKILL
    engine.start(timing=SOON)
    engine.wait_for_end("a", "b", "c")
    engine.submit("last")
    engine.wait_for_end("last")
    assert sorted(engine.names("end")) == ["a", "b", "c", "last", "parent"]


def test_it_stops_soon_though_jobs_wait(engine: EngineProcess) -> None:
    engine.start()
    engine.submit("waiting", later=1, pause=600)
    engine.wait_for(lambda: engine.names("begin") == ["waiting"])
    engine.submit("running", seconds=1)
    engine.wait_for(lambda: "running" in engine.names("begin"))
    began = time.monotonic()
    engine.ask("stop")
    assert engine.wait_for_exit() == 0
    assert time.monotonic() - began < 8
    assert "running" in engine.names("end")


# Later


def test_a_job_is_tried_again_after_about_as_long_as_it_asked(shared: EngineProcess) -> None:
    shared.submit("patient", later=2, pause=1.0)
    shared.wait_for(lambda: shared.names("begin"))
    assert shared.is_unfinished("patient")
    assert shared.ask("backlog") >= 1
    shared.wait_for_end("patient")
    begun = [entry["at"] for entry in shared.journal if entry["what"] == "begin"]
    for first, second in itertools.pairwise(begun):
        assert 0.9 < second - first < 3
    assert len(begun) == 3
    shared.wait_for(lambda: not shared.is_unfinished("patient"))


def test_what_follows_a_second_try_has_the_same_ids(shared: EngineProcess) -> None:
    shared.submit("parent", later=1, follow=[{"name": "a"}])
    shared.wait_for_end("a")
    assert [entry["job"] for entry in shared.journal if entry["what"] == "begin"] == ["parent", "parent", "parent/0"]


def test_a_wait_holds_up_nobody(engine: EngineProcess) -> None:
    """Neither the one thread nor the key."""
    engine.start(threads=1)
    engine.submit("waiting", key="one", later=1, pause=600)
    engine.wait_for(lambda: engine.names("begin") == ["waiting"])
    engine.submit("same", key="one")
    engine.submit("other")
    engine.wait_for_end("same", "other")
    assert engine.is_unfinished("waiting")


def test_a_wait_outlives_the_process(engine: EngineProcess) -> None:
    engine.start()
    engine.submit("patient", later=1, pause=1.5)
    engine.wait_for(lambda: engine.ask("backlog") == 1 and engine.names("begin") == ["patient"])
    time.sleep(0.3)  # until the wait is on the disk
    engine.kill()
    engine.start(die=False)
    engine.wait_for(lambda: len(engine.names("begin")) >= 2)
    first, second = (entry["at"] for entry in engine.journal if entry["what"] == "begin")
    assert second - first > 1.4


@pytest.mark.parametrize("at_once", [True, False], ids=["submitted", "follows"])
def test_a_job_with_a_delay_does_not_run_before(shared: EngineProcess, at_once: bool) -> None:
    if at_once:
        began = time.time()
        shared.submit("later", delay=1.0)
    else:
        shared.submit("first", follow=[{"name": "later", "delay": 1.0}])
        shared.wait_for_end("first")
        (began,) = (entry["at"] for entry in shared.journal if entry["what"] == "end")
    shared.wait_for_end("later")
    (ran,) = (entry["at"] for entry in shared.journal if entry["what"] == "begin" and entry["name"] == "later")
    assert 0.95 < ran - began < 3


def test_until_then_it_counts_as_unfinished_and_holds_up_nobody(engine: EngineProcess) -> None:
    """Neither the one thread nor the key."""
    engine.start(threads=1)
    engine.submit("later", key="one", delay=600)
    engine.submit("same", key="one")
    engine.submit("other")
    engine.wait_for_end("same", "other")
    assert engine.is_unfinished("later")
    engine.wait_for(lambda: engine.ask("backlog") == 1)
    assert "later" not in engine.names("begin")


def test_a_delay_outlives_the_process_and_the_job_is_run_once(engine: EngineProcess) -> None:
    engine.start()
    began = time.time()
    for _ in range(2):
        engine.submit("later", delay=1.5)
    engine.kill()
    engine.start()
    engine.wait_for_end("later")
    engine.submit("last")
    engine.wait_for_end("last")
    assert engine.names("begin") == ["later", "last"]
    (ran, _) = (entry["at"] for entry in engine.journal if entry["what"] == "begin")
    assert ran - began > 1.4


def test_one_look_follows_another_however_long(shared: EngineProcess) -> None:
    """Each job in a chain of a hundred is run once, with an id that is short and its delivery in front."""
    chain: dict[str, Any] = {"name": "n99"}
    for number in reversed(range(99)):
        chain = {"name": f"n{number}", "delay": 0.001 if number % 25 == 5 else 0.0, "follow": [chain]}
    shared.submit("n", follow=[chain])
    shared.wait_for_end("n99")
    begun = [entry for entry in shared.journal if entry["what"] == "begin"]
    assert [entry["name"] for entry in begun] == ["n", *(f"n{number}" for number in range(100))]
    assert len({entry["job"] for entry in begun}) == 101
    assert {entry["delivery"] for entry in begun} == {"n"}
    assert all(len(entry["job"]) <= MAX_ID_LENGTH + 2 for entry in begun)


def test_patience_ends(shared: EngineProcess) -> None:
    shared.submit("hopeless", later=99)
    shared.wait_for(lambda: shared.names("gave up") == ["hopeless"])
    assert shared.names("begin") == ["hopeless"] * MAX_ATTEMPTS
    (entry,) = [entry for entry in shared.journal if entry["what"] == "gave up"]
    assert entry["reason"] == "hopeless asks for patience"
    shared.wait_for(lambda: not shared.is_unfinished("hopeless"))
    assert shared.names("gave up") == ["hopeless"]


def test_what_is_tried_until_it_is_done_is_late_and_never_given_up(shared: EngineProcess) -> None:
    shared.submit("order", later=MAX_ATTEMPTS + 2, until_done=True)
    shared.wait_for(lambda: len(shared.names("gave up")) >= 2)
    assert shared.is_unfinished("order")
    shared.wait_for_end("order")
    assert shared.names("begin") == ["order"] * (MAX_ATTEMPTS + 3)
    assert shared.names("gave up") == ["order"] * 3, "it is noted each time that it is late"
    shared.wait_for(lambda: not shared.is_unfinished("order"))


def test_a_note_that_fails_ends_no_attempts(shared: EngineProcess) -> None:
    shared.submit("order", later=MAX_ATTEMPTS, until_done=True, unnoted=True)
    shared.wait_for_end("order")


def test_what_asks_for_a_long_wait_has_it_and_is_late_at_once(shared: EngineProcess) -> None:
    shared.submit("later", later=1, pause=901, until_done=True)
    shared.wait_for(lambda: shared.names("gave up") == ["later"])
    assert shared.is_unfinished("later")


def test_a_wait_of_more_than_a_quarter_of_an_hour_is_left_to_the_sweep(shared: EngineProcess) -> None:
    shared.submit("tomorrow", later=1, pause=901)
    shared.wait_for(lambda: shared.names("gave up") == ["tomorrow"])
    assert shared.names("begin") == ["tomorrow"]


# Ids


def chain_ids(first: str, numbers: Iterable[int]) -> list[str]:
    """The ids of what follows from a job, one after the other."""
    ids = [first]
    for number in numbers:
        ids.append(child_id(ids[-1], number))
    return ids


DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def test_the_ids_of_a_short_chain_tell_where_a_job_came_from() -> None:
    assert chain_ids(DELIVERY, (0, 1, 12))[-1] == f"{DELIVERY}/0/1/12"


@pytest.mark.parametrize("first", [DELIVERY, "sweep-" + "f" * 32 + "-17", "d" * 149, "d" * 400])
def test_the_ids_of_a_long_chain_stay_short_and_unique_and_name_their_delivery(first: str) -> None:
    ids = chain_ids(first, (number % 7 for number in range(3000)))
    assert len(set(ids)) == len(ids)
    assert all(len(id_) <= max(MAX_ID_LENGTH, len(first) + 34) + 2 for id_ in ids)
    assert {id_.partition("/")[0] for id_ in ids} == {first}


@given(st.lists(st.integers(0, 20), min_size=1, max_size=120), st.lists(st.integers(0, 20), min_size=1, max_size=120))
def test_another_way_has_another_id_and_the_same_way_the_same(one: list[int], other: list[int]) -> None:
    """So that a job that is run again after a crash submits the same ones."""
    assert chain_ids(DELIVERY, one) == chain_ids(DELIVERY, one)
    assert (chain_ids(DELIVERY, one)[-1] == chain_ids(DELIVERY, other)[-1]) == (one == other)


def test_a_further_try_of_any_of_them_is_no_other_job() -> None:
    ids = chain_ids(DELIVERY, [0] * 200)
    tries = {attempt_id(id_, attempt) for id_ in ids for attempt in range(1, MAX_ATTEMPTS + 1)}
    assert len(tries) == len(ids) * MAX_ATTEMPTS


# Faults


def test_a_bug_ends_its_job_alone_and_is_in_the_log(shared: EngineProcess) -> None:
    shared.submit("broken", key="one", fail=True)
    shared.submit("behind", key="one")
    shared.wait_for_end("behind")
    shared.wait_for(lambda: not shared.is_unfinished("broken"))
    assert sorted(shared.names("begin")) == ["behind", "broken"], "and it is not tried again"
    lines = [json.loads(line) for line in shared.log.splitlines()]
    told = [line for line in lines if "broken divides by zero" in json.dumps(line)]
    assert told
    assert all(line["level"] == "error" for line in told)


def test_what_ended_long_ago_is_forgotten(engine: EngineProcess) -> None:
    engine.start()
    for number in range(3):
        engine.submit(f"job{number}")
    engine.submit("broken", fail=True)
    engine.submit("waiting", later=1, pause=600)
    engine.wait_for_end("job0", "job1", "job2")
    assert engine.ask("forget_old", 13) == 0
    forgotten = 0

    def all_that_ended() -> bool:
        nonlocal forgotten
        forgotten += engine.ask("forget_old", 15)
        return bool(forgotten == 5)  # the first try of the one that waits is among them

    engine.wait_for(all_that_ended)
    assert engine.is_unfinished("waiting")
    assert engine.ask("forget_old", 15) == 0


def test_the_engine_goes_on_when_the_database_is_back(tmp_path: Path) -> None:
    server = Postgres()
    try:
        engine = EngineProcess(server.start().create("test"), tmp_path).start()
        engine.submit("before", seconds=1)
        engine.wait_for(lambda: engine.names("begin") == ["before"])
        server.kill()
        time.sleep(1)
        server.start()
        engine.submit("after")
        engine.wait_for_end("before", "after")
        engine.ask("adopt")
        assert engine.ask("worker") == "worker-1"
        engine.close()
    finally:
        server.close()


# Handing jobs over


def assert_refused_within(enqueuer: Enqueuer, within: float) -> None:
    began = time.monotonic()
    with raises(TransientError, StorageUnavailable(StorageProblem.NO_ANSWER)):
        enqueuer.submit("d-1", Job({"name": "x"}, "k"))
    assert time.monotonic() - began < within


def test_nothing_is_taken_while_the_server_is_down(tmp_path: Path) -> None:
    server = Postgres()
    try:
        engine = EngineProcess(server.start().create("test"), tmp_path).start()
        engine.submit("first")
        engine.wait_for_end("first")
        engine.kill()
        server.kill()
        assert_refused_within(engine.enqueuer, within=2)
        assert_refused_within(Enqueuer(Database(engine.url)), within=2)
        server.start()
        engine.submit("second")
        engine.start().wait_for_end("second")
        engine.close()
    finally:
        server.close()


def test_nothing_is_taken_while_the_file_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.store.database.TIMEOUT", 1)
    file = tmp_path / "mibot.sqlite"
    engine = EngineProcess(f"sqlite:///{file}", tmp_path).start()
    engine.kill()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert_refused_within(engine.enqueuer, within=3)
    other.execute("ROLLBACK")
    other.close()
    engine.submit("after")
    engine.start().wait_for_end("after")
    engine.close()


def test_nothing_is_taken_before_the_first_start_of_a_worker(store_url: str) -> None:
    assert_refused_within(Enqueuer(Database(store_url)), within=2)


# Several workers on one PostgreSQL


def test_each_worker_has_a_name_and_the_next_one_takes_over_a_lost_ones(workers: Callable[[], EngineProcess]) -> None:
    first, second = workers().start(), workers().start()
    assert [first.ask("worker"), second.ask("worker")] == ["worker-1", "worker-2"]
    first.kill()
    third = workers().start()
    assert third.ask("worker") == "worker-1"


def test_a_key_is_held_by_one_job_in_all_workers(workers: Callable[[], EngineProcess]) -> None:
    first = workers().start()
    workers().start()
    names = [f"job{number}" for number in range(6)]
    for name in names:
        first.submit(name, key="one", seconds=0.1)
    first.wait_for_end(*names)
    in_turn = spans(first, names)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(in_turn))


def test_the_jobs_of_a_lost_worker_are_taken_over(workers: Callable[[], EngineProcess]) -> None:
    first = workers().start(timing=SOON)
    first.submit("lost", key="one", seconds=60)
    first.wait_for(lambda: first.names("begin") == ["lost"])
    second = workers().start(hurry=True, timing=SOON)
    second.submit("behind", key="one")
    time.sleep(1)
    assert second.names("begin") == ["lost"], "nobody takes over what a living worker is at"
    first.kill()
    second.ask("adopt")
    assert second.names("begin") == ["lost"], "what it sent last may still be on its way"
    second.wait_for_end("lost", "behind")
    assert second.names("begin") == ["lost", "lost", "behind"]
    assert "worker_lost" in second.log

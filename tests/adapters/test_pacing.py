"""The pace of all workers, in memory and in both databases."""

from __future__ import annotations

import threading
import time as real_time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from sqlalchemy import text

from bot.adapters.github.http.rate_limits import LocalPacing, RateLimitPauses, WriteThrottle
from bot.adapters.store import Database
from bot.adapters.store.pacing import SqlPacing
from bot.ports.pacing import Pacing
from tests.adapters.postgres import Postgres


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    database = Database(store_url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def pacing(database: Database) -> Pacing:
    return SqlPacing(database)


def test_a_turn_is_taken_once(pacing: Pacing) -> None:
    assert pacing.take_turn(50) == 0
    assert 45 < pacing.take_turn(50) <= 50
    assert 45 < pacing.take_turn(0.1) <= 50, "it was the one before who said how long"


def test_the_next_turn_comes_after_the_interval(pacing: Pacing) -> None:
    pacing.take_turn(0.05)
    left = pacing.take_turn(50)
    assert 0 < left <= 0.05
    real_time.sleep(left)
    assert pacing.take_turn(50) == 0


def test_a_write_that_goes_out_late_moves_the_next_turn(pacing: Pacing) -> None:
    pacing.take_turn(1)
    pacing.restart_turn(50)
    assert pacing.take_turn(1) > 45
    pacing.restart_turn(1)
    assert pacing.take_turn(1) > 45, "never to an earlier time"


def test_the_longest_pause_of_a_caller_counts(pacing: Pacing) -> None:
    assert pacing.pause_left("acme") == 0
    pacing.pause("acme", 50)
    pacing.pause("acme", 5)
    assert 45 < pacing.pause_left("acme") <= 50
    assert pacing.pause_left("fleet") == 0
    pacing.pause("acme", 100)
    assert 95 < pacing.pause_left("acme") <= 100


def test_a_caller_named_like_the_turn_is_none(pacing: Pacing) -> None:
    pacing.pause("write", 50)
    assert pacing.take_turn(1) == 0


def test_a_clock_that_was_set_back_stops_nobody(pacing: Pacing, database: Database) -> None:
    pacing.take_turn(1)
    pacing.pause("acme", 50)
    with database.transaction() as connection:
        connection.execute(text("UPDATE mibot_pacing SET until = until + 86400"))
    assert pacing.pause_left("acme") == 0
    assert pacing.take_turn(50) == 0
    assert pacing.take_turn(50) > 45


def test_a_pause_that_makes_no_sense_ends_after_github_longest(pacing: Pacing) -> None:
    pacing.pause("acme", 1e11)
    assert 3000 < pacing.pause_left("acme") <= 3900


def test_the_turns_of_several_workers_are_an_interval_apart(database: Database) -> None:
    """Each worker has a throttle of its own, and two threads that write."""
    starts: list[float] = []

    def write(throttle: WriteThrottle, reads: bool) -> None:
        for _ in range(3):
            if reads:
                with throttle.slot():
                    real_time.sleep(0.02)
                    throttle.wait()
                    starts.append(real_time.monotonic())
            else:
                throttle.wait()
                starts.append(real_time.monotonic())

    workers = [WriteThrottle(0.05, real_time.monotonic, real_time.sleep, SqlPacing(database)) for _ in range(3)]
    threads = [threading.Thread(target=write, args=(one, reads)) for one in workers for reads in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(starts) == 18
    gaps = [later - earlier for earlier, later in pairwise(sorted(starts))]
    assert sorted(gaps)[2] > 0.04, "threads note a write a little before or after it is their turn"


def test_a_pause_of_one_worker_is_everybodys(database: Database) -> None:
    one, other = (RateLimitPauses(real_time.monotonic, SqlPacing(database)) for _ in range(2))
    one.pause("acme", 60)
    assert other.remaining("acme") > 55
    assert other.remaining("fleet") == 0


def test_a_worker_knows_its_own_pauses_while_the_storage_is_down(postgres: Postgres) -> None:
    database = Database(postgres.url("absent"))
    pauses = RateLimitPauses(real_time.monotonic, SqlPacing(database))
    pauses.pause("acme", 60)
    assert pauses.remaining("acme") > 55
    assert pauses.remaining("fleet") == 0


class FakeTime:
    def __init__(self) -> None:
        self.now = 0.0

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_slot_that_grew_old_is_taken_anew() -> None:
    """Such as by a worker that was frozen in it: others have written since."""
    time = FakeTime()
    shared = LocalPacing(time.read)
    mine, other = (WriteThrottle(1.0, time.read, time.sleep, shared) for _ in range(2))
    with mine.slot():
        time.now = 60.0
        other.wait()
        mine.wait()
    assert time.now == 61.0


def test_a_write_after_its_reads_keeps_its_distance_from_the_next_one() -> None:
    time = FakeTime()
    shared = LocalPacing(time.read)
    mine, other = (WriteThrottle(1.0, time.read, time.sleep, shared) for _ in range(2))
    with mine.slot():
        time.now = 0.75
        mine.wait()
    other.wait()
    assert time.now == 1.75

"""A worker that was replaced changes no record: what it read before may be old."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from bot.adapters.engine.fence import WriteFence
from bot.adapters.store import Database, SqlStore
from bot.adapters.store.guarded import GuardedDatabase
from bot.adapters.store.worker_lease import WorkerLease
from bot.notifications import interested_channels
from bot.ports.errors import TransientError
from bot.ports.ownership import NotOwnerError
from bot.schema import CODEC
from tests import samples


class Worker:
    """A worker's part of the store, as if in a process of its own."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.database.migrate()
        self.lease = WorkerLease(self.database)
        self.ended = 0
        self.fence = WriteFence(self.lease, self.end)
        guarded = GuardedDatabase(self.database, self.fence.guard_transaction)
        self.store = SqlStore(guarded, CODEC, interested_channels)

    def begin(self) -> None:
        self.lease.begin("worker-1")
        self.fence.guard("worker-1")

    def end(self) -> None:
        self.ended += 1


@pytest.fixture
def worker(store_url: str) -> Iterator[Worker]:
    worker = Worker(store_url)
    yield worker
    worker.database.close()


def replace(worker: Worker) -> None:
    WorkerLease(worker.database).begin("worker-1")


def test_it_changes_records_while_its_lease_lasts(worker: Worker) -> None:
    worker.begin()
    worker.store.save_upgrade(samples.upgrade())
    assert worker.store.upgrades() == [samples.upgrade()]
    assert worker.ended == 0


def test_it_changes_nothing_after_it_was_replaced_and_ends(worker: Worker) -> None:
    worker.begin()
    replace(worker)
    with pytest.raises(NotOwnerError):
        worker.store.save_upgrade(samples.upgrade())
    assert worker.ended == 1
    assert worker.store.upgrades() == [], "reading does no harm"


def test_a_process_that_is_no_worker_is_not_asked(worker: Worker) -> None:
    replace(worker)
    worker.store.save_upgrade(samples.upgrade())
    assert worker.store.upgrades() == [samples.upgrade()]


def test_a_lease_of_a_worker_that_was_never_seen_is_over(worker: Worker) -> None:
    assert worker.lease.end_other(77, grace=60)


def test_a_lease_ends_only_after_the_grace_period(worker: Worker) -> None:
    worker.begin()
    number = worker.lease.number or 0
    assert not worker.lease.end_other(number, grace=60)
    assert worker.lease.renew()
    with worker.database.transaction() as connection:
        connection.execute(text("UPDATE mibot_workers SET seen = seen - 61"))
    other = WorkerLease(worker.database)
    assert other.end_other(number, grace=60)
    assert not worker.lease.renew()
    assert worker.lease.prove(None) == (False, False)


def test_a_clock_that_was_set_back_keeps_no_lost_worker_alive(worker: Worker) -> None:
    worker.begin()
    with worker.database.transaction() as connection:
        connection.execute(text("UPDATE mibot_workers SET seen = seen + 3600"))
    assert WorkerLease(worker.database).end_other(worker.lease.number or 0, grace=60)


def test_numbers_are_never_given_again(worker: Worker) -> None:
    worker.begin()
    first = worker.lease.number or 0
    with worker.database.transaction() as connection:
        connection.execute(text("DELETE FROM mibot_workers"))
    assert WorkerLease(worker.database).begin("worker-1") > first
    assert not worker.lease.renew()


def test_leases_of_long_ago_are_forgotten(worker: Worker) -> None:
    worker.begin()
    with worker.database.transaction() as connection:
        connection.execute(text("UPDATE mibot_workers SET seen = seen - 15 * 24 * 3600"))
    WorkerLease(worker.database).begin("worker-2")
    assert worker.lease.last_seen(worker.lease.number or 0) is None
    assert not worker.lease.renew()


def test_an_answer_that_came_late_proves_nothing(worker: Worker) -> None:
    """The process or the network stood still: another worker may have taken over since the database answered."""
    times = iter([0.0, 60.0, 60.0, 60.1])
    worker.begin()
    fence = WriteFence(worker.lease, worker.end, lambda: next(times))
    fence.guard("worker-1")
    fence()
    assert list(times) == [], "it was asked twice"


def test_a_database_that_always_answers_late_delays_the_write(worker: Worker) -> None:
    clock = itertools.count(0.0, 60.0)
    worker.begin()
    fence = WriteFence(worker.lease, worker.end, lambda: next(clock))
    fence.guard("worker-1")
    with pytest.raises(TransientError):
        fence()

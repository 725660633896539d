"""However much touches an upgrade, one look follows another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.poll_throttle import PollThrottle
from tests.samples import NOW


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def test_the_first_look_is_to_be_arranged() -> None:
    assert PollThrottle(Clock()).due("demo@3.40.1", 15)


def test_while_a_look_is_to_come_no_other_is_arranged() -> None:
    clock = Clock()
    looks = PollThrottle(clock)
    looks.due("demo@3.40.1", 15)
    for _ in range(14):
        clock.passes(1)
        assert not looks.due("demo@3.40.1", 15)
    clock.passes(1)
    assert looks.due("demo@3.40.1", 15), "the look that was to come has come, and arranges the next"
    assert not looks.due("demo@3.40.1", 15)


def test_a_look_that_comes_a_moment_too_early_arranges_the_next_all_the_same() -> None:
    clock = Clock()
    looks = PollThrottle(clock)
    looks.due("demo@3.40.1", 15)
    clock.passes(14.9995)
    assert looks.due("demo@3.40.1", 15)


def test_a_look_that_was_lost_is_arranged_by_whoever_comes_later() -> None:
    clock = Clock()
    looks = PollThrottle(clock)
    looks.due("demo@3.40.1", 15)
    clock.passes(3600)
    assert looks.due("demo@3.40.1", 30)


def test_upgrades_do_not_wait_for_each_other() -> None:
    looks = PollThrottle(Clock())
    assert looks.due("demo@3.40.1", 15)
    assert looks.due("demo@3.40.10", 15)
    assert looks.due("rctest@3.40.1", 15)


def test_after_a_crash_the_chain_begins_anew() -> None:
    clock = Clock()
    PollThrottle(clock).due("demo@3.40.1", 15)
    assert PollThrottle(clock).due("demo@3.40.1", 15)


def test_of_many_at_once_one_arranges_it() -> None:
    looks = PollThrottle(Clock())
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: looks.due("demo@3.40.1", 15), range(64))).count(True) == 1

"""Writes are spaced, reads are not, and a read-modify-write can wait before it reads."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.github import GitHubIssues, Session
from bot.adapters.github.http.rate_limits import WriteThrottle
from tests.adapters.github.conftest import FakeClock, FakeGitHub
from tests.adapters.github.samples import API, issue

ISSUE = "/repos/acme/releases/issues/1"


@pytest.fixture
def issues(site: FakeGitHub, key: str, time: FakeClock) -> GitHubIssues:
    site.add_response("GET", ISSUE, issue(1))
    site.add_response("PATCH", ISSUE, issue(1))
    session = Session(API, 7, key, write_interval=1.0, sleep=time.sleep, clock=time.read, now=time.read)
    return GitHubIssues(session, "acme/releases")


def test_writes_start_an_interval_apart(issues: GitHubIssues, time: FakeClock) -> None:
    issues.edit_issue(1, "a")
    time.seconds += 0.25
    issues.edit_issue(1, "b")
    issues.edit_issue(1, "c")
    assert time.slept == [0.75, 1.0]


def test_a_write_after_a_long_time_goes_out_at_once(issues: GitHubIssues, time: FakeClock) -> None:
    issues.edit_issue(1, "a")
    time.seconds += 60
    issues.edit_issue(1, "b")
    assert time.slept == []


def test_reads_do_not_wait(issues: GitHubIssues, time: FakeClock) -> None:
    issues.edit_issue(1, "a")
    issues.issue(1)
    issues.issue(1)
    assert time.slept == []


def test_a_turn_waits_before_the_read_and_not_before_the_write(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock
) -> None:
    issues.edit_issue(1, "a")
    with issues.write_slot():
        assert time.slept == [1.0]
        body = issues.issue(1).body
        issues.edit_issue(1, body + "b")
    assert time.slept == [1.0]
    assert site.requests() == [f"PATCH {ISSUE}", f"GET {ISSUE}", f"PATCH {ISSUE}"]


def test_a_turn_serves_one_write_only(issues: GitHubIssues, time: FakeClock) -> None:
    with issues.write_slot():
        issues.edit_issue(1, "a")
        issues.edit_issue(1, "b")
    assert time.slept == [1.0]


def test_an_unused_turn_is_lost(issues: GitHubIssues, time: FakeClock) -> None:
    with issues.write_slot():
        pass
    issues.edit_issue(1, "a")
    assert time.slept == [1.0]


def test_a_turn_is_its_own_threads(time: FakeClock) -> None:
    gate = WriteThrottle(1.0, time.read, time.sleep)
    with gate.slot():
        other = threading.Thread(target=gate.wait)
        other.start()
        other.join()
        assert time.slept == [1.0]


@given(
    st.floats(min_value=0.01, max_value=10), st.lists(st.floats(min_value=0, max_value=30), min_size=1, max_size=20)
)
def test_slots_are_never_closer_than_the_interval(interval: float, pauses: list[float]) -> None:
    time = FakeClock()
    time.seconds = 0
    gate = WriteThrottle(interval, time.read, time.sleep)
    starts = []
    for pause in pauses:
        time.seconds += pause
        gate.wait()
        starts.append(time.seconds)
    assert all(later - earlier >= interval - 1e-6 for earlier, later in pairwise(starts))

"""Faults that pass: reads are tried again, writes never, for they may have been carried out."""

from __future__ import annotations

import pytest
import requests

from bot.adapters.github import GitHubIssues
from bot.domain.failures.github import GitHubFailed, GitHubProblem, GitHubServerError
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import TransientError
from tests.adapters.github.conftest import FakeClock, FakeGitHub
from tests.adapters.github.samples import issue
from tests.failures import raises

ISSUE = "/repos/acme/releases/issues/1"
NO_ANSWER = [
    (requests.ReadTimeout("slow"), GitHubProblem.TIMED_OUT),
    (requests.ConnectTimeout("slower"), GitHubProblem.TIMED_OUT),
    (requests.ConnectionError("reset"), GitHubProblem.UNREACHABLE),
    (requests.exceptions.ChunkedEncodingError("cut off"), GitHubProblem.UNREACHABLE),
]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_read_is_tried_again_after_a_server_error(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock, status: int
) -> None:
    site.add_response("GET", ISSUE, {"message": "Server Error"}, status)
    site.add_response("GET", ISSUE, issue(1))
    assert issues.issue(1).number == 1
    assert len(time.slept) == 1


@pytest.mark.parametrize(("fault", "problem"), NO_ANSWER)
def test_a_read_is_tried_again_without_an_answer(
    site: FakeGitHub, issues: GitHubIssues, fault: Exception, problem: GitHubProblem
) -> None:
    site.add_response("GET", ISSUE, fault)
    site.add_response("GET", ISSUE, issue(1))
    assert issues.issue(1).number == 1


@pytest.mark.parametrize(("fault", "problem"), NO_ANSWER)
def test_a_read_that_never_gets_an_answer_says_so(
    site: FakeGitHub, issues: GitHubIssues, fault: Exception, problem: GitHubProblem
) -> None:
    site.add_response("GET", ISSUE, fault)
    with raises(TransientError, GitHubFailed(GitHubAction.READ_ISSUE, problem)):
        issues.issue(1)


def test_a_read_gives_up_after_a_few_tries_with_growing_pauses(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock
) -> None:
    site.add_response("GET", ISSUE, {"message": "Server Error"}, 500)
    with raises(TransientError, GitHubServerError(GitHubAction.READ_ISSUE, 500)):
        issues.issue(1)
    assert len(site.requests()) == 4
    assert time.slept == sorted(set(time.slept))
    assert sum(time.slept) < 30


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_write_is_not_repeated_after_a_server_error(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock, status: int
) -> None:
    site.add_response("POST", f"{ISSUE}/comments", {"message": "Server Error"}, status)
    with raises(TransientError, GitHubServerError(GitHubAction.WRITE_COMMENT, status)):
        issues.create_comment(1, "hello")
    assert site.requests() == [f"POST {ISSUE}/comments"]
    assert time.slept == []


@pytest.mark.parametrize(("fault", "problem"), NO_ANSWER)
def test_a_write_is_not_repeated_without_an_answer(
    site: FakeGitHub, issues: GitHubIssues, fault: Exception, problem: GitHubProblem
) -> None:
    site.add_response("POST", f"{ISSUE}/comments", fault)
    with raises(TransientError, GitHubFailed(GitHubAction.WRITE_COMMENT, problem)):
        issues.create_comment(1, "hello")
    assert site.requests() == [f"POST {ISSUE}/comments"]


def test_every_request_has_a_time_out(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", ISSUE, issue(1))
    issues.issue(1)
    assert site.timeouts() == [(10, 30)] * 3  # to connect and to read: the installation, its token, the issue


def test_maintenance_says_when_to_come_back(site: FakeGitHub, issues: GitHubIssues, time: FakeClock) -> None:
    site.add_response("GET", ISSUE, {"message": "down for maintenance"}, 503, {"Retry-After": "300"})
    with pytest.raises(TransientError) as caught:
        issues.issue(1)
    assert caught.value.retry_after == 300
    assert time.slept == []

"""GitHub's rate limits: short ones are waited for, long ones are handed to the caller, and nobody asks meanwhile."""

from __future__ import annotations

import pytest

from bot.adapters.github import GitHubDeploymentRepository, GitHubIssues
from bot.domain.failures.github import GitHubRateLimited
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import PermanentError, TransientError
from tests.adapters.github.conftest import FakeClock, FakeGitHub
from tests.adapters.github.samples import comment, issue, pull
from tests.failures import raises

ISSUE = "/repos/acme/releases/issues/1"
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
PRIMARY = {"message": "API rate limit exceeded for installation ID 1."}


@pytest.mark.parametrize("status", [403, 429])
def test_a_short_secondary_limit_is_waited_for(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock, status: int
) -> None:
    site.add_response("GET", ISSUE, SECONDARY, status, {"Retry-After": "7"})
    site.add_response("GET", ISSUE, issue(1))
    assert issues.issue(1).number == 1
    assert time.slept == [7]


def test_a_write_is_sent_again_after_a_limit_for_it_was_not_carried_out(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock
) -> None:
    site.add_response("POST", f"{ISSUE}/comments", SECONDARY, 403, {"Retry-After": "7"})
    site.add_response("POST", f"{ISSUE}/comments", comment(9), 201)
    assert issues.create_comment(1, "hello").id == 9
    assert time.slept == [7]


def test_a_long_secondary_limit_is_the_callers(site: FakeGitHub, issues: GitHubIssues, time: FakeClock) -> None:
    site.add_response("GET", ISSUE, SECONDARY, 403, {"Retry-After": "120"})
    with raises(TransientError, GitHubRateLimited(GitHubAction.READ_ISSUE, 120)) as caught:
        issues.issue(1)
    assert caught.value.retry_after == 120
    assert time.slept == []


def test_a_primary_limit_lasts_until_its_reset(site: FakeGitHub, issues: GitHubIssues, time: FakeClock) -> None:
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.seconds) + 20)}
    site.add_response("GET", ISSUE, PRIMARY, 403, reset)
    site.add_response("GET", ISSUE, issue(1))
    assert issues.issue(1).number == 1
    assert 20 <= sum(time.slept) <= 22


def test_a_far_reset_is_the_callers(site: FakeGitHub, issues: GitHubIssues, time: FakeClock) -> None:
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.seconds) + 1800)}
    site.add_response("GET", ISSUE, PRIMARY, 403, reset)
    with pytest.raises(TransientError) as caught:
        issues.issue(1)
    assert caught.value.retry_after is not None
    assert 1800 <= caught.value.retry_after <= 1802


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}])
def test_a_limit_that_names_no_time_lasts_a_minute(
    site: FakeGitHub, issues: GitHubIssues, headers: dict[str, str]
) -> None:
    site.add_response("GET", ISSUE, SECONDARY, 403, headers)
    with pytest.raises(TransientError) as caught:
        issues.issue(1)
    assert caught.value.retry_after == 60


def test_a_403_without_any_sign_of_a_limit_is_no_limit(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock
) -> None:
    site.add_response(
        "GET", ISSUE, {"message": "Resource not accessible by integration"}, 403, {"X-RateLimit-Remaining": "9"}
    )
    with pytest.raises(PermanentError):
        issues.issue(1)
    assert time.slept == []


def test_a_limit_that_does_not_end_is_given_up(site: FakeGitHub, issues: GitHubIssues, time: FakeClock) -> None:
    site.add_response("GET", ISSUE, SECONDARY, 403, {"Retry-After": "5"})
    with pytest.raises(TransientError) as caught:
        issues.issue(1)
    assert caught.value.retry_after == 5
    assert len(site.requests()) == 4


def test_a_long_limit_keeps_everybody_of_that_installation_silent(
    site: FakeGitHub, issues: GitHubIssues, deployment: GitHubDeploymentRepository, time: FakeClock
) -> None:
    site.add_response("GET", ISSUE, SECONDARY, 403, {"Retry-After": "120"})
    site.add_response("GET", f"{ISSUE}/comments", [])
    site.add_response("GET", "/repos/fleet/deploy/pulls/1", pull(1))
    with pytest.raises(TransientError):
        issues.issue(1)
    with pytest.raises(TransientError) as caught:
        issues.comments(1)
    assert caught.value.retry_after == 120
    assert site.requests() == [f"GET {ISSUE}"]
    assert deployment.pull_requests.pull(1).number == 1  # GitHub counts another installation by itself
    time.seconds += 121
    assert issues.comments(1) == []

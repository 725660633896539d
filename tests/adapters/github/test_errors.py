"""What GitHub's refusals mean to the bot, and what people read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.github import GitHubDeploymentRepository, GitHubIssues
from bot.adapters.github.http.errors import MAX_MESSAGE_LENGTH, sanitize_message
from bot.domain.failures.github import GitHubFailed, GitHubNotJson, GitHubProblem, GitHubRefused, GitHubServerError
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import (
    ConflictError,
    ExternalError,
    NeedsPersonError,
    NotFoundError,
    PermanentError,
    TransientError,
)
from bot.rendering.wording import describe
from tests.adapters.github.conftest import FakeGitHub
from tests.adapters.github.samples import FORBIDDEN, HTML
from tests.failures import raises

REPOSITORY = "/repos/acme/releases"
ISSUE = f"{REPOSITORY}/issues/1"


def test_a_missing_issue_is_missing(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", REPOSITORY, {"default_branch": "main"})
    site.add_response("GET", ISSUE, {"message": "Not Found"}, 404)
    with raises(NotFoundError, GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.NOT_FOUND)):
        issues.issue(1)


@pytest.mark.parametrize("status", [404, 410])
def test_what_cannot_be_seen_is_not_missing(site: FakeGitHub, issues: GitHubIssues, status: int) -> None:
    site.add_response("GET", REPOSITORY, {"message": "Not Found"}, 404)
    site.add_response("GET", ISSUE, {"message": "Not Found"}, status)
    with raises(NeedsPersonError, GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.NO_ACCESS)) as caught:
        issues.issue(1)
    assert not isinstance(caught.value, NotFoundError)


@pytest.mark.parametrize(
    ("status", "message", "error", "problem"),
    [
        (502, "", TransientError, None),
        (403, "This installation has been suspended", NeedsPersonError, GitHubProblem.SUSPENDED),
    ],
)
def test_what_may_be_hidden_is_not_missing(
    site: FakeGitHub, issues: GitHubIssues, status: int, message: str, error: type[ExternalError], problem: Any
) -> None:
    site.add_response("GET", REPOSITORY, {"message": message}, status)
    site.add_response("GET", f"{ISSUE}/comments", {"message": "Not Found"}, 404)
    with pytest.raises(error) as caught:
        issues.comments(1)
    assert not isinstance(caught.value, NotFoundError)
    assert getattr(caught.value.reason, "problem", None) == problem


def test_a_deleted_issue_is_missing(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", REPOSITORY, {"default_branch": "main"})
    site.add_response("GET", ISSUE, {"message": "This issue was deleted"}, 410)
    with pytest.raises(NotFoundError):
        issues.issue(1)


def test_a_conflict_is_a_conflict(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("PATCH", ISSUE, {"message": "Conflict"}, 409)
    with raises(ConflictError, GitHubFailed(GitHubAction.EDIT_ISSUE, GitHubProblem.CONFLICT)):
        issues.edit_issue(1, "text")


def test_a_branch_that_exists_is_a_conflict(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    site.add_response("POST", "/repos/fleet/deploy/git/refs", {"message": "Reference already exists"}, 422)
    with raises(ConflictError, GitHubFailed(GitHubAction.CREATE_BRANCH, GitHubProblem.CONFLICT)):
        deployment.branches.create_branch("rctest/upgrade-v3.40.1", "c1")


def pull_refused(site: FakeGitHub, reason: object) -> None:
    site.add_response("GET", "/repos/fleet/deploy", {"default_branch": "main"})
    site.add_response("POST", "/repos/fleet/deploy/pulls", {"message": "Validation Failed", "errors": [reason]}, 422)


@pytest.mark.parametrize(
    "reason",
    [
        {"resource": "PullRequest", "message": "A pull request already exists for fleet:tpgi/upgrade-v3.40.1."},
        {"resource": "PullRequest", "field": "head", "code": "already_exists"},
    ],
)
def test_a_pull_request_that_exists_is_a_conflict(
    site: FakeGitHub, deployment: GitHubDeploymentRepository, reason: object
) -> None:
    pull_refused(site, reason)
    with raises(ConflictError, GitHubFailed(GitHubAction.OPEN_PULL_REQUEST, GitHubProblem.CONFLICT)) as caught:
        deployment.pull_requests.create_pull("tpgi/upgrade-v3.40.1", "title", "body")
    assert "tpgi" not in str(caught.value)
    assert "tpgi" not in describe(caught.value.reason)


@pytest.mark.parametrize(
    "reason",
    [
        {"message": "No commits between main and tpgi/upgrade-v3.40.1"},
        {"resource": "PullRequest", "field": "head", "code": "invalid"},
        {"message": "Head sha can't be blank"},
    ],
)
def test_a_branch_that_github_does_not_see_yet_is_waited_for(
    site: FakeGitHub, deployment: GitHubDeploymentRepository, reason: object
) -> None:
    pull_refused(site, reason)
    with raises(TransientError, GitHubFailed(GitHubAction.OPEN_PULL_REQUEST, GitHubProblem.BEHIND)):
        deployment.pull_requests.create_pull("tpgi/upgrade-v3.40.1", "title", "body")


def test_a_forbidden_call_names_the_permission_it_needs(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("POST", f"{ISSUE}/comments", {"message": FORBIDDEN}, 403)
    with raises(PermanentError, GitHubRefused(GitHubAction.WRITE_COMMENT, 403, FORBIDDEN, "issues=write")):
        issues.create_comment(1, "hello")


def test_github_knows_best_which_permission_is_missing(site: FakeGitHub, issues: GitHubIssues) -> None:
    needed = "issues=write; pull_requests=write"
    accepted = {"X-Accepted-GitHub-Permissions": needed}
    site.add_response("POST", f"{ISSUE}/labels", {"message": FORBIDDEN}, 403, accepted)
    with raises(PermanentError, GitHubRefused(GitHubAction.LABEL_ISSUE, 403, FORBIDDEN, needed)):
        issues.add_labels(1, ["managed-instances"])


def test_another_refusal_quotes_github(site: FakeGitHub, issues: GitHubIssues) -> None:
    errors = [{"message": "body is too long (maximum is 65536 characters)"}]
    site.add_response("PATCH", ISSUE, {"message": "Validation Failed", "errors": errors}, 422)
    said = "Validation Failed; body is too long (maximum is 65536 characters)"
    with raises(PermanentError, GitHubRefused(GitHubAction.EDIT_ISSUE, 422, said)):
        issues.edit_issue(1, "x" * 70000)


@pytest.mark.parametrize("status", [200, 403, 404, 422])
def test_html_instead_of_json_is_refused(site: FakeGitHub, issues: GitHubIssues, status: int) -> None:
    site.add_response("GET", ISSUE, HTML, status)
    with raises(PermanentError, GitHubNotJson(GitHubAction.READ_ISSUE, status)) as caught:
        issues.issue(1)
    assert not isinstance(caught.value, NotFoundError)  # a proxy's 404 says nothing about the issue


def test_html_from_a_broken_server_passes(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", ISSUE, HTML, 502)
    with raises(TransientError, GitHubServerError(GitHubAction.READ_ISSUE, 502)):
        issues.issue(1)


@pytest.mark.parametrize("answer", [{}, [], "null", {"number": "one"}, {"number": 1, "title": "no state"}])
def test_json_of_another_shape_is_refused(site: FakeGitHub, issues: GitHubIssues, answer: object) -> None:
    site.add_response("GET", ISSUE, answer)
    with raises(PermanentError, GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.UNEXPECTED_ANSWER)):
        issues.issue(1)


def test_an_object_is_not_taken_for_an_empty_list(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", "/repos/acme/releases/issues", {})
    with pytest.raises(PermanentError):
        issues.list_issues(["team/cloud"], state="open")


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_to_another_server_is_not_followed(site: FakeGitHub, issues: GitHubIssues, status: int) -> None:
    site.add_response("GET", ISSUE, {}, status, {"Location": "http://other.test/repositories/9/issues/1"})
    with raises(PermanentError, GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.MOVED)):
        issues.issue(1)
    assert site.requests() == [f"GET {ISSUE}"]


def test_every_failure_is_one_short_line_without_names(site: FakeGitHub, issues: GitHubIssues) -> None:
    message = "Bad thing\nwith refs/heads/tpgi/upgrade-v3.40.1 and @org/team and `code` " + "very " * 100
    site.add_response("PATCH", ISSUE, {"message": message}, 400)
    with pytest.raises(ExternalError) as caught:
        issues.edit_issue(1, "text")
    said = describe(caught.value.reason)
    assert "Bad thing with … and … and 'code'" in said
    assert "\n" not in said
    assert len(said) < 300


@given(st.text())
def test_a_quote_is_one_line_without_paths_and_mentions(message: str) -> None:
    line = sanitize_message(message)
    assert len(line) <= MAX_MESSAGE_LENGTH
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("/@`")

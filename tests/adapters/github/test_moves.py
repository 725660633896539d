"""Repositories that people rename or transfer, and issues that they transfer to another repository."""

from __future__ import annotations

import pytest

from bot.adapters.github import GitHubDeploymentRepository, GitHubIssues
from bot.domain.failures.github import GitHubFailed, GitHubProblem
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import NotFoundError, PermanentError
from tests.adapters.github.conftest import FakeGitHub
from tests.adapters.github.samples import API, comment, issue, pull
from tests.failures import raises

OLD, KEPT = "/repos/acme/releases", "/repositories/41"
MOVED = {"message": "Moved Permanently"}


def redirect(site: FakeGitHub, verb: str, path: str, to: str, status: int = 301) -> None:
    site.add_response(verb, path, MOVED, status, headers={"Location": f"{API}{to}"})


@pytest.fixture
def renamed(site: FakeGitHub) -> FakeGitHub:
    """The releases repository has another name; GitHub redirects whatever begins with the old one."""
    redirect(site, "GET", OLD, KEPT)
    redirect(site, "GET", f"{OLD}/issues/1", f"{KEPT}/issues/1")
    redirect(site, "POST", f"{OLD}/issues/1/comments", f"{KEPT}/issues/1/comments", 307)
    site.add_response("GET", KEPT, {"full_name": "acme/shipping"})
    site.add_response("GET", f"{KEPT}/issues/1", issue(1))
    site.add_response("POST", f"{KEPT}/issues/1/comments", comment(5), 201)
    return site


def test_a_renamed_repository_is_followed_and_remembered(renamed: FakeGitHub, issues: GitHubIssues) -> None:
    assert issues.issue(1).number == 1
    before = len(renamed.requests())
    assert issues.issue(1).number == 1
    assert renamed.requests()[before:] == [f"GET {KEPT}/issues/1"], "without a detour"
    assert issues.create_comment(1, "hello").id == 5


def test_a_write_is_followed_too_and_made_once(renamed: FakeGitHub, issues: GitHubIssues) -> None:
    assert issues.create_comment(1, "hello").id == 5
    assert renamed.requests().count(f"POST {KEPT}/issues/1/comments") == 1


def test_a_transferred_issue_is_gone_from_here_and_nothing_is_written_there(
    site: FakeGitHub, issues: GitHubIssues
) -> None:
    site.add_response("GET", OLD, {"full_name": "acme/releases"})
    redirect(site, "GET", f"{OLD}/issues/1", "/repositories/99/issues/1")
    redirect(site, "POST", f"{OLD}/issues/1/comments", "/repositories/99/issues/1/comments", 307)
    with raises(NotFoundError, GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.NOT_FOUND)):
        issues.issue(1)
    with pytest.raises(NotFoundError):
        issues.create_comment(1, "hello")
    assert not any("/repositories/99" in line for line in site.requests())


def test_an_issue_that_got_another_number_there_is_gone_as_well(site: FakeGitHub, issues: GitHubIssues) -> None:
    redirect(site, "GET", f"{OLD}/issues/1", "/repositories/99/issues/7")
    with pytest.raises(NotFoundError):
        issues.issue(1)


@pytest.mark.parametrize("to", ["https://evil.test/repositories/41/issues/1", "//evil.test/issues/1"])
def test_another_server_is_not_followed(site: FakeGitHub, issues: GitHubIssues, to: str) -> None:
    site.add_response("GET", f"{OLD}/issues/1", MOVED, 301, headers={"Location": to})
    with raises(PermanentError, GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.MOVED)):
        issues.issue(1)


def test_redirects_in_a_circle_end(site: FakeGitHub, issues: GitHubIssues) -> None:
    redirect(site, "GET", OLD, KEPT)
    redirect(site, "GET", f"{OLD}/issues/1", f"{KEPT}/issues/1")
    redirect(site, "GET", f"{KEPT}/issues/1", f"{OLD}/issues/1")
    with pytest.raises(PermanentError):
        issues.issue(1)


def test_pull_requests_are_found_under_the_new_owner(
    site: FakeGitHub, deployment: GitHubDeploymentRepository
) -> None:
    here, kept, branch = "/repos/fleet/deploy", "/repositories/42", "rctest/upgrade-v3.40.1"
    redirect(site, "GET", here, kept)
    redirect(site, "GET", f"{here}/pulls", f"{kept}/pulls")
    site.add_response("GET", kept, {"full_name": "armada/deploy", "default_branch": "main"})
    repo = {"full_name": "armada/deploy", "default_branch": "main"}
    there = pull(2, base={"ref": "main", "sha": "b1", "repo": repo}, head={"ref": branch, "sha": "h1", "repo": repo})
    site.add_response("GET", f"{kept}/pulls", [], query={"head": f"fleet:{branch}"})
    site.add_response("GET", f"{kept}/pulls", [there], query={"head": f"armada:{branch}"})
    deployment.pull_requests.pulls_from_branch(branch)
    assert [one.number for one in deployment.pull_requests.pulls_from_branch(branch)] == [2]

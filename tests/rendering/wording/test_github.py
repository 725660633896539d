"""What people read when GitHub refuses or fails."""

from __future__ import annotations

import pytest

from bot.domain.failures.github import (
    AppKeyUnreadable,
    AppNotInstalled,
    GitHubFailed,
    GitHubListTooLong,
    GitHubNotJson,
    GitHubProblem,
    GitHubRateLimited,
    GitHubRefused,
    GitHubServerError,
    UpstreamFileMissing,
    WorkflowFileMissing,
)
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.rendering.wording import describe
from bot.rendering.wording.failures.github_actions import ACTIONS

FORBIDDEN = "Resource not accessible by integration"


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.NOT_FOUND),
            "Could not read the issue: GitHub says that it does not exist or that the App has no access to it.",
        ),
        (
            GitHubFailed(GitHubAction.CREATE_BRANCH, GitHubProblem.CONFLICT),
            "Could not create the branch: it already exists, or it changed in the meantime.",
        ),
        (
            GitHubFailed(GitHubAction.OPEN_PULL_REQUEST, GitHubProblem.NOTHING_TO_CHANGE),
            "Could not open the pull request: there is nothing to change.",
        ),
        (
            GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.TIMED_OUT),
            "Could not read the issue: GitHub did not answer in time.",
        ),
        (
            GitHubFailed(GitHubAction.WRITE_COMMENT, GitHubProblem.UNREACHABLE),
            "Could not write a comment: the connection to GitHub failed.",
        ),
        (
            GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.MOVED),
            "Could not read the issue: the repository has moved. Put its new name in the settings (`repositories`).",
        ),
        (
            GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.UNEXPECTED_ANSWER),
            "Could not read the issue: GitHub's response lacks a documented field.",
        ),
        (
            GitHubFailed(GitHubAction.READ_FILE, GitHubProblem.WRONG_CONTENT),
            "Could not read a file: GitHub sent other content than requested (its SHA-1 differs).",
        ),
        (
            GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.CREDENTIALS_REJECTED),
            "Could not read the issue: GitHub does not accept the App's credentials. "
            "Check `github.app_id`, `github.private_key` and this machine's clock.",
        ),
        (
            GitHubFailed(GitHubAction.LIST_FILES, GitHubProblem.TREE_TOO_LARGE),
            "Could not list the files of the deployment repository: it has more entries than GitHub lists in one "
            "response.",
        ),
        (
            GitHubRateLimited(GitHubAction.READ_ISSUE, 119.6),
            "Could not read the issue: GitHub's rate limit requires a pause of 120 seconds.",
        ),
        (GitHubServerError(GitHubAction.READ_ISSUE, 502), "Could not read the issue: GitHub answered 502."),
        (
            GitHubNotJson(GitHubAction.READ_ISSUE, 404),
            "Could not read the issue: the response (404) is not JSON. Check `github.api_url`.",
        ),
        (
            GitHubRefused(GitHubAction.WRITE_COMMENT, 403, FORBIDDEN, "issues=write"),
            f'Could not write a comment: GitHub forbids it ("{FORBIDDEN}"). '
            "The App probably lacks the permission `issues=write`.",
        ),
        (
            GitHubRefused(GitHubAction.READ_APP, 403, FORBIDDEN),
            f'Could not read the App\'s own record: GitHub forbids it ("{FORBIDDEN}").',
        ),
        (
            GitHubRefused(GitHubAction.EDIT_ISSUE, 422, "Validation Failed; body is too long"),
            'Could not edit the issue: GitHub answered 422 ("Validation Failed; body is too long").',
        ),
        (
            GitHubRefused(GitHubAction.CREATE_TOKEN, 422, "not granted to this installation"),
            "Could not get an installation token with the permissions that mibot needs: "
            'GitHub answered 422 ("not granted to this installation").',
        ),
        (
            GitHubListTooLong(GitHubAction.LIST_PULL_REQUESTS, 10_000),
            "Could not list the pull requests: the list has more than 10000 entries.",
        ),
        (AppKeyUnreadable(), "The App's private key cannot be read. Check `github.private_key`."),
        (AppNotInstalled("acme"), "The App is not installed for `acme`. Install it there."),
        (
            WorkflowFileMissing("mi_upgrade.yml"),
            "The deployment repository has no workflow file .github/workflows/mi_upgrade.yml on its base branch, or "
            "the App has no access to it.",
        ),
        (
            UpstreamFileMissing("docker-compose/docker-compose.yaml", Version(3, 40, 1)),
            "Upstream's repository has no file docker-compose/docker-compose.yaml at the tag v3.40.1: "
            "check whether that version was released.",
        ),
    ],
)
def test_the_words(reason: Reason, sentence: str) -> None:
    assert describe(reason) == sentence


def test_every_action_and_every_problem_has_words() -> None:
    assert ACTIONS.keys() == set(GitHubAction)
    for problem in GitHubProblem:
        assert describe(GitHubFailed(GitHubAction.READ_ISSUE, problem)).startswith("Could not read the issue: ")

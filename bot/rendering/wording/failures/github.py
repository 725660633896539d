"""Words for what GitHub refuses or fails at."""

from __future__ import annotations

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
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.failures.github_actions import ACTIONS

_PROBLEMS = {
    GitHubProblem.TIMED_OUT: "GitHub did not answer in time.",
    GitHubProblem.UNREACHABLE: "the connection to GitHub failed.",
    GitHubProblem.MOVED: "the repository has moved. Put its new name in the settings (`repositories`).",
    GitHubProblem.UNEXPECTED_ANSWER: "GitHub's response lacks a documented field.",
    GitHubProblem.WRONG_CONTENT: "GitHub sent other content than requested (its SHA-1 differs).",
    GitHubProblem.CREDENTIALS_REJECTED: (
        "GitHub does not accept the App's credentials. "
        "Check `github.app_id`, `github.private_key` and this machine's clock."
    ),
    GitHubProblem.NOT_FOUND: "GitHub says that it does not exist or that the App has no access to it.",
    GitHubProblem.CONFLICT: "it already exists, or it changed in the meantime.",
    GitHubProblem.NOTHING_TO_CHANGE: "there is nothing to change.",
    GitHubProblem.TREE_TOO_LARGE: "it has more entries than GitHub lists in one response.",
}


def _could_not(action: GitHubAction, why: str) -> str:
    return f"Could not {ACTIONS[action]}: {why}"


@describe.register
def _(reason: GitHubFailed) -> str:
    return _could_not(reason.action, _PROBLEMS[reason.problem])


@describe.register
def _(reason: GitHubRateLimited) -> str:
    return _could_not(reason.action, f"GitHub's rate limit requires a pause of {reason.wait:.0f} seconds.")


@describe.register
def _(reason: GitHubServerError) -> str:
    return _could_not(reason.action, f"GitHub answered {reason.status}.")


@describe.register
def _(reason: GitHubNotJson) -> str:
    return _could_not(reason.action, f"the response ({reason.status}) is not JSON. Check `github.api_url`.")


@describe.register
def _(reason: GitHubRefused) -> str:
    if reason.status != 403:
        return _could_not(reason.action, f'GitHub answered {reason.status} ("{reason.said}").')
    missing = f" The App probably lacks the permission `{reason.permission}`." if reason.permission else ""
    return _could_not(reason.action, f'GitHub forbids it ("{reason.said}").{missing}')


@describe.register
def _(reason: GitHubListTooLong) -> str:
    return _could_not(reason.action, f"the list has more than {reason.limit} entries.")


@describe.register
def _(_reason: AppKeyUnreadable) -> str:
    return "The App's private key cannot be read. Check `github.private_key`."


@describe.register
def _(reason: AppNotInstalled) -> str:
    return f"The App is not installed for `{reason.owner}`. Install it there."


@describe.register
def _(reason: WorkflowFileMissing) -> str:
    return (
        f"The deployment repository has no workflow file .github/workflows/{reason.workflow} on its base branch, or "
        "the App has no access to it."
    )


@describe.register
def _(reason: UpstreamFileMissing) -> str:
    return (
        f"Upstream's repository has no file {reason.path} at the tag v{reason.version}: "
        "check whether that version was released."
    )

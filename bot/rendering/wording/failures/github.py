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
    GitHubProblem.NO_DNS: (
        "GitHub's name can't be resolved. Check `github.api_url` and the network of the machine that runs mibot."
    ),
    GitHubProblem.TLS_FAILED: (
        "no secure connection to GitHub: its certificate is not accepted. Check `github.api_url`, this machine's "
        "clock and its certificates, and whether a proxy is in between."
    ),
    GitHubProblem.CUT_SHORT: "GitHub's response was cut short.",
    GitHubProblem.CLOCK_DIFFERS: "this machine's clock differs too much from GitHub's. Set it right.",
    GitHubProblem.NO_PUBLIC_KEY: (
        "the App has no key. Generate a private key in its settings on GitHub, and put it into `github.private_key`."
    ),
    GitHubProblem.TOKEN_NOT_KNOWN: "GitHub does not know the token yet that it just issued.",
    GitHubProblem.PERMISSIONS_NOT_GRANTED: (
        "the App's installation lacks permissions that mibot needs. Grant them in the App's settings, and accept "
        "them for the installation; `mibot doctor` lists them."
    ),
    GitHubProblem.SUSPENDED: (
        "the App's installation is suspended. Unsuspend it in the organization's settings, under GitHub Apps."
    ),
    GitHubProblem.ADDRESS_NOT_ALLOWED: (
        "the organization's IP allow list does not have the address of the machine that runs mibot. Add it there."
    ),
    GitHubProblem.SINGLE_SIGN_ON: (
        "the organization enforces single sign-on. Authorize the App for it, or install it in the organization anew."
    ),
    GitHubProblem.NO_ACCESS: (
        "the App can't see the repository. Check that it is installed there with access to it, and that the "
        "repository has the name in the settings (`repositories`)."
    ),
    GitHubProblem.ARCHIVED: "the repository is archived. Unarchive it in its settings.",
    GitHubProblem.BLOCKED: "GitHub has blocked the repository. See its page there, and write to GitHub's support.",
    GitHubProblem.EMPTY: "the repository is empty. Push its base branch.",
    GitHubProblem.ISSUES_DISABLED: "issues are switched off. Switch them on in the repository's settings.",
    GitHubProblem.LOCKED: "the conversation is locked. Unlock it.",
    GitHubProblem.BEHIND: "GitHub does not show yet what was just written, or it changed in the meantime.",
    GitHubProblem.TOO_LARGE: "it is larger than GitHub accepts.",
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

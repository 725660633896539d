"""What GitHub's refusals mean, by status, by GitHub's own words and by the request.

The words are those of https://docs.github.com/en/rest and of answers that users of other Apps reported.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.failures.github import GitHubProblem
from bot.domain.failures.refusals.sorts import Sort


class GitHubRequest(StrEnum):
    """Which kind of request was refused."""

    READ = "read"
    WRITE = "write"
    AS_APP = "as_app"
    """Made with the App's own credentials: about its installations and their tokens."""


ANY = frozenset(GitHubRequest)
WITH_TOKEN = frozenset({GitHubRequest.READ, GitHubRequest.WRITE})
WRITES = frozenset({GitHubRequest.WRITE})
READS = frozenset({GitHubRequest.READ})
AS_APP = frozenset({GitHubRequest.AS_APP})


@dataclass(frozen=True)
class GitHubRefusal:
    """One row: what refusals with one of the `statuses` whose message holds `said` (in small letters) mean.

    `problem` is what people are told; without one they read GitHub's own words. `limit` marks limits of rate, for
    which every request of the same installation waits.
    """

    sort: Sort
    statuses: Container[int]
    said: str = ""
    requests: Container[GitHubRequest] = ANY
    problem: GitHubProblem | None = None
    limit: bool = False

    def fits(self, status: int, message: str, request: GitHubRequest) -> bool:
        return status in self.statuses and self.said in message and request in self.requests


_P, _N, _G = Sort.PASSING, Sort.NEEDS_PERSON, GitHubProblem
_CLIENT_ERRORS = range(400, 500)

GITHUB_REFUSALS = (
    # Limits of rate, in all their spellings. Headers that say so count before this table.
    GitHubRefusal(_P, {429}, limit=True),
    GitHubRefusal(_P, {403}, "rate limit", limit=True),
    GitHubRefusal(_P, {403}, "abuse detection", limit=True),
    GitHubRefusal(_P, {403}, "too many requests", limit=True),
    GitHubRefusal(_P, {403, 422}, "too quickly", limit=True),
    # The App and its tokens.
    GitHubRefusal(_N, {401}, "'issued at' claim", AS_APP, _G.CLOCK_DIFFERS),
    GitHubRefusal(_N, {401}, "'expiration time' claim", AS_APP, _G.CLOCK_DIFFERS),
    GitHubRefusal(_N, {401}, "must generate a public key", AS_APP, _G.NO_PUBLIC_KEY),
    GitHubRefusal(_N, {401}, "", AS_APP, _G.CREDENTIALS_REJECTED),
    GitHubRefusal(_N, {404}, "integration not found", AS_APP, _G.CREDENTIALS_REJECTED),
    GitHubRefusal(_P, {401}, "", WITH_TOKEN, _G.TOKEN_NOT_KNOWN),  # each is sent again with a new token first
    GitHubRefusal(_N, {422}, "permissions requested are not granted", AS_APP, _G.PERMISSIONS_NOT_GRANTED),
    GitHubRefusal(_N, {403}, "suspended", problem=_G.SUSPENDED),
    # The organization.
    GitHubRefusal(_N, {403}, "ip allow list", problem=_G.ADDRESS_NOT_ALLOWED),
    GitHubRefusal(_N, {403}, "saml", problem=_G.SINGLE_SIGN_ON),
    GitHubRefusal(_N, {403}, "single sign-on", problem=_G.SINGLE_SIGN_ON),
    # The repository.
    GitHubRefusal(_N, {403, 422}, "archived", problem=_G.ARCHIVED),
    GitHubRefusal(_N, {451}, problem=_G.BLOCKED),
    GitHubRefusal(_N, {403}, "access blocked", problem=_G.BLOCKED),
    GitHubRefusal(_N, {403}, "repository has been disabled", problem=_G.BLOCKED),
    GitHubRefusal(_N, {409}, "repository is empty", problem=_G.EMPTY),
    GitHubRefusal(_N, {404, 410}, "issues are disabled", problem=_G.ISSUES_DISABLED),
    GitHubRefusal(_N, {404, 410}, "issues has been disabled", problem=_G.ISSUES_DISABLED),
    GitHubRefusal(_N, {403, 409, 422}, "migrat"),
    GitHubRefusal(_N, {409, 422}, "rule violation"),
    GitHubRefusal(_N, {403, 422}, "locked", problem=_G.LOCKED),
    # What was written a moment ago and is not seen everywhere yet, and what moved meanwhile.
    GitHubRefusal(_P, {422}, "no commits between", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {422}, "head invalid", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {422}, "base invalid", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {422}, "sha can't be blank", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {422}, "head ref must be a branch", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {404, 409, 422}, "reference does not exist", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {404, 409, 422}, "object does not exist", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {409, 422}, "reference update failed", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {404, 422}, "no commit found", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {404, 422}, "sha does not exist", WRITES, _G.BEHIND),  # a blob's, a tree's, a parent's
    GitHubRefusal(_P, {404, 422}, "badobjectstate", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {409, 422}, "cannot lock ref", WRITES, _G.BEHIND),
    GitHubRefusal(_P, {405, 409, 422}, "base branch was modified", problem=_G.BEHIND),
    GitHubRefusal(_P, {405, 409, 422}, "head branch was modified", problem=_G.BEHIND),
    GitHubRefusal(_P, {405, 409, 422}, "expected head sha didn", problem=_G.BEHIND),
    # What is there, and what is not.
    GitHubRefusal(Sort.CONFLICT, _CLIENT_ERRORS, "already exists", problem=_G.CONFLICT),
    GitHubRefusal(Sort.CONFLICT, _CLIENT_ERRORS, "already_exists", problem=_G.CONFLICT),
    GitHubRefusal(Sort.CONFLICT, _CLIENT_ERRORS, "not a fast", problem=_G.CONFLICT),
    GitHubRefusal(Sort.CONFLICT, {409}, problem=_G.CONFLICT),
    GitHubRefusal(Sort.ABSENT, _CLIENT_ERRORS, "no commit found", READS, _G.NOT_FOUND),
    GitHubRefusal(Sort.ABSENT, _CLIENT_ERRORS, "reference does not exist", READS, _G.NOT_FOUND),
    GitHubRefusal(Sort.ABSENT, {404, 410}, problem=_G.NOT_FOUND),
    # Whatever else there is.
    GitHubRefusal(Sort.FINAL, {413}, problem=_G.TOO_LARGE),
    GitHubRefusal(Sort.FINAL, {422}, "is too long (maximum", WRITES),
    # Overload and maintenance, told with the status of a refusal.
    GitHubRefusal(_P, {403, 409, 422}, "temporarily"),
    GitHubRefusal(_P, {403, 409, 422}, "try again"),
    GitHubRefusal(_P, {403, 409, 422}, "please retry"),
    GitHubRefusal(_P, {408, 425}),
    GitHubRefusal(_P, range(500, 600)),
    GitHubRefusal(_N, range(300, 400), problem=_G.MOVED),
    GitHubRefusal(_N, range(1000)),
)


def sort_github_refusal(status: int, message: str, request: GitHubRequest) -> GitHubRefusal:
    """The row that counts for a refusal with that status and message."""
    said = message.lower()
    return next(row for row in GITHUB_REFUSALS if row.fits(status, said, request))

"""What GitHub says when it refuses something, as its documentation and users of other Apps have it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.domain.failures.github import GitHubProblem
from bot.domain.failures.refusals import GitHubRequest, Sort

READ, WRITE, AS_APP = GitHubRequest.READ, GitHubRequest.WRITE, GitHubRequest.AS_APP
P, N, A, C, F = Sort.PASSING, Sort.NEEDS_PERSON, Sort.ABSENT, Sort.CONFLICT, Sort.FINAL
G = GitHubProblem


@dataclass(frozen=True)
class Refused:
    """An answer to a kind of request, how it is sorted, what people are told (None: GitHub's own words), and whether
    it is a limit of rate."""

    status: int
    message: str
    sort: Sort
    problem: GitHubProblem | None = None
    request: GitHubRequest = WRITE
    errors: tuple[Any, ...] = ()
    limit: bool = False
    headers: dict[str, str] = field(default_factory=dict)


VALIDATION = "Validation Failed"
IP = (
    "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list "
    "enabled, and your IP address is not permitted to access this resource."
)
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
ABUSE = "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again."

REFUSALS = [
    # Limits of rate.
    Refused(403, "API rate limit exceeded for installation ID 17.", P, request=READ, limit=True),
    Refused(403, "API rate limit exceeded for 192.0.2.1.", P, request=READ, limit=True),
    Refused(403, SECONDARY, P, limit=True),
    Refused(429, SECONDARY, P, limit=True),
    Refused(429, "", P, limit=True),
    Refused(403, ABUSE, P, limit=True),
    Refused(403, "Too many requests.", P, limit=True),
    Refused(403, "Forbidden", P, limit=True, headers={"retry-after": "7"}),
    Refused(403, "Forbidden", P, limit=True, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "60"}),
    Refused(422, VALIDATION, P, errors=("was submitted too quickly",), limit=True),
    Refused(422, VALIDATION, P, errors=({"message": "was submitted too quickly", "code": "custom"},), limit=True),
    Refused(403, "was submitted too quickly", P, limit=True),
    Refused(403, "You are creating content too quickly.", P, limit=True),
    Refused(403, "You have been rate limited.", P, limit=True),
    # The App and its tokens.
    Refused(
        401,
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        N,
        G.CLOCK_DIFFERS,
        AS_APP,
    ),
    Refused(401, "'Expiration time' claim ('exp') is too far in the future", N, G.CLOCK_DIFFERS, AS_APP),
    Refused(401, "Integration must generate a public key", N, G.NO_PUBLIC_KEY, AS_APP),
    Refused(401, "A JSON web token could not be decoded", N, G.CREDENTIALS_REJECTED, AS_APP),
    Refused(401, "Bad credentials", N, G.CREDENTIALS_REJECTED, AS_APP),
    Refused(404, "Integration not found", N, G.CREDENTIALS_REJECTED, AS_APP),
    Refused(401, "Bad credentials", P, G.TOKEN_NOT_KNOWN, READ),
    Refused(401, "Requires authentication", P, G.TOKEN_NOT_KNOWN),
    Refused(
        422,
        "The permissions requested are not granted to this installation.",
        N,
        G.PERMISSIONS_NOT_GRANTED,
        AS_APP,
    ),
    Refused(403, "This installation has been suspended", N, G.SUSPENDED, AS_APP),
    Refused(403, "Sorry. Your account was suspended", N, G.SUSPENDED, READ),
    # The organization.
    Refused(403, IP, N, G.ADDRESS_NOT_ALLOWED, READ),
    Refused(403, IP, N, G.ADDRESS_NOT_ALLOWED, AS_APP),
    Refused(
        403,
        "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this "
        "organization.",
        N,
        G.SINGLE_SIGN_ON,
        READ,
    ),
    Refused(403, "Single sign-on is required for this organization.", N, G.SINGLE_SIGN_ON, READ),
    # The repository.
    Refused(403, "Repository was archived so is read-only.", N, G.ARCHIVED),
    Refused(451, "Repository access blocked", N, G.BLOCKED, READ),
    Refused(403, "Repository access blocked", N, G.BLOCKED, READ),
    Refused(403, "This repository has been disabled.", N, G.BLOCKED, READ),
    Refused(409, "Git Repository is empty.", N, G.EMPTY, READ),
    Refused(410, "Issues are disabled for this repo", N, G.ISSUES_DISABLED),
    Refused(410, "Issues has been disabled in this repository.", N, G.ISSUES_DISABLED),
    Refused(403, "Unable to create comment because issue is locked.", N, G.LOCKED),
    Refused(422, VALIDATION, N, G.LOCKED, errors=({"message": "This issue is locked"},)),
    Refused(403, "Repository has been locked for migration.", N),
    Refused(409, "This repository is being migrated.", N),
    Refused(409, "Repository rule violations found\n\nChanges must be made through a pull request.", N),
    # Behind our own writes, or moved meanwhile.
    Refused(422, VALIDATION, P, G.BEHIND, errors=({"message": "No commits between main and tpgi/upgrade-v3.40.1"},)),
    Refused(422, VALIDATION, P, G.BEHIND, errors=({"resource": "PullRequest", "field": "head", "code": "invalid"},)),
    Refused(422, VALIDATION, P, G.BEHIND, errors=({"resource": "PullRequest", "field": "base", "code": "invalid"},)),
    Refused(422, VALIDATION, P, G.BEHIND, errors=({"message": "Head sha can't be blank"},)),
    Refused(422, VALIDATION, P, G.BEHIND, errors=({"message": "Head ref must be a branch"},)),
    Refused(422, "Reference does not exist", P, G.BEHIND),
    Refused(422, "Object does not exist", P, G.BEHIND),
    Refused(422, "Reference update failed", P, G.BEHIND),
    Refused(422, "No commit found for SHA: 0000000000000000000000000000000000000000", P, G.BEHIND),
    Refused(422, "Tree SHA does not exist", P, G.BEHIND),
    Refused(422, "Parent SHA does not exist or is not a commit object", P, G.BEHIND),
    Refused(422, "Blob sha does not exist", P, G.BEHIND),
    Refused(404, "Commit SHA does not exist", P, G.BEHIND),
    Refused(422, "GitRPC::BadObjectState", P, G.BEHIND),
    Refused(422, "Cannot lock ref 'refs/heads/tpgi/upgrade-v3.40.1'", P, G.BEHIND),
    Refused(405, "Base branch was modified. Review and try the merge again.", P, G.BEHIND),
    Refused(409, "Base branch was modified. Review and try the merge again.", P, G.BEHIND),
    Refused(409, "Head branch was modified. Review and try the merge again.", P, G.BEHIND),
    Refused(422, "expected head sha didn't match current head ref.", P, G.BEHIND),
    # There already, or not there.
    Refused(422, "Reference already exists", C, G.CONFLICT),
    Refused(422, VALIDATION, C, G.CONFLICT, errors=({"message": "A pull request already exists for acme:b."},)),
    Refused(422, VALIDATION, C, G.CONFLICT, errors=({"field": "name", "code": "already_exists"},)),
    Refused(422, "Update is not a fast forward", C, G.CONFLICT),
    Refused(422, "Update is not a fast-forward", C, G.CONFLICT),
    Refused(409, "Merge conflict", C, G.CONFLICT),
    Refused(422, "No commit found for SHA: tpgi/upgrade-v3.40.1", A, G.NOT_FOUND, READ),
    Refused(422, "Reference does not exist", A, G.NOT_FOUND, READ),
    Refused(404, "Not Found", A, G.NOT_FOUND, READ),
    Refused(410, "This issue was deleted", A, G.NOT_FOUND, READ),
    # Whatever else there is.
    Refused(413, "Payload too large", F, G.TOO_LARGE),
    Refused(422, VALIDATION, F, errors=({"message": "body is too long (maximum is 65536 characters)"},)),
    Refused(422, VALIDATION, F, errors=({"message": "title is too long (maximum is 256 characters)"},)),
    Refused(403, "The service is temporarily unavailable.", P, request=READ),
    Refused(422, "Sorry, this could not be processed. Please try again later.", P),
    Refused(403, "Sorry, too much traffic, please retry your request later.", P),
    Refused(408, "Request timeout", P, request=READ),
    Refused(425, "Too early", P, request=READ),
    Refused(500, "Server Error", P, request=READ),
    Refused(502, "", P),
    Refused(503, "No server is currently available to service your request.", P),
    Refused(504, "We couldn't respond to your request in time.", P, request=READ),
    Refused(301, "Moved Permanently", N, G.MOVED, READ),
    Refused(400, "Problems parsing JSON", N),
    Refused(403, "Resource not accessible by integration", N),
    Refused(403, "Must have admin rights to Repository.", N, request=READ),
    Refused(422, "Workflow does not have 'workflow_dispatch' trigger", N),
    Refused(422, "No ref found for: main", N),
    Refused(422, 'Unexpected inputs provided: ["customer"]', N),
    Refused(422, "Repository rule violations found", N),
    Refused(418, "I have never said this before", N),
]

"""GitHub's failures as our errors: pure functions from a response to the error that it means."""

from __future__ import annotations

import json
import re

import requests

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.transport import HttpResponse
from bot.domain.failures.github import (
    GitHubFailed,
    GitHubNotJson,
    GitHubProblem,
    GitHubRateLimited,
    GitHubRefused,
    GitHubServerError,
)
from bot.domain.failures.refusals.github import GitHubRefusal, GitHubRequest, sort_github_refusal
from bot.domain.failures.refusals.sorts import Sort
from bot.domain.reasons import Reason
from bot.ports.errors import (
    ConflictError,
    ExternalError,
    NeedsPersonError,
    NotFoundError,
    PermanentError,
    TransientError,
)

DEFAULT_WAIT = 60.0  # seconds; GitHub's documentation asks for it if a rate limit names no time
LONGEST_WAIT = 3900.0
"""Seconds. GitHub's limits last an hour at most; a header that says more, or a wrong clock, must not end the work."""
MAX_MESSAGE_LENGTH = 200

_SECRET = re.compile(r"\b(?:gh[a-z]_|github_pat_|v1\.[0-9a-f]{8}|eyJ)[\w.\-]+")
_PERMANENT = {
    Sort.NEEDS_PERSON: NeedsPersonError,
    Sort.ABSENT: NotFoundError,
    Sort.CONFLICT: ConflictError,
    Sort.FINAL: PermanentError,
}


class RateLimitError(TransientError):
    """A rate limit. GitHub did not carry out the request, so even a write may be sent again after the wait."""

    def __init__(self, purpose: Purpose, wait: float) -> None:
        super().__init__(GitHubRateLimited(purpose.action, wait), retry_after=wait, unsent=True)
        self.wait = wait


def error_from_response(
    response: HttpResponse, purpose: Purpose, now: float, request: GitHubRequest
) -> ExternalError | None:
    """The error that a response to that kind of request means, or None for a success. `now` is in seconds since the
    epoch."""
    if response.status < 300:
        return None
    message = _error_message(response)
    row = sort_github_refusal(response.status, message or "", request)
    wait = _rate_limit_wait(response, row, now)
    if wait is not None:
        return RateLimitError(purpose, min(wait, LONGEST_WAIT))
    if 400 <= response.status < 500 and message is None:
        return not_json_error(purpose, response)
    reason = _reason(response, purpose, message or "", row)
    if row.sort is Sort.PASSING:
        asked = _seconds(response, "retry-after")
        wait = None if asked is None else min(asked, LONGEST_WAIT)
        return TransientError(reason, wait, unsent=response.status < 500)
    return _PERMANENT[row.sort](reason)


def _reason(response: HttpResponse, purpose: Purpose, message: str, row: GitHubRefusal) -> Reason:
    if row.problem is not None:
        return GitHubFailed(purpose.action, row.problem)
    if response.status >= 500:
        return GitHubServerError(purpose.action, response.status)
    permission = ""
    if response.status == 403:
        permission = response.headers.get("x-accepted-github-permissions") or purpose.permission
    return GitHubRefused(purpose.action, response.status, sanitize_message(message), permission)


_GRAPHQL_STATUS = {"NOT_FOUND": 404, "FORBIDDEN": 403, "INSUFFICIENT_SCOPES": 403, "RATE_LIMITED": 429}
_GRAPHQL_WORDS = {"rate limit": 429, "something went wrong": 500, "timed out": 504, "timeout": 504, "try again": 503}


def graphql_error(data: object, purpose: Purpose) -> ExternalError | None:
    """The error that an answer of the GraphQL API means, or None for a success."""
    errors = data.get("errors") if isinstance(data, dict) else None
    if not isinstance(errors, list) or not errors:
        return None
    first = errors[0] if isinstance(errors[0], dict) else {}
    message = str(first.get("message", ""))
    words = (status for said, status in _GRAPHQL_WORDS.items() if said in message.lower())
    status = _GRAPHQL_STATUS.get(str(first.get("type"))) or next(words, 400)
    said = json.dumps({"message": message})
    return error_from_response(HttpResponse(status, {}, said), purpose, 0.0, GitHubRequest.READ)


def not_json_error(purpose: Purpose, response: HttpResponse) -> ExternalError:
    """The error for an answer that is not JSON: one that was cut short, or that of another server."""
    if response.status < 300 and response.text.lstrip()[:1] in {"", "{", "["}:
        return TransientError(GitHubFailed(purpose.action, GitHubProblem.CUT_SHORT))
    return NeedsPersonError(GitHubNotJson(purpose.action, response.status))


def unexpected_json_error(purpose: Purpose) -> ExternalError:
    """The error for JSON of another shape than GitHub documents."""
    return NeedsPersonError(GitHubFailed(purpose.action, GitHubProblem.UNEXPECTED_ANSWER))


def connection_error(purpose: Purpose, error: requests.RequestException) -> TransientError:
    """The error for no answer at all, or for a broken one."""
    problem, unsent = GitHubProblem.UNREACHABLE, False
    if isinstance(error, requests.exceptions.SSLError):
        problem, unsent = GitHubProblem.TLS_FAILED, True
    elif isinstance(error, requests.Timeout):
        problem, unsent = GitHubProblem.TIMED_OUT, isinstance(error, requests.ConnectTimeout)
    elif "NameResolutionError" in repr(error) or "getaddrinfo" in repr(error):
        problem, unsent = GitHubProblem.NO_DNS, True
    elif "NewConnectionError" in repr(error):
        unsent = True
    return TransientError(GitHubFailed(purpose.action, problem), unsent=unsent)


def sanitize_message(message: str) -> str:
    """GitHub's own message in one short line, without paths, branches, mentions or anything that looks like a token.

    Paths and branches can name customers, and this line may be shown where that must not happen.
    """
    words = _SECRET.sub("…", message).replace("`", "'").split()
    line = " ".join("…" if re.search(r"[/@]", word) else word for word in words)
    return line if len(line) <= MAX_MESSAGE_LENGTH else line[: MAX_MESSAGE_LENGTH - 1] + "…"


def _error_message(response: HttpResponse) -> str | None:
    """The message and the error details of a refusal, or None if the body is not JSON."""
    try:
        body = response.json()
    except ValueError:
        return None
    if not isinstance(body, dict):
        return ""
    parts = [body.get("message")]
    errors = body.get("errors")
    for error in errors if isinstance(errors, list) else [errors]:
        parts += _details(error)
    return "; ".join(part for part in parts if isinstance(part, str) and part)


def _details(error: object) -> list[object]:
    """What one of the `errors` says: its message, and its field and code where it has no message."""
    if not isinstance(error, dict):
        return [error]
    field, code = error.get("field"), error.get("code")
    named = isinstance(field, str) and isinstance(code, str) and not error.get("message")
    return [error.get("message"), f"{field} {code}" if named else code]


def _rate_limit_wait(response: HttpResponse, row: GitHubRefusal, now: float) -> float | None:
    """The seconds that a rate limit asks us to wait, or None if the response is no rate limit.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if response.status not in {403, 429} and not row.limit:
        return None
    if "retry-after" in response.headers:
        seconds = _seconds(response, "retry-after")
        return DEFAULT_WAIT if seconds is None else seconds
    if response.headers.get("x-ratelimit-remaining") == "0":
        reset = _seconds(response, "x-ratelimit-reset")
        return DEFAULT_WAIT if reset is None else max(reset - now, 0) + 1
    return DEFAULT_WAIT if row.limit else None


def _seconds(response: HttpResponse, header: str) -> float | None:
    value = response.headers.get(header, "").strip()
    return float(value) if re.fullmatch(r"\d{1,12}(\.\d+)?", value, re.ASCII) else None

"""GitHub's failures as our errors: pure functions from a response to the error that it means."""

from __future__ import annotations

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
from bot.ports.errors import ConflictError, ExternalError, NotFoundError, PermanentError, TransientError

DEFAULT_WAIT = 60.0  # seconds; GitHub's documentation asks for it if a rate limit names no time
MAX_MESSAGE_LENGTH = 200

_SECRET = re.compile(r"\b(?:gh[a-z]_|github_pat_|v1\.[0-9a-f]{8}|eyJ)[\w.\-]+")
_CONFLICT_MESSAGES = (
    "reference already exists",
    "a pull request already exists",
    "already_exists",
    "not a fast forward",
)
_NOT_FOUND_MESSAGES = ("no commit found", "reference does not exist")


class RateLimitError(TransientError):
    """A rate limit. GitHub did not carry out the request, so even a write may be sent again after the wait."""

    def __init__(self, purpose: Purpose, wait: float) -> None:
        super().__init__(GitHubRateLimited(purpose.action, wait), retry_after=wait, unsent=True)
        self.wait = wait


def error_from_response(response: HttpResponse, purpose: Purpose, now: float) -> ExternalError | None:
    """The error that a response means, or None for a success. `now` is in seconds since the epoch."""
    if response.status < 300:
        return None
    message = _error_message(response)
    wait = _rate_limit_wait(response, message or "", now)
    if wait is not None:
        return RateLimitError(purpose, wait)
    if response.status >= 500:
        reason = GitHubServerError(purpose.action, response.status)
        return TransientError(reason, retry_after=_seconds(response, "retry-after"))
    if response.status < 400:
        return PermanentError(GitHubFailed(purpose.action, GitHubProblem.MOVED))
    if message is None:
        return not_json_error(purpose, response.status)
    return _permanent_error(response, purpose, message)


def not_json_error(purpose: Purpose, status: int) -> PermanentError:
    """The error for an answer that is not JSON."""
    return PermanentError(GitHubNotJson(purpose.action, status))


def unexpected_json_error(purpose: Purpose) -> PermanentError:
    """The error for JSON of another shape than GitHub documents."""
    return PermanentError(GitHubFailed(purpose.action, GitHubProblem.UNEXPECTED_ANSWER))


def connection_error(purpose: Purpose, error: requests.RequestException) -> TransientError:
    """The error for no answer at all, or for a broken one."""
    problem = GitHubProblem.TIMED_OUT if isinstance(error, requests.Timeout) else GitHubProblem.UNREACHABLE
    unsent = isinstance(error, requests.ConnectTimeout)
    return TransientError(GitHubFailed(purpose.action, problem), unsent=unsent)


def _permanent_error(response: HttpResponse, purpose: Purpose, message: str) -> ExternalError:
    action, status, lowered = purpose.action, response.status, message.lower()
    if status == 401:
        return PermanentError(GitHubFailed(action, GitHubProblem.CREDENTIALS_REJECTED))
    if status in {404, 410} or any(words in lowered for words in _NOT_FOUND_MESSAGES):
        return NotFoundError(GitHubFailed(action, GitHubProblem.NOT_FOUND))
    if status == 409 or any(words in lowered for words in _CONFLICT_MESSAGES):
        return ConflictError(GitHubFailed(action, GitHubProblem.CONFLICT))
    if status == 422 and "no commits between" in lowered:
        return PermanentError(GitHubFailed(action, GitHubProblem.NOTHING_TO_CHANGE))
    permission = ""
    if status == 403:
        permission = response.headers.get("x-accepted-github-permissions") or purpose.permission
    return PermanentError(GitHubRefused(action, status, sanitize_message(message), permission))


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
    for error in errors if isinstance(errors, list) else []:
        parts += [error.get("message"), error.get("code")] if isinstance(error, dict) else [error]
    return "; ".join(part for part in parts if isinstance(part, str) and part)


def _rate_limit_wait(response: HttpResponse, message: str, now: float) -> float | None:
    """The seconds that a rate limit asks us to wait, or None if the response is no rate limit.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if response.status not in {403, 429}:
        return None
    if "retry-after" in response.headers:
        seconds = _seconds(response, "retry-after")
        return DEFAULT_WAIT if seconds is None else seconds
    if response.headers.get("x-ratelimit-remaining") == "0":
        reset = _seconds(response, "x-ratelimit-reset")
        return DEFAULT_WAIT if reset is None else max(reset - now, 0) + 1
    return DEFAULT_WAIT if response.status == 429 or "rate limit" in message.lower() else None


def _seconds(response: HttpResponse, header: str) -> float | None:
    value = response.headers.get(header, "").strip()
    return float(value) if re.fullmatch(r"\d{1,12}(\.\d+)?", value, re.ASCII) else None

"""GitHub's refusals as our errors: pure functions from a reply to what it means and what a person reads."""

from __future__ import annotations

import re

import requests

from bot.adapters.github.purpose import Purpose
from bot.adapters.github.transport import HttpResponse
from bot.ports.errors import ConflictError, ExternalError, NotFoundError, PermanentError, TransientError

DEFAULT_WAIT = 60.0  # seconds; what GitHub's documentation asks for when a rate limit names no time
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
    """A rate limit: the request was not carried out, so that even a write may be sent again after the wait."""

    def __init__(self, purpose: Purpose, wait: float) -> None:
        super().__init__(
            f"Could not {purpose.action}: GitHub's rate limit asks for a pause of {wait:.0f} seconds.",
            retry_after=wait,
        )
        self.wait = wait


def error_from_response(reply: HttpResponse, purpose: Purpose, now: float) -> ExternalError | None:
    """What a reply means when it is not a success, else None. `now` is the time in seconds since the epoch."""
    if reply.status < 300:
        return None
    said = _error_message(reply)
    wait = _rate_limit(reply, said or "", now)
    if wait is not None:
        return RateLimitError(purpose, wait)
    could_not = f"Could not {purpose.action}:"
    if reply.status >= 500:
        return TransientError(
            f"{could_not} GitHub answered {reply.status}.", retry_after=_seconds(reply, "retry-after")
        )
    if reply.status < 400:
        return PermanentError(
            f"{could_not} the repository has moved. Put its new name into the settings (`repositories`)."
        )
    if said is None:
        return not_json_error(purpose, reply.status)
    return _permanent_error(reply, purpose, could_not, said)


def not_json_error(purpose: Purpose, status: int) -> PermanentError:
    """The answer is a page for people or garbage: most likely it is not GitHub's API that answers."""
    return PermanentError(f"Could not {purpose.action}: the answer ({status}) is not JSON. Check `github.api_url`.")


def unexpected_json_error(purpose: Purpose) -> PermanentError:
    return PermanentError(f"Could not {purpose.action}: GitHub's answer lacks what its documentation promises.")


def connection_error(purpose: Purpose, error: requests.RequestException) -> TransientError:
    """No answer at all, or a broken one."""
    timed_out = isinstance(error, requests.Timeout)
    reason = "GitHub did not answer in time." if timed_out else "the connection to GitHub failed."
    return TransientError(f"Could not {purpose.action}: {reason}")


def _permanent_error(reply: HttpResponse, purpose: Purpose, could_not: str, said: str) -> ExternalError:
    lowered = said.lower()
    if reply.status == 401:
        return PermanentError(
            f"{could_not} GitHub does not accept the App's credentials. "
            "Check `github.app_id`, `github.private_key` and this machine's clock."
        )
    if reply.status in {404, 410} or any(words in lowered for words in _NOT_FOUND_MESSAGES):
        return NotFoundError(f"{could_not} GitHub says there is no such thing, or the App may not see it.")
    if reply.status == 409 or any(words in lowered for words in _CONFLICT_MESSAGES):
        return ConflictError(f"{could_not} it exists already, or it changed meanwhile.")
    if reply.status == 422 and "no commits between" in lowered:
        return PermanentError(f"{could_not} there is nothing to change.")
    if reply.status == 403:
        needed = reply.headers.get("x-accepted-github-permissions") or purpose.permission
        missing = f" The App probably lacks the permission `{needed}`." if needed else ""
        return PermanentError(f'{could_not} GitHub forbids it ("{sanitize_message(said)}").{missing}')
    return PermanentError(f'{could_not} GitHub answered {reply.status} ("{sanitize_message(said)}").')


def sanitize_message(message: str) -> str:
    """GitHub's own words in one short line. Paths, branches and mentions are left out, for they can name customers
    and this line may be shown where that must not happen; so is whatever looks like a token."""
    words = _SECRET.sub("…", message).replace("`", "'").split()
    line = " ".join("…" if re.search(r"[/@]", word) else word for word in words)
    return line if len(line) <= MAX_MESSAGE_LENGTH else line[: MAX_MESSAGE_LENGTH - 1] + "…"


def _error_message(reply: HttpResponse) -> str | None:
    """The message and the error details of a refusal; None when the body is not JSON."""
    try:
        body = reply.json()
    except ValueError:
        return None
    if not isinstance(body, dict):
        return ""
    parts = [body.get("message")]
    errors = body.get("errors")
    for error in errors if isinstance(errors, list) else []:
        parts += [error.get("message"), error.get("code")] if isinstance(error, dict) else [error]
    return "; ".join(part for part in parts if isinstance(part, str) and part)


def _rate_limit(reply: HttpResponse, said: str, now: float) -> float | None:
    """How long a rate limit asks us to wait, in seconds, or None when the reply is no rate limit.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if reply.status not in {403, 429}:
        return None
    if "retry-after" in reply.headers:
        asked = _seconds(reply, "retry-after")
        return DEFAULT_WAIT if asked is None else asked
    if reply.headers.get("x-ratelimit-remaining") == "0":
        reset = _seconds(reply, "x-ratelimit-reset")
        return DEFAULT_WAIT if reset is None else max(reset - now, 0) + 1
    return DEFAULT_WAIT if reply.status == 429 or "rate limit" in said.lower() else None


def _seconds(reply: HttpResponse, header: str) -> float | None:
    value = reply.headers.get(header, "").strip()
    return float(value) if re.fullmatch(r"\d{1,12}(\.\d+)?", value, re.ASCII) else None

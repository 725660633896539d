"""What the errors of Google's APIs mean."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.gcp.purpose import CallContext
from bot.domain.failures.google import (
    GoogleApiDisabled,
    GoogleBillingDisabled,
    GoogleBusy,
    GoogleForbiddenByPolicy,
    GoogleNotFound,
    GooglePermissionMissing,
    GoogleQuotaExceeded,
    GoogleRefused,
    GoogleScopeMissing,
    GoogleServerError,
    GoogleSignInFailed,
    GoogleTimedOut,
    GoogleUnreachable,
    GoogleWrongServer,
    GoogleZonesUnreachable,
    SignInProblem,
)
from bot.domain.failures.refusals.google import GoogleMeaning, GoogleRefusal, normalize_reason, sort_google_refusal
from bot.domain.failures.refusals.sorts import Sort
from bot.domain.reasons import Reason

LONGEST_WAIT = 3900.0
"""Seconds. A header that asks for more must not end the work."""


@dataclass(frozen=True)
class ApiFailure:
    """Why there is no answer.

    `sort` says how long that lasts, `retryable` whether another request at once may succeed, `retry_after` how many
    seconds Google asked us to wait, and `not_found` that there is no such project, zone or resource.
    """

    reason: Reason
    sort: Sort = Sort.NEEDS_PERSON
    retryable: bool = False
    retry_after: float = 0.0
    not_found: bool = False


class DeadlineError(Exception):
    """The deadline passed between two requests."""


class UnexpectedResponseError(Exception):
    """The answer is not one that the API gives."""


class IncompleteError(Exception):
    """Google left something out of its answer: what is missing may be what is sought."""


@functools.cache
def external_errors() -> tuple[type[Exception], ...]:
    """Every exception that an external fault raises. Any other exception is a bug and propagates."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException

    ours = (DeadlineError, UnexpectedResponseError, IncompleteError)
    return (GoogleAPICallError, RetryError, GoogleAuthError, RequestException, *ours)


NO_CREDENTIALS = ApiFailure(GoogleSignInFailed(SignInProblem.NO_CREDENTIALS))
REJECTED = ApiFailure(GoogleSignInFailed(SignInProblem.REJECTED))
CLOCK_DIFFERS = ApiFailure(GoogleSignInFailed(SignInProblem.CLOCK_DIFFERS))
SIGN_IN_UNREACHABLE = ApiFailure(GoogleSignInFailed(SignInProblem.UNREACHABLE), Sort.PASSING, retryable=True)


def _permission_missing(context: CallContext) -> Reason:
    need = context.purpose
    return GooglePermissionMissing(need.action, need.permission, need.role, need.project, context.account)


_REASONS: Mapping[GoogleMeaning, Callable[[CallContext, int], Reason]] = {
    GoogleMeaning.API_DISABLED: lambda c, _: GoogleApiDisabled(c.service.name, c.service.api, c.purpose.project),
    GoogleMeaning.BILLING_DISABLED: lambda c, _: GoogleBillingDisabled(c.purpose.project),
    GoogleMeaning.SCOPE_MISSING: lambda c, _: GoogleScopeMissing(c.service.scope),
    GoogleMeaning.PERMISSION_MISSING: lambda c, _: _permission_missing(c),
    GoogleMeaning.FORBIDDEN_BY_POLICY: lambda c, _: GoogleForbiddenByPolicy(c.service.name, c.purpose.project),
    GoogleMeaning.NOT_FOUND: lambda c, _: GoogleNotFound(c.purpose.project, c.purpose.settings),
    GoogleMeaning.QUOTA_EXCEEDED: lambda c, _: GoogleQuotaExceeded(c.service.name),
    GoogleMeaning.BUSY: lambda c, _: GoogleBusy(c.service.name),
    GoogleMeaning.CREDENTIALS_REJECTED: lambda _, __: GoogleSignInFailed(SignInProblem.REJECTED),
    GoogleMeaning.SERVER_ERROR: lambda c, status: GoogleServerError(c.service.name, status),
    GoogleMeaning.WRONG_SERVER: lambda c, _: GoogleWrongServer(c.service.name, c.service.setting),
    GoogleMeaning.REFUSED: lambda c, status: GoogleRefused(c.service.name, status),
}


def sorted_failure(row: GoogleRefusal, context: CallContext, status: int) -> ApiFailure:
    """The failure that a row of the table means for a call."""
    passing, absent = row.sort is Sort.PASSING, row.meaning is GoogleMeaning.NOT_FOUND
    return ApiFailure(_REASONS[row.meaning](context, status), row.sort, retryable=passing, not_found=absent)


def _unreachable(context: CallContext) -> ApiFailure:
    reason = GoogleUnreachable(context.service.name, context.service.setting)
    return ApiFailure(reason, Sort.PASSING, retryable=True)


def _wrong_server(context: CallContext) -> ApiFailure:
    return ApiFailure(GoogleWrongServer(context.service.name, context.service.setting))


def explain(error: Exception, context: CallContext) -> ApiFailure:
    """What one of `external_errors()` means."""
    from google.api_core.exceptions import DeadlineExceeded, GatewayTimeout, GoogleAPICallError, RetryError
    from google.auth import exceptions as auth
    from requests.exceptions import RequestException, Timeout

    match error:
        case RetryError(cause=Exception() as cause):
            return explain(cause, context)
        case DeadlineError() | RetryError() | Timeout() | DeadlineExceeded() | GatewayTimeout() | auth.TimeoutError():
            return ApiFailure(
                GoogleTimedOut(context.service.name, context.deadline),
                Sort.PASSING,
                # After Google's own time-out there is time left, after ours there is none.
                retryable=isinstance(error, GatewayTimeout) and not isinstance(error, DeadlineExceeded),
            )
        case UnexpectedResponseError():
            return _wrong_server(context)
        case IncompleteError():
            return ApiFailure(GoogleZonesUnreachable(context.service.name), retryable=True)
        case GoogleAPICallError():
            return replace(_explain_response(error, context), retry_after=_retry_after(error))
        case auth.DefaultCredentialsError():
            return NO_CREDENTIALS
        case auth.TransportError():
            return SIGN_IN_UNREACHABLE
        case auth.GoogleAuthError():
            return _explain_sign_in(error)
        case RequestException():
            return _unreachable(context)
    raise error


def _explain_sign_in(error: Any) -> ApiFailure:
    """What a refused sign-in means: `invalid_grant` with words about time when the clocks differ."""
    said = str(error).lower()
    if error.retryable:
        return replace(REJECTED, sort=Sort.PASSING, retryable=True)
    if "metadata" in said and "compute engine" in said:
        return SIGN_IN_UNREACHABLE  # the machine's own server did not answer
    return CLOCK_DIFFERS if "reasonable timeframe" in said or "clock" in said else REJECTED


def _explain_response(error: Any, context: CallContext) -> ApiFailure:
    """What an error response (GoogleAPICallError) means: by Google's reason if it names one, else by its status."""
    status = int(error.code or 500)  # gRPC's UNKNOWN and DATA_LOSS have no number in HTTP
    over_grpc = error.response is not None and not hasattr(error.response, "status_code")
    named = [error.reason, *(item.get("reason") for item in error.errors if isinstance(item, dict))]
    reasons = {
        normalize_reason(reason) for reason in (*named, error.grpc_status_code and error.grpc_status_code.name)
    }
    row = sort_google_refusal(status, reasons, error.message or "")
    if row.reason or row.said:
        return sorted_failure(row, context, status)
    if over_grpc and _mentions(error, NO_TOKEN):
        return SIGN_IN_UNREACHABLE
    if over_grpc and _mentions(error, NO_CONNECTION):
        return _unreachable(context)
    if over_grpc and (status == 501 or _mentions(error, NO_GRPC)):
        return _wrong_server(context)
    if status < 500 and status != 429 and not any(named) and not over_grpc:
        return _wrong_server(context)  # a proxy's page, or another server altogether
    return sorted_failure(row, context, status)


# What gRPC itself says, and not the other side, with the same statuses.
NO_TOKEN = ("metadata from plugin",)
NO_CONNECTION = ("failed to connect", "socket closed", "connection reset", "dns resolution", "broken pipe", "goaway")
NO_GRPC = ("http1.x", "http2 header", "deserializing", "content-type", "received unexpected")


def _mentions(error: Any, words: tuple[str, ...]) -> bool:
    """Whether gRPC's message contains any of the words."""
    message = error.message.lower()
    return any(word in message for word in words)


def _retry_after(error: Any) -> float:
    """The seconds of the header `Retry-After`; 0 if it is absent or a date (Google sends seconds)."""
    headers = getattr(error.response, "headers", {})
    value = headers.get("Retry-After", "")
    return min(float(value), LONGEST_WAIT) if value.isdecimal() else 0.0

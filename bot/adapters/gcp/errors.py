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
from bot.domain.reasons import Reason


@dataclass(frozen=True)
class ApiFailure:
    """Why there is no answer.

    `retryable` says whether another request at once may succeed, `retry_after` how many seconds Google asked us to
    wait, and `not_found` that there is no such project, zone or resource.
    """

    reason: Reason
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
SIGN_IN_UNREACHABLE = ApiFailure(GoogleSignInFailed(SignInProblem.UNREACHABLE), retryable=True)


def _scope_missing(context: CallContext) -> ApiFailure:
    return ApiFailure(GoogleScopeMissing(context.service.scope))


def _permission_missing(context: CallContext) -> ApiFailure:
    need = context.purpose
    return ApiFailure(GooglePermissionMissing(need.action, need.permission, need.role, need.project, context.account))


def _api_disabled(context: CallContext) -> ApiFailure:
    return ApiFailure(GoogleApiDisabled(context.service.name, context.service.api, context.purpose.project))


def _not_found(context: CallContext) -> ApiFailure:
    return ApiFailure(GoogleNotFound(context.purpose.project, context.purpose.settings), not_found=True)


def _quota_exceeded(context: CallContext) -> ApiFailure:
    return ApiFailure(GoogleQuotaExceeded(context.service.name), retryable=True)


def _unreachable(context: CallContext) -> ApiFailure:
    return ApiFailure(GoogleUnreachable(context.service.name, context.service.setting), retryable=True)


def _wrong_server(context: CallContext) -> ApiFailure:
    return ApiFailure(GoogleWrongServer(context.service.name, context.service.setting))


def _billing_disabled(context: CallContext) -> ApiFailure:
    return ApiFailure(GoogleBillingDisabled(context.purpose.project))


# Google's own names for what went wrong: `ErrorInfo.reason` (google.api.ErrorReason) in capitals, and the older
# `errors[].reason` of the same answer. Compute Engine says "quota" with status 403 as well as 429.
REASONS: Mapping[str, Callable[[CallContext], ApiFailure]] = {
    "SERVICE_DISABLED": _api_disabled,
    "accessNotConfigured": _api_disabled,
    "BILLING_DISABLED": _billing_disabled,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _scope_missing,
    "CONSUMER_INVALID": _not_found,
    "RESOURCE_PROJECT_INVALID": _not_found,
    "RATE_LIMIT_EXCEEDED": _quota_exceeded,
    "rateLimitExceeded": _quota_exceeded,
    "userRateLimitExceeded": _quota_exceeded,
    "quotaExceeded": _quota_exceeded,
}


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
            return replace(REJECTED, retryable=error.retryable)
        case RequestException():
            return _unreachable(context)
    raise error


def _explain_response(error: Any, context: CallContext) -> ApiFailure:
    """What an error response (GoogleAPICallError) means: by Google's reason if it names one, else by its status."""
    status = int(error.code or 500)  # gRPC's UNKNOWN and DATA_LOSS have no number in HTTP
    over_grpc = error.response is not None and not hasattr(error.response, "status_code")
    named = [error.reason, *(item.get("reason") for item in error.errors if isinstance(item, dict))]
    for reason in named:
        if reason in REASONS:
            return REASONS[reason](context)
    if over_grpc and _mentions(error, NO_TOKEN):
        return SIGN_IN_UNREACHABLE
    if over_grpc and _mentions(error, NO_CONNECTION):
        return _unreachable(context)
    if over_grpc and (status == 501 or _mentions(error, NO_GRPC)):
        return _wrong_server(context)
    if status >= 500:
        return ApiFailure(GoogleServerError(context.service.name, status), retryable=status != 501)
    if status == 400 and "'zone'" in error.message:
        return _not_found(context)  # "Invalid value for field 'zone': '…'. Unknown zone."
    if status != 429 and not any(named) and not over_grpc:
        return _wrong_server(context)  # a proxy's page, or another server altogether
    match status:
        case 401:
            return REJECTED
        case 403:
            return _permission_missing(context)
        case 404:
            return _not_found(context)
        case 429:
            return _quota_exceeded(context)
    return ApiFailure(GoogleRefused(context.service.name, status))


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
    return float(value) if value.isdecimal() else 0.0

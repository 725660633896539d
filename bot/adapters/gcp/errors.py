"""What Google's errors mean to people: one sentence each, told apart, for whichever of its APIs was asked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Service:
    """One of Google's APIs, as sentences name it: `name` for people, `api` to enable, the `scope` that tokens need,
    and the setting that holds its endpoint."""

    name: str
    api: str
    scope: str
    setting: str


@dataclass(frozen=True)
class Purpose:
    """What a request needs: what it does in words, the permission, and a role that has it. `where` is the project
    it is needed on, in words that name no customer, and `settings` are those that say where that is."""

    action: str
    permission: str
    role: str
    where: str = "the instance's project"
    settings: tuple[str, ...] = ("gcp.project_template", "gcp.zone")


@dataclass(frozen=True)
class ApiFailure:
    """Why there is no answer, for people. It names neither project nor customer: the text goes to a tracker.

    `again` says whether asking again at once may cure it; `after` is how many seconds Google asked us to wait.
    """

    sentence: str
    retryable: bool = False
    retry_after: float = 0.0
    not_found: bool = False


@dataclass(frozen=True)
class CallContext:
    """What was asked, of which API, how long an answer was waited for (seconds), and the account that asked."""

    service: Service
    purpose: Purpose
    deadline: float
    account: str = ""


class DeadlineError(Exception):
    """The deadline passed between two requests."""


class UnexpectedResponseError(Exception):
    """The answer is not one that the API gives."""


@functools.cache
def external_errors() -> tuple[type[Exception], ...]:
    """Everything by which the world may fail us. What is not in here is a bug, and goes up as one."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException

    return (GoogleAPICallError, RetryError, GoogleAuthError, RequestException, DeadlineError, UnexpectedResponseError)


NO_CREDENTIALS = ApiFailure(
    "mibot found no Google credentials that it can use: run it with a service account, or let "
    "GOOGLE_APPLICATION_CREDENTIALS name a key file that it can read."
)
REJECTED = ApiFailure(
    "Google rejected mibot's credentials as expired, revoked or wrong: renew them, and check the clock of the "
    "machine that runs mibot."
)
SIGN_IN = ApiFailure(
    "Google's sign-in service could not be reached: check the network of the machine that runs mibot.", retryable=True
)


def _scope(asking: CallContext) -> ApiFailure:
    return ApiFailure(
        "mibot's Google credentials are limited to other services: give the machine or key that mibot runs with the "
        f"access scope {asking.service.scope}."
    )


def _forbidden(asking: CallContext) -> ApiFailure:
    who = f"mibot's Google account{f' {asking.account}' if asking.account else ''}"
    need = asking.purpose
    return ApiFailure(
        f"{who} may not {need.action}: grant it the permission {need.permission} (role {need.role}) in {need.where}."
    )


def _disabled(asking: CallContext) -> ApiFailure:
    return ApiFailure(
        f"The {asking.service.name} API is not enabled in {asking.purpose.where}: enable {asking.service.api} there, "
        "and check again a few minutes later."
    )


def _not_found(asking: CallContext) -> ApiFailure:
    where, settings = asking.purpose.where, asking.purpose.settings
    place = f"{where[:1].upper()}{where[1:]}{' or zone' if 'gcp.zone' in settings else ''}"
    compare = f"the setting{'s' if len(settings) > 1 else ''} {' and '.join(settings)}"
    return ApiFailure(f"{place} was not found: compare {compare} with where it is.", not_found=True)


def _quota(asking: CallContext) -> ApiFailure:
    return ApiFailure(
        f"Google's quota of requests to {asking.service.name} is used up: check again in a minute, or have the quota "
        "raised if this happens often.",
        retryable=True,
    )


def _unreachable(asking: CallContext) -> ApiFailure:
    return ApiFailure(
        f"{asking.service.name} could not be reached, the connection was refused or broke: check the setting "
        f"{asking.service.setting} and the network of the machine that runs mibot.",
        retryable=True,
    )


def _unreadable(asking: CallContext) -> ApiFailure:
    return ApiFailure(
        f"What answered was not the {asking.service.name} API: check the setting {asking.service.setting}, and "
        "whether a proxy stands in between."
    )


def _billing(asking: CallContext) -> ApiFailure:
    return ApiFailure(f"Billing is off for {asking.purpose.where}: link the project to a billing account.")


# Google's own names for what went wrong: `ErrorInfo.reason` (google.api.ErrorReason) in capitals, and the older
# `errors[].reason` of the same answer. Compute Engine says "quota" with status 403 as well as 429.
REASONS: Mapping[str, Callable[[CallContext], ApiFailure]] = {
    "SERVICE_DISABLED": _disabled,
    "accessNotConfigured": _disabled,
    "BILLING_DISABLED": _billing,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _scope,
    "CONSUMER_INVALID": _not_found,
    "RESOURCE_PROJECT_INVALID": _not_found,
    "RATE_LIMIT_EXCEEDED": _quota,
    "rateLimitExceeded": _quota,
    "userRateLimitExceeded": _quota,
    "quotaExceeded": _quota,
}


def explain(error: Exception, asking: CallContext) -> ApiFailure:
    """What one of `failures()` means to people."""
    from google.api_core.exceptions import DeadlineExceeded, GatewayTimeout, GoogleAPICallError, RetryError
    from google.auth import exceptions as auth
    from requests.exceptions import RequestException, Timeout

    match error:
        case RetryError(cause=Exception() as cause):
            return explain(cause, asking)
        case DeadlineError() | RetryError() | Timeout() | DeadlineExceeded() | GatewayTimeout() | auth.TimeoutError():
            return ApiFailure(
                f"{asking.service.name} did not answer within {asking.deadline:g} seconds: check again, and look at "
                "the network between mibot and Google if it lasts.",
                # Google's own time-out leaves us time, ours does not.
                retryable=isinstance(error, GatewayTimeout) and not isinstance(error, DeadlineExceeded),
            )
        case UnexpectedResponseError():
            return _unreadable(asking)
        case GoogleAPICallError():
            return replace(_explain_answer(error, asking), retry_after=_retry_after(error))
        case auth.DefaultCredentialsError():
            return NO_CREDENTIALS
        case auth.TransportError():
            return SIGN_IN
        case auth.GoogleAuthError():
            return replace(REJECTED, retryable=error.retryable)
        case RequestException():
            return _unreachable(asking)
    raise error


def _explain_answer(error: Any, asking: CallContext) -> ApiFailure:
    """What an error answer (GoogleAPICallError) means: by Google's reason where it names one, else by its status."""
    status = int(error.code or 500)  # gRPC's UNKNOWN and DATA_LOSS have no number in HTTP
    over_grpc = error.response is not None and not hasattr(error.response, "status_code")
    named = [error.reason, *(item.get("reason") for item in error.errors if isinstance(item, dict))]
    for reason in named:
        if reason in REASONS:
            return REASONS[reason](asking)
    if over_grpc and _mentions(error, NO_TOKEN):
        return SIGN_IN
    if over_grpc and _mentions(error, NO_CONNECTION):
        return _unreachable(asking)
    if over_grpc and (status == 501 or _mentions(error, NO_GRPC)):
        return _unreadable(asking)
    if status >= 500:
        return ApiFailure(
            f"{asking.service.name} failed with error {status}, also when asked again: check again in a few minutes, "
            "and see https://status.cloud.google.com if it lasts.",
            retryable=status != 501,
        )
    if status == 400 and "'zone'" in error.message:
        return _not_found(asking)  # "Invalid value for field 'zone': '…'. Unknown zone."
    if status != 429 and not any(named) and not over_grpc:
        return _unreadable(asking)  # a proxy's page, or another server altogether
    told = {401: lambda _: REJECTED, 403: _forbidden, 404: _not_found, 429: _quota}.get(status)
    if told is not None:
        return told(asking)
    return ApiFailure(
        f"{asking.service.name} refused the request with error {status}: what it said is in mibot's log."
    )


# What gRPC itself says, not the other side, under the same statuses.
NO_TOKEN = ("metadata from plugin",)
NO_CONNECTION = ("failed to connect", "socket closed", "connection reset", "dns resolution", "broken pipe", "goaway")
NO_GRPC = ("http1.x", "http2 header", "deserializing", "content-type", "received unexpected")


def _mentions(error: Any, words: tuple[str, ...]) -> bool:
    """Whether gRPC's message has any of the words."""
    message = error.message.lower()
    return any(word in message for word in words)


def _retry_after(error: Any) -> float:
    """The seconds of the header `Retry-After`; 0 without one, or when it is a date (Google sends seconds)."""
    headers = getattr(error.response, "headers", {})
    value = headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else 0.0

"""Words for what Opsgenie refuses or fails at."""

from __future__ import annotations

from bot.domain.failures.opsgenie import (
    OpsgenieFailed,
    OpsgenieProblem,
    OpsgenieRefused,
    OpsgenieServerError,
    OpsgenieTimedOut,
    OpsgenieTooManyAlerts,
)
from bot.rendering.wording.dispatch import describe

_PROBLEMS = {
    OpsgenieProblem.KEY_REJECTED: (
        "Opsgenie rejected mibot's key: set opsgenie.api_key to the key of an API integration that is enabled."
    ),
    OpsgenieProblem.KEY_FORBIDDEN: (
        "mibot's Opsgenie key may not read alerts: give its API integration read access."
    ),
    OpsgenieProblem.RATE_LIMITED: "Opsgenie's rate limit is reached: check again in a minute.",
    OpsgenieProblem.UNREACHABLE: (
        "Opsgenie could not be reached (the connection was refused or broken): check the setting opsgenie.api_url "
        "and the network of the machine that runs mibot."
    ),
    OpsgenieProblem.WRONG_SERVER: (
        "The response did not come from Opsgenie: check the setting opsgenie.api_url, and whether "
        "a proxy is in between."
    ),
}


@describe.register
def _(reason: OpsgenieFailed) -> str:
    return _PROBLEMS[reason.problem]


@describe.register
def _(reason: OpsgenieTimedOut) -> str:
    return f"Opsgenie did not answer within {reason.deadline:g} seconds: check again, and see its status page."


@describe.register
def _(reason: OpsgenieServerError) -> str:
    return f"Opsgenie failed with error {reason.status}, even after a retry: check again in a few minutes."


@describe.register
def _(reason: OpsgenieRefused) -> str:
    return f"Opsgenie refused the search with error {reason.status}: see mibot's log for its response."


@describe.register
def _(reason: OpsgenieTooManyAlerts) -> str:
    return f"Opsgenie has more than {reason.limit} open alerts, too many to search: close those that are resolved."

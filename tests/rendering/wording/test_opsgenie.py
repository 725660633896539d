"""What people read when Opsgenie refuses or fails."""

from __future__ import annotations

import pytest

from bot.domain.failures.opsgenie import (
    OpsgenieFailed,
    OpsgenieProblem,
    OpsgenieRefused,
    OpsgenieServerError,
    OpsgenieTimedOut,
    OpsgenieTooManyAlerts,
)
from bot.domain.reasons import Reason
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            OpsgenieFailed(OpsgenieProblem.KEY_REJECTED),
            "Opsgenie rejected mibot's key: set opsgenie.api_key to the key of an API integration that is enabled.",
        ),
        (
            OpsgenieFailed(OpsgenieProblem.KEY_FORBIDDEN),
            "mibot's Opsgenie key may not read alerts: give its API integration read access.",
        ),
        (
            OpsgenieFailed(OpsgenieProblem.RATE_LIMITED),
            "Opsgenie's rate limit is reached: check again in a minute.",
        ),
        (
            OpsgenieFailed(OpsgenieProblem.UNREACHABLE),
            "Opsgenie could not be reached (the connection was refused or broken): check the setting "
            "opsgenie.api_url "
            "and the network of the machine that runs mibot.",
        ),
        (
            OpsgenieFailed(OpsgenieProblem.WRONG_SERVER),
            "The response did not come from Opsgenie: check the setting opsgenie.api_url, and whether a proxy is in "
            "between.",
        ),
        (
            OpsgenieTimedOut(0.3),
            "Opsgenie did not answer within 0.3 seconds: check again, and see its status page.",
        ),
        (
            OpsgenieServerError(503),
            "Opsgenie failed with error 503, even after a retry: check again in a few minutes.",
        ),
        (OpsgenieRefused(422), "Opsgenie refused the search with error 422: see mibot's log for its response."),
        (
            OpsgenieTooManyAlerts(2000),
            "Opsgenie has more than 2000 open alerts, too many to search: close those that are resolved.",
        ),
    ],
)
def test_the_words(reason: Reason, sentence: str) -> None:
    assert describe(reason) == sentence


def test_every_problem_has_words() -> None:
    assert all(describe(OpsgenieFailed(problem)) for problem in OpsgenieProblem)

"""Why a request to Opsgenie fails. No reason names a customer, and none holds the key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.formats.documents import stored


class OpsgenieProblem(StrEnum):
    """What went wrong, where that needs no further details. The values are stored."""

    KEY_REJECTED = "key_rejected"
    KEY_FORBIDDEN = "key_forbidden"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    WRONG_SERVER = "wrong_server"


@stored("opsgenie.failed", problem="problem")
@dataclass(frozen=True)
class OpsgenieFailed(Reason):
    """A request failed in a way that has no further details."""

    problem: OpsgenieProblem


@stored("opsgenie.timed_out", deadline="deadline_seconds")
@dataclass(frozen=True)
class OpsgenieTimedOut(Reason):
    """There was no answer within `deadline` seconds."""

    deadline: float


@stored("opsgenie.server_error", status="status")
@dataclass(frozen=True)
class OpsgenieServerError(Reason):
    """Opsgenie failed with a status of 500 or above, and again on every retry."""

    status: int


@stored("opsgenie.refused", status="status")
@dataclass(frozen=True)
class OpsgenieRefused(Reason):
    """Opsgenie refuses the search for a reason that mibot does not know. The log has its own words."""

    status: int


@stored("opsgenie.too_many_alerts", limit="limit")
@dataclass(frozen=True)
class OpsgenieTooManyAlerts(Reason):
    """More than `limit` alerts are open, which is as far as mibot reads."""

    limit: int

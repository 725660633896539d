"""Why an upgrade moved on, or does not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.formats.documents import stored


class Milestone(StrEnum):
    """What takes an upgrade to its next stage."""

    SLOT_CLAIMED = "slot_claimed"
    DEPLOYMENT_SUCCEEDED = "deployment_succeeded"
    DEPLOYED_MANUALLY = "deployed_manually"
    RETRY_REQUESTED = "retry_requested"
    RECHECK_REQUESTED = "recheck_requested"


@stored("upgrade.reached", milestone="milestone")
@dataclass(frozen=True)
class Reached(Reason):
    """The upgrade reached a milestone."""

    milestone: Milestone


@stored("upgrade.forced", why="reason")
@dataclass(frozen=True)
class Forced(Reason):
    """An operator forced the upgrade past its pre-upgrade checks."""

    why: str


@stored("upgrade.delayed", reason="reason")
@dataclass(frozen=True)
class Delayed(Reason):
    """An external system does not answer, and mibot tries again later."""

    reason: Reason


@stored("upgrade.needs_person", reason="reason")
@dataclass(frozen=True)
class NeedsPerson(Reason):
    """An external system refuses something until a person mends it. The upgrade is held where it stands, and goes on
    by itself once that is done."""

    reason: Reason


@stored("upgrade.waiting", obstacle="obstacle")
@dataclass(frozen=True)
class Waiting(Reason):
    """The merged upgrade waits until an obstacle is gone."""

    obstacle: Reason


@stored("upgrade.instance_unreadable")
@dataclass(frozen=True)
class InstanceUnreadable(Reason):
    """The instance can't be read from the deployment repository any more."""


@stored("upgrade.instance_left")
@dataclass(frozen=True)
class InstanceLeft(Reason):
    """People removed or renamed the instance's folder in the deployment repository."""


@stored("upgrade.no_tracker")
@dataclass(frozen=True)
class NoTracker(Reason):
    """The version has no tracker."""

"""Why an upgrade waits for others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("rollout.slots_taken", limit="limit")
@dataclass(frozen=True)
class SlotsTaken(Reason):
    """As many upgrades are in flight as there may be."""

    limit: int


@stored("rollout.instance_in_flight")
@dataclass(frozen=True)
class InstanceInFlight(Reason):
    """Another upgrade of the same instance is in flight."""


@stored("rollout.forceable", obstacle="obstacle")
@dataclass(frozen=True)
class Forceable(Reason):
    """An obstacle that an operator can override."""

    obstacle: Reason


@stored("rollout.halted", version="version", instances="instances")
@dataclass(frozen=True)
class RolloutHalted(Reason):
    """Upgrades to the version failed after their merge. None stands for instances that are no longer in the fleet:
    nobody could tell any more that one is a customer's."""

    version: Version
    instances: tuple[str | None, ...]


class FirstInstanceProblem(StrEnum):
    """Why the first instance keeps customers' instances waiting."""

    NOT_UPGRADED = "not_upgraded"
    RED = "red"
    CHECKS_NOT_PASSING = "checks_not_passing"


@stored("rollout.first_instance_not_ready", instance="instance", version="version", problem="problem")
@dataclass(frozen=True)
class FirstInstanceNotReady(Reason):
    """The first instance has not proven the version."""

    instance: str
    version: Version
    problem: FirstInstanceProblem


@stored("rollout.first_instance_in_deployment", instance="instance", stage="stage")
@dataclass(frozen=True)
class FirstInstanceInDeployment(Reason):
    """The first instance is being deployed or verified."""

    instance: str
    stage: Stage


@stored("rollout.internal_instances_red", instances="instances")
@dataclass(frozen=True)
class InternalInstancesRed(Reason):
    """Internal instances are red, and customers' instances wait for them."""

    instances: tuple[str, ...]


@stored("rollout.left_out", reason="reason")
@dataclass(frozen=True)
class LeftOut(Reason):
    """The instance does not take part in release upgrades any more."""

    reason: Reason


class GoldenFileState(StrEnum):
    """Why a version's golden file is not in the deployment repository."""

    BEING_PREPARED = "being_prepared"
    NOT_MERGED = "not_merged"
    REMOVED = "removed"


@stored("rollout.golden_file_missing", version="version", state="state")
@dataclass(frozen=True)
class GoldenFileMissing(Reason):
    """The version's golden file is not in the deployment repository."""

    version: Version
    state: GoldenFileState


@stored("rollout.tracker_closed", version="version", issue="issue")
@dataclass(frozen=True)
class TrackerClosed(Reason):
    """People closed the version's tracker, so that nothing starts. `issue` is its number."""

    version: Version
    issue: int


@stored("rollout.tracker_gone", version="version", issue="issue")
@dataclass(frozen=True)
class TrackerGone(Reason):
    """The version's tracker was deleted, transferred or converted to a discussion, so that nothing starts."""

    version: Version
    issue: int


@stored("rollout.preparation_not_accepted", version="version", difference="difference")
@dataclass(frozen=True)
class PreparationNotAccepted(Reason):
    """The pull request with the version's golden file differs from the plan, and no operator has accepted it."""

    version: Version
    difference: Reason


@stored("rollout.preparation_ended", version="version", reason="reason")
@dataclass(frozen=True)
class PreparationEnded(Reason):
    """The version's golden file is missing, and its preparation failed or was closed."""

    version: Version
    reason: Reason | None

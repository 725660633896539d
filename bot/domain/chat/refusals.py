"""Why a command that is understood and allowed still yields nothing."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("chat.not_possible_now", cause="cause")
@dataclass(frozen=True)
class NotPossibleNow(Reason):
    """An external system refuses what the command needs; it may work later."""

    cause: Reason


@stored("chat.order_delayed", cause="cause")
@dataclass(frozen=True)
class OrderDelayed(Reason):
    """The commands of a comment can't be carried out yet. mibot keeps trying."""

    cause: Reason


@stored("chat.order_taken_back", deleted="deleted")
@dataclass(frozen=True)
class OrderTakenBack(Reason):
    """The comment was deleted, or its commands were edited, while they could not be carried out: nothing is done."""

    deleted: bool


@stored("chat.checks_delayed", cause="cause")
@dataclass(frozen=True)
class ChecksDelayed(Reason):
    """The health checks that a comment requests can't run yet. mibot keeps trying."""

    cause: Reason


@stored("chat.plan_refused", version="version", cause="cause")
@dataclass(frozen=True)
class PlanRefused(Reason):
    """An upgrade to the version would be refused."""

    version: Version
    cause: Reason


@stored("chat.plan_not_possible_now", cause="cause")
@dataclass(frozen=True)
class PlanNotPossibleNow(Reason):
    """An external system refuses what the plan needs; it may work later."""

    cause: Reason


@stored("chat.instance_gone")
@dataclass(frozen=True)
class InstanceGone(Reason):
    """The instance left the fleet, or became unreadable, since the command was given."""


@stored("chat.backups_late", seconds="seconds")
@dataclass(frozen=True)
class BackupsLate(Reason):
    """The backups are not ready after so many seconds."""

    seconds: float


@stored("chat.backups_delayed", cause="cause")
@dataclass(frozen=True)
class BackupsDelayed(Reason):
    """The backups that a comment requests can't be taken, or followed, yet. mibot keeps trying."""

    cause: Reason


@stored("chat.backups_given_up", cause="cause")
@dataclass(frozen=True)
class BackupsGivenUp(Reason):
    """An external system did not answer for too long, so that the backups were given up: by earlier versions."""

    cause: Reason

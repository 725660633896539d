"""Findings that no single check owns: why there is none, and that a person accepted one."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.reasons import Reason
from bot.formats.documents import stored


@stored("health.not_connected")
@dataclass(frozen=True)
class NotConnected(Reason):
    """This mibot works on a clone alone, and has nobody who answers the query."""


@stored("health.check_crashed")
@dataclass(frozen=True)
class CheckCrashed(Reason):
    """The check has a bug, which says nothing about the instance. The log has a traceback."""


@stored("health.check_timed_out", limit="limit_seconds")
@dataclass(frozen=True)
class CheckTimedOut(Reason):
    """The check did not finish within `limit` seconds."""

    limit: float


@stored("health.instance_unreadable")
@dataclass(frozen=True)
class InstanceUnreadable(Reason):
    """The files of the instance cannot be read from the deployment repository now, so no check runs."""


@stored("health.accepted", by="accepted_by", why="reason", finding="finding")
@dataclass(frozen=True)
class AcceptedByPerson(Reason):
    """Nobody could find out (`finding` says why), and a person who looked accepts it."""

    by: str
    why: str
    finding: Reason

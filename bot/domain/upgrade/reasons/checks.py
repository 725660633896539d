"""What the health checks of an upgrade say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.health.failing import FailingChecks
from bot.domain.reasons import Reason
from bot.formats.documents import stored


@stored("upgrade.pre_checks_failing", checks="checks")
@dataclass(frozen=True)
class PreChecksFailing(Reason):
    """The pre-upgrade checks do not all pass."""

    checks: FailingChecks


@stored("upgrade.not_healthy_yet", checks="checks", until="until")
@dataclass(frozen=True)
class NotHealthyYet(Reason):
    """The post-upgrade checks do not all pass, and have until then to do so."""

    checks: FailingChecks
    until: datetime


@stored("upgrade.unhealthy", checks="checks")
@dataclass(frozen=True)
class Unhealthy(Reason):
    """Post-upgrade checks failed for as long as they may."""

    checks: FailingChecks


@stored("upgrade.health_unknown", checks="checks")
@dataclass(frozen=True)
class HealthUnknown(Reason):
    """Nobody could find out whether the instance is healthy, and a person has to look."""

    checks: FailingChecks


@stored("upgrade.healthy_since", since="since", until="until")
@dataclass(frozen=True)
class HealthySince(Reason):
    """All post-upgrade checks pass since then, and have to pass until then."""

    since: datetime
    until: datetime


@stored("upgrade.checks_passed", count="count")
@dataclass(frozen=True)
class ChecksPassed(Reason):
    """All post-upgrade checks have passed for long enough."""

    count: int

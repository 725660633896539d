"""Which checks are in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.health.model import CheckResult, CheckState
from bot.domain.reasons import Reason
from bot.formats.documents import stored


@stored("health.failing_checks", failed="failed", unknown="unknown")
@dataclass(frozen=True)
class FailingChecks(Reason):
    """The titles of the checks that failed, and of those without an answer. No check ran if both are empty."""

    failed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def failing_checks(results: Sequence[CheckResult]) -> FailingChecks:
    """The checks among `results` that did not pass."""
    return FailingChecks(_titles(results, CheckState.FAIL), _titles(results, CheckState.UNKNOWN))


def _titles(results: Sequence[CheckResult], state: CheckState) -> tuple[str, ...]:
    return tuple(result.title for result in results if result.state is state)

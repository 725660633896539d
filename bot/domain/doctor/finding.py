"""What a diagnostic finds."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.health.model import CheckState
from bot.domain.reasons import Reason


@dataclass(frozen=True)
class Finding:
    """One line of the doctor: a state, and a reason without secrets."""

    state: CheckState
    reason: Reason


@dataclass(frozen=True)
class AsNeeded(Reason):
    """There is exactly what mibot needs."""


def ok(reason: Reason) -> Finding:
    return Finding(CheckState.PASS, reason)


def failed(reason: Reason) -> Finding:
    return Finding(CheckState.FAIL, reason)


def unknown(reason: Reason) -> Finding:
    return Finding(CheckState.UNKNOWN, reason)

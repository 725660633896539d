"""Runs the health checks of an instance by its slug."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.checks import all_checks
from bot.domain.health import Phase, Places, Result, State
from bot.fleets import Fleets
from bot.health import run_checks
from bot.ports import Inspector


class Examiner:
    """Knows where to look and whom to ask; `clock` gives the time in UTC."""

    def __init__(self, fleets: Fleets, places: Places, inspector: Inspector, clock: Callable[[], datetime]) -> None:
        self._fleets = fleets
        self._places = places
        self._inspector = inspector
        self._clock = clock

    def examine(self, slug: str, phase: Phase) -> tuple[Result, ...]:
        """The results of all checks of that phase, worst first; `unknown` for an instance that can't be read."""
        instance = self._fleets.recent().get(slug)
        if instance is None:
            sentence = "The instance can't be read from the deployment repository now."
            return (Result("fleet", "Fleet", State.UNKNOWN, sentence, "", self._clock(), 0.0),)
        return tuple(run_checks(all_checks(), instance, self._places, phase, self._inspector, self._clock))

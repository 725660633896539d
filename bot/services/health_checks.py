"""Runs the health checks of an instance by its slug."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.checks import all_checks
from bot.domain.fleet.model import Instance
from bot.domain.health.model import Check, CheckContext, CheckResult, CheckState, CloudConfig, Phase
from bot.domain.health.reasons import InstanceUnreadable
from bot.domain.versions import Version
from bot.ports.inspector import Inspector
from bot.services.check_runner import run_checks
from bot.services.fleet_reader import FleetReader

STABLE_FOR = 300.0

ExpectedServices = Callable[[Instance, Version], frozenset[str]]
"""Tells the names of the containers that must run on an instance that runs a version."""


@dataclass(frozen=True)
class ExpectedState:
    """What should be true of an instance beyond what the deployment repository says.

    `version` is the version that it should run (None: the one that its link points to), `run` the workflow run of its
    deployment, which ended at `deployed_at`, and `head` the head commit of its pull request. `pull_url` and `run_url`
    lead a person to them.
    """

    version: Version | None = None
    run: int | None = None
    head: str = ""
    deployed_at: datetime | None = None
    pull_url: str = ""
    run_url: str = ""


class HealthCheckRunner:
    """Runs the checks of one instance. `clock` gives the time in UTC; `stable_for` is in seconds."""

    def __init__(
        self,
        fleets: FleetReader,
        config: CloudConfig,
        inspector: Inspector,
        clock: Callable[[], datetime],
        *,
        stable_for: float = STABLE_FOR,
        checks: Iterable[Check] | None = None,
        services: ExpectedServices = lambda _instance, _version: frozenset(),
    ) -> None:
        self._fleets = fleets
        self._config = config
        self._inspector = inspector
        self._clock = clock
        self._stable_for = stable_for
        self._services = services
        self._checks = tuple(all_checks() if checks is None else checks)

    def run(self, slug: str, phase: Phase, expected: ExpectedState | None = None) -> tuple[CheckResult, ...]:
        """The results of all checks of that phase, worst first. An unreadable instance has one `unknown` result."""
        instance = self._fleets.recent().get(slug)
        if instance is None:
            finding = InstanceUnreadable()
            return (CheckResult("fleet", "Fleet", CheckState.UNKNOWN, finding, "", self._clock(), 0.0),)
        context = self._context(instance, phase, expected or ExpectedState())
        return tuple(run_checks(self._checks, context, self._config, self._inspector))

    def _context(self, instance: Instance, phase: Phase, expected: ExpectedState) -> CheckContext:
        version = expected.version or instance.version
        return CheckContext(
            instance,
            phase,
            self._clock(),
            version=version,
            run=expected.run,
            head=expected.head,
            stable_for=self._stable_for,
            deployed_at=expected.deployed_at,
            pull_url=expected.pull_url,
            run_url=expected.run_url,
            services=frozenset() if expected.run is None else self._services(instance, version),
        )

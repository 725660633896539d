"""Health checks as data: the context of a check, what a check is, and its result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.fleet.model import Instance
from bot.domain.health.queries import Answer, Query, Unavailable
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


class CheckState(StrEnum):
    """A check's state. `unknown` never counts as a pass (domain.md, "Health"). Worst first."""

    FAIL = "fail"
    UNKNOWN = "unknown"
    PASS = "pass"  # noqa: S105 - a state, not a password


class Phase(StrEnum):
    """When a check runs: before the upgrade, after its deployment, or on request."""

    BEFORE = "before"
    AFTER = "after"
    NOW = "now"


@dataclass(frozen=True)
class CloudConfig:
    """Where things are found outside GitHub: the settings that checks need (`[gcp]`, `[opsgenie]`)."""

    project_template: str = "sourcegraph-managed-{slug}"
    zone: str = "us-central1-f"
    monitoring_project: str = "sourcegraph-managed-monitoring"
    has_opsgenie_key: bool = False

    def project(self, instance: Instance) -> str:
        return self.project_template.format(slug=instance.slug)


@dataclass(frozen=True)
class CheckContext:
    """The instance to check, the phase, the time (UTC), and what should be true of the instance.

    `version` is the version that it should run (None if unknown), `run` the workflow run of its deployment, `head`
    the head commit of its pull request; `run_url` and `pull_url` lead a person to both. `stable_for` is the number of
    seconds over which a check looks at things that flap. `deployed_at` is when the deployment in question ended:
    observations from before that time are not about it. `services` are those of the product that must run.
    """

    instance: Instance
    phase: Phase
    now: datetime
    version: Version | None = None
    run: int | None = None
    head: str = ""
    stable_for: float = 300.0
    deployed_at: datetime | None = None
    pull_url: str = ""
    run_url: str = ""
    services: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """What a check concludes from an answer: a state, and what it saw and wanted, without a customer's name."""

    state: CheckState
    finding: Reason


def _always(_context: CheckContext, _config: CloudConfig) -> bool:
    return True


@dataclass(frozen=True)
class Check:
    """One health check: `query` says what to ask, `evaluate` turns the answer into a verdict. Both are pure.

    `link` leads to where a person can look. `applies` says whether the check makes sense in this context.
    """

    name: str
    title: str
    query: Callable[[CheckContext, CloudConfig], Query]
    evaluate: Callable[[CheckContext, Answer], Verdict]
    link: Callable[[CheckContext, CloudConfig], str]
    phases: frozenset[Phase] = frozenset(Phase)
    applies: Callable[[CheckContext, CloudConfig], bool] = _always


def unavailable_verdict(answer: Answer) -> Verdict:
    """The verdict without an answer: `unknown`, never a pass. Raises TypeError for an answer of another type."""
    if isinstance(answer, Unavailable):
        return Verdict(CheckState.UNKNOWN, answer.reason)
    raise TypeError(f"{type(answer).__name__} is no answer to what was asked")


@stored(
    "health.result",
    name="check",
    title="title",
    state="state",
    finding="finding",
    link="link",
    taken_at="taken_at",
    seconds="seconds",
)
@dataclass(frozen=True)
class CheckResult:
    """One row of a check table.

    `link` leads to where a person can look. It names the project, so only the deployment repository may show it.
    `taken_at` is in UTC, `seconds` is how long the check took.
    """

    name: str
    title: str
    state: CheckState
    finding: Reason
    link: str
    taken_at: datetime
    seconds: float


def sort_worst_first(results: Iterable[CheckResult]) -> list[CheckResult]:
    order = list(CheckState)
    return sorted(results, key=lambda result: (order.index(result.state), result.name))


def worst_state(results: Iterable[CheckResult]) -> CheckState:
    """The worst state of all. Without any result it is `unknown`, because nothing was shown."""
    ordered = sort_worst_first(results)
    return ordered[0].state if ordered else CheckState.UNKNOWN

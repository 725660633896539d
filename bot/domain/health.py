"""Health checks as data: what to ask for, what came back, and the result a person reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.domain.model import Instance


class State(StrEnum):
    """A check's state. `unknown` never counts as a pass (domain.md, "Health"). Worst first."""

    FAIL = "fail"
    UNKNOWN = "unknown"
    PASS = "pass"  # noqa: S105 - a state, not a password


class Phase(StrEnum):
    """When a check runs: before the upgrade, after its merge, or when somebody asks."""

    BEFORE = "before"
    AFTER = "after"
    NOW = "now"


@dataclass(frozen=True)
class MachineQuery:
    """Ask Compute Engine for these machines by name, in one project and zone."""

    project: str
    zone: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Machines:
    """The answer to a MachineQuery: machine name to its status (`RUNNING`, `TERMINATED` …); absent is missing."""

    statuses: Mapping[str, str]


@dataclass(frozen=True)
class Unavailable:
    """No answer: one sentence that says why and what to do. It carries no secret and no customer's name."""

    reason: str


Query = MachineQuery
Answer = Machines | Unavailable


@dataclass(frozen=True)
class Places:
    """Where things are found outside GitHub: the settings that checks need (`[gcp]`)."""

    project_template: str = "sourcegraph-managed-{slug}"
    zone: str = "us-central1-f"

    def project(self, instance: Instance) -> str:
        return self.project_template.format(slug=instance.slug)


@dataclass(frozen=True)
class Judgement:
    """What a check concludes from an answer: a state and one sentence without a customer's name."""

    state: State
    sentence: str


@dataclass(frozen=True)
class Check:
    """One health check: `query` says what to ask for, `judge` turns the answer into a judgement. Both are pure."""

    name: str
    title: str
    query: Callable[[Instance, Places], Query]
    judge: Callable[[Instance, Answer], Judgement]
    link: Callable[[Instance, Places], str]
    phases: frozenset[Phase] = frozenset(Phase)


@dataclass(frozen=True)
class Result:
    """One row of a check table. `link` leads to where a person can look (the console; it names the project, so it
    is shown inside the deployment repository only); `taken_at` is UTC, `seconds` how long it took."""

    name: str
    title: str
    state: State
    sentence: str
    link: str
    taken_at: datetime
    seconds: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "taken_at": self.taken_at.astimezone(UTC).isoformat(),
            "state": str(self.state),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Result:
        return cls(**{**data, "state": State(data["state"]), "taken_at": datetime.fromisoformat(data["taken_at"])})


def worst_first(results: Iterable[Result]) -> list[Result]:
    order = list(State)
    return sorted(results, key=lambda result: (order.index(result.state), result.name))


def overall(results: Iterable[Result]) -> State:
    """The worst state of all; without any result it is `unknown`, for nothing has been shown."""
    ordered = worst_first(results)
    return ordered[0].state if ordered else State.UNKNOWN

"""Check runs and commit statuses of one commit, taken together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from bot.domain.github_models import CommitChecks, Conclusion

OWN_PREFIX = "mibot"
_GOOD = {"success", "neutral", "skipped"}


class Outcome(Enum):
    """How one check run or status stands."""

    GOOD = auto()
    PENDING = auto()
    BAD = auto()


@dataclass(frozen=True)
class Signal:
    """A check run or a status; `app` is the slug of the App that made a check run."""

    name: str
    outcome: Outcome
    app: str = ""


def check_run(data: Any) -> Signal:
    outcome = Outcome.PENDING
    if data["status"] == "completed":
        outcome = Outcome.GOOD if data["conclusion"] in _GOOD else Outcome.BAD
    return Signal(str(data["name"]), outcome, app=str((data.get("app") or {}).get("slug", "")))


def status(data: Any) -> Signal:
    outcomes = {"success": Outcome.GOOD, "pending": Outcome.PENDING}
    return Signal(str(data["context"]), outcomes.get(data["state"], Outcome.BAD))


def is_own(name: str) -> bool:
    """Whether a check run or status of that name is the bot's own, whoever it says it is from."""
    return name.startswith(OWN_PREFIX)


def others(signals: Iterable[Signal], own_app: str) -> list[Signal]:
    """All but the bot's own."""
    return [signal for signal in signals if signal.app != own_app and not is_own(signal.name)]


def together(signals: Iterable[Signal], own_app: str) -> CommitChecks:
    """One conclusion: anything failed is a failure, then anything running is pending. The bot's own do not count."""
    counted = others(signals, own_app)
    failed = tuple(sorted({s.name for s in counted if s.outcome is Outcome.BAD}))
    pending = tuple(sorted({s.name for s in counted if s.outcome is Outcome.PENDING}))
    if failed:
        conclusion = Conclusion.FAILURE
    elif pending:
        conclusion = Conclusion.PENDING
    else:
        conclusion = Conclusion.SUCCESS if counted else Conclusion.NONE
    return CommitChecks(conclusion, failed, pending)

"""Check runs and commit statuses of one commit, taken together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from bot.domain.github_models import CommitChecks, Conclusion

OWN_PREFIX = "mibot"
_GOOD = {"success", "neutral", "skipped"}


class StatusCheckState(Enum):
    """The state of one check run or status."""

    SUCCESS = auto()
    PENDING = auto()
    FAILURE = auto()


@dataclass(frozen=True)
class StatusCheck:
    """A check run or a status; `app` is the slug of the App that made a check run."""

    name: str
    state: StatusCheckState
    app: str = ""


def parse_check_run(data: Any) -> StatusCheck:
    outcome = StatusCheckState.PENDING
    if data["status"] == "completed":
        outcome = StatusCheckState.SUCCESS if data["conclusion"] in _GOOD else StatusCheckState.FAILURE
    return StatusCheck(str(data["name"]), outcome, app=str((data.get("app") or {}).get("slug", "")))


def parse_status(data: Any) -> StatusCheck:
    outcomes = {"success": StatusCheckState.SUCCESS, "pending": StatusCheckState.PENDING}
    return StatusCheck(str(data["context"]), outcomes.get(data["state"], StatusCheckState.FAILURE))


def is_own(name: str) -> bool:
    """Whether a check run or status of that name is the bot's own, whichever App it names."""
    return name.startswith(OWN_PREFIX)


def exclude_own(signals: Iterable[StatusCheck], own_app: str) -> list[StatusCheck]:
    """All except the bot's own."""
    return [signal for signal in signals if signal.app != own_app and not is_own(signal.name)]


def summarize(signals: Iterable[StatusCheck], own_app: str) -> CommitChecks:
    """One conclusion: anything that failed is a failure, then anything that runs is pending.

    The bot's own do not count.
    """
    counted = exclude_own(signals, own_app)
    failed = tuple(sorted({s.name for s in counted if s.state is StatusCheckState.FAILURE}))
    pending = tuple(sorted({s.name for s in counted if s.state is StatusCheckState.PENDING}))
    if failed:
        conclusion = Conclusion.FAILURE
    elif pending:
        conclusion = Conclusion.PENDING
    else:
        conclusion = Conclusion.SUCCESS if counted else Conclusion.NONE
    return CommitChecks(conclusion, failed, pending)

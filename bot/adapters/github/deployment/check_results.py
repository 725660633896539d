"""Check runs and commit statuses of one commit, taken together. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from bot.domain.github_models import CommitChecks, Conclusion

_OWN_NAME = re.compile(r"mibot(\s*/.*)?", re.DOTALL)
_GOOD = {"success", "neutral", "skipped"}


class StatusCheckState(Enum):
    """The state of one check run or status."""

    SUCCESS = auto()
    PENDING = auto()
    FAILURE = auto()


_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NOT_YET = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class StatusCheck:
    """A check run or a status. `app` is the slug and `app_id` the number of the App that made a check run.

    `since` is when it began (a status: when it was set), and `number` is GitHub's; together they tell which of
    several is the newest.
    """

    name: str
    state: StatusCheckState
    app: str = ""
    app_id: int | None = None
    since: datetime = _LONG_AGO
    number: int = 0


def parse_check_run(data: Any) -> StatusCheck:
    outcome = StatusCheckState.PENDING
    if data["status"] == "completed":
        outcome = StatusCheckState.SUCCESS if data["conclusion"] in _GOOD else StatusCheckState.FAILURE
    app = data.get("app") or {}
    # One that waits for its start was requested after all those that have begun, or GitHub would have started it.
    unknown = _NOT_YET if outcome is StatusCheckState.PENDING and "started_at" in data else _LONG_AGO
    return StatusCheck(
        str(data["name"]),
        outcome,
        app=str(app.get("slug", "")),
        app_id=app.get("id"),
        since=_parse_time(data.get("started_at") or data.get("completed_at"), unknown),
        number=int(data.get("id") or 0),
    )


def parse_status(data: Any) -> StatusCheck:
    outcomes = {"success": StatusCheckState.SUCCESS, "pending": StatusCheckState.PENDING}
    return StatusCheck(
        str(data["context"]),
        outcomes.get(data["state"], StatusCheckState.FAILURE),
        since=_parse_time(data.get("updated_at") or data.get("created_at"), _LONG_AGO),
        number=int(data.get("id") or 0),
    )


def _parse_time(text: Any, unknown: datetime) -> datetime:
    return datetime.fromisoformat(text) if text else unknown


def keep_newest(signals: Iterable[StatusCheck]) -> list[StatusCheck]:
    """Of several check runs of one App and name, or of several statuses of one context, only the newest.

    GitHub lists the latest of each check suite, and a commit may have several suites.
    """
    newest: dict[tuple[int | str, str], StatusCheck] = {}
    for signal in sorted(signals, key=lambda one: (one.since, one.number)):
        newest[signal.app_id or signal.app, signal.name] = signal
    return list(newest.values())


def is_own(name: str) -> bool:
    """Whether a check run or status of that name is the bot's own (`mibot / …`), whichever App it names."""
    return _OWN_NAME.fullmatch(name) is not None


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

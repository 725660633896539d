"""What `tests/data/store_before_schemas` means, in today's values.

The translation from the old names to today's classes is written by hand, without the readers that it tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from bot.domain.chat import effects as chat
from bot.domain.chat import replies
from bot.domain.effects import Effect
from bot.domain.flow import events
from bot.domain.flow.events import Event
from bot.domain.health.model import CheckResult, CheckState
from bot.domain.reasons import PlainText
from bot.domain.rollout import effects as rollout
from bot.domain.tracker import effects as trackers
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade import effects as upgrade
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState
from bot.domain.versions import parse_version
from bot.formats.markdown import Markdown
from tests.data.store_before_schemas import load

Json = Mapping[str, Any]
T = TypeVar("T")

EXPECTED = load.expectation()

CONTENTS: Mapping[str, tuple[Callable[..., Event | Effect], str]] = {
    "IssueLabelled": (events.IssueLabeled, "number version by"),
    "CommentWritten": (events.CommentCreated, "comment issue version body author"),
    "UpgradeTouched": (events.UpgradeChanged, "slug version"),
    "PreparationTouched": (events.PreparationChanged, "version"),
    "CommitTouched": (events.CommitChecksChanged, "commit"),
    "RunTouched": (events.WorkflowRunChanged, "run commit"),
    "React": (chat.AddReaction, "comment"),
    "Obey": (chat.HandleComment, "comment issue version body author found_by"),
    "RefreshReply": (chat.RefreshReply, "comment"),
    "CheckNow": (chat.CheckNow, "comment slug"),
    "EnsureTracker": (trackers.EnsureTracker, "version issue by"),
    "RefreshTracker": (trackers.RefreshTracker, "version seconds"),
    "StartUpgrade": (upgrade.StartUpgrade, "slug version by issue force"),
    "StartUpgrades": (rollout.StartUpgrades, "slugs version by issue force"),
    "TakeTurns": (rollout.Schedule, ""),
    "StartRollback": (upgrade.StartRollback, "slug version by why comment"),
    "Prepare": (upgrade.Prepare, "version by asked accept"),
    "AdvancePreparation": (upgrade.AdvancePreparation, "version"),
    "PlanNow": (chat.PlanNow, "comment slug version"),
    "Advance": (upgrade.Advance, "slug version"),
    "Recheck": (upgrade.Recheck, "slug version by accepted"),
    "Follow": (upgrade.Poll, "slug version seconds"),
    "Publish": (upgrade.Publish, "slug version"),
    "MarkDeployed": (upgrade.MarkDeployed, "slug version by attempt"),
    "Retry": (upgrade.Retry, "slug version by attempt"),
    "BackUpNow": (chat.BackUpNow, "comment slug seconds"),
}
"""Today's class by the old name, and the old names of its fields in today's order."""


def into(url: str) -> None:
    """Put the old store into an empty database."""
    if url.startswith("sqlite"):
        load.into_sqlite(Path(url.removeprefix("sqlite:///")))
    else:
        load.into_postgresql(url)


def content(payload: Json) -> Event | Effect:
    """The event or the effect of an old payload. Keys that a still older version did not write are at the end."""
    make, names = CONTENTS[payload.get("event") or payload["effect"]]
    values = [payload[name] for name in names.split() if name in payload]
    return make(*(tuple(value) if isinstance(value, list) else value for value in values))


def effect(payload: Json) -> Effect:
    made = content(payload)
    assert isinstance(made, Effect)
    return made


def tracker(record: Json) -> TrackerRecord:
    return TrackerRecord(
        version=parse_version(record["version"]),
        issue=record["issue"],
        url=record["url"],
        asked_by=record["asked_by"],
        adopted=record["adopted"],
        parts=tuple(record["parts"]),
        announced=tuple(record["announced"]),
        dirty=record["dirty"],
        clean=record["clean"],
        edited_at=moment(record["edited_at"]),
    )


def reply(record: Json) -> replies.Reply:
    started = record["effects"]
    return replies.Reply(
        comment=record["comment"],
        issue=record["issue"],
        author=record["author"],
        items=tuple(map(item, record["items"])),
        written=record["written"],
        digest=record["digest"],
        effects=None if started is None else tuple(map(effect, started)),
        found_by=record["found_by"],
    )


def item(shown: Json) -> replies.ReplyItem:
    match shown["kind"]:
        case "Paragraph":
            return replies.Paragraph(Markdown(shown["words"]))
        case "Progress":
            return replies.UpgradeProgress(shown["slug"], parse_version(shown["version"]))
        case "CheckTable":
            return replies.CheckTable(shown["slug"], several(result, shown["results"]))
        case "Preparing":
            return replies.PreparationProgress(parse_version(shown["preparing"]))
        case "PlanShown":
            words = None if shown["plan"] is None else Markdown(shown["plan"])
            return replies.PlanPreview(shown["slug"], parse_version(shown["version"]), words)
        case "BackupShown":
            older = several(backup, shown["older"]) or ()
            error = PlainText(shown["fault"]) if shown["fault"] else None
            return replies.BackupProgress(shown["slug"], several(backup, shown["backup"]), older, error)
        case kind:
            raise AssertionError(f"{kind} is no kind of item")


def result(row: Json) -> CheckResult:
    return CheckResult(
        name=row["name"],
        title=row["title"],
        state={"fail": CheckState.FAIL, "unknown": CheckState.UNKNOWN, "pass": CheckState.PASS}[row["state"]],
        finding=PlainText(row["sentence"]),
        link=row["link"],
        taken_at=datetime.fromisoformat(row["taken_at"]),
        seconds=row["seconds"],
    )


def backup(row: Json) -> Backup:
    states = {"running": BackupState.RUNNING, "ready": BackupState.READY, "failed": BackupState.FAILED}
    return Backup(
        kind={"Cloud SQL backup": BackupKind.DATABASE, "disk snapshot": BackupKind.DISK}[row["kind"]],
        source=row["of"],
        name=row["name"],
        state=states[row["state"]],
        created_at=datetime.fromisoformat(row["made_at"]),
        problem=PlainText(row["said"]) if row["said"] else None,
        link=row["link"],
    )


def several(make: Callable[[Json], T], rows: list[Json] | None) -> tuple[T, ...] | None:
    return None if rows is None else tuple(map(make, rows))


def certain_moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

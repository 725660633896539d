"""What jobs are about: events and effects. They are named by the classes that the code had then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.schema.version_1.names import Document, names, rename

_EVENTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "IssueLabelled": ("github.issue_labeled", names("number:issue version by:labeled_by")),
    "CommentWritten": ("github.comment_created", names("comment issue version body author")),
    "UpgradeTouched": ("github.upgrade_changed", names("slug version")),
    "PreparationTouched": ("github.preparation_changed", names("version")),
    "CommitTouched": ("github.commit_checks_changed", names("commit")),
    "RunTouched": ("github.workflow_run_changed", names("run commit")),
}

_EFFECTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "React": ("comment.react", names("comment")),
    "Obey": ("comment.handle", names("comment issue version body author found_by")),
    "RefreshReply": ("reply.refresh", names("comment")),
    "CheckNow": ("reply.run_checks", names("comment slug")),
    "PlanNow": ("reply.preview_plan", names("comment slug version")),
    "BackUpNow": ("reply.back_up", names("comment slug seconds:delay_seconds")),
    "EnsureTracker": ("tracker.ensure", names("version issue by:requested_by")),
    "RefreshTracker": ("tracker.refresh", names("version seconds:delay_seconds")),
    "StartUpgrade": ("upgrade.start", names("slug version by:requested_by issue force:force_reason")),
    "StartUpgrades": ("slots.start_upgrades", names("slugs version by:requested_by issue force:force_reason")),
    "TakeTurns": ("slots.schedule", names("")),
    "StartRollback": ("rollback.start", names("slug version by:requested_by why:reason comment")),
    "Prepare": ("preparation.start", names("version by:requested_by asked:by_command accept:accept_images")),
    "AdvancePreparation": ("preparation.advance", names("version")),
    "Advance": ("upgrade.advance", names("slug version")),
    "Follow": ("upgrade.poll", names("slug version seconds:delay_seconds")),
    "Recheck": ("upgrade.recheck", names("slug version by:requested_by accepted:accept_reason")),
    "Publish": ("upgrade.publish", names("slug version")),
    "MarkDeployed": ("upgrade.mark_deployed", names("slug version by:reported_by attempt")),
    "Retry": ("upgrade.retry", names("slug version by:requested_by attempt")),
}


def read_job(document: Document) -> Document:
    """An event (`{"event": "CommentWritten", …}`) or an effect (`{"effect": "Obey", …}`)."""
    is_event = "event" in document
    tag, fields = _EVENTS[document["event"]] if is_event else _EFFECTS[document["effect"]]
    values = {name: value for name, value in document.items() if name != ("event" if is_event else "effect")}
    return {"kind": tag, **rename(values, fields)}

"""Reads schema 1: what mibot wrote before documents had a schema version.

Events, effects and items of replies are named by the classes that the code had then. Their names stand here as text,
because this form never changes again. Each function takes a document of schema 1 and returns one of schema 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.schema.health_v1 import read_result_v1

Document = dict[str, Any]


def _fields(text: str) -> dict[str, str]:
    """Stored names of schema 2 by those of schema 1. Those that differ are written `old:new`."""
    pairs = (word.partition(":") for word in text.split())
    return {old: new or old for old, _, new in pairs}


_EVENTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "IssueLabelled": ("github.issue_labeled", _fields("number:issue version by:labeled_by")),
    "CommentWritten": ("github.comment_created", _fields("comment issue version body author")),
    "UpgradeTouched": ("github.upgrade_changed", _fields("slug version")),
    "PreparationTouched": ("github.preparation_changed", _fields("version")),
    "CommitTouched": ("github.commit_checks_changed", _fields("commit")),
    "RunTouched": ("github.workflow_run_changed", _fields("run commit")),
}

_EFFECTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "React": ("comment.react", _fields("comment")),
    "Obey": ("comment.handle", _fields("comment issue version body author found_by")),
    "RefreshReply": ("reply.refresh", _fields("comment")),
    "CheckNow": ("reply.run_checks", _fields("comment slug")),
    "PlanNow": ("reply.preview_plan", _fields("comment slug version")),
    "BackUpNow": ("reply.back_up", _fields("comment slug seconds:delay_seconds")),
    "EnsureTracker": ("tracker.ensure", _fields("version issue by:requested_by")),
    "RefreshTracker": ("tracker.refresh", _fields("version seconds:delay_seconds")),
    "StartUpgrade": ("upgrade.start", _fields("slug version by:requested_by issue force:force_reason")),
    "StartUpgrades": ("slots.start_upgrades", _fields("slugs version by:requested_by issue force:force_reason")),
    "TakeTurns": ("slots.schedule", _fields("")),
    "StartRollback": ("rollback.start", _fields("slug version by:requested_by why:reason comment")),
    "Prepare": ("preparation.start", _fields("version by:requested_by asked:by_command accept:accept_images")),
    "AdvancePreparation": ("preparation.advance", _fields("version")),
    "Advance": ("upgrade.advance", _fields("slug version")),
    "Follow": ("upgrade.poll", _fields("slug version seconds:delay_seconds")),
    "Recheck": ("upgrade.recheck", _fields("slug version by:requested_by accepted:accept_reason")),
    "Publish": ("upgrade.publish", _fields("slug version")),
    "MarkDeployed": ("upgrade.mark_deployed", _fields("slug version by:reported_by attempt")),
    "Retry": ("upgrade.retry", _fields("slug version by:requested_by attempt")),
}

_TRACKER: Final = _fields(
    "version issue url asked_by:requested_by adopted parts:comments announced:linked_from edited_at"
)
_BACKUP: Final = _fields("kind:type of name state made_at said:error link")


def read_job(document: Document) -> Document:
    """An event (`{"event": "CommentWritten", …}`) or an effect (`{"effect": "Obey", …}`)."""
    is_event = "event" in document
    tag, names = _EVENTS[document["event"]] if is_event else _EFFECTS[document["effect"]]
    values = {name: value for name, value in document.items() if name != ("event" if is_event else "effect")}
    return {"kind": tag, **_renamed(values, names)}


def read_tracker(document: Document) -> Document:
    return _renamed(document, _TRACKER)


def read_reply(document: Document) -> Document:
    effects = document.get("effects")
    return {
        **document,
        "items": [read_item(item) for item in document["items"]],
        "effects": None if effects is None else [read_job(effect) for effect in effects],
    }


def read_item(document: Document) -> Document:
    """An item of a reply. In schema 1 its keys tell which one it is."""
    slug = {"slug": document["slug"]} if "slug" in document else {}
    if "words" in document:
        return {"kind": "reply.paragraph", "text": document["words"]}
    if "preparing" in document:
        return {"kind": "reply.preparation", "version": document["preparing"]}
    if "backup" in document:
        backups = _several(document["backup"], read_backup)
        older = _several(document["older"], read_backup)
        return {
            "kind": "reply.backups",
            **slug,
            "backups": backups,
            "older_backups": older,
            "error": {"kind": "reason.text", "text": document["fault"]} if document["fault"] else None,
        }
    if "plan" in document:
        return {"kind": "reply.plan", **slug, "version": document["version"], "text": document["plan"]}
    if "version" in document:
        return {"kind": "reply.upgrade", **slug, "version": document["version"]}
    return {"kind": "reply.checks", **slug, "results": _several(document["results"], read_result_v1)}


def read_reason(document: Document) -> Document:
    """Schema 1 has no reasons. What failed was told in text."""
    raise ValueError(f"schema 1 has no such document, with {len(document)} keys")


def read_backup(document: Document) -> Document:
    """A backup, in a reply or in an upgrade."""
    return _renamed(document, _BACKUP)


def _renamed(document: Document, names: Mapping[str, str]) -> Document:
    """The document with the names of schema 2. Raises KeyError for a name that schema 1 does not have."""
    return {names[name]: value for name, value in document.items()}


def _several(documents: list[Document] | None, read: Callable[[Document], Document]) -> list[Document] | None:
    return None if documents is None else [read(document) for document in documents]

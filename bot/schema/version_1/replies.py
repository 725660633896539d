"""Replies and their items."""

from __future__ import annotations

from collections.abc import Callable

from bot.schema.version_1.backups import read_backup
from bot.schema.version_1.health import read_result
from bot.schema.version_1.jobs import read_job
from bot.schema.version_1.names import Document
from bot.schema.version_1.reasons import plain_text


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
            "error": plain_text(document["fault"]) if document["fault"] else None,
        }
    if "plan" in document:
        return {"kind": "reply.plan", **slug, "version": document["version"], "text": document["plan"]}
    if "version" in document:
        return {"kind": "reply.upgrade", **slug, "version": document["version"]}
    return {"kind": "reply.checks", **slug, "results": _several(document["results"], read_result)}


def _several(documents: list[Document] | None, read: Callable[[Document], Document]) -> list[Document] | None:
    return None if documents is None else [read(document) for document in documents]

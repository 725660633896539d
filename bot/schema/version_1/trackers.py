"""Trackers."""

from __future__ import annotations

from typing import Final

from bot.schema.version_1.names import Document, names, rename

_TRACKER: Final = names(
    "version issue url asked_by:requested_by adopted parts:comments announced:linked_from edited_at"
)


def read_tracker(document: Document) -> Document:
    return rename(document, _TRACKER)

"""Backups, in replies and in upgrades."""

from __future__ import annotations

from typing import Final

from bot.schema.version_1.names import Document, names, rename
from bot.schema.version_1.reasons import read_text

_BACKUP: Final = names("kind:type of name state made_at said:error link")


def read_backup(document: Document) -> Document:
    return rename(document, _BACKUP) | {"error": read_text(document["said"])}

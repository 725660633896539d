"""Reasons. Schema 1 has sentences in their place."""

from __future__ import annotations

from bot.schema.version_1.names import Document


def plain_text(words: str) -> Document:
    """The reason that stands for a sentence of schema 1. It is shown as it is."""
    return {"kind": "reason.text", "text": words}


def read_text(words: str) -> Document | None:
    """The reason that stands for a sentence of schema 1, or None for an empty one."""
    return plain_text(words) if words else None


def read_reason(document: Document) -> Document:
    """Schema 1 has no documents of reasons."""
    raise ValueError(f"schema 1 has no such document, with {len(document)} keys")

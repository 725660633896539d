"""From the names of schema 1 to those of schema 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]


def names(text: str) -> dict[str, str]:
    """The names of schema 2 by those of schema 1. Those that differ are written `old:new`."""
    pairs = (word.partition(":") for word in text.split())
    return {old: new or old for old, _, new in pairs}


def rename(document: Document, to: Mapping[str, str]) -> Document:
    """The document with the names of schema 2. Raises KeyError for a name that schema 1 does not have."""
    return {to[name]: value for name, value in document.items()}

"""What people decide in spite of a rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.formats.documents import stored


@stored("override", by="by", why="reason", at="at")
@dataclass(frozen=True)
class Override:
    """A person's decision to go on in spite of a rule: who, why (empty if they did not say), and when (UTC; None in
    records that did not keep it). The field that holds it says which rule."""

    by: str
    why: str = ""
    at: datetime | None = None

"""The state at the start of an instance's line: mibot's words before a hidden mark, ahead of people's words."""

from __future__ import annotations

import re

from bot.domain.upgrade.stages import Stage
from bot.formats.markdown import Markdown

MARK = "<!-- mibot:state -->"
"""The end of the state. What people wrote before it is moved behind it."""
NO_UPGRADE = ("not started", "skipped", "already there", "ahead")
"""What a line says of an instance without an upgrade."""
NO_LEAD = Markdown("")
MAX_LEAD_LENGTH = 60
"""Characters of the longest state with its mark and the spaces around it."""

_WORDS = "|".join(re.escape(words) for words in (*NO_UPGRADE, *sorted(Stage)))
_SYMBOL = r"[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?"
_OPENING = "~*_([\"'"
"""After these a space would break what they begin."""
_OWN = re.compile(rf"{_SYMBOL} (?:rollback )?(?:{_WORDS}) ·(?: |$)")


def put_lead(words: str, lead: Markdown) -> str:
    """An item's words (what follows its checkbox) with this state at their start instead of the one they have.

    An empty state takes the state away.
    """
    rest = without_lead(words)
    return f"{lead} · {MARK} {rest}" if lead else rest


def without_lead(words: str) -> str:
    """An item's words without mibot's state. Words that people put into it stay."""
    before, mark, after = words.partition(MARK)
    if not mark:
        return _OWN.sub("", words.lstrip(), count=1) if _OWN.match(words.lstrip()) else words.lstrip()
    kept = _OWN.sub("", f"{before.strip()} ", count=1).strip()
    space = " " if kept and kept[-1] not in _OPENING else ""
    return f"{kept}{space}{after.lstrip()}"

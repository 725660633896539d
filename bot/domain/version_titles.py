"""Which version the title of an issue is about."""

from __future__ import annotations

import re

from bot.domain.versions import Version, versions_in

_BEFORE_OLD = re.compile(
    r"\b(?:from|was|were|previous(?:ly)?|former(?:ly)?|currently|old|instead\s+of|rather\s+than|replac(?:es|ing)"
    r"|supersed(?:es|ing)|not|skip(?:s|ping)?)\W*(?:at|on|version|release)?\W*$",
    re.IGNORECASE,
)
"""What stands before a version that an upgrade leaves."""
_TO_NEW = re.compile(r"\W*(?:\b(?:in)?to\b|→|⇒|➜|➔|➡|⟶|->|=>|>)\W*(?:version|release)?\W*", re.IGNORECASE)
"""What stands between a version and the one that follows it."""
_TO_OLD = re.compile(r"\W*(?:←|⇐|⟵|<-|<=)\W*")


def version_in_title(title: str) -> Version | None:
    """The version that a title is about; None if it names none, or several of which it does not tell one.

    A version that is left behind does not count: `from 3.39.1 to 3.40.1`, `3.40.1 (was 3.39.1)`.
    """
    mentions = versions_in(title)
    old: set[Version] = set()
    new: set[Version] = set()
    for place, (version, start, end) in enumerate(mentions):
        before = title[mentions[place - 1][2] if place else 0 : start]
        behind = title[end : mentions[place + 1][1]] if place + 1 < len(mentions) else ""
        left = _BEFORE_OLD.search(before) or _TO_NEW.fullmatch(behind) or (place and _TO_OLD.fullmatch(before))
        (old if left else new).add(version)
    meant = new - old or new
    return next(iter(meant)) if len(meant) == 1 else None

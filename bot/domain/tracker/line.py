"""One instance's line in a tracker: whose it is, and how it is brought up to date without losing a word of people's.

mibot's words stand between hidden marks, with a digest of what it wrote there; only those are ever rewritten. A tick
is set once, when an upgrade is done, and taken away only when that very upgrade is rolled back.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.tracker.lead import MAX_LEAD_LENGTH, NO_LEAD, put_lead, without_lead
from bot.formats.markdown import Markdown
from bot.formats.urls import normalize_url

DONE = "done"
ROLLING_BACK = "done rollback"
"""An upgrade that was done and is being rolled back."""
ROLLED_BACK = "rolled back"
SEPARATOR = " · "
MAX_STATE_LENGTH = 240
"""Characters that an item's state may have, at any time: trackers are planned with it."""

_BULLET = r"(?P<bullet>\s*(?:[-*+]|\d{1,9}[.)])[ \t]+)"
TASK = re.compile(_BULLET + r"\[(?P<tick>[ xX])\](?P<rest>\s+\S.*)", re.ASCII)
UPGRADE = re.compile(r"\bUpgrade\b")
SEGMENT = re.compile(
    r" ?<!-- mibot:(?P<stage>[a-z -]*?):(?P<digest>[0-9a-f]{12}) -->(?: —(?= ))?"
    r"(?P<words>(?:(?!<!-- /?mibot).)*)(?:<!-- /mibot -->|$)"
)
MAX_SEGMENT_LENGTH = MAX_STATE_LENGTH + 66 + MAX_LEAD_LENGTH
"""Characters that are mibot's: its state, its marks, the longest stage's name, and the state at the start."""

_URL = re.compile(r"https?://[^\s<>()\[\]*~`\"']+", re.IGNORECASE)
_ORDINAL = re.compile(
    r"\b(first|second|third|fourth|fifth|(\d{1,4})(?:st|nd|rd|th)) instance\b", re.ASCII | re.IGNORECASE
)
_ORDINAL_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_MAX_WORDS = 120
_UNTICKED = re.compile(_BULLET + r"\[ \]", re.ASCII)
_TICKED = re.compile(_BULLET + r"\[[xX]\]", re.ASCII)
_GENERATED = re.compile(
    r"`[\d.rc-]+`"
    r"|(?:\[#\d+\]\([^)\s]*\) )?(?:not started|open, waiting for a review|waiting|planned|merged|done|failed|closed)"
)


class Section(StrEnum):
    """The two headings of a tracker, in order."""

    INTERNAL = "## Upgrade internal managed instances"
    CUSTOMERS = "## Upgrade customer managed instances"


@dataclass(frozen=True)
class InstanceKey:
    """What identifies a line without a customer's name: a domain or an account URL, and which of several."""

    url: str
    ordinal: int = 1


@dataclass(frozen=True)
class TrackerItem:
    """What a line should say: `text` until people change it, `lead` and `state` always; `done` ticks it.

    `lead` is the state in a word or two, with a symbol: the line begins with it. `state` has the details.
    """

    key: InstanceKey
    section: Section
    text: Markdown
    state: Markdown
    stage: str
    skipped: bool = False
    lead: Markdown = NO_LEAD

    @property
    def done(self) -> bool:
        return self.stage == DONE


def find_key(words: str, taken: Collection[InstanceKey], known: Collection[str]) -> tuple[InstanceKey | None, bool]:
    """Whose line these words make, and whether they say which of an account's instances it is.

    By the first URL that is `known`, else the first one; of several lines with one account, each is the next that
    is not `taken`, unless it says which.
    """
    urls = [normalize_url(url) for url in _URL.findall(words)]
    url = next((url for url in urls if url in known), urls[0] if urls else None)
    if url is None:
        return None, False
    ordinal = _ORDINAL.search(words)
    if ordinal:
        key = InstanceKey(url, _ORDINAL_WORDS.get(ordinal.group(1).lower()) or int(ordinal.group(2)))
        return (None if key in taken else key), True
    number = 1
    while InstanceKey(url, number) in taken:
        number += 1
    return InstanceKey(url, number), False


def render_line(item: TrackerItem, bullet: str = "- ") -> str:
    """A line of mibot's own, as a new tracker has it."""
    tick = "x" if item.done else " "
    return f"{bullet}[{tick}] {put_lead(_render_text(item), item.lead)}{_render_segment(item)}"


def update_line(raw: str, item: TrackerItem, *, own_ticks_only: bool = False) -> str:
    """An instance's line with mibot's segment brought up to date and everything of people's kept, ticks included
    unless `own_ticks_only`."""
    found = SEGMENT.search(raw)
    before, after = (raw, "") if found is None else (raw[: found.start()], raw[found.end() :])
    remark = _extract_remark(found["words"], found["digest"], item) if found else ""
    was_done = found is not None and found["stage"] in {DONE, ROLLING_BACK}
    before = _update_words(before.rstrip(), item)
    if own_ticks_only and not item.done:
        before = _TICKED.sub(r"\g<bullet>[ ]", before, count=1)
    elif item.done and (own_ticks_only or not was_done):
        before = _UNTICKED.sub(r"\g<bullet>[x]", before, count=1) if _UNTICKED.match(before) else before
    elif was_done and item.stage == ROLLED_BACK:
        before = _TICKED.sub(r"\g<bullet>[ ]", before, count=1)
    return f"{before}{_render_segment(item)}{f' {remark}' if remark else ''}{after}"


def _render_text(item: TrackerItem) -> str:
    return f"~~{item.text}~~" if item.skipped else str(item.text)


def _update_words(before: str, item: TrackerItem) -> str:
    """The state at the start as the item is now, and mibot's own words struck through or not. People's words stay."""
    task = TASK.fullmatch(before)
    if task is None:
        return before
    words = without_lead(task["rest"])
    if words.strip() in {str(item.text), f"~~{item.text}~~"}:
        words = _render_text(item)
    elif not item.lead and words == task["rest"].lstrip():
        return before
    return f"{task['bullet']}[{task['tick']}] {put_lead(words, item.lead)}"


def _render_segment(item: TrackerItem) -> str:
    return f" <!-- mibot:{item.stage}:{_digest(item.state.split())} --> — {item.state} <!-- /mibot -->"


def _digest(words: list[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]


def _extract_remark(written: str, digest: str, item: TrackerItem) -> str:
    """What people wrote between mibot's marks.

    Words that were put among mibot's are found by trying which ones to take away so that its own remain. Where that
    fails, for mibot's own words were changed, all is kept but what is mibot's beyond doubt.
    """
    words = written.split()
    if _digest(words) == digest:
        return ""
    for end in range(len(words), 0, -1) if len(words) <= _MAX_WORDS else ():
        for start in range(end):
            if _digest(words[:start] + words[end:]) == digest:
                return " ".join(words[start:end]).strip(f"{SEPARATOR}—")
    own = set(str(item.state).split(SEPARATOR))
    parts = (part.strip() for part in written.split(SEPARATOR.strip()))
    return SEPARATOR.join(part for part in parts if part and part not in own and not _GENERATED.fullmatch(part))

"""A tracker's lines: parsed without losing a character, and updated without losing a word of people's.

mibot's words stand between hidden marks; only those are ever rewritten. Ticks are only set, once, when an upgrade
is done.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.markdown import Markdown

DONE = "done"
SEPARATOR = " · "


class Section(StrEnum):
    """The two headings of a tracker, in order."""

    INTERNAL = "## Upgrade internal managed instances"
    CUSTOMERS = "## Upgrade customer managed instances"


@dataclass(frozen=True)
class Key:
    """What identifies a line without a customer's name: a domain or an account URL, and which of several."""

    url: str
    ordinal: int = 1


@dataclass(frozen=True)
class Item:
    """What a line should say: `text` until people change it, `state` always; `done` ticks it."""

    key: Key
    section: Section
    text: Markdown
    state: Markdown
    stage: str
    skipped: bool = False

    @property
    def done(self) -> bool:
        return self.stage == DONE


_TASK = re.compile(r"(?P<indent>\s*[-*+] +)\[(?P<tick>[ xX])\](?P<rest>\s+\S.*)")
_UPGRADE = re.compile(r"\bUpgrade\b")
_URL = re.compile(r"https?://[^\s<>()\[\]*~`\"']+", re.IGNORECASE)
_SEGMENT = re.compile(r" ?<!-- mibot:(?P<stage>[a-z -]*?):(?P<digest>[0-9a-f]{6}) -->(?P<words>.*?)<!-- /mibot -->")
_ORDINAL = re.compile(r"\b(second|third|fourth|fifth|(\d+)th) instance\b", re.IGNORECASE)
_WORDS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5}
_FENCE = re.compile(r" {0,3}(```|~~~)")
_HEADING = re.compile(r"#{1,6} ")


@dataclass
class Line:
    """One line of a text, its end included; `key` when it is an instance's."""

    raw: str
    end: str
    key: Key | None = None

    @property
    def text(self) -> str:
        return f"{self.raw}{self.end}"


@dataclass
class Text:
    """A parsed text; joining its lines gives the very same text again."""

    lines: list[Line] = field(default_factory=list)

    def __str__(self) -> str:
        return "".join(line.text for line in self.lines)

    @property
    def newline(self) -> str:
        return "\r\n" if any(line.end == "\r\n" for line in self.lines) else "\n"

    @property
    def keys(self) -> list[Key]:
        """The instances that have a line here, in order."""
        return [line.key for line in self.lines if line.key]


def looks_like_tracker(body: str) -> bool:
    """Whether people wrote this as a tracker: a task list with `Upgrade …` lines."""
    return any(
        (task := _TASK.fullmatch(line.raw)) and _UPGRADE.search(task["rest"])
        for line, visible in _visible(_split(body))
        if visible
    )


def ticked(body: str) -> set[Key]:
    """The instances whose line is ticked."""
    return {
        line.key
        for line in parse(body).lines
        if line.key and (task := _TASK.fullmatch(line.raw)) and task["tick"] in "xX"
    }


def _split(body: str) -> list[Line]:
    lines = []
    for piece in re.findall(r"[^\n]*\n|[^\n]+\Z", body):
        end = "\r\n" if piece.endswith("\r\n") else "\n" if piece.endswith("\n") else ""
        lines.append(Line(piece[: len(piece) - len(end)], end))
    return lines


def _visible(lines: Iterable[Line]) -> Iterable[tuple[Line, bool]]:
    """Each line and whether a reader sees it as text: outside code blocks and HTML comments of several lines."""
    fence = ""
    hidden = False
    for line in lines:
        mark = _FENCE.match(line.raw)
        if not hidden and mark and (not fence or mark.group(1) == fence):
            fence = "" if fence else mark.group(1)
            yield line, False
            continue
        rest = re.sub(r"<!--.*?-->", "", line.raw) if not hidden else line.raw
        yield line, not fence and not hidden
        if not fence:
            hidden = "<!--" in rest if not hidden else "-->" not in rest


def parse(body: str) -> Text:
    lines = _split(body)
    taken: set[Key] = set()
    for entry, visible in _visible(lines):
        task = _TASK.fullmatch(entry.raw) if visible else None
        if task is None or not _UPGRADE.search(task["rest"]):
            continue
        entry.key = _key(_SEGMENT.sub("", task["rest"]), taken)
        if entry.key:
            taken.add(entry.key)
    return Text(lines)


def _key(words: str, taken: set[Key]) -> Key | None:
    """By the first URL in the line; of several lines with one account, each is the next unless it says which."""
    found = _URL.search(words)
    if found is None:
        return None
    url = normal_url(found.group(0))
    ordinal = _ORDINAL.search(words)
    if ordinal:
        number = _WORDS.get(ordinal.group(1).lower()) or int(ordinal.group(2))
        return Key(url, number) if Key(url, number) not in taken else None
    number = 1
    while Key(url, number) in taken:
        number += 1
    return Key(url, number)


def normal_url(url: str) -> str:
    """A URL as keys compare it: without scheme, trailing slash or punctuation, in lower case."""
    return re.sub(r"^https?://", "", url.lower()).rstrip("/.,;:!")


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:6]


def own_line(item: Item) -> str:
    """A line of mibot's own, as a new tracker has it."""
    tick = "x" if item.done else " "
    return f"- [{tick}] {_own_text(item)}{_segment(item)}"


def _own_text(item: Item) -> str:
    return f"~~{item.text}~~" if item.skipped else str(item.text)


def _segment(item: Item) -> str:
    words = f" {item.state} "
    return f" <!-- mibot:{item.stage}:{digest(words)} -->{words}<!-- /mibot -->"


def _updated(raw: str, item: Item) -> str:
    """An instance's line with mibot's segment brought up to date and everything of people's kept."""
    found = _SEGMENT.search(raw)
    remark = ""
    before, after = (raw, "") if found is None else (raw[: found.start()], raw[found.end() :])
    if found is not None and found["digest"] != digest(found["words"]):
        remark = _remark(found["words"], item)
    was_done = found is not None and found["stage"] == DONE
    if item.done and not was_done:
        before = re.sub(r"\[ \]", "[x]", before, count=1)
    task = _TASK.fullmatch(before.rstrip())
    if task is not None and task["rest"].strip() in {str(item.text), f"~~{item.text}~~"}:
        before = before.rstrip().removesuffix(task["rest"]) + f" {_own_text(item)}"
    tail = f" {remark}{after}" if remark else after
    return f"{before.rstrip()}{_segment(item)}{tail}"


def _remark(words: str, item: Item) -> str:
    """What people wrote between mibot's marks: everything there that is not mibot's own wording, old or new."""
    own = {part.strip() for part in str(item.state).split(SEPARATOR.strip())}
    parts = (part.strip() for part in words.split(SEPARATOR.strip()))
    return SEPARATOR.join(part for part in parts if part and part not in own and not _GENERATED.fullmatch(part))


_GENERATED = re.compile(
    r"`[\d.rc-]+`|not started|planned|done|waiting.*|skipped.*|closed.*|failed.*|already on.*|ahead.*|merged.*"
    r"|\[#\d+\]\([^)]*\) (?:open|approved|changes requested|merged|done|failed|closed)[^.!?]*"
)


def update(text: Text, items: Sequence[Item]) -> None:
    """Bring the lines of these items up to date in place; items without a line are left out.

    An account with more lines here than instances in the fleet is left alone: which is which can't be told.
    """
    wanted = {item.key: item for item in items}
    known = _known_accounts(items)
    for entry in text.lines:
        if entry.key is None or entry.key not in wanted:
            continue
        if max(key.ordinal for key in _of_url(text, entry.key.url)) > known[entry.key.url]:
            continue
        entry.raw = _updated(entry.raw, wanted[entry.key])


def _known_accounts(items: Iterable[Item]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for item in items:
        counts[item.key.url] = max(counts.get(item.key.url, 0), item.key.ordinal)
    return counts


def _of_url(text: Text, url: str) -> list[Key]:
    return [entry.key for entry in text.lines if entry.key and entry.key.url == url]

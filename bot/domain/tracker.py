"""The tracker as a whole: people and mibot write in it by turns, and neither loses a word of the other's.

A tracker too long for one body goes on in comments: each part is a text of the same make. mibot owns one block at
the head of each, one at the end, and one segment a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.domain.markdown import LIMIT, Markdown
from bot.domain.tracker_text import Item, Key, Line, Section, Text, own_line, parse, update

ROOM = 60_000
"""How full a part is planned, growth included: people need room to write in it too."""
GROWTH = 110
"""Characters that a line may grow by until its upgrade is done."""
_HEADING = re.compile(r"#{1,6} ")


class TooLong(ValueError):  # noqa: N818 - named for what it says
    """A part does not fit GitHub's limit; people have to shorten what they wrote."""


class Block(StrEnum):
    """The blocks of several lines that are mibot's: it replaces them whole."""

    HEAD = "head"
    END = "end"

    @property
    def opening(self) -> str:
        return f"<!-- mibot:{self.value} -->"

    @property
    def closing(self) -> str:
        return f"<!-- /mibot:{self.value} -->"


def with_block(body: str, block: Block, words: Markdown) -> str:
    """The text with that block replaced, or added: the head below the first heading, the end at the end."""
    newline = "\r\n" if "\r\n" in body else "\n"
    whole = newline.join([block.opening, *str(words).strip().splitlines(), block.closing])
    start, stop = body.find(block.opening), body.find(block.closing)
    if 0 <= start < stop:
        return f"{body[:start]}{whole}{body[stop + len(block.closing) :]}"
    if block is Block.END:
        return f"{body.rstrip()}{newline * 2}{whole}{newline}" if words else body
    heading = re.match(r"\s*# [^\n]*(?:\n|\Z)", body)
    cut = heading.end() if heading else 0
    lead = body[:cut].rstrip("\r\n")
    return f"{lead}{newline * 2 if lead else ''}{whole}{newline * 2}{body[cut:].lstrip(chr(13) + chr(10))}"


def lay_out(parts: Sequence[str], items: Sequence[Item]) -> list[str]:
    """All parts with every item's line up to date; what is missing is added where it belongs and fits.

    `parts` are the texts as they are (the body first, then the comments that continue it); the answer has more
    parts when they don't hold everything. Raises TooLong when a part outgrows GitHub's limit.
    """
    texts = [parse(part) for part in parts]
    for text in texts:
        update(text, items)
    home = {key: number for number, text in enumerate(texts) for key in text.keys}
    loads = [len(str(text)) + GROWTH * len(text.keys) for text in texts]
    order = {item.key: place for place, item in enumerate(items)}
    current = 0
    for item in items:
        if item.key in home:
            current = max(current, home[item.key])
            continue
        need = len(own_line(item)) + GROWTH
        while current < len(texts) and loads[current] + need > ROOM:
            current += 1
        if current == len(texts):
            texts.append(Text())
            loads.append(0)
        _insert(texts[current], item, order)
        loads[current] += need
    return [_fitting(str(text)) for text in texts]


def _fitting(text: str) -> str:
    if len(text) > LIMIT:
        raise TooLong(
            f"the tracker no longer fits GitHub's limit of {LIMIT:,} characters; shorten what people wrote."
        )
    return text


def _insert(text: Text, item: Item, order: Mapping[Key, int]) -> None:
    """Add a line for `item`: after the nearest item before it in the order of work, in its own section."""
    start, end = _section(text, item.section)
    if start is None:
        _add_section(text, item)
        return
    place = order[item.key]
    after = [n for n in range(start + 1, end) if (key := text.lines[n].key) and order.get(key, place) < place]
    first = next((n for n in range(start + 1, end) if text.lines[n].key), None)
    position = after[-1] + 1 if after else first if first is not None else _last_words(text, start, end)
    _put(text, position, own_line(item))


def _section(text: Text, section: Section) -> tuple[int | None, int]:
    """Where a section's heading stands and where it ends: at the next heading, or at the closing block."""
    start = next((n for n, entry in enumerate(text.lines) if entry.raw.strip() == section.value), None)
    end = len(text.lines)
    if start is not None:
        ends = (
            n
            for n in range(start + 1, end)
            if _HEADING.match(text.lines[n].raw) or text.lines[n].raw.startswith(Block.END.opening)
        )
        end = next(ends, end)
    return start, end


def _last_words(text: Text, start: int, end: int) -> int:
    """The place behind the last line of a section that is not blank."""
    words = [n for n in range(start, end) if text.lines[n].raw.strip()]
    position = words[-1] + 1
    if position == start + 1:
        _put(text, position, "")
        position += 1
    return position


def _put(text: Text, position: int, raw: str) -> None:
    newline = text.newline
    if position > 0 and not text.lines[position - 1].end:
        text.lines[position - 1].end = newline
    text.lines.insert(position, Line(raw, newline))


def _add_section(text: Text, item: Item) -> None:
    """Add the item's section with its line, before the closing block; internal instances before customers."""
    customers, _ = _section(text, Section.CUSTOMERS)
    closing = next((n for n, entry in enumerate(text.lines) if entry.raw.startswith(Block.END.opening)), None)
    position = closing if closing is not None else len(text.lines)
    if item.section is Section.INTERNAL and customers is not None:
        position = customers
    for offset, raw in enumerate((item.section.value, "", own_line(item), "")):
        _put(text, position + offset, raw)
    if position and text.lines[position - 1].raw.strip():
        _put(text, position, "")

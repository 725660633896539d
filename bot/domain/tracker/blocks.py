"""mibot's own blocks in a tracker: it replaces them whole, and puts what people wrote in them beside them."""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

from bot.domain.versions import Version
from bot.formats.markdown import Markdown


class Block(StrEnum):
    """The blocks of several lines that are mibot's. The opening mark holds a digest of each line it wrote."""

    HEAD = "head"
    END = "end"

    @property
    def opening(self) -> str:
        """How the opening mark begins."""
        return f"<!-- mibot:{self.value}"

    @property
    def closing(self) -> str:
        return f"<!-- /mibot:{self.value} -->"

    @property
    def pattern(self) -> re.Pattern[str]:
        """The block from mark to mark; a mark that lost its other one, for people deleted that, is none."""
        inside = rf"(?:(?!{self.opening}[ >]).)*?"
        return re.compile(
            rf"{self.opening}(?P<own>(?: [0-9a-f]{{8}})*) -->(?P<inside>{inside}){self.closing}", re.DOTALL
        )


def with_block(body: str, block: Block, words: Markdown) -> str:
    """The text with that block replaced, or added: the head below the first heading, the end at the end."""
    newline = "\r\n" if "\r\n" in body else "\n"
    lines = str(words).strip().splitlines()
    digests = "".join(f" {_digest(line)}" for line in lines if line.strip())
    whole = newline.join([f"{block.opening}{digests} -->", *lines, block.closing])
    found = block.pattern.search(body)
    if found:
        kept = _human_lines(found["inside"], found["own"].split())
        remark = f"{newline * 2}{newline.join(kept)}{newline}" if kept else ""
        return f"{body[: found.start()]}{whole}{remark}{body[found.end() :]}"
    if block is Block.END:
        return f"{body.rstrip()}{newline * 2}{whole}{newline}" if words else body
    heading = re.match(r"\s*# [^\n]*(?:\n|\Z)", body)
    cut = heading.end() if heading else 0
    lead = body[:cut].rstrip("\r\n")
    return f"{lead}{newline * 2 if lead else ''}{whole}{newline * 2}{body[cut:].lstrip(chr(13) + chr(10))}"


def without_title(body: str, version: Version) -> str:
    """A body of mibot's own without the heading that it used to begin with, which repeats the issue's title."""
    return re.sub(rf"\A\s*# {re.escape(str(version))} managed instances upgrade[ \t]*(?:\r?\n|\Z)\s*", "", body)


def _human_lines(inside: str, own: list[str]) -> list[str]:
    """The lines that mibot did not write, with a blank one where some stood between them."""
    kept: list[str] = []
    gap = False
    for line in map(str.rstrip, inside.split("\n")):
        if line and _digest(line) not in own:
            kept += ["", line] if gap and kept else [line]
            gap = False
        gap = gap or not line
    return kept


def _digest(line: str) -> str:
    return hashlib.sha256(line.strip().encode()).hexdigest()[:8]

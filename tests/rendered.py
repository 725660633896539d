"""What a reader sees of Markdown: GitHub's dialect as near as markdown-it comes to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_GITHUB_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_MENTION = re.compile(r"(?<![\w`])@[A-Za-z0-9]")


def tokens(markdown: str) -> list[Token]:
    """All tokens, those inside lines included."""
    return list(_flatten(_GITHUB_PARSER.parse(markdown)))


def _flatten(found: list[Token]) -> Iterator[Token]:
    for token in found:
        yield token
        yield from _flatten(token.children or [])


def reader_text(markdown: str) -> str:
    """The words that a reader reads, without what makes them bold or links, on one line."""
    shown = (
        token.content if token.type in {"text", "code_inline", "code_block", "fence", "text_special"} else " "
        for token in tokens(markdown)
        if token.type in {"text", "code_inline", "code_block", "fence", "softbreak", "hardbreak", "text_special"}
    )
    return visible_text("".join(shown))


def visible_text(words: str) -> str:
    """Words without what nobody sees, white space collapsed."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in words)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in {"Cf", "Co", "Cs"}).split())


def element_types(markdown: str) -> set[str]:
    """The kinds of things that the Markdown makes, besides paragraphs of text."""
    dull = {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak"}
    return {token.type for token in tokens(markdown)} - dull


def mentions(markdown: str) -> list[str]:
    """Whom GitHub would notify: mentions in text, not in code."""
    words = " ".join(token.content for token in tokens(markdown) if token.type in {"text", "text_special"})
    return _MENTION.findall(words)


def table_rows(markdown: str) -> list[list[str]]:
    """The rows of the tables in it, each cell as a reader reads it."""
    rows: list[list[str]] = []
    inside = False
    for token in _GITHUB_PARSER.parse(markdown):
        if token.type == "tr_open":
            rows.append([])
        inside = token.type in {"td_open", "th_open"} or (inside and token.type not in {"td_close", "th_close"})
        if token.type == "inline" and inside:
            rows[-1].append(reader_text(token.content))
    return rows


def list_items(markdown: str) -> list[str]:
    """The items of its lists, the first paragraph of each on one line as a reader reads it."""
    found = _GITHUB_PARSER.parse(markdown)
    texts = zip(found, found[2:], strict=False)
    return [reader_text(text.content) for token, text in texts if token.type == "list_item_open"]


def html_blocks(markdown: str) -> list[str]:
    """The blocks of HTML in it."""
    return [token.content for token in _GITHUB_PARSER.parse(markdown) if token.type == "html_block"]

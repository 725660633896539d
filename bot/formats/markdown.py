"""Text that comes from people or repositories, made harmless for GitHub's Markdown.

`Markdown` is trusted: it was written by a template. Everything else is escaped before it is put into one, so
that it can't ping anybody, link an issue, break a table, close a code block, hide in an HTML comment or start
a line with a command.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

MAX_BODY_LENGTH = 65_536
"""GitHub's limit of a body, in characters."""

ZERO_WIDTH_SPACE = "\u200b"
"""Stands between characters that would do something together."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$])")
_REFERENCE = re.compile(r"#(?=\d)|(?<=GH)-(?=\d)", re.IGNORECASE)
_LINK = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(?=:)|\bwww(?=\.)")
_LINE_START = re.compile(r"^([/#+\-=:]|\d+[.)](?=\s|$))")
_NOT_IN_TARGET = re.compile(r"[^!-~]|[()<>|\"'`\\]")
_ACTIVE_IN_CODE = re.compile(r"[@&<]|--(?=>)")


class Markdown(str):
    """Markdown that is fit to be sent as it is."""

    __slots__ = ()


def one_line(text: str) -> str:
    """The text on one line, without control characters and without those that nobody sees or that reorder it."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in {"Cf", "Co", "Cs"}).split())


def escape(text: str) -> Markdown:
    """One line that reads as the given text and does nothing."""
    if isinstance(text, Markdown):
        return text
    line = one_line(text).replace("&", "&amp;")
    line = _SPECIAL.sub(r"\\\1", line).replace("\\<", "&lt;").replace("\\>", "&gt;")
    line = line.replace("@", f"@{ZERO_WIDTH_SPACE}")
    line = _REFERENCE.sub(lambda match: match.group(0) + ZERO_WIDTH_SPACE, line)
    line = _LINK.sub(lambda match: match.group(0) + ZERO_WIDTH_SPACE, line)
    return Markdown(_LINE_START.sub(lambda match: ZERO_WIDTH_SPACE + match.group(0), line))


def escape_within(text: str, limit: int) -> Markdown:
    """`escape`, with the text shortened until what is written has at most `limit` characters."""
    line = one_line(text)
    size = min(len(line), max(limit, 0))
    words = escape(truncate(line, size))
    while len(words) > limit and size > 0:
        size -= max(1, (len(words) - limit) // 6)
        words = escape(truncate(line, size))
    return words if len(words) <= limit else Markdown("")


def code(text: str) -> Markdown:
    """The text as a code span that ends where it should, in a table too, and does nothing beside a stray backtick."""
    line = one_line(text).replace("|", "¦").replace("`", "'")
    line = _ACTIVE_IN_CODE.sub(lambda match: match.group(0) + ZERO_WIDTH_SPACE, line)
    return Markdown(f"`{line}`") if line else Markdown("")


def link(label: str, url: str) -> Markdown:
    """A link with a harmless label."""
    return Markdown(f"[{escape(label)}]({escape_link_target(url)})")


def escape_link_target(url: str) -> Markdown:
    """A URL as a link's target, which ends where it should; it is ours or was checked to be plain."""
    return Markdown(_NOT_IN_TARGET.sub(lambda match: quote(match.group(0), errors="replace"), url))


def truncate_body(body: str, ending: str) -> Markdown:
    """A body that is too long for GitHub as far as it fits, with its code blocks and folds closed, and an ending."""
    if len(body) <= MAX_BODY_LENGTH:
        return Markdown(body)
    kept = body[: MAX_BODY_LENGTH - len(ending) - 400].rsplit("\n", 1)[0]
    fence = "\n```" if kept.count("\n```") % 2 else ""
    folds = "\n\n</details>" * max(kept.count("<details>") - kept.count("</details>"), 0)
    return Markdown(f"{kept}{fence}{folds}\n\n{ending}")


def truncate(text: str, limit: int) -> str:
    """The text in at most `limit` characters, with an ellipsis where it was cut."""
    return text if len(text) <= limit else f"{text[: max(limit - 1, 0)].rstrip()}…" if limit > 0 else ""

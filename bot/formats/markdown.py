"""Makes any text harmless in GitHub's Markdown.

`Markdown` is trusted text. Any other text is escaped before it becomes part of one, so that it cannot mention people,
link issues, break tables, close code blocks, hide in HTML comments, or begin a line with a command.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

MAX_BODY_LENGTH = 65_536
"""GitHub's limit for a body, in characters."""

ZERO_WIDTH_SPACE = "\u200b"
"""Separates characters that would have an effect together."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$])")
_REFERENCE = re.compile(r"#(?=\d)|(?<=GH)-(?=\d)", re.IGNORECASE)
_LINK = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(?=:)|\bwww(?=\.)")
_LINE_START = re.compile(r"^([/#+\-=:]|\d+[.)](?=\s|$))")
_NOT_IN_TARGET = re.compile(r"[^!-~]|[()<>|\"'`\\]")
_ACTIVE_IN_CODE = re.compile(r"[@&<]|--(?=>)")


class Markdown(str):
    """Markdown that can be sent as it is."""

    __slots__ = ()


def one_line(text: str) -> str:
    """The text on one line, without control characters, invisible characters and characters that reorder it."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in {"Cf", "Co", "Cs"}).split())


def escape(text: str) -> Markdown:
    """One line that looks like the text and has no effect."""
    if isinstance(text, Markdown):
        return text
    line = one_line(text).replace("&", "&amp;")
    line = _SPECIAL.sub(r"\\\1", line).replace("\\<", "&lt;").replace("\\>", "&gt;")
    line = line.replace("@", f"@{ZERO_WIDTH_SPACE}")
    line = _REFERENCE.sub(lambda match: match.group(0) + ZERO_WIDTH_SPACE, line)
    line = _LINK.sub(lambda match: match.group(0) + ZERO_WIDTH_SPACE, line)
    return Markdown(_LINE_START.sub(_defuse_line_start, line))


def _defuse_line_start(match: re.Match[str]) -> str:
    """A slash is escaped, because commands are found behind invisible characters too."""
    return f"\\{match.group(0)}" if match.group(0) == "/" else f"{ZERO_WIDTH_SPACE}{match.group(0)}"


def escape_within(text: str, limit: int) -> Markdown:
    """As `escape`, with the text truncated so that the result has at most `limit` characters."""
    line = one_line(text)
    size = min(len(line), max(limit, 0))
    words = escape(truncate(line, size))
    while len(words) > limit and size > 0:
        size -= max(1, (len(words) - limit) // 6)
        words = escape(truncate(line, size))
    return words if len(words) <= limit else Markdown("")


def code(text: str) -> Markdown:
    """The text as a code span, also inside a table. It has no effect even next to a single backtick."""
    line = one_line(text).replace("|", "¦").replace("`", "'")
    line = _ACTIVE_IN_CODE.sub(lambda match: match.group(0) + ZERO_WIDTH_SPACE, line)
    return Markdown(f"`{line}`") if line else Markdown("")


def link(label: str, url: str) -> Markdown:
    """A link with an escaped label."""
    return Markdown(f"[{escape(label)}]({escape_link_target(url)})")


def escape_link_target(url: str) -> Markdown:
    """A URL as the target of a link. It must be trusted or checked: escaping only keeps it inside the link."""
    return Markdown(_NOT_IN_TARGET.sub(lambda match: quote(match.group(0), errors="replace"), url))


def truncate_body(body: str, ending: str) -> Markdown:
    """A body that is too long for GitHub, truncated, with its code blocks and folds closed and with an ending."""
    if len(body) <= MAX_BODY_LENGTH:
        return Markdown(body)
    kept = body[: MAX_BODY_LENGTH - len(ending) - 400].rsplit("\n", 1)[0]
    fence = "\n```" if kept.count("\n```") % 2 else ""
    folds = "\n\n</details>" * max(kept.count("<details>") - kept.count("</details>"), 0)
    return Markdown(f"{kept}{fence}{folds}\n\n{ending}")


def truncate(text: str, limit: int) -> str:
    """The text with at most `limit` characters, with an ellipsis at the end if it is truncated."""
    return text if len(text) <= limit else f"{text[: max(limit - 1, 0)].rstrip()}…" if limit > 0 else ""

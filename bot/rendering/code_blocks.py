"""Lines of files as code blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.plans.secrets import mask_secrets
from bot.formats.markdown import ZERO_WIDTH_SPACE, Markdown, one_line, truncate
from bot.rendering.renderer import Renderer

_COMMENT_DELIMITER = re.compile("<!--|-->")
"""The delimiters of mibot's own hidden markers, which no other text may look like."""
MAX_LINE_LENGTH = 200


def render_code_block(renderer: Renderer, lines: Sequence[str], language: str = "") -> Markdown:
    """Lines in a code block, without customers' names. No line can end the block."""
    kept = "\n".join(_safe_line(renderer, line) for line in lines)
    return Markdown(f"```{language}\n{kept}\n```")


def _safe_line(renderer: Renderer, line: str) -> str:
    """A line without secrets, customers' names and invisible characters, otherwise as it is."""
    line = mask_secrets(line)
    clean = one_line(line)
    redacted = renderer.redact(clean)
    if redacted != clean or not line.isprintable():
        line = line[: len(line) - len(line.lstrip())].replace("\t", " ") + redacted
    line = _COMMENT_DELIMITER.sub(lambda match: f"{match.group()[0]}{ZERO_WIDTH_SPACE}{match.group()[1:]}", line)
    return truncate(line.replace("```", "'''"), MAX_LINE_LENGTH)

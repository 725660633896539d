"""Diffs and GitHub's Markdown in a terminal. Pure: from strings to renderables."""

from __future__ import annotations

import re

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from bot.formats.diffs import diff_lines

_COMMENT = re.compile(r"<!--.*?-->[ \t]*", re.DOTALL)
_SUMMARY = re.compile(r"<details><summary>(.*?)</summary>")
_BOXES = (
    (re.compile(r"^(\s*[-*] )\[ \] ", re.MULTILINE), "☐ "),
    (re.compile(r"^(\s*[-*] )\[[xX]\] ", re.MULTILINE), "☑ "),
)


def format_link_change(old: str, new: str, width: int) -> Text:
    """The old and the new target of a link: `old → new` on one line if that fits, else on two."""
    one_line = len(old) + len(new) + len(" → ") <= width
    between = " → " if one_line else "\n→ "
    return Text.assemble((old if one_line else f"  {old}", "red"), between, (new, "green"))


def diff(old: str, new: str) -> Text:
    """The changes of a text as a unified diff without a header."""
    return Text("\n").join(Text(line, _STYLES.get(line[:1], "")) for line in diff_lines(old, new))


_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def render_markdown(body: str) -> RenderableType:
    """A body as GitHub shows it: without hidden comments, with check boxes, and with everything unfolded."""
    text = _SUMMARY.sub(r"**\1**", _COMMENT.sub("", body)).replace("</details>", "")
    for pattern, box in _BOXES:
        text = pattern.sub(rf"\1{box}", text)
    return Markdown(text.strip())


def make_panel(title: str, *parts: RenderableType) -> Panel:
    """A frame with a title around the parts."""
    return Panel(Group(*parts), title=Text(title), title_align="left", border_style="dim", padding=(0, 1))

"""Diffs, links and Markdown in a terminal."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType

from bot.cli.views.terminal import diff, format_link_change, make_panel, render_markdown

BODY = """<!-- mibot:tracker
version=3.40.1 -->
# 3.40.1 managed instances upgrade

- [ ] Upgrade [rctest.sourcegraph.com](https://rctest.sourcegraph.com) <!-- mibot:open:1a --> `3.40.0` <!-- /mibot -->
- [x] Upgrade instance for https://github.com/sourcegraph/accounts/issues/528
* [X] by hand

Not a box: a[ ]b.
"""


def printed(what: RenderableType, width: int = 80) -> str:
    file = io.StringIO()
    Console(file=file, width=width).print(what)
    return file.getvalue()


def test_a_body_is_shown_as_on_github() -> None:
    text = printed(render_markdown(BODY))
    assert "mibot:" not in text
    assert "• ☐ Upgrade rctest.sourcegraph.com 3.40.0" in text
    assert "• ☑ Upgrade instance for https://github.com/sourcegraph/accounts/issues/528" in text
    assert "• ☑ by hand" in text
    assert "a[ ]b" in text


def test_a_moved_link_takes_one_line_or_two() -> None:
    old, new = "../golden/a.yaml", "../golden/b.yaml"
    assert format_link_change(old, new, 80).plain == f"{old} → {new}"
    assert format_link_change(old, new, 20).plain == f"  {old}\n→ {new}"


def test_a_diff_shows_changed_lines_and_their_neighbors() -> None:
    old = "a\nb\nc\nd\ne\n"
    assert diff(old, old.replace("c", "C")).plain == "@@ -1,5 +1,5 @@\n a\n b\n-c\n+C\n d\n e"
    assert diff("", "new\n").plain == "@@ -0,0 +1 @@\n+new"


def test_a_frame_has_its_title_as_it_is() -> None:
    text = printed(make_panel("#1 [bold] is no markup", render_markdown("words")))
    assert "#1 [bold] is no markup" in text


def test_folded_text_is_shown_with_its_summary() -> None:
    text = printed(render_markdown("<details><summary>Diff of 2 files</summary>\n\nwords\n\n</details>\n"))
    assert "Diff of 2 files" in text
    assert "words" in text
    assert "details" not in text

"""People's text in mibot's Markdown: it reads as it was written and does nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat.comments import parse
from bot.formats.markdown import (
    Markdown,
    code,
    escape,
    escape_link_target,
    escape_within,
    link,
    one_line,
    truncate,
)
from tests import rendered as rendering

HOSTILE = [
    "@org/team",
    "@dana, @rio",
    "a|b|c",
    "`code` and ``more``",
    "<!-- hidden",
    "--> seen",
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "one\n/upgrade all",
    "/upgrade all",
    "one\r\n\r\n/upgrade all",
    "# title",
    "- [x] done",
    "1. first",
    "2) second",
    "+ plus",
    "---",
    "===",
    "> quote",
    "```\nfence",
    "~~~",
    "    indented",
    "[click](https://evil.example.com)",
    "![pixel](https://evil.example.com/x.png)",
    "[x]: https://evil.example.com",
    "https://evil.example.com www.evil.example.com",
    "dana@example.com mailto:dana@example.com",
    "closes #12, GH-12 and sourcegraph/accounts#528",
    "*bold* _soft_ ~~gone~~ **x** __y__",
    "&lt;b&gt; &#64;dana &amp;",
    "\\`not code\\` \\@dana",
    "\u202eesrever\u202c \u2066x\u2069",
    "zero\u200bwidth",
    "a\\|b",
    "$x^2$ $$y$$",
    "end with backslash \\",
    "\ud800 lone",
    "\0 nul",
    "|---|---|",
    "\u2028/upgrade all",
    "<!-- mibot:open:0123456789ab --> x <!-- /mibot -->",
]
ANYTHING = st.text(max_size=60) | st.lists(
    st.sampled_from([*HOSTILE, " ", "\n", "@", "`", "|", "<", "\\", "a", "_", "*", "#1", ":", "www."]), max_size=6
).map("".join)


def assert_harmless(markdown: str) -> None:
    """It makes nothing but text and code, wherever it stands."""
    for place in (markdown, f"- {markdown}", f"words {markdown}"):
        kinds = rendering.element_types(place) - {
            "list_item_open",
            "list_item_close",
            "bullet_list_open",
            "bullet_list_close",
        }
        assert kinds <= {"code_inline"}, (place, kinds)
        assert not rendering.mentions(place)
    assert not parse(markdown)
    assert "<!--" not in markdown
    assert "\n" not in markdown
    assert not re.search(r"@\w", markdown)
    assert not re.search(r"#\d", markdown)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_does_nothing(text: str) -> None:
    assert_harmless(escape(text))
    assert "code_inline" not in rendering.element_types(escape(text))


@given(ANYTHING)
def test_escaped_text_reads_as_it_was_written_and_does_nothing(text: str) -> None:
    written = escape(text)
    assert_harmless(written)
    assert rendering.reader_text(written) == rendering.visible_text(text)


@given(ANYTHING, ANYTHING)
def test_text_stays_in_its_cell_of_a_table(first: str, second: str) -> None:
    table = f"| a | b |\n|---|---|\n| {escape(first)} | {escape(second)} |\n| {code(first)} | end |\n"
    rows = rendering.table_rows(table)
    assert rows[1] == [rendering.visible_text(first), rendering.visible_text(second)]
    assert [len(row) for row in rows] == [2, 2, 2]
    assert rows[2][1] == "end"


@given(ANYTHING)
def test_code_is_one_code_span_and_nothing_else(text: str) -> None:
    written = code(text)
    shown = rendering.visible_text(text).replace("|", "¦").replace("`", "'")
    if not shown:
        assert written == ""
        return
    assert rendering.reader_text(written) == shown
    for place in (written, f"a {written} b", f"| x |\n|---|\n| {written} |"):
        (span,) = [token.content for token in rendering.tokens(place) if token.type == "code_inline"]
        assert rendering.visible_text(span) == shown
    assert "<!--" not in written
    assert "-->" not in written


@given(ANYTHING)
def test_a_stray_backtick_beside_code_wakes_nobody(text: str) -> None:
    place = f"it's ` broken {code(text)} so there"
    assert not rendering.mentions(place)
    assert not {"html_inline", "html_block"} & rendering.element_types(place)


@given(ANYTHING, st.integers(0, 80))
def test_escaped_text_can_be_fitted_into_any_room(text: str, room: int) -> None:
    fitted = escape_within(text, room)
    assert len(fitted) <= room
    assert_harmless(fitted)
    if len(escape(text)) <= room:
        assert fitted == escape(text)
    elif fitted:
        assert fitted.endswith("…")


@given(ANYTHING, ANYTHING)
def test_a_link_has_one_target_and_a_plain_label(label: str, url: str) -> None:
    written = link(label or "x", f"https://example.com/{url}")
    assert rendering.element_types(written) <= {"link_open", "link_close"}
    targets = [str(token.attrs["href"]) for token in rendering.tokens(written) if token.type == "link_open"]
    assert len(targets) <= 1
    assert all(target.startswith("https://example.com/") for target in targets)


def test_plain_links_stay_as_they_are() -> None:
    url = "https://github.com/sourcegraph/deploy/pull/12#issuecomment-5?a=b&c=d"
    assert escape_link_target(url) == url
    assert link("rctest.sourcegraph.com", "https://rctest.sourcegraph.com") == (
        "[rctest.sourcegraph.com](https://rctest.sourcegraph.com)"
    )


def test_what_templates_wrote_is_not_escaped_again() -> None:
    assert escape(Markdown("**bold** <!-- mark -->")) == "**bold** <!-- mark -->"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n\tb\r\nc", "a b c"),
        ("  a  ", "a"),
        ("a\u200bb\u202ec", "abc"),
        ("a\u2028b", "a b"),
        ("\x1b[31mred", "[31mred"),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(("limit", "short"), [(10, "amber"), (5, "amber"), (4, "amb…"), (1, "…"), (0, ""), (-1, "")])
def test_shortening(limit: int, short: str) -> None:
    assert truncate("amber", limit) == short

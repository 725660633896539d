"""Changes as people read them."""

from __future__ import annotations

import pytest

from bot.formats.diffs import change_lines, diff_lines

NOW = "a\nb\nc\nd\ne\nf\ng\n"


def test_lines_that_change_stand_among_some_that_do_not() -> None:
    assert diff_lines(NOW, NOW.replace("d", "D")) == ["@@ -2,5 +2,5 @@", " b", " c", "-d", "+D", " e", " f"]
    assert diff_lines(NOW, NOW.replace("d", "D"), context=0) == ["@@ -4 +4 @@", "-d", "+D"]


def test_changes_far_apart_are_shown_apart() -> None:
    lines = diff_lines(NOW, NOW.replace("a", "A").replace("g", "G"), context=1)
    assert lines == ["@@ -1,2 +1,2 @@", "-a", "+A", " b", "@@ -6,2 +6,2 @@", " f", "-g", "+G"]


def test_the_same_text_has_no_lines() -> None:
    assert diff_lines(NOW, NOW) == []


@pytest.mark.parametrize(
    ("now", "lines"),
    [("../golden/old.yaml", ["../golden/old.yaml → ../golden/new.yaml"]), (None, ["new link to ../golden/new.yaml"])],
)
def test_a_link_is_shown_by_its_targets(now: str | None, lines: list[str]) -> None:
    assert change_lines(now, "../golden/new.yaml", is_link=True) == lines


@pytest.mark.parametrize(
    ("now", "content", "lines"),
    [
        ("a\nb\n", "a\nc\n", ["@@ -1,2 +1,2 @@", " a", "-b", "+c"]),
        ("a\n", None, ["@@ -1 +0,0 @@", "-a"]),
        (None, "a\nb\n", ["@@ -0,0 +1,2 @@", "+a", "+b"]),
        (None, "", []),
    ],
)
def test_a_file_is_shown_by_its_lines(now: str | None, content: str | None, lines: list[str]) -> None:
    assert change_lines(now, content) == lines

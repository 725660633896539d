"""Which lines of a text are its author's, and what is left out of a line."""

from __future__ import annotations

import pytest

from bot.formats.running_text import RunningText, split_lines


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("> ", ""),
        (">\n>> a\n", ""),
        ("`a\n", "`"),
        ("```\n", "\n```"),
        ("\ufeff~~~\n", "\n~~~"),
        ("    ", ""),
        ("<!--\n", "\n-->"),
        ("<!--\n\n", "\n\n-->"),
        ("<div><!--\n\n", "\n\n--></div>"),
        ("~~a\n", "\nb~~"),
        ("<del>\n\n", "\n\n</del>"),
        ("<s>a\n", "\n</s>"),
        ("words <strike>\n", "</strike>"),
        ("<blockquote>\n\n", "\n\n</blockquote>"),
        ("<BLOCKQUOTE>a</BLOCKQUOTE><blockquote cite=x>\n\n", ""),
        ("<blockquote><blockquote>\n\na\n\n</blockquote>\n\n", "\n\n</blockquote>"),
        ("<details>\n\n<blockquote>\n\n", "\n\n</blockquote></details>"),
        ("<q>\n\n", "\n\n</q>"),
        ("<pre>\n\n", "\n\n</pre>"),
        ("<code>\n\n", "\n\n</code>"),
        ("a <kbd>\n", "</kbd>"),
        ("![\n", "\n](x.png)"),
        ('<a title="\n', '\n">x</a>'),
        ("[a]:\n", ""),
    ],
)
def test_a_line_that_is_quoted_code_hidden_or_taken_back(before: str, behind: str) -> None:
    body = f"{before}here{behind}"
    text = RunningText(body)
    assert not any(text.begins(n) for n, line in enumerate(split_lines(body)) if "here" in line)


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("", ""),
        ("> a\n\n", ""),
        ("a `b` c\n", ""),
        ("<blockquote>\n\na\n\n</blockquote>\n\n", ""),
        ("</s></blockquote>\n\n", ""),
        ("~~a~~\n", ""),
        ("<del>a</del> b\n", ""),
        ("<!-- <blockquote> -->\n", ""),
        ("a <!-- <s> --> b\n", ""),
        ("<!-->\n", ""),
        ("<div><!--->\n\n", ""),
        ("the <title> of it, <script>\n", ""),
        ("`<blockquote>`\n", ""),
        ("a <T> b\n", ""),
        ("<details>\n<summary>a</summary>\n\n", "\n\n</details>"),
        ("**a\n", "**"),
        ("[a\n", "](https://b)"),
        ("# a\n", ""),
        ("", "\n==="),
        ("\ufeff", ""),
        ("a\r", "\rb"),
        ("é😀\n", ""),
        ("\ud800\n", ""),
    ],
)
def test_a_line_of_running_text(before: str, behind: str) -> None:
    body = f"{before}here{behind}"
    text = RunningText(body)
    assert [n for n, line in enumerate(split_lines(body)) if "here" in line and text.begins(n)]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("a <!-- b --> c", "a   c"),
        ("a <!-- b\nc --> d", "a  "),
        ("a ~~b~~ c ~d~", "a   c  "),
        ("a ~~b\nc~~ d", "a  "),
        ("a <del>b</del> c", "a   c"),
        ("a <s>b <!-- c --> <b>d</b></s> e", "a   e"),
        ("a <strike>b", "a  "),
        ("<b>a</b> <em>b</em>", "a b"),
        ("a <c> <q>d</q>", "a <c> <q>d</q>"),
        ("é ~~😀~~ x", "é   x"),
        ("a `b` **c** [d](https://e)", "a `b` **c** [d](https://e)"),
    ],
)
def test_a_line_is_read_without_what_is_hidden_or_taken_back(line: str, read: str) -> None:
    assert RunningText(line).line(0).split() == read.split()


def test_lines_that_have_some_text() -> None:
    body = "**bold**\n> quote\n\n```\ncode\n```\n- item\n\n<!-- x -->"
    text = RunningText(body)
    assert [n for n in range(9) if text.has_text(n)] == [0, 6]
    assert [n for n in range(9) if text.begins(n)] == []

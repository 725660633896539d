"""Tabs in YAML: they may separate what is on a line, but not indent. And other valid texts that parsers refuse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats import yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: b\t# c\n", {"a": "b"}),
        ("a: b \t \n", {"a": "b"}),
        ("a:\tb\n", {"a": "b"}),
        ("a\t: b\n", {"a": "b"}),
        ("'a'\t:\t\"b\"\t# c\n", {"a": "b"}),
        ("a:\t\n  b:\tc\t\n", {"a": {"b": "c"}}),
        ("a: b\n\t\n \t# c\nd: e\n", {"a": "b", "d": "e"}),
        ("\t# c\na: b\n", {"a": "b"}),
        ("a: b\tc\t#d\n", {"a": "b\tc"}),
        ("a: b\t#c\n", {"a": "b"}),
        ("a: b\n  \tc\n\t\n  d\n", {"a": "b c\nd"}),
        ("a: [1,\t2\t]\t# x\n", {"a": [1, 2]}),
        ("a: {\tb\t:\tc\t}\t\n", {"a": {"b": "c"}}),
        ("-\ta\t\n- b\t# c\n", ["a", "b"]),
        ("- - a\t\n  -\tb\n", [["a", "b"]]),
        ("a: |\t# x\n  t\n", {"a": "t\n"}),
        ("a: |\t# x + y\n  t\n\n", {"a": "t\n"}),
        ("a: |+\t\n  t\n\n", {"a": "t\n\n"}),
        ("a: >-\t\n  t\n  \tu\n", {"a": "t\n\tu"}),
        ("a: &x 1\t# y\nb: *x\t# z\n", {"a": 1, "b": 1}),
        ("---\t# x\na: b\n...\t\n", {"a": "b"}),
        ("? a\t\n: b\t\n", {"a": "b"}),
        ("a:\n \tb\n", {"a": "b"}),
        ("a: b\t\r\nc: d\t# e\r\n", {"a": "b", "c": "d"}),
        ("\ufeffa: b\t\n", {"a": "b"}),
        ("a: |\n \n  b\n", {"a": "\nb\n"}),
        ("a: |\n\n  b\n c: d\n".replace(" c", "c"), {"a": "\nb\n", "c": "d"}),
        ("a: |\n   \nb: c\n", {"a": "", "b": "c"}),
        ("a: {b\n  : c}\n", {"a": {"b": "c"}}),
        ('a: {"b"\n  : c, d\n  e: f}\n', {"a": {"b": "c", "d e": "f"}}),
    ],
)  # fmt: skip
def test_tabs_that_separate(text: str, value: Any) -> None:
    assert yaml.load(text) == value
    wanted = yaml.parse(text)
    assert yaml.edit(text, wanted, drop_comments=False) == text


@pytest.mark.parametrize(
    "text",
    ["\ta: b\n", "a:\n\tb: c\n", "a:\n\tb\n", "a:\n  b: c\n\td: e\n", "a:\n\t- b\n", "-\t- a\n", "-\ta: b\n",
     "a: |\n\tb\n", "a: |\n    \n  b\n", "a: b\n\tc: d\n", "a: b\n\t- c\n", "?\ta: b\n"],
)  # fmt: skip
def test_tabs_that_indent(text: str) -> None:
    for read in (yaml.load, yaml.parse):
        with pytest.raises(yaml.YamlError):
            read(text)


@pytest.mark.parametrize(
    "head", ["%YAML 1.3\n---\n", "%YAML 2.0\n---\n", "%YAML 1.1 1.2\n---\n", "%YAML 1.12345\n---\n"]
)
def test_another_version_of_yaml_is_a_problem(head: str) -> None:
    for read in (yaml.load, yaml.parse):
        with pytest.raises(yaml.YamlError):
            read(f"{head}a: b\n")


WORDS = st.sampled_from(["a", "b c", "'d'", '"e"', "[f, g]", "{h: i}", "1", "|-\n    x\n    y", "'j\n    k'"])
BLANKS = st.text(" \t", max_size=3)
LINES = st.lists(
    st.tuples(WORDS, BLANKS, BLANKS, st.sampled_from(["", " # note", "\t# note"])), min_size=1, max_size=5
)


def text_of(lines: list[tuple[str, str, str, str]], tab: str) -> str:
    """A mapping with these values, blanks and comments; `tab` stands for each tab that separates."""
    made = "root:\n"
    for number, (word, before, after, comment) in enumerate(lines):
        head, break_, rest = word.partition("\n")
        end = "" if head.startswith("'j") else f"{after}{comment}".replace("\t", tab)
        made += f"  key{number}: {before.replace(chr(9), tab)}{head}{end}{break_}{rest}\n"
    return made


@given(LINES)
def test_a_tab_means_what_a_space_means(lines: list[tuple[str, str, str, str]]) -> None:
    assert yaml.load(text_of(lines, "\t")) == yaml.load(text_of(lines, " "))


@given(LINES, st.integers(0, 4))
def test_an_edit_keeps_the_tabs_of_the_other_lines(lines: list[tuple[str, str, str, str]], at: int) -> None:
    lines[at % len(lines)] = ("old", "\t", "\t", "\t# note")
    text = text_of(lines, "\t")
    value = yaml.parse(text)
    assert isinstance(value, yaml.Map)
    root = value.get("root")
    assert isinstance(root, yaml.Map)
    wanted = value.with_entry("root", root.with_entry(f"key{at % len(lines)}", yaml.string("new")))
    assert yaml.edit(text, wanted, drop_comments=False) == text.replace("old\t\t# note", "new\t\t# note")

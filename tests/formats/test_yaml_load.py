"""YAML as plain values, for programs that only read it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats import yaml

BOMB = "a0: &a0 {x: 1}\n" + "".join(f"a{n + 1}: &a{n + 1}\n  <<: [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(9))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: 1\nb: [true, no, x]\n", {"a": 1, "b": [True, "no", "x"]}),
        ("a: 2022-01-31", {"a": date(2022, 1, 31)}),
        ("a: &x {b: 1}\nc: {<<: *x, d: 2}\n", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        ("a: &x 1\nb: &x 2\n", {"a": 1, "b": 2}),
    ],
)
def test_a_document_as_plain_values(text: str, value: object) -> None:
    assert yaml.load(text) == value


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [", 1), ("a: 1\na: 2\n", 2), ("a: 1\n---\nb: 2\n", 2), ("a: *x\n", 1), ("a: !!int x", None), (BOMB, 8)],
)
def test_what_cannot_be_loaded_is_invalid(text: str, line: int | None) -> None:
    with pytest.raises(yaml.YamlError) as raised:
        yaml.load(text)
    assert (raised.value.problem, raised.value.line) == (yaml.YamlProblem.INVALID, line)


@given(st.text(max_size=60))
def test_no_text_raises_anything_else(text: str) -> None:
    with suppress(yaml.YamlError):
        yaml.load(text)

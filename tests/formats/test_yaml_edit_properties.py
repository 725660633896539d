"""Editing YAML by position: whatever the text and the value, the result means what it should and the rest stays."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from itertools import takewhile
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.formats.yaml import Map, Scalar, Sequence, Style, Value, YamlError, edit, parse
from bot.formats.yaml.nodes import MappingNode, SequenceNode
from bot.formats.yaml.parsing import parse_tree
from tests.formats.yaml_texts import RandomValues, documents, documents_without_anchors, random_values, to_python

OTHER_READER: Any = importlib.import_module("yaml")  # it has no types


@given(documents(), random_values(), st.booleans())
def test_the_result_means_what_is_wanted(text: str, chance: RandomValues, drop_comments: bool) -> None:
    wanted = chance.mutate(parse(text))
    result = edit(text, wanted, drop_comments=drop_comments)
    assert parse(result) == wanted
    assert read(result) == to_python(wanted)
    assert OTHER_READER.safe_load(result) == to_python(wanted)
    assert edit(result, wanted, drop_comments=drop_comments) == result


@given(documents())
def test_a_value_is_what_other_readers_see(text: str) -> None:
    assert to_python(parse(text)) == read(text) == OTHER_READER.safe_load(text)


@given(documents(), st.booleans())
def test_the_same_value_changes_nothing(text: str, drop_comments: bool) -> None:
    assert edit(text, parse(text), drop_comments=drop_comments) == text


@given(documents_without_anchors(), random_values())
def test_what_does_not_change_stays_as_it_is(text: str, chance: RandomValues) -> None:
    """The lines of every top-level entry that keeps its value stand together in the result, one by one the same."""
    text = with_final_newline(text)
    wanted = chance.mutate(parse(text))
    if not isinstance(wanted, Map) or not isinstance(parse_tree(text.removeprefix("\ufeff")).root, MappingNode):
        return
    result = edit(text, wanted, drop_comments=False).removeprefix("\ufeff").splitlines()
    for key, lines in top_level(text).items():
        if wanted.get(key) == entry(text, key):
            assert any(result[start : start + len(lines)] == lines for start in range(len(result)))


@given(documents_without_anchors(), st.randoms(use_true_random=True), st.sampled_from(["other", "12", "it's"]))
def test_one_changed_scalar_changes_its_own_lines(text: str, random: Random, content: str) -> None:
    text = with_final_newline(text)
    value = parse(text)
    paths = list(leaves(value, ()))
    if not paths:
        return
    path = random.choice(paths)
    result = edit(text, replace_at(value, path, Scalar(content, Style.DOUBLE)), drop_comments=True)
    old, new = text.splitlines(), result.splitlines()
    same = common_prefix_length(old, new)
    below = common_prefix_length(old[same:][::-1], new[same:][::-1])
    first, last = lines_of(text, path)
    assert old == new or first <= same
    assert old == new or len(old) - below <= last


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(list("ab:-?[]{},&*!|>'\"%@#\n\t ~1<.=\\\r\ufeff\x85")), max_size=40).map("".join)
)
def test_junk_raises_nothing_else(text: str) -> None:
    for wanted in (Map({"a": Scalar("b")}), Sequence((Scalar("1"),)), Scalar("x")):
        try:
            assert parse(edit(text, wanted, drop_comments=True)) == wanted
        except YamlError as problem:
            assert str(problem)  # noqa: PT017 - whether it raises depends on the text


def common_prefix_length(one: list[str], other: list[str]) -> int:
    """How many lines both begin with."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def with_final_newline(text: str) -> str:
    """With a line break at the end: without one, a block scalar there is written otherwise when something follows."""
    return text if text.endswith("\n") else f"{text}\n"


def read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def entry(text: str, key: str) -> Value | None:
    value = parse(text)
    return value.get(key) if isinstance(value, Map) else None


def top_level(text: str) -> dict[str, list[str]]:
    """The lines of each entry of the outermost mapping, from its key to its end."""
    content = text.removeprefix("\ufeff")
    root = parse_tree(content).root
    assert isinstance(root, MappingNode)
    counts = {pair.key: len(content[pair.start : pair.end].splitlines()) for pair in root.pairs}
    starts = {pair.key: content[pair.start :].splitlines() for pair in root.pairs}
    return {key: lines[: counts[key]] for key, lines in starts.items()}


def leaves(value: Value, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, Map):
        for key, item in value.entries.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, Sequence):
        for index, item in enumerate(value.items):
            yield from leaves(item, (*path, index))
    else:
        yield path


def replace_at(value: Value, path: tuple[Any, ...], new: Value) -> Value:
    if isinstance(value, Map):
        return value.with_entry(path[0], replace_at(value.entries[path[0]], path[1:], new))
    if isinstance(value, Sequence):
        items = [
            replace_at(item, path[1:], new) if index == path[0] else item for index, item in enumerate(value.items)
        ]
        return Sequence(tuple(items), value.tag, value.flow)
    return new


def lines_of(text: str, path: tuple[Any, ...]) -> tuple[int, int]:
    """The lines from the key or dash of a scalar to its end."""
    content = text.removeprefix("\ufeff")
    node = parse_tree(content).root
    start = 0
    for step in path:
        if isinstance(node, MappingNode):
            pair = next(pair for pair in node.pairs if pair.key == step)
            start, node = pair.start, pair.node
        elif isinstance(node, SequenceNode):
            start, node = node.dashes[step] if node.dashes else node.items[step].start, node.items[step]
    assert node is not None
    first = len(content[:start].splitlines()) - (0 if not content[:start] or content[:start][-1] in "\r\n" else 1)
    return first, max(first, len(content[: max(node.end, start)].splitlines())) + 1

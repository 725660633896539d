"""Editing YAML by position: what changes and what stays, by example."""

from __future__ import annotations

import difflib

import pytest

from bot.formats import yaml
from bot.formats.yaml import Map, Scalar, YamlError, YamlProblem, parse
from demo.fleet import compose_file


def edit(text: str, wanted: str, *, drop_comments: bool = False) -> str:
    result = yaml.edit(text, parse(wanted), drop_comments=drop_comments)
    assert parse(result) == parse(wanted)
    return result


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [
        ("a: 1 # one\n", "a: 2", "a: 2 # one\n"),
        ("a: 'x'\n", "a: z", "a: 'z'\n"),
        ('a: "x"\n', "a: z", 'a: "z"\n'),
        ("a: x\n", "a: 'z'", "a: z\n"),
        ("a: x\n", "a: '8'", "a: '8'\n"),
        ("a: '4'\n", "a: 8", "a: 8\n"),
        ("a: x\n", 'a: "b: c"', 'a: "b: c"\n'),
        ("a: 'x'\n", 'a: "two\\nlines"', 'a: "two\\nlines"\n'),
        ("a: |\n  x\n  y\nb: 1\n", "a: |\n  z\n  y\nb: 1", "a: |\n  z\n  y\nb: 1\n"),
        ("a: >-\n  x\n  y\nb: 1\n", "a: 'z'\nb: 1", "a: >-\n  z\nb: 1\n"),
        ("a: on\n", "a: 'on'", "a: 'on'\n"),
        ("a: 'on'\n", "a: on", "a: on\n"),
        ("a: 0777\n", "a: 0778", "a: 0778\n"),
        ("a: [x, 'y']\n", "a: [x, z]", "a: [x, 'z']\n"),
        ("a: x\r\nb: y\r\n", "a: z\nb: y\nc: w", "a: z\r\nb: y\r\nc: w\r\n"),
        ("\ufeffa: x\n", "a: z", "\ufeffa: z\n"),
        ("a: x", "a: x\nb: y", "a: x\nb: y"),
    ],
)
def test_a_scalar_keeps_its_quotes_where_they_can_say_it(text: str, wanted: str, result: str) -> None:
    assert edit(text, wanted) == result


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [
        ("a:\n  b: 1\n  # more\nc: 2\n", "a: {b: 1, x: 2}\nc: 2", "a:\n  b: 1\n  x: 2\n  # more\nc: 2\n"),
        ("a:\n- 1 # one\n\nb: 2\n", "a: [1, 2]\nb: 2", "a:\n- 1 # one\n- 2\n\nb: 2\n"),
        ("a:\n  -   1\nb: 2\n", "a: [1, 2]\nb: 2", "a:\n  -   1\n  -   2\nb: 2\n"),
        ("a:\n  # first\n  - 2\n", "a: [1, 2]", "a:\n  - 1\n  # first\n  - 2\n"),
        ("a:\n  - 1\n  - 3\n", "a: [1, 2, 3]", "a:\n  - 1\n  - 2\n  - 3\n"),
        ("a: [1] # x\n", "a: [1, 2]", "a: [1, 2] # x\n"),
        ("a: [\n  1,\n]\n", "a: [1, 2]", "a: [\n  1, 2,\n]\n"),
        ("a: {b: c}\n", "a: {b: c, d: [e]}", "a: {b: c, d: [e]}\n"),
        ("a: # nothing\nb: 1\n", "a:\n  c: 2\nb: 1", "a: # nothing\n  c: 2\nb: 1\n"),
        ("a: {} # none\n", "a:\n  c: 2\n", "a: # none\n  c: 2\n"),
        ("a: 1 # one\n", "a:\n  - 1", "a: # one\n  - 1\n"),
        ("a:\n  - 1\nb: x\n", "a: 1\nb: x", "a: 1\nb: x\n"),
        ("", "a: 1", "a: 1\n"),
        ("# only\n# comments", "a: 1", "# only\n# comments\na: 1\n"),
        ("---\n# c\n", "a: 1", "---\na: 1\n# c\n"),
        ("a:\n    b: 1\nc:\n    d: 1\n", "a: {b: 1}\nc: {d: 1}\ne:\n  f: {}\n  g: h",
         "a:\n    b: 1\nc:\n    d: 1\ne:\n    f: {}\n    g: h\n"),
        ("- a: 1\n", "- a: 1\n  b: 2", "- a: 1\n  b: 2\n"),
        ("a:\n  x: 1\n\n  y: 2\n\nb: 3\n", "a: {x: 1, y: 2, z: 3}\nb: 3", "a:\n  x: 1\n\n  y: 2\n\n  z: 3\n\nb: 3\n"),
    ],
)  # fmt: skip
def test_a_new_entry_goes_behind_the_last_one(text: str, wanted: str, result: str) -> None:
    assert edit(text, wanted) == result


ABOVE = "a:\n  # about b\n  # and more\n  b: 1 # here\n\n  # about c\n  c:\n    # inside\n    - 2\n  # below\nd: 3\n"


@pytest.mark.parametrize(
    ("text", "wanted", "kept", "dropped"),
    [
        (
            ABOVE,
            "a: {c: [2]}\nd: 3",
            ABOVE.replace("  b: 1 # here\n", ""),
            ABOVE.replace("  # about b\n  # and more\n  b: 1 # here\n", ""),
        ),
        (
            ABOVE,
            "a: {b: 1}\nd: 3",
            ABOVE.replace("  c:\n    # inside\n    - 2\n", ""),
            ABOVE.replace("  # about c\n  c:\n    # inside\n    - 2\n", ""),
        ),
        ("a:\n  # x\n\n  b: 1\n  c: 2\n", "a: {c: 2}", "a:\n  # x\n\n  c: 2\n", "a:\n  # x\n\n  c: 2\n"),
        ("a:\n # x\n  b: 1\n  c: 2\n", "a: {c: 2}", "a:\n # x\n  c: 2\n", "a:\n # x\n  c: 2\n"),
        ("a: 1\n# x\nb: 2", "a: 1", "a: 1\n# x", "a: 1"),
        ("a: |\n  # text\nb: 2\n", "a: \"# text\\n\"", "a: |\n  # text\n", "a: |\n  # text\n"),
        ("a: 'one\n# two'\nb: 2\n", "a: 'one # two'", "a: 'one\n# two'\n", "a: 'one\n# two'\n"),
        ("- a: 1\n  b: 2\n", "- b: 2", "- b: 2\n", "- b: 2\n"),
        ("- a: 1\n  # about b\n  b: 2\n", "- b: 2", "-\n  # about b\n  b: 2\n", "-\n  # about b\n  b: 2\n"),
        ("a: [1, 2, 3]\n", "a: [1, 3]", "a: [1, 3]\n", "a: [1, 3]\n"),
        ("a: [1, 2, 3]\n", "a: [1]", "a: [1]\n", "a: [1]\n"),
        ("a: {b: 1, c: 2}\n", "a: {c: 2}", "a: {c: 2}\n", "a: {c: 2}\n"),
        ("a: [\n  1, # one\n  2,\n]\n", "a: [2]", "a: [\n  2,\n]\n", "a: [\n  2,\n]\n"),
        ("a:\n  - 1\n", "a: []", "a: []\n", "a: []\n"),
        ("a:\n  b: 1\n", "a: {}", "a: {}\n", "a: {}\n"),
    ],
)  # fmt: skip
def test_a_removed_entry_takes_its_own_lines(text: str, wanted: str, kept: str, dropped: str) -> None:
    assert edit(text, wanted) == kept
    assert edit(text, wanted, drop_comments=True) == dropped


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [
        ("a: &x 1\nb: *x\n", "a: 2\nb: 1", "a: &x 2\nb: 1\n"),
        ("a: &x 1\nb: *x\n", "a: 2\nb: 2", "a: &x 2\nb: *x\n"),
        ("a: &x 1\nb: *x # it\n", "b: 1", "b: 1 # it\n"),
        ("a: &x {c: 1}\nb: *x\n", "a: {c: 1}\nb: {c: 2}", "a: &x {c: 1}\nb: {c: 2}\n"),
        ("a: &x\n  c: 1\nb: *x\n", "a: {c: 1}\nb:\n  c: 2\n  d: 3", "a: &x\n  c: 1\nb:\n  c: 2\n  d: 3\n"),
        ("a: &x\n  c: 1\nb:\n  <<: *x\n  d: 2\n", "a: {c: 1}\nb: {c: 3, d: 2}",
         "a: &x\n  c: 1\nb:\n  <<: *x\n  d: 2\n  c: 3\n"),
        ("a: &x\n  c: 1\nb:\n  <<: *x\n  d: 2\n", "a: {c: 1}\nb: {d: 2}", "a: &x\n  c: 1\nb:\n  d: 2\n"),
        ("a: &x\n  c: 1\nb:\n  <<: *x\n  d: 2\n", "a: {c: 9}\nb: {c: 1, d: 2}",
         "a: &x\n  c: 9\nb:\n  <<: *x\n  d: 2\n  c: 1\n"),
        ("a: &x\n  c: 1\nb:\n  <<: *x\n  d: 2\n", "b: {c: 1, d: 2}", "b:\n  d: 2\n  c: 1\n"),
        ("a: &x {c: 1}\ny: &y {d: 2}\nb:\n  <<: [*x, *y]\n", "a: {c: 1}\ny: {d: 2}\nb: {c: 1, d: 2, e: 3}",
         "a: &x {c: 1}\ny: &y {d: 2}\nb:\n  <<: [*x, *y]\n  e: 3\n"),
        ("a: &x [1]\nb:\n  - *x\n  - 2\n", "a: [1]\nb: [[1], 3]", "a: &x [1]\nb:\n  - *x\n  - 3\n"),
        ("a: !t &x\n  c: 1\nb: *x\n", "a: !t {c: 2}\nb: !t {c: 2}", "a: !t &x\n  c: 2\nb: *x\n"),
    ],
)  # fmt: skip
def test_aliases_follow_their_anchor_only_where_they_should(text: str, wanted: str, result: str) -> None:
    assert edit(text, wanted) == result


def test_odd_manners_are_rewritten_and_nothing_around_them() -> None:
    text = "# head\nx: 1 # one\na:\n  ? b\n  : 1\n  ? c\nd: 4\n"
    assert edit(text, "x: 1\na:\n  b: 2\nd: 4") == "# head\nx: 1 # one\na:\n  b: 2\nd: 4\n"


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [
        ("a: |+\n  one\nb:\n  c: 1\n\n\nd: x # d\n", 'a: "one\\n"\nd: x', "a: |+\n  one\nd: x # d\n"),
        ("a: |\n  one\nb:\n  c: 1\n  # of b\n# of d\nd: x\n", 'a: "one\\n"\nd: x', "a: |\n  one\n# of d\nd: x\n"),
        ("x: 1 # x\n\na: |+\n  one\n\n", 'x: 1\na: "one\\n\\n"\nd: 2', "x: 1 # x\n\na: |+\n  one\n\nd: 2\n"),
    ],
)
def test_what_is_left_behind_does_not_become_part_of_a_text_above(text: str, wanted: str, result: str) -> None:
    assert edit(text, wanted) == result


def test_a_comment_below_does_not_become_part_of_a_text() -> None:
    text = "a: |\n  one\n  two\n  # note\nb: 1\n"
    assert parse(text) == parse('a: "one\\ntwo\\n# note\\n"\nb: 1')
    below = "a: 1\n   # note\nb: 1\n"
    assert parse(edit(below, 'a: "one\\ntwo\\n"\nb: 1')) == parse('a: "one\\ntwo\\n"\nb: 1')


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("a: 1\nb: [", YamlProblem.INVALID, 2),
        ("a: 1\n\x00", YamlProblem.INVALID, 2),
        ("a: 1\na: 2\n", YamlProblem.DUPLICATE_KEY, 2),
        ("x: {a: 1, 'a': 2}\n", YamlProblem.DUPLICATE_KEY, 1),
        ("a: 1\n---\nb: 2\n", YamlProblem.SEVERAL_DOCUMENTS, 2),
        ("? [a]\n: 1\n", YamlProblem.COMPLEX_KEY, 1),
        ("? {a: b}\n: 1\n", YamlProblem.COMPLEX_KEY, 1),
        ("a: 1\nb: *amberotter\n", YamlProblem.UNKNOWN_ALIAS, 2),
        ("a: &x [*x]\n", YamlProblem.UNKNOWN_ALIAS, 1),
        ("a:\n  <<: amberotter\n", YamlProblem.INVALID_MERGE, 2),
        ("a: " + "[" * 100 + "]" * 100, YamlProblem.TOO_DEEP, 1),
        ("a: '" + "x" * 1_048_576 + "'\n", YamlProblem.TOO_LARGE, None),
        ("<<<<<<< HEAD\na: 1\n", YamlProblem.INVALID, 2),
        ("a:\n\t- amberotter\n", YamlProblem.INVALID, 2),
    ],
)
def test_a_problem_says_where_and_never_what(text: str, problem: YamlProblem, line: int | None) -> None:
    with pytest.raises(YamlError) as raised:
        yaml.edit(text, Map(), drop_comments=False)
    assert (raised.value.problem, raised.value.line) == (problem, line)
    assert "amberotter" not in str(raised.value)


@pytest.mark.parametrize("merge", [False, True])
def test_aliases_that_multiply_are_refused(merge: bool) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 12):
        lines.append(f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * 9) + "]")
    if merge:
        lines = ["a: &a {" + ", ".join(f"k{number}: 1" for number in range(300)) + "}"]
        lines += [f"b{number}:\n  <<: [{', '.join(['*a'] * 30)}]" for number in range(100)]
    with pytest.raises(YamlError) as raised:
        parse("\n".join(lines))
    assert raised.value.problem is YamlProblem.TOO_MANY_VALUES


def test_what_cant_be_written_is_refused() -> None:
    with pytest.raises(YamlError) as raised:
        yaml.edit("a: 1\n", Map({"k" * 5_000: Scalar("x")}), drop_comments=False)
    assert raised.value.problem is YamlProblem.NOT_EDITABLE


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a", "'a'", True),
        ("a", '"a"', True),
        ("1", "'1'", False),
        ("on", "'on'", False),
        ("1:30", "'1:30'", False),
        ("0x1f", "31", False),
        ("~", "null", True),
        ("", "null", True),
        ("!!str 1", "'1'", True),
        ("!x 1", "1", False),
        ("{a: 1, b: 2}", "{b: 2, a: 1}", True),
        ("[1, 2]", "[2, 1]", False),
        ("{'1': a}", "{1: a}", False),
        ("3.40.1", "'3.40.1'", True),
        ("10s", "'10s'", True),
    ],
)
def test_which_values_are_the_same_to_every_reader(one: str, other: str, same: bool) -> None:
    assert (parse(one) == parse(other)) is same


def test_a_big_file_is_edited_in_no_time() -> None:
    text = compose_file("3.40.1")
    value = parse(text)
    assert isinstance(value, Map)
    services = value.entries["services"]
    assert isinstance(services, Map)
    worker = services.entries["worker"]
    assert isinstance(worker, Map)
    changed = services.with_entry("worker", worker.with_entry("cpus", Scalar("8")))
    result = yaml.edit(text, value.with_entry("services", changed), drop_comments=True)
    changes = [line for line in difflib.ndiff(text.splitlines(), result.splitlines()) if line[0] in "+-"]
    assert changes == ["-     cpus: 4", "+     cpus: 8"]

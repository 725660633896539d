"""Module blocks of Terraform files: what is found in them, and that an edit changes the value meant and nothing else.

What `terraform fmt` would say of an edited file is written down here as text; where the program is installed, the
same tests see that it says so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.terraform import Module, TerraformError, modules, set_source_refs, set_versions, source_refs
from bot.formats.terraform.comments import realign
from demo.fleet import make_fleet
from tests.domain.plans.repositories import EXECUTORS, source

PROGRAM = shutil.which("terraform")
HEAD = 'module "executors" {\n  source  = "sourcegraph/executors/google"\n'
OLD, NEW = "3.40.1", "3.40.10"
TAG = re.compile(r"mi-module-v\d+\.\d+\.\d+(?:-rc\.\d+)?-v\d+", re.ASCII).fullmatch


def executors(*lines: str) -> str:
    """A module block of upstream's executors with these lines after its source."""
    return HEAD + "".join(f"{line}\n" for line in lines) + "}\n"


def only_module(text: str) -> Module:
    (found,) = modules(text)
    return found


def pin_executors(text: str, version: str = NEW) -> str:
    """The text with every executors module pinned to a version."""
    return set_versions(text, {module.name: version for module in modules(text)})


def assert_formatted(folder: Path, *texts: str) -> None:
    """Sees that `terraform fmt` would change none of the texts, where it is installed."""
    if PROGRAM is None:
        return
    for number, text in enumerate(texts):
        (folder / f"{number}.tf").write_bytes(text.encode())
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1"}
    command = [PROGRAM, "fmt", "-check", "-diff", "-no-color", str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout or done.stderr


# What is found


def test_other_blocks_and_what_only_looks_like_a_module_are_none() -> None:
    text = (
        '# module "a" {}\n/* module "b" {}\n*/\nlocals {\n  module = { source = "x" }\n}\n'
        'resource "module" "c" {\n  source = "x"\n}\nresource "r" "d" {\n  module {\n    version = "1"\n  }\n}\n'
        'output "e" {\n  value = <<EOT\nmodule "f" {\n}\nEOT\n}\n'
    )
    assert modules(text) == ()
    assert modules("") == ()
    assert modules("# only a comment") == ()


@pytest.mark.parametrize(
    ("lines", "value", "has"),
    [
        ([], None, False),
        (['  version = "3.40.1"'], "3.40.1", True),
        (["  version = var.v"], None, True),
        (['  version = "${var.v}"'], None, True),
        (['  version = "3.${var.v}"'], None, True),
        (['  version = true ? "3.40.1" : "3.40.0"'], None, True),
        (['  version = ["3.40.1"]'], None, True),
        (["  version = 3"], None, True),
        (["  version = null"], None, True),
        (['  version = ""'], None, True),
        (["  nested {", '    version = "3.40.1"', "  }"], None, False),
        (['  object = { version = "3.40.1" }'], None, False),
        (['  # version = "3.40.1"'], None, False),
        (['  note = "version = 3.40.1"'], None, False),
    ],
)
def test_a_version_is_a_literal_or_none(lines: list[str], value: str | None, has: bool) -> None:
    found = only_module(executors(*lines))
    assert (found.version and found.version.value, found.has_version) == (value, has)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('module "m" {\n  source = "x\n}\n', 2),
        ("a = 1\nb = \nc = 3\n", 2),
        ("a = 1\n}\n", 2),
        ("a = 1\n<<<<<<< HEAD\n", 2),
    ],
)
def test_a_broken_file_is_a_problem_with_its_line(text: str, line: int) -> None:
    with pytest.raises(TerraformError) as raised:
        modules(text)
    assert raised.value.line == line


@pytest.mark.parametrize("text", ['module "m" {', "\x00", "a: b", "x = " + "[" * 5_000, "{"])
def test_a_broken_file_is_a_problem_however_it_is_broken(text: str) -> None:
    with pytest.raises(TerraformError):
        modules(text)


# References


def test_the_references_of_modules_in_their_order() -> None:
    text = "".join(
        f'module "m{number}" {{\n  source = "{one}"\n}}\n'
        for number, one in enumerate(
            [
                source("mi-module-v1.1.0-v2"),
                "../x",
                source("main"),
                f"{source('mi-module-v3.41.0-rc.1-v10')}&depth=1",
                source("mi-module-v1.1.0-v2"),
            ]
        )
    )
    assert source_refs(text, TAG) == (
        "mi-module-v1.1.0-v2",
        "mi-module-v3.41.0-rc.1-v10",
        "mi-module-v1.1.0-v2",
    )
    new = ("mi-module-v2.0.0-v1", "mi-module-v3.41.0-rc.1-v10", "mi-module-v2.0.0-v1")
    moved = set_source_refs(text, TAG, new)
    assert moved == text.replace("mi-module-v1.1.0-v2", "mi-module-v2.0.0-v1")
    assert set_source_refs(moved, TAG, source_refs(text, TAG)) == text


def test_a_reference_is_not_the_beginning_of_a_longer_one() -> None:
    text = "".join(
        f'module "m{number}" {{\n  source = "{source(f"mi-module-v1.1.0-v{number}")}"\n}}\n' for number in (1, 10, 11)
    )
    first, *others = source_refs(text, TAG)
    assert first == "mi-module-v1.1.0-v1"
    assert set_source_refs(text, TAG, ["mi-module-v2.0.0-v2", *others]) == text.replace(
        f'{first}"', 'mi-module-v2.0.0-v2"'
    )


# Edits


FORMATTED = {
    "a comment behind it": (
        executors('  version = "3.40.1" # with the instances'),
        executors('  version = "3.40.10" # with the instances'),
    ),
    "comments behind its neighbours too": (
        executors('  version = "3.40.1" # a', "  count   = 1        # b", "  zone    = var.z    // c"),
        executors('  version = "3.40.10" # a', "  count   = 1         # b", "  zone    = var.z     // c"),
    ),
    "a comment behind its neighbour only": (
        executors('  version = "3.40.1"', "  count   = 1 # b"),
        executors('  version = "3.40.10"', "  count   = 1 # b"),
    ),
    "a neighbour that is longer": (
        executors('  version = "3.40.1"         # a', "  zone    = var.the_one_zone # b"),
        executors('  version = "3.40.10"        # a', "  zone    = var.the_one_zone # b"),
    ),
    "lines between": (
        executors('  version = "3.40.1" # a', "  # between", "  count = 1 # b", "", "  zone = 2 # c"),
        executors('  version = "3.40.10" # a', "  # between", "  count = 1 # b", "", "  zone = 2 # c"),
    ),
    "texts and divisions, which are no comments": (
        executors('  version = "3.40.1" # a', '  name    = "a # b"  # c', "  half    = 10 / 2   # d"),
        executors('  version = "3.40.10" # a', '  name    = "a # b"   # c', "  half    = 10 / 2    # d"),
    ),
    "quotation marks in texts": (
        executors('  version = "3.40.1" # a', '  url     = "http://x"', '  quote   = "\\" # " # d'),
        executors('  version = "3.40.10" # a', '  url     = "http://x"', '  quote   = "\\" # " # d'),
    ),
    "a list": (
        executors('  version = "3.40.1" # a', "  list = [           # b", "    1,               # c", "  ]"),
        executors('  version = "3.40.10" # a', "  list = [            # b", "    1,                # c", "  ]"),
    ),
    "a heredoc": (
        executors(
            '  version = "3.40.1" # a', "  script  = <<-EOT", '    version = "3.40.1" # b', "    x # c", "  EOT"
        ),
        executors(
            '  version = "3.40.10" # a', "  script  = <<-EOT", '    version = "3.40.1" # b', "    x # c", "  EOT"
        ),
    ),
    "wide letters, which count as one": (
        executors('  version = "3.40.1" # a', '  name    = "日本"     # b'),
        executors('  version = "3.40.10" # a', '  name    = "日本"      # b'),
    ),
    "letters made of two characters, which count as one": (
        executors('  version = "3.40.1" # a', '  name    = "e\u0301tat"   # b'),
        executors('  version = "3.40.10" # a', '  name    = "e\u0301tat"    # b'),
    ),
    "a comment within a line, which belongs to its code": (
        executors('  version = "3.40.1"  # a', "  count   = 1 /* i */ # b"),
        executors('  version = "3.40.10" # a', "  count   = 1 /* i */ # b"),
    ),
    "a text within a text": (
        executors('  name    = "x ${f(" # ")}"', '  version = "3.40.1"  # a', "  count   = 222222222 # b"),
        executors('  name    = "x ${f(" # ")}"', '  version = "3.40.10" # a', "  count   = 222222222 # b"),
    ),
}


@pytest.mark.parametrize("name", FORMATTED)
def test_an_edited_file_is_as_terraform_formats_it(name: str, tmp_path: Path) -> None:
    before, after = FORMATTED[name]
    assert_formatted(tmp_path, before, after)
    assert pin_executors(before) == after
    assert pin_executors(after, OLD) == before


@dataclass(frozen=True)
class Line:
    """One line of a module: an attribute, perhaps with a comment behind it, a comment alone, or nothing at all."""

    key: str = ""
    value: str = ""
    comment: str = ""


LINES = (
    Line("count", "1"),
    Line("zone", "var.zone", "# one"),
    Line("a_name_that_is_much_longer", '"x"', "// two"),
    Line("name", '"a # b" + "c // d"', "# three"),
    Line("ratio", "10 / 2", "# four"),
    Line("object", '{ version = "3.40.1" }', "# five"),
    Line(comment="# alone"),
    Line(),
    Line("long", '"' + "x" * 40 + '"', "# six"),
)


def format_lines(lines: Sequence[Line]) -> list[str]:
    """The lines as `terraform fmt` lays them out: neighbours have their `=` and their comments in one column."""
    keys = [max((len(one.key) for one in run), default=0) for run in _runs(lines, "key") for _ in run]
    codes = [f"  {one.key:<{width}} = {one.value}" if one.key else "" for one, width in zip(lines, keys, strict=True)]
    commented = [Line(code, comment=one.comment if one.key else "") for code, one in zip(codes, lines, strict=True)]
    columns = [max((len(one.key) for one in run), default=0) for run in _runs(commented, "comment") for _ in run]
    rows = zip(codes, lines, columns, strict=True)
    return [f"{code:<{width}} {one.comment}" if code and one.comment else code or f"  {one.comment}".rstrip()
            for code, one, width in rows]  # fmt: skip


def _runs(lines: Sequence[Line], what: str) -> Iterator[list[Line]]:
    """Neighbouring lines that have a key, or a comment; each other line is a run of its own."""
    run: list[Line] = []
    for one in lines:
        if getattr(one, what):
            run.append(one)
            continue
        yield from filter(None, [run])
        yield [one]
        run = []
    yield from filter(None, [run])


def module_with(neighbours: Sequence[Line], version: str) -> str:
    pin = Line("version", f'"{version}"', "# pinned")
    first, *others = neighbours
    upstream = Line("source", '"sourcegraph/executors/google"')
    return "\n".join(['module "executors" {', *format_lines([upstream, Line(), first, pin, *others]), "}", ""])


def test_whatever_stands_around_a_version_stays_formatted(tmp_path: Path) -> None:
    corpus = [(module_with(some, OLD), module_with(some, NEW)) for some in permutations(LINES, 3)]
    for before, after in corpus:
        assert pin_executors(before) == after
        assert pin_executors(after, OLD) == before
    assert_formatted(tmp_path, *(text for pair in corpus for text in pair))


def test_a_file_that_nobody_formats_stays_as_it_is() -> None:
    before = executors('  version="3.40.1"     # a', "  count     =    1 # b", "\tzone = 2")
    assert pin_executors(before) == before.replace(OLD, NEW)


def test_windows_line_ends_stay() -> None:
    before = executors('  version = "3.40.1" # a', "  count   = 1        # b").replace("\n", "\r\n")
    after = executors('  version = "3.40.10" # a', "  count   = 1         # b").replace("\n", "\r\n")
    assert pin_executors(before) == after


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_the_end_of_a_file_stays(end: str) -> None:
    before = executors('  version = "3.40.1"').rstrip("\n") + end
    assert pin_executors(before) == before.replace(OLD, NEW)


def test_a_text_that_looks_like_a_comment_is_none() -> None:
    before = executors('  version = "3.9.1" # a', '  name    = "${f(", # ")} of them"')
    assert pin_executors(before) == before.replace("3.9.1", NEW)


def test_an_edit_changes_every_module_of_the_name_and_no_other() -> None:
    text = make_fleet(1).files[EXECUTORS].content
    changed = set_versions(text, {"docker-mirror": NEW, "nobody": NEW})
    head, mirror, rest = text.partition('module "docker-mirror"')
    assert changed == head + mirror + rest.replace("3.40.0", NEW)


@given(st.lists(st.sampled_from(["  a = 1", "  bb = 2 # x", " # y", "", "z // w", '"#" # v', "/* c */"]), max_size=8))
def test_comments_of_lines_that_did_not_change_stay(lines: list[str]) -> None:
    text = "\n".join(lines)
    columns = {number: line.index("#") for number, line in enumerate(lines) if line.strip() and "#" in line[1:]}
    assert realign(text, text, columns, columns) == text


PIECES = st.sampled_from(
    ["module", '"m"', " {\n", "}\n", "source = ", "version = ", '"3.40.1"', '"x?ref=mi-module-v1.1.0-v2"', "${", "}",
     '"', "#", "//", "/*", "*/", "<<EOT\n", "EOT\n", "\n", " ", "é", "\\", "[", "]", "\r\n", "\ufeff"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_no_file_breaks_the_reader(text: str) -> None:
    try:
        found = modules(text)
    except TerraformError:
        return
    assert all(text[one.version.start : one.version.end] == one.version.value for one in found if one.version)
    changed = set_versions(text, {one.name: NEW for one in found})
    assert len(modules(changed)) == len(found)
    assert set_source_refs(text, TAG, source_refs(text, TAG)) == text

"""Every form of HCL's native syntax: what is valid is read, and what is not is refused with its line."""

from __future__ import annotations

import time
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.terraform import (
    Expression,
    TerraformError,
    as_boolean,
    modules,
    set_source_refs,
    set_versions,
    source_refs,
    variables,
)
from tests.formats.terraform_texts import INVALID, VALID

PROBE = 'module "probe" {\n  source  = "git::https://example.com/x.git?ref=t1" # where\n  version = "1"\n}\n'
PIECES = st.sampled_from(
    ["a", " = ", '"', "{", "}", "[", "]", "(", ")", "\n", "\r\n", "\r", "#", "//", "/*", "*/", "<<E\n", "<<-E\n",
     "\nE\n", "${", "%{", "~}", "if ", "for ", " in ", "else", "endif", "endfor", ":", "=>", "...", ".", "?", "1",
     "1.5e3", "true", "null", "!", "-", "\\", "\\u00e9", ",", "é", "*", "$${", "%%{", "$", "%", "\t", "::", "module ",
     '"m" {\n', "source", "version", "mi-module-v1.0.0-v1", "\ufeff", "\x00", "\u2028"]
)  # fmt: skip
JUNK = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize("text", VALID)
def test_what_is_valid_is_read_to_its_end(text: str) -> None:
    whole = f"{text}\n{PROBE}"
    found = modules(whole)[-1]
    assert (found.name, found.ref and found.ref.value, found.version and found.version.value) == ("probe", "t1", "1")
    assert set_source_refs(whole, "t1".__eq__, ["t2"]) == whole.replace("ref=t1", "ref=t2")
    assert set_versions(whole, {"probe": "2"}) == whole.replace('version = "1"', 'version = "2"')
    variables(text)


@pytest.mark.parametrize("text", INVALID)
def test_what_is_invalid_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(TerraformError) as raised:
        modules(text)
    assert raised.value.line is not None
    assert 1 <= raised.value.line <= text.count("\n") + 1


@pytest.mark.parametrize("text", ["a = <<E\nx\nE", "a = 1 # x", "module x {}"])
def test_the_last_line_may_have_no_end(text: str) -> None:
    assert modules(text) == modules(f"{text}\n")


@given(JUNK)
def test_junk_breaks_nothing(text: str) -> None:
    with suppress(TerraformError):
        for found in modules(text):
            assert all(text[one.start : one.end] for one in (found.source, found.version) if one)
        assert set_source_refs(text, bool, source_refs(text, bool)) == text


@given(st.sampled_from(VALID), st.sampled_from(VALID), JUNK)
def test_an_edit_changes_nothing_else_whatever_is_around(before: str, after: str, junk: str) -> None:
    comment = " ".join(junk.splitlines())
    text = f"{before}\n# {comment}\n{PROBE}/* {junk.replace('*/', '')} */\n{after.removeprefix(chr(0xFEFF))}"
    with suppress(TerraformError):
        edited = set_source_refs(text, "t1".__eq__, ["t2"])
        assert edited == text.replace("x.git?ref=t1", "x.git?ref=t2")


@pytest.mark.parametrize(
    "text",
    ["x = " + "[" * 60_000, "/*" * 30_000, 'a = "' + "$" * 60_000, "1" + "." * 60_000, '"${' * 20_000,
     "a = 1" + "+1" * 30_000 + "\n", "a = b" + ".c" * 30_000 + "\n", "#\n" * 30_000,
     "a = <<E\n" + "E \n x\n" * 9_000],
)  # fmt: skip
def test_large_files_take_linear_time(text: str) -> None:
    started = time.process_time()
    with suppress(TerraformError):
        modules(text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"red"', "red"),
        ('"a\\n\\"\\u00e9\\\\ $${x} %%{y}"', 'a\n"é\\ ${x} %{y}'),
        ('("red")', "red"),
        ('"${"red"}"', "red"),
        ('"${true}"', True),
        ("1.50", Decimal("1.5")),
        ("9" * 5_000, Decimal("9" * 5_000)),
        ("null", None),
        ("[\n  1, # one\n]", (Decimal(1),)),
        ('{ a = 1, "b" : [] }', {"a": Decimal(1), "b": ()}),
        ('{ (a) = 1 }', Expression("{ (a) = 1 }")),
        ('"r${"ed"}"', Expression('"r${"ed"}"')),
        ("var.x # c", Expression("var.x")),
        ("!true", Expression("!true")),
        ("<<E\nred\nE", Expression("<<E\nred\nE")),
    ],
)  # fmt: skip
def test_values(written: str, value: object) -> None:
    assert variables(f"a = {written}\n") == {"a": value}


@pytest.mark.parametrize(
    ("value", "boolean"),
    [(True, True), (False, False), ("true", True), ("false", False), ("1", True), ("0", False), ("True", None),
     ("yes", None), ("", None), (Decimal(1), None), (None, None), ((True,), None), (Expression("!true"), None)],
)  # fmt: skip
def test_what_terraform_makes_of_a_value_for_a_boolean(value: object, boolean: bool | None) -> None:
    assert as_boolean(value) is boolean  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "ref"),
    [
        ("git::https://example.com/x.git//m?ref=t1", "t1"),
        ("git::https://example.com/x.git//m?ref=tags/t1", "t1"),
        ("git::https://example.com/x.git//m?ref=refs/tags/t1&depth=1", "t1"),
        ("git::https://example.com/x.git//m?depth=1&ref=refs%2Ftags%2ft1", "t1"),
        ("git@example.com:o/x.git//m?sshkey=a&ref=t1#part", "t1"),
        ("git::ssh://git@example.com/o/x.git?ref=t%31", "t1"),
        ("github.com/o/x//m?ref=refs/heads/t1", "refs/heads/t1"),
        ("git::https://example.com/x.git?ref=a&ref=b", "a"),
        ("git::https://example.com/x.git?xref=a", None),
        ("git::https://example.com/x.git#?ref=a", None),
        ("git::https://example.com/ref=a/x.git", None),
        ("o/x/google//m", None),
    ],
)
def test_the_reference_of_a_source(source: str, ref: str | None) -> None:
    text = f'module "m" {{\n  source = "{source}"\n}}\n'
    (found,) = modules(text)
    assert (found.ref and found.ref.value) == ref
    if ref in {"t1", "a"}:
        moved = set_source_refs(text, bool, ["t22"])
        assert source_refs(moved, bool) == ("t22",)
        assert found.ref is not None
        assert moved == f"{text[: found.ref.start]}t22{text[found.ref.end :]}"

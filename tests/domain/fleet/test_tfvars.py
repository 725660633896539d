"""terraform.tfvars: the two values that mibot needs, whatever else is in the file."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.fleet.problems import InstanceReadError, InvalidVariable, VariableProblem
from bot.domain.fleet.tfvars import Tfvars, read_tfvars
from bot.formats.terraform import TerraformError
from demo.fleet import make_fleet


def test_the_files_of_a_fleet() -> None:
    repository = make_fleet(60)
    for specimen in repository.instances:
        text = repository.files[f"{specimen.slug}/terraform.tfvars"].content
        assert read_tfvars(text) == Tfvars(specimen.active if specimen.declares_active else None, specimen.executors)


@pytest.mark.parametrize(
    ("text", "active"),
    [
        ("", None),
        ("# nothing yet\n", None),
        ('active_deployment = "red"', "red"),
        ('active_deployment="black" # moved in May', "black"),
        ('/* a\n b */\nactive_deployment = "black"\n', "black"),
        ('x = 1\r\nactive_deployment = "black"\r\n', "black"),
        ("active_deployment = null", None),
        ('other = { active_deployment = "black" }', None),
        ('note = "active_deployment = black"', None),
        ('active_deployment = "green"', "green"),
        ('active_deployment = ""', ""),
    ],
)
def test_the_active_deployment(text: str, active: str | None) -> None:
    assert read_tfvars(text) == Tfvars(active, executors=False)


def test_a_reference_is_no_color() -> None:
    found = read_tfvars("active_deployment = var.color")
    assert found.active not in {"red", "black", None}


@pytest.mark.parametrize(
    ("text", "executors"),
    [
        ("enable_executors = true", True),
        ("enable_executors = false", False),
        ('enable_executors = "true"', True),
        ('enable_executors = "false"', False),
        ('enable_executors = "1"', True),
        ('enable_executors = "0"', False),
        ('enable_executors = "${true}"', True),
        ("enable_executors = (true)", True),
        ("enable_executors = null", False),
        ("a = " + "9" * 5_000, False),
        ("enable_executors = true\nnote = <<-EOT  \n".replace("  ", "") + "  x\n  EOT  \n", True),
    ],
)
def test_executors(text: str, executors: bool) -> None:
    assert read_tfvars(text) == Tfvars(None, executors)


@pytest.mark.parametrize("value", ['"True"', '"yes"', '"on"', '""', "1", "0", "[true]", "var.x", "!false", "{}"])
def test_what_terraform_takes_for_no_boolean_is_a_problem(value: str) -> None:
    with pytest.raises(InstanceReadError) as raised:
        read_tfvars(f"enable_executors = {value}\n")
    assert raised.value.reason == InvalidVariable("enable_executors", VariableProblem.NOT_A_BOOLEAN)


@pytest.mark.parametrize(
    ("value", "suspended"),
    [("[]", True), ("[ # none\n]", True), ("([])", True), ("{}", True), ('["red"]', False), ("null", False),
     ('{ red = {} }', False), ("[[]]", False)],
)  # fmt: skip
def test_no_deployments_are_a_suspended_instance(value: str, suspended: bool) -> None:
    assert read_tfvars(f"deployments = {value}\n") == Tfvars(None, executors=False, suspended=suspended)


def test_deployments_that_have_to_be_evaluated_are_a_problem() -> None:
    with pytest.raises(InstanceReadError) as raised:
        read_tfvars("deployments = toset([])\n")
    assert raised.value.reason == InvalidVariable("deployments", VariableProblem.NOT_A_LITERAL)


@pytest.mark.parametrize(
    "value", ["true", "5", '["red"]', '{ a = "red" }', "<<EOT\nred\nEOT", 'true ? "red" : "black"']
)
def test_another_kind_of_value_is_no_color_and_not_absent(value: str) -> None:
    assert read_tfvars(f"active_deployment = {value}\n").active not in {"red", "black", None}


def test_a_variable_that_is_set_twice_is_a_problem() -> None:
    with pytest.raises(TerraformError):
        read_tfvars('active_deployment = "red"\nactive_deployment = "black"\n')


@pytest.mark.parametrize(
    "text",
    [
        "active_deployment",
        "a = ",
        'a = "',
        "a = [",
        "{",
        "\x00",
        "a: b",
        "x = " + "[" * 5_000,
        "<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> x\n",
    ],
)
def test_a_broken_file_is_explained_without_its_own_words(text: str) -> None:
    with pytest.raises(TerraformError) as raised:
        read_tfvars(f"amberotter = 1\n{text}")
    assert "amberotter" not in str(raised.value)


def test_the_broken_line_is_named() -> None:
    with pytest.raises(TerraformError) as raised:
        read_tfvars("a = 1\nb = \nc = 3\n")
    assert raised.value.line == 2


PIECES = st.sampled_from(
    ["a", "active_deployment", " = ", '"', "red", "{", "}", "[", "]", "(", ")", "\n", "#", "//", "/*", "*/",
     "<<EOF\n", "EOF\n", "${", "%{", "if", "for", "in", ":", "=>", "...", ".", "?", "1", "1e9", "true", "null", "!",
     "\\", ",", "é"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=80))
def test_no_file_breaks_the_reader(text: str) -> None:
    with suppress(TerraformError, InstanceReadError):
        assert isinstance(read_tfvars(text), Tfvars)

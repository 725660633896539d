"""The words for what is wrong with texts of a format. They continue a sentence that begins with the file's name."""

from __future__ import annotations

import re

from bot.formats.yaml import YamlProblem

_YAML = {
    YamlProblem.TOO_LARGE: "is larger than 1 MiB",
    YamlProblem.INVALID: "is not valid YAML",
    YamlProblem.SEVERAL_DOCUMENTS: "has more than one YAML document",
    YamlProblem.UNKNOWN_ALIAS: "uses an alias without its anchor",
    YamlProblem.TOO_MANY_VALUES: "repeats too much through aliases, or is too large",
    YamlProblem.TOO_DEEP: "nests values too deeply",
    YamlProblem.DUPLICATE_KEY: "has a key twice in one mapping",
    YamlProblem.COMPLEX_KEY: "has a key that is not a plain value",
    YamlProblem.INVALID_MERGE: "merges something that is not a mapping",
    YamlProblem.NOT_EDITABLE: "can't be edited automatically",
}
_MAX_KEY_LENGTH = 80


def describe_yaml_problem(problem: YamlProblem | None, line: int | None) -> str:
    """What is wrong with a YAML file."""
    return f"{_YAML[problem or YamlProblem.INVALID]}{describe_line(line)}"


def describe_invalid_terraform(line: int | None) -> str:
    """That a Terraform file cannot be parsed, and where."""
    return f"is not valid Terraform{describe_line(line)}"


def describe_line(line: int | None) -> str:
    """The line in parentheses, empty if unknown."""
    return f" (line {line})" if line else ""


def quote_key(name: str) -> str:
    """A key of a file, quoted. Nothing in it can end the quotes, break the line, or be long."""
    plain = re.sub(r"[^\w.\-/ ]", "?", name)
    return f"`{plain if len(plain) <= _MAX_KEY_LENGTH else plain[: _MAX_KEY_LENGTH - 1] + '…'}`"

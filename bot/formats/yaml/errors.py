"""What can be wrong with a YAML text."""

from __future__ import annotations

from enum import StrEnum


class YamlProblem(StrEnum):
    """What is wrong with a text. The values do not change between versions."""

    TOO_LARGE = "too_large"
    INVALID = "invalid"
    SEVERAL_DOCUMENTS = "several_documents"
    UNKNOWN_ALIAS = "unknown_alias"
    TOO_MANY_VALUES = "too_many_values"
    TOO_DEEP = "too_deep"
    DUPLICATE_KEY = "duplicate_key"
    COMPLEX_KEY = "complex_key"
    INVALID_MERGE = "invalid_merge"
    NOT_EDITABLE = "not_editable"


_MESSAGES = {
    YamlProblem.TOO_LARGE: "the text is too large",
    YamlProblem.INVALID: "not valid YAML",
    YamlProblem.SEVERAL_DOCUMENTS: "more than one document",
    YamlProblem.UNKNOWN_ALIAS: "an alias without its anchor",
    YamlProblem.TOO_MANY_VALUES: "too many values, aliases resolved",
    YamlProblem.TOO_DEEP: "values are nested too deeply",
    YamlProblem.DUPLICATE_KEY: "a mapping has a key twice",
    YamlProblem.COMPLEX_KEY: "a key is not a scalar",
    YamlProblem.INVALID_MERGE: "a merge key merges something that is not a mapping",
    YamlProblem.NOT_EDITABLE: "no edit of the text gives the wanted value",
}


class YamlError(ValueError):
    """A text that cannot be read or edited. `line` counts from 1, and is None if unknown."""

    def __init__(self, problem: YamlProblem, line: int | None = None) -> None:
        super().__init__(_MESSAGES[problem] + (f" (line {line})" if line else ""))
        self.problem = problem
        self.line = line

"""Loads YAML as plain Python values, as a program that only reads a file wants them."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError

from bot.formats.yaml.errors import YamlError, YamlProblem
from bot.formats.yaml.events import PARSER_ERRORS
from bot.formats.yaml.scanner import TolerantScanner

_MAX_MERGED_KEYS = 1_000


class _Constructor(SafeConstructor):
    """Limits merge keys (`<<`), which otherwise grow without bounds in a "YAML bomb"."""

    def flatten_mapping(self, node: Any) -> Any:
        merged = super().flatten_mapping(node)
        if len(node.value) > _MAX_MERGED_KEYS:
            raise ConstructorError(problem="too many merged keys", problem_mark=node.start_mark)
        return merged


def load(text: str) -> Any:
    """The document of a YAML 1.2 text as dicts, lists, strings, numbers, booleans, dates and None.

    Raises YamlError for anything that is not one valid document.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = TolerantScanner
    yaml.Constructor = _Constructor
    yaml.composer.warn_double_anchors = False  # the warning would quote the text on standard error
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise YamlError(YamlProblem.INVALID, line) from None
    except PARSER_ERRORS:
        raise YamlError(YamlProblem.INVALID) from None

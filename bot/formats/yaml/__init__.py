"""YAML as immutable values, and edits that leave the rest of a text as its author wrote it.

    value = yaml.parse_tree(text)                                # a Scalar, Sequence or Map: what the text means
    wanted = value.with_entry("image", yaml.string("a:2"))  # another value
    text = yaml.edit(text, wanted, drop_comments=False)     # the smallest change that makes the text mean it
    yaml.load(text)                                         # plain dicts, lists, strings, numbers, …

An edit changes the lines that it must. All others stay byte for byte, with their comments, quotes and indentation.

Scalars keep their text, because the version of YAML that a reader follows decides whether `0777`, `on` or `1:30` is a
number, a word or a time. Two values are equal if every reader sees the same in both.

A text has one document, at most 1 MiB, and no more than 200,000 values once its aliases are resolved. What is wrong
with a text is a `YamlError` with a `problem` and, if known, a `line`.
"""

from bot.formats.yaml.editing import edit
from bot.formats.yaml.errors import YamlError, YamlProblem
from bot.formats.yaml.parsing import parse
from bot.formats.yaml.plain import load
from bot.formats.yaml.values import (
    EMPTY,
    STR_TAG,
    Map,
    Scalar,
    Sequence,
    Style,
    Value,
    is_ambiguous,
    is_null,
    string,
)
from bot.formats.yaml.writer import inline

__all__ = [
    "EMPTY",
    "STR_TAG",
    "Map",
    "Scalar",
    "Sequence",
    "Style",
    "Value",
    "YamlError",
    "YamlProblem",
    "edit",
    "inline",
    "is_ambiguous",
    "is_null",
    "load",
    "parse",
    "string",
]

"""What Compose makes of a number or word that is written plain, where it needs a text."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.formats.compose.errors import ComposeProblem, ShapeMismatchError
from bot.formats.compose.reader import OVERRIDE_TAG
from bot.formats.yaml import STR_TAG, Scalar, Value, is_ambiguous

_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0b(?P<binary>_*[01][01_]*)|0x(?P<hexadecimal>_*[0-9a-fA-F][0-9a-fA-F_]*)"
    r"|0(?P<octal>[0-7_]*)|(?P<decimal>[1-9][0-9_]*))"
)
_BASES = {"binary": 2, "hexadecimal": 16, "octal": 8, "decimal": 10}
_FRACTION = re.compile(r"(?:[-+]?[0-9]{1,9})?\.[0-9]{1,5}")
_BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off"})
_DATE = re.compile(r"\d{4}-\d", re.ASCII)
_MAX_INTEGER = 2**63
_PLAIN_WORDS = frozenset("yYnN")
"""Words that are ambiguous in YAML and strings for all versions of Compose."""


class AmbiguousValueError(ShapeMismatchError):
    """A plain value that Compose refuses as a text, or that its versions read differently."""

    problem = ComposeProblem.AMBIGUOUS_VALUE


def text_of(value: Value) -> str:
    """The text that every version of Compose makes of a scalar: `0022` is `18`, `'0022'` is `0022`.

    Raises AmbiguousValueError for booleans, dates, times such as `22:22`, and other numbers on which the YAML
    readers of Compose disagree, and ShapeMismatchError for lists and mappings.
    """
    if not isinstance(value, Scalar):
        raise ShapeMismatchError
    if value.tag == OVERRIDE_TAG:
        return text_of(replace(value, tag=None))
    if value.is_string or value.is_null or value.tag == STR_TAG or value.text in _PLAIN_WORDS:
        return value.text
    number = None if value.tag else _number(value.text)
    if number is None:
        raise AmbiguousValueError
    return number


def is_refused(value: Value) -> bool:
    """Whether it is a boolean or a date, which Compose refuses where it needs a text."""
    if not isinstance(value, Scalar) or value.is_string or value.tag not in {None, OVERRIDE_TAG}:
        return False
    return value.text.lower() in _BOOLEANS or _DATE.match(value.text) is not None


def key_text(key: str, *, plain: bool) -> str:
    """The same for the key of a mapping, which is plain or in quotes."""
    return text_of(Scalar(key)) if plain and is_ambiguous(key) else key


def same_text(one: Value, other: Value) -> bool:
    """Whether both are the same for Compose, where it needs a text."""
    if one == other:
        return True
    if not isinstance(one, Scalar) or not isinstance(other, Scalar) or one.is_null or other.is_null:
        return False
    try:
        return text_of(one) == text_of(other)
    except AmbiguousValueError:
        return False


def _number(text: str) -> str | None:
    if _FRACTION.fullmatch(text):
        number = float(text)
        return repr(number) if abs(number) >= 0.0001 and not number.is_integer() else None
    match = _INTEGER.fullmatch(text)
    kind = match.lastgroup if match else None
    if match is None or kind is None:
        return None
    integer = int(match[kind].replace("_", "") or "0", _BASES[kind])
    return str(-integer if match["sign"] == "-" else integer) if integer < _MAX_INTEGER else None

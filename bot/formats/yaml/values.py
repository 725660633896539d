"""What a YAML document means, as immutable values.

A scalar keeps its text, because the version of YAML that a reader follows decides whether `0777`, `on` or `1:30` is a
number, a word or a time. Two values are equal if every reader sees the same in both: `'a'` equals a plain `a`, `'1'`
does not equal a plain `1`, and the order of a mapping's keys does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from typing import TypeAlias


class Style(Enum):
    """The style in which a scalar is written."""

    PLAIN = ""
    SINGLE = "'"
    DOUBLE = '"'
    LITERAL = "|"
    FOLDED = ">"


_STANDARD = "tag:yaml.org,2002:"
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_NON_STRING = re.compile(
    r"""
    ~|null|true|false|yes|no|on|off|y|n|=|<<
    |[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?0x[0-9a-f_]+
    |[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)(e[-+]?[0-9]+)?
    |[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?
    |[-+]?\.inf|\.nan
    |\d{4}-\d{1,2}-\d{1,2}(?:[t\s].*)?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII | re.DOTALL,
)


@lru_cache(maxsize=16_384)
def is_ambiguous(text: str) -> bool:
    """Whether some version of YAML reads this text, written plain, as something other than a string."""
    return text == "" or _NON_STRING.fullmatch(text) is not None


@dataclass(frozen=True, eq=False)
class _Value:
    @cached_property
    def equality_key(self) -> Hashable:
        """The same for equal values."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Value):
            return NotImplemented
        return self is other or self.equality_key == other.equality_key

    def __hash__(self) -> int:
        return hash(self.equality_key)


@dataclass(frozen=True, eq=False)
class Scalar(_Value):
    """`text` is the text between the quotes, or the plain text. `tag` is None unless it changes the meaning."""

    text: str
    style: Style = Style.PLAIN
    tag: str | None = None

    @cached_property
    def equality_key(self) -> Hashable:
        if self.is_null:
            return ("null",)
        kind = "plain" if not self.is_string and self.tag is None else "text"
        return (kind, self.text) if self.tag in {None, STR_TAG} else (kind, self.text, self.tag)

    @property
    def is_string(self) -> bool:
        """Whether every reader reads it as a string."""
        return self.tag == STR_TAG or (
            self.tag is None and (self.style is not Style.PLAIN or not is_ambiguous(self.text))
        )

    @property
    def is_null(self) -> bool:
        return self.tag in {None, NULL_TAG} and self.style is Style.PLAIN and self.text in _NULL


@dataclass(frozen=True, eq=False)
class Sequence(_Value):
    items: tuple[Value, ...] = ()
    tag: str | None = None
    flow: bool = False
    """Whether it is written in brackets, which does not change the meaning."""

    @cached_property
    def equality_key(self) -> Hashable:
        return ("sequence", self.tag, tuple(item.equality_key for item in self.items))

    def __iter__(self) -> Iterator[Value]:
        return iter(self.items)


@dataclass(frozen=True, eq=False)
class Map(_Value):
    """A mapping. Keys are texts; `plain_keys` has those that are ambiguous and nevertheless written plain."""

    entries: Mapping[str, Value] = field(default_factory=dict)
    plain_keys: frozenset[str] = frozenset()
    tag: str | None = None
    flow: bool = False
    """Whether it is written in braces, which does not change the meaning."""

    @cached_property
    def equality_key(self) -> Hashable:
        entries = frozenset((key, value.equality_key) for key, value in self.entries.items())
        return ("mapping", self.tag, entries, self.plain_keys.intersection(self.entries))

    def get(self, key: str) -> Value | None:
        return self.entries.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self.entries

    def with_entry(self, key: str, value: Value) -> Map:
        return self.with_entries({**self.entries, key: value})

    def without_keys(self, keys: Iterable[str]) -> Map:
        gone = set(keys)
        return self.with_entries({key: value for key, value in self.entries.items() if key not in gone})

    def with_entries(self, entries: Mapping[str, Value], plain: frozenset[str] = frozenset()) -> Map:
        """The same mapping with other entries. `plain` are the plain keys of the mapping that they come from."""
        return Map(entries, (self.plain_keys | plain).intersection(entries), self.tag, self.flow)


Value: TypeAlias = Scalar | Sequence | Map

STR_TAG = "!!str"
NULL_TAG = "!!null"
EMPTY = Scalar("")
"""The empty value of `key:`."""


def string(content: str) -> Scalar:
    """A string: plain if every reader reads that as a string, else in quotes."""
    return Scalar(content, Style.SINGLE if is_ambiguous(content) else Style.PLAIN)


def is_null(value: Value | None) -> bool:
    return isinstance(value, Scalar) and value.is_null


def normalize_tag(tag: str | None, kind: str) -> str | None:
    """A tag as it is written, `!!x` for YAML's own tags. None for the tag that a value of this kind has anyway."""
    if tag is None or tag == f"{_STANDARD}{kind}":
        return None
    return f"!!{tag.removeprefix(_STANDARD)}" if tag.startswith(_STANDARD) else tag

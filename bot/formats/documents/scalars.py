"""The stored form of single values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from math import isfinite
from typing import Any, Final, Generic, TypeVar

from bot.formats.documents.errors import DocumentError
from bot.formats.documents.shapes import Shape

T = TypeVar("T")


@dataclass(frozen=True)
class Scalar(Generic[T]):
    """A type that is stored as text. `name` is what the description of a codec calls it."""

    cls: type[T]
    name: str
    encode: Callable[[T], str]
    decode: Callable[[str], T | None]


def scalar(cls: type[T], name: str, *, encode: Callable[[T], str], decode: Callable[[str], T | None]) -> Scalar[T]:
    """Store values of `cls` as text. `decode` raises ValueError, or returns None, for text that it does not know."""
    return Scalar(cls, name, encode, decode)


def custom(scalar: Scalar[Any]) -> Shape:
    """The shape of a type of the user's own."""

    def encode(value: Any) -> str:
        if not isinstance(value, scalar.cls):
            raise DocumentError(f"expected {scalar.name}")
        return scalar.encode(value)

    def decode(value: Any) -> Any:
        if type(value) is str:
            try:
                decoded = scalar.decode(value)
            except ValueError:
                decoded = None
            if isinstance(decoded, scalar.cls):
                return decoded
        raise DocumentError(f"expected the text of {scalar.name}")  # outside `except`: the cause may tell the value

    return Shape(encode, decode, scalar.name, simple=True)


def enumeration(cls: type[Enum]) -> Shape:
    """The shape of an enum: the value of a member. All values must be text, or all must be integers."""
    members = {member.value: member for member in cls}
    kinds = {type(value) for value in members}
    if kinds not in ({str}, {int}):
        raise TypeError(f"{cls.__qualname__}: an enum is stored by values that are all text or all integers")
    (kind,) = kinds

    def encode(value: Any) -> Any:
        if type(value) is not cls:
            raise DocumentError("expected a member of the enum")
        return value.value

    def decode(value: Any) -> Enum:
        member = members.get(value) if type(value) is kind else None
        if member is None:
            raise DocumentError("expected one of the enum's values")
        return member

    return Shape(encode, decode, {"enum": sorted(members)}, simple=True)


def _text_from(value: Any) -> str:
    if not isinstance(value, str):
        raise DocumentError("expected text")
    return value if type(value) is str else str.__str__(value)


def _exact(cls: type[T], expected: str) -> Callable[[Any], T]:
    def check(value: Any) -> T:
        if type(value) is not cls:
            raise DocumentError(expected)
        return value

    return check


def _number(value: Any) -> float:
    """A finite float. JSON has one kind of number, and some stores return 1.0 as 1."""
    if type(value) is int:
        try:
            value = float(value)
        except OverflowError:
            value = None
    if type(value) is not float or not isfinite(value):
        raise DocumentError("expected a finite number")
    return value


def _moment_to_text(value: Any) -> str:
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return _in_utc(value).isoformat()
    raise DocumentError("expected a date and time with a time zone")


def _moment(value: Any) -> datetime:
    if type(value) is str:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = datetime.min  # has no time zone
        if moment.utcoffset() is not None:
            return _in_utc(moment)
    raise DocumentError("expected an ISO 8601 date and time with an offset from UTC")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        pass
    raise DocumentError("expected a date and time between the years 1 and 9999 in UTC")


_whole = _exact(int, "expected an integer")
_truth = _exact(bool, "expected true or false")

BUILT_IN: Final[Mapping[Any, Shape]] = {
    str: Shape(_text_from, _exact(str, "expected text"), "text", simple=True),
    int: Shape(_whole, _whole, "integer", simple=True),
    float: Shape(_number, _number, "number", simple=True),
    bool: Shape(_truth, _truth, "boolean", simple=True),
    datetime: Shape(_moment_to_text, _moment, "time", simple=True),
}
"""The shapes of the types that every codec knows."""

"""The stored form of what contains values: options, lists, sets, mappings, and plain JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any, Final

from bot.formats.documents.errors import DocumentError
from bot.formats.documents.shapes import Shape

ANY_KEY: Final = "*"
"""Stands in a path for a key of a mapping, which is a value of the document."""


def optional(one: Shape) -> Shape:
    """The shape of `X | None`."""

    def encode(value: Any) -> Any:
        return None if value is None else one.encode(value)

    def decode(value: Any) -> Any:
        return None if value is None else one.decode(value)

    return Shape(encode, decode, {"optional": one.described})


def sequence(one: Shape) -> Shape:
    """The shape of `tuple[X, ...]`: a list."""

    def encode(values: Any) -> list[Any]:
        if not isinstance(values, tuple):
            raise DocumentError("expected a tuple")
        return _each(one.encode, values)

    def decode(values: Any) -> tuple[Any, ...]:
        return tuple(_each(one.decode, _list(values)))

    return Shape(encode, decode, {"list": one.described})


def unordered(one: Shape) -> Shape:
    """The shape of `frozenset[X]`: a list in a fixed order, without repetition."""

    def encode(values: Any) -> list[Any]:
        if not isinstance(values, frozenset):
            raise DocumentError("expected a frozen set")
        return sorted(map(one.encode, values), key=json.dumps)

    def decode(values: Any) -> frozenset[Any]:
        decoded = frozenset(_each(one.decode, _list(values)))
        if len(decoded) < len(values):
            raise DocumentError("expected no element more than once")
        return decoded

    return Shape(encode, decode, {"set": one.described})


def mapping(one: Shape) -> Shape:
    """The shape of `Mapping[str, X]`."""

    def encode(values: Any) -> dict[str, Any]:
        if not isinstance(values, Mapping):
            raise DocumentError("expected a mapping")
        return _values(one.encode, values)

    def decode(values: Any) -> dict[str, Any]:
        if not isinstance(values, dict):
            raise DocumentError("expected an object")
        return _values(one.decode, values)

    return Shape(encode, decode, {"mapping": one.described})


def _list(values: Any) -> list[Any]:
    if not isinstance(values, list):
        raise DocumentError("expected a list")
    return values


def _each(convert: Callable[[Any], Any], values: Iterable[Any]) -> list[Any]:
    converted: list[Any] = []
    try:
        for value in values:
            converted.append(convert(value))
    except DocumentError as error:
        error.enter(len(converted))
        raise
    return converted


def _values(convert: Callable[[Any], Any], values: Mapping[Any, Any]) -> dict[str, Any]:
    if not all(type(key) is str for key in values):
        raise DocumentError("expected keys that are text")
    try:
        return {key: convert(value) for key, value in values.items()}
    except DocumentError as error:
        error.enter(ANY_KEY)
        raise


def _plain(value: Any) -> Any:
    """A copy that is made of JSON's own types."""
    if value is None or type(value) in (str, bool, int) or (type(value) is float and isfinite(value)):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return _values(_plain, value)
    if isinstance(value, (list, tuple)):
        return _each(_plain, value)
    raise DocumentError("expected plain JSON")


PLAIN: Final = Shape(_plain, _plain, "any")
"""The shape of `Any`: plain JSON."""

"""Customers' names taken out of values."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TypeVar, cast

from bot.domain.fleet.redaction import Redact

T = TypeVar("T")


def redact_value(value: T, redact: Redact) -> T:
    """The value with `redact` applied to every text in it: in dataclasses and tuples too, but not in enums."""
    return cast("T", _redact(value, redact))


def _redact(value: object, redact: Redact) -> object:
    if isinstance(value, str) and not isinstance(value, Enum):
        return redact(value)
    if isinstance(value, tuple | frozenset):
        return type(value)(_redact(one, redact) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _redact(getattr(value, field.name), redact) for field in fields(value)})
    return value

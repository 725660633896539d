"""Reasons as values: why something waits, is held, failed or is refused, and what a check saw.

A reason says what happened with typed fields and without prose. `bot.rendering.wording` words it, for a reply and
for the command line alike. Each reason stands beside the rule that gives it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from bot.formats.documents import names_of, stored


@dataclass(frozen=True)
class Reason:
    """The base class of all reasons. Stored reasons have a tag and stored field names (`@stored`)."""


@stored("reason.text", text="text")
@dataclass(frozen=True)
class PlainText(Reason):
    """Words of a person, or of a record from before reasons had types. They are shown as they are."""

    text: str


def format_for_log(reason: Reason) -> str:
    """A reason as `tag field=value …`, for a log. It is as harmless as the reason's fields are."""
    if isinstance(reason, PlainText):
        return reason.text
    names = names_of(type(reason))
    values = [(field.name, getattr(reason, field.name)) for field in fields(reason)]
    return " ".join([names.tag if names else type(reason).__name__, *(f"{name}={value}" for name, value in values)])

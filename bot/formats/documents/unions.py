"""The stored form of a value that may be of several stored classes: unions and families."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.formats.documents.errors import DocumentError
from bot.formats.documents.naming import KIND, names_of
from bot.formats.documents.records import Record
from bot.formats.documents.shapes import Shape


def tagged(records: Iterable[Record]) -> Shape:
    """The shape of a union of stored classes: `kind` says which of them a value is."""
    by_class = {record.cls: record for record in records}
    kinds = sorted(record.tag for record in by_class.values())
    return _shape(by_class, f"one of {', '.join(kinds)}", {"union": kinds})


class Family:
    """A base class whose stored subclasses may all stand where a field has the base class as its type.

    It is made in two steps, because a member may contain values of its own family: `complete` takes the records of
    the members.
    """

    def __init__(self, name: str, base: type) -> None:
        self.name = name
        self.base = base
        self._records: dict[type, Record] = {}
        self.shape = _shape(self._records, f"one of the family {name}", {"family": name})

    def complete(self, records: Iterable[Record]) -> None:
        self._records.update((record.cls, record) for record in records)

    @property
    def records(self) -> list[Record]:
        """The records of the members, by tag."""
        return sorted(self._records.values(), key=lambda record: record.tag)


def stored_classes(base: type) -> list[type]:
    """The base class and its subclasses, as many as are defined by now and are stored."""
    subclasses: list[type] = base.__subclasses__()
    below = [cls for subclass in subclasses for cls in stored_classes(subclass)]
    return list(dict.fromkeys([base, *below] if names_of(base) else below))


def _shape(records: Mapping[type, Record], expected: str, described: Any) -> Shape:
    """The shape of a value of any of the records. Records may be added until the first value is read or written."""
    by_tag: dict[str, Record] = {}

    def encode(value: Any) -> dict[str, Any]:
        record = records.get(type(value))
        if record is None:
            raise DocumentError(f"expected a value of {expected}")
        return {KIND: record.tag, **record.encode(value)}

    def decode(document: Any) -> Any:
        if not isinstance(document, dict):
            raise DocumentError("expected an object")
        if not by_tag:
            by_tag.update((record.tag, record) for record in records.values())
        kind = document.get(KIND)
        record = by_tag.get(kind) if isinstance(kind, str) else None
        if record is None:
            raise DocumentError(f"expected a kind: {expected}")
        return record.decode(document)

    return Shape(encode, decode, described)

"""The types that have documents of their own, and the schema versions of these documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.formats.documents.errors import DocumentError, NewerSchemaError
from bot.formats.documents.naming import SCHEMA
from bot.formats.documents.records import Record
from bot.formats.documents.unions import tagged

Upgrader = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes a document of one schema version into a document of the next."""


class Root:
    """One class or several, whose documents share a schema version."""

    def __init__(self, records: Iterable[Record], upgraders: Mapping[int, Upgrader]) -> None:
        self.records = tuple(records)
        self.schema = len(upgraders) + 1
        if upgraders.keys() != set(range(1, self.schema)):
            raise TypeError(f"{', '.join(self.tags)}: upgraders must be for the schemas 1, 2, … without a gap")
        self.shape = self.records[0].shape if len(self.records) == 1 else tagged(self.records)
        self._upgraders = upgraders

    @property
    def tags(self) -> list[str]:
        return sorted(record.tag for record in self.records)

    @property
    def keys(self) -> set[Any]:
        """What a caller may name the root by: its classes and their tags."""
        return {record.cls for record in self.records} | set(self.tags)

    def current(self, document: Any) -> dict[str, Any]:
        """The document in the current schema version, without the version."""
        if not isinstance(document, Mapping):
            raise DocumentError("expected an object")
        body = {key: value for key, value in document.items() if key != SCHEMA}
        schema = document.get(SCHEMA, 1)
        if type(schema) is not int or schema < 1:
            raise DocumentError("expected a positive integer", (SCHEMA,))
        if schema > self.schema:
            raise NewerSchemaError(
                f"a newer schema than {self.schema}, the newest that this program knows", (SCHEMA,)
            )
        for step in range(schema, self.schema):
            body = self._step(step, body)
        return body

    def _step(self, schema: int, body: dict[str, Any]) -> dict[str, Any]:
        """One upgrader. It meets what was stored, which may be broken in every way."""
        try:
            return self._upgraders[schema](body)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            failure = type(error).__name__
        raise DocumentError(f"cannot be taken from schema {schema} to {schema + 1} ({failure})")

"""The stored form of a stored class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from bot.formats.documents.errors import DocumentError
from bot.formats.documents.naming import KIND, Names
from bot.formats.documents.shapes import Shape, inside


class Record:
    """The stored form of one class.

    It is made in two steps, because a class may contain itself: `complete` takes the shapes of the fields, which may
    refer to this record.
    """

    def __init__(self, cls: type, names: Names) -> None:
        self.cls = cls
        self.tag = names.tag
        self.shape = Shape(self.encode, self.decode, {"record": self.tag})
        self.described: Mapping[str, Any] = {}
        self._names = names
        self._write: Callable[[Any], dict[str, Any]]
        self._read: Callable[[Any, type], Any]
        self._known = frozenset(names.fields.values()) | {KIND}
        self.required = frozenset(
            names.fields[field.name]
            for field in fields(cls)
            if field.name in names.fields and field.default is MISSING and field.default_factory is MISSING
        )

    def complete(self, shapes: Mapping[str, Shape]) -> None:
        """Generate the functions that write and read the class, from the shape of each stored field."""
        names = self._names.fields
        self.described = {names[field]: shape.described for field, shape in shapes.items()}
        # Every field has hooks of its own, so that cattrs never chooses one by the type: its own hooks coerce.
        overrides: dict[str, Any] = {
            field: override(
                rename=names[field],
                unstruct_hook=inside(names[field], shape.encode),
                struct_hook=inside(names[field], shape.decode),
            )
            for field, shape in shapes.items()
        }
        overrides |= {field: override(omit=True) for field in self._names.omitted}
        converter = Converter(detailed_validation=False, forbid_extra_keys=False)
        self._write = make_dict_unstructure_fn(self.cls, converter, **overrides)
        self._read = make_dict_structure_fn(self.cls, converter, **overrides)

    def encode(self, value: Any) -> dict[str, Any]:
        """The fields of a value under their stored names, without the kind."""
        if type(value) is not self.cls:
            raise DocumentError(f"expected a value of {self.tag}")
        return self._write(value)

    def decode(self, document: Any) -> Any:
        """The value of an object. A `kind` is not necessary, but it must not be another class's."""
        if not isinstance(document, dict):
            raise DocumentError("expected an object")
        if document.get(KIND, self.tag) != self.tag:
            raise DocumentError(f"expected the kind {self.tag}")
        if unknown := len(document.keys() - self._known):
            raise DocumentError(f"{unknown} unknown key{'s' if unknown > 1 else ''}")
        if missing := self.required - document.keys():
            raise DocumentError(f"missing keys: {', '.join(sorted(missing))}")
        try:
            return self._read(document, self.cls)
        except DocumentError:
            raise
        except ValueError:  # of `__post_init__`: it may tell the values, so that the new error must not carry it
            pass
        raise DocumentError("the values do not fit together")

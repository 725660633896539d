"""Writes values of stored classes as JSON documents, and reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import UnionType
from typing import Any, TypeVar, overload

from bot.formats.documents.compiling import Compiler
from bot.formats.documents.errors import DocumentError
from bot.formats.documents.naming import KIND, SCHEMA
from bot.formats.documents.records import Record
from bot.formats.documents.roots import Root, Upgrader
from bot.formats.documents.scalars import Scalar
from bot.formats.documents.shapes import Shape

__all__ = ["Codec", "Upgrader"]

T = TypeVar("T")


class Codec:
    """The stored form of some root types, and of everything that they contain.

    A root is a stored class, the base class of a family, or a union of these. `upgraders` has, for a root,
    the functions that make a document of schema N into one of schema N + 1, by N; they start at 1 and leave none
    out. Each takes a document without its schema, and returns a new one. `families` are base classes by the names
    that `describe` has for them. The members of a family are the stored subclasses that are defined when the codec
    is made.

    Raises TypeError when a type cannot be stored, a class belongs to two roots, or a step between schemas is missing.
    """

    def __init__(
        self,
        roots: Iterable[Any],
        *,
        scalars: Iterable[Scalar[Any]] = (),
        families: Mapping[str, type] | None = None,
        upgraders: Mapping[Any, Mapping[int, Upgrader]] | None = None,
    ) -> None:
        compiler = Compiler(scalars, families or {})
        steps = dict(upgraders or {})
        self._families = tuple(compiler.families)
        self._shapes: dict[Any, Shape] = {family.base: family.shape for family in self._families}
        self._roots: dict[Any, Root] = {}
        for hint in roots:
            root = Root(compiler.members(hint), steps.pop(hint, {}))
            self._shapes[hint] = root.shape
            for key in {hint, *root.keys}:
                if key in self._roots:
                    raise TypeError(f"{key!r} belongs to more than one root")
                self._roots[key] = root
        if steps:
            raise TypeError(f"upgraders of what is not a root: {', '.join(map(repr, steps))}")
        self._records: dict[type, Record] = {record.cls: record for record in compiler.records.values()}
        for record in self._records.values():
            self._shapes = {record.cls: record.shape, record.tag: record.shape} | self._shapes

    @property
    def roots(self) -> list[Root]:
        """Every root once, in the order in which they were given."""
        return list(dict.fromkeys(self._roots.values()))

    @property
    def families(self) -> Mapping[str, list[str]]:
        """The tags of the members of each family."""
        return {family.name: [record.tag for record in family.records] for family in self._families}

    @property
    def records(self) -> list[Record]:
        """Every stored class that the roots and the families contain, by tag."""
        return sorted(self._records.values(), key=lambda record: record.tag)

    def encode(self, value: object) -> dict[str, Any]:
        """The document of a value of any class that the codec knows. Raises DocumentError for a value in it that does
        not have the type that its field says."""
        record = self._records.get(type(value))
        if record is None:
            raise TypeError(f"{type(value)!r} is not stored by this codec")
        return {KIND: record.tag, **_guarded(record.encode, value)}

    @overload
    def decode(self, kind: type[T], document: object) -> T: ...
    @overload
    def decode(self, kind: str | UnionType, document: object) -> Any: ...
    def decode(self, kind: Any, document: object) -> Any:
        """The value of a document that `encode` made. `kind` is a class, its tag, a root that is a
        union, or the base class of a family.

        Raises DocumentError for anything else than such a document.
        """
        shape = self._shapes.get(kind)
        if shape is None:
            raise TypeError(f"{kind!r} is not stored by this codec")
        return _guarded(shape.decode, document)

    def encode_document(self, value: object) -> dict[str, Any]:
        """The document of a value of a root, with the root's schema version."""
        return {SCHEMA: self._root(type(value)).schema, **self.encode(value)}

    @overload
    def decode_document(self, kind: type[T], document: object) -> T: ...
    @overload
    def decode_document(self, kind: str | UnionType, document: object) -> Any: ...
    def decode_document(self, kind: Any, document: object) -> Any:
        """The value of a document that `encode_document` made, in this or an earlier schema version."""
        root = self._root(kind)
        return self.decode(kind, _guarded(root.current, document))

    def _root(self, kind: Any) -> Root:
        root = self._roots.get(kind)
        if root is None:
            raise TypeError(f"{kind!r} is not a root of this codec")
        return root


def _guarded(convert: Callable[[Any], T], value: object) -> T:
    try:
        return convert(value)
    except RecursionError:
        pass
    raise DocumentError("nested too deeply")

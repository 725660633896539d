"""From type hints to shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from bot.formats.documents.containers import PLAIN, mapping, optional, sequence, unordered
from bot.formats.documents.naming import names_of
from bot.formats.documents.records import Record
from bot.formats.documents.scalars import BUILT_IN, Scalar, custom, enumeration
from bot.formats.documents.shapes import Shape
from bot.formats.documents.unions import Family, stored_classes, tagged


class Compiler:
    """Makes the shape of every type that a codec stores. `records` are the stored classes that it met, by tag."""

    def __init__(self, scalars: Iterable[Scalar[Any]], families: Mapping[str, type]) -> None:
        self.records: dict[str, Record] = {}
        self._shapes: dict[Any, Shape] = {**BUILT_IN, Any: PLAIN}
        self._shapes |= {one.cls: custom(one) for one in scalars}
        self.families = [Family(name, base) for name, base in families.items()]
        self._shapes |= {family.base: family.shape for family in self.families}
        for family in self.families:
            family.complete(map(self.record, stored_classes(family.base)))

    def shape(self, hint: Any) -> Shape:
        """The shape of a type. Raises TypeError for a type that cannot be stored."""
        if found := self._shapes.get(hint):
            return found
        if names_of(hint):
            return self.record(hint).shape
        if isinstance(hint, type) and issubclass(hint, Enum):
            return enumeration(hint)
        if isinstance(hint, NewType):
            return self.shape(hint.__supertype__)
        return self._generic(hint, get_origin(hint), get_args(hint))

    def record(self, cls: Any) -> Record:
        """The record of a stored class, made with everything that the class contains when it is met first."""
        names = names_of(cls)
        if names is None:
            raise TypeError(f"{cls!r} is not a stored class")
        if found := self.records.get(names.tag):
            if found.cls is not cls:
                raise TypeError(f"{cls!r} and {found.cls!r} have the same tag")
            return found
        record = self.records[names.tag] = Record(cls, names)
        hints = get_type_hints(cls)
        record.complete({name: self._field(cls, name, hints[name]) for name in names.fields})
        return record

    def members(self, hint: Any) -> list[Record]:
        """The records of a type: of a stored class, of the members of a family, or of all that a union names."""
        if get_origin(hint) in (Union, UnionType):
            return [record for one in get_args(hint) for record in self.members(one)]
        for family in self.families:
            if family.base is hint:
                return family.records
        return [self.record(hint)]

    def _field(self, cls: type, name: str, hint: Any) -> Shape:
        try:
            return self.shape(hint)
        except TypeError as error:
            raise TypeError(f"{cls.__qualname__}.{name}: {error}") from error

    def _generic(self, hint: Any, origin: Any, args: tuple[Any, ...]) -> Shape:
        if origin in (Union, UnionType):
            return self._union(args)
        if origin is tuple and args[1:] == (Ellipsis,):
            return sequence(self.shape(args[0]))
        if origin is frozenset and (element := self.shape(args[0])).simple:
            return unordered(element)
        if origin is Mapping and args[0] is str:
            return mapping(self.shape(args[1]))
        raise TypeError(f"{hint!r} cannot be stored")

    def _union(self, args: tuple[Any, ...]) -> Shape:
        """`X | None`, a union of stored classes, or both."""
        several = [arg for arg in args if arg is not NoneType]
        if len(several) == 1:
            one = self.shape(several[0])
        else:
            one = tagged(record for arg in several for record in self.members(arg))
        return one if len(several) == len(args) else optional(one)

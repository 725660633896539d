"""The names under which classes and their fields are stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Final, TypeVar

KIND: Final = "kind"
"""The key that holds the tag of a class."""

SCHEMA: Final = "schema"
"""The key that holds the schema version of a document."""

T = TypeVar("T")


class Omit(Enum):
    """The type of `OMIT`."""

    OMIT = "omit"


OMIT: Final = Omit.OMIT
"""In place of a stored name: the field is derived, and is not stored."""


@dataclass(frozen=True)
class Names:
    """A class's tag, the stored name of each field, and the fields that are not stored."""

    tag: str
    fields: Mapping[str, str]
    omitted: frozenset[str]


def names_of(cls: object) -> Names | None:
    """The stored names of a class, or None when it is not a stored class. They are not inherited."""
    names = vars(cls).get("__stored__") if isinstance(cls, type) else None
    return names if isinstance(names, Names) else None


def tag_of(value: object) -> str:
    """The tag of a stored class, or of a value of one. Raises TypeError for anything else."""
    names = names_of(value if isinstance(value, type) else type(value))
    if names is None:
        raise TypeError(f"{value!r} is not stored")
    return names.tag


class Registry:
    """Tags, each of which belongs to one class."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def stored(self, tag: str, /, **names: str | Omit) -> Callable[[type[T]], type[T]]:
        """Give a frozen dataclass its tag, and each of its fields a stored name (or `OMIT`).

        Raises TypeError when another class has the tag, or when the names do not match the fields one to one.
        """

        def decorate(cls: type[T]) -> type[T]:
            owner = f"{cls.__module__}.{cls.__qualname__}"
            if problem := _problem_with(cls, names):
                raise TypeError(f"{owner}: {problem}")
            if self._owners.setdefault(tag, owner) != owner:
                raise TypeError(f"{owner}: the tag {tag!r} belongs to {self._owners[tag]}")
            given = {name: stored for name, stored in names.items() if not isinstance(stored, Omit)}
            cls.__stored__ = Names(tag, given, frozenset(names.keys() - given.keys()))  # type: ignore[attr-defined]
            return cls

        return decorate


stored = Registry().stored
"""`Registry.stored` of the registry that everybody shares."""


def _problem_with(cls: type, names: Mapping[str, str | Omit]) -> str:
    if not is_dataclass(cls) or not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return "only a frozen dataclass can be stored"
    known = {field.name: field for field in fields(cls)}
    kept = {name: stored for name, stored in names.items() if not isinstance(stored, Omit)}
    given = Counter(kept.values())
    problems = {
        "fields without a stored name": known.keys() - names.keys(),
        "stored names without a field": names.keys() - known.keys(),
        "stored names of more than one field": {stored for stored, times in given.items() if times > 1},
        "fields with a name that cattrs uses": known.keys() & {"cl", "converter"},
        "reserved names": given.keys() & {KIND, SCHEMA, ""},
        "fields that must be omitted": {name for name, field in known.items() if name in kept and not field.init},
        "fields that cannot be omitted": {
            name for name in (known.keys() & names.keys()) - kept.keys() if _needed(known[name])
        },
    }
    return "; ".join(f"{problem}: {', '.join(sorted(found))}" for problem, found in problems.items() if found)


def _needed(field: Field[Any]) -> bool:
    return field.init and field.default is MISSING and field.default_factory is MISSING

"""What differs between two Compose files, by service, image and setting."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from bot.formats.compose.errors import ShapeMismatchError
from bot.formats.compose.pairs import pairs
from bot.formats.compose.reader import image_of, load_document, services
from bot.formats.compose.rules import IDENTITIES, NAME_LISTS, PAIR_LISTS, Path, names_to_mapping, path_pattern
from bot.formats.yaml import EMPTY, Map, Scalar, Sequence, Value, inline, is_null

SettingKey: TypeAlias = tuple[Path, Hashable]
"""A path, and for an item of a list what identifies it in the list."""

_MAX_VALUE_LENGTH = 60


@dataclass(frozen=True)
class ImageChange:
    """The image references as they are written; empty if the service has a build instead."""

    service: str
    old: str
    new: str


@dataclass(frozen=True)
class SettingChange:
    """`section` is the service or the top-level section, `path` the dotted path below it (`environment.PGHOST`).

    `old` and `new` are short texts on one line, None if there is no value.
    """

    section: str
    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Difference:
    """Services by name, in the order of the files. The settings are those of services that both files have."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    images: tuple[ImageChange, ...] = ()
    settings: tuple[SettingChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.images or self.settings)


@lru_cache(maxsize=64)
def difference(old: str, new: str) -> Difference:
    """How the second text differs from the first. Raises ComposeError, with `old` or `new` as the file."""
    before, after = services(old, "old"), services(new, "new")
    both = [name for name in after if name in before]
    images = [ImageChange(name, image_of(before[name]) or "", image_of(after[name]) or "") for name in both]
    return Difference(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        images=tuple(change for change in images if change.old != change.new),
        settings=tuple(_settings(old, new, frozenset(both))),
    )


def _settings(old: str, new: str, both: frozenset[str]) -> Iterator[SettingChange]:
    before = _flatten(load_document(old, "old"), both)
    after = _flatten(load_document(new, "new"), both)
    changed = [key for key in dict.fromkeys((*before, *after)) if before.get(key) != after.get(key)]
    sections = list(dict.fromkeys(path[:2] for path, _ in (*after, *before)))
    for key in sorted(changed, key=lambda key: sections.index(key[0][:2])):
        path, _ = key
        was, now = before.get(key), after.get(key)
        if not (_is_set_below(path, was, after) or _is_set_below(path, now, before)):
            section, *rest = path[1:] if path[0] == "services" else path
            yield SettingChange(section, ".".join(rest), _summarize(was), _summarize(now))


def _is_set_below(path: Path, nothing: Value | None, other: Mapping[SettingKey, Value]) -> bool:
    """Whether a value that is empty in one file has entries in the other, which are listed themselves."""
    return is_null(nothing) and any(deeper[: len(path)] == path and deeper != path for deeper, _ in other)


def _flatten(value: Map, both: frozenset[str]) -> Mapping[SettingKey, Value]:
    """Every setting by its key, without images and without those of services that only one file has."""
    return {
        key: leaf for key, leaf in _leaves(value, ()) if key[0][0] != "services" or _is_shared_setting(key[0], both)
    }


def _is_shared_setting(path: Path, both: frozenset[str]) -> bool:
    return path[1:] != () and path[1] in both and path[2:] not in {(), ("image",)}


def _leaves(value: Value, path: Path) -> Iterator[tuple[SettingKey, Value]]:
    """The leaves of a value with their keys. Lists of pairs and of names are treated as mappings."""
    entries = _entries(value, path)
    identity = IDENTITIES.get(path_pattern(path))
    if entries:
        for key, item in entries.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, Sequence) and identity is not None:
        yield from (((path, identity(item)), item) for item in value)
    else:
        yield (path, None), EMPTY if isinstance(value, Map) else value


def _entries(value: Value, path: Path) -> Mapping[str, Value] | None:
    if isinstance(value, Map):
        return value.entries
    bare = PAIR_LISTS.get(path_pattern(path))
    if bare is None or not isinstance(value, Sequence):
        return names_to_mapping(value) if isinstance(value, Sequence) and path_pattern(path) in NAME_LISTS else None
    try:
        return dict(pairs(value, bare))
    except ShapeMismatchError:
        return None


def _text(value: Value) -> str:
    return value.text if isinstance(value, Scalar) and not value.is_null else inline(value)


def _summarize(value: Value | None) -> str | None:
    """A value on one short line."""
    if value is None:
        return None
    words = "null" if is_null(value) else " ".join(_text(value).split())
    return words if len(words) <= _MAX_VALUE_LENGTH else f"{words[: _MAX_VALUE_LENGTH - 1]}…"

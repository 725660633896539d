"""What changed between two Compose files, as a summary tells it: line by line is what the pull request shows."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from bot.formats.compose.lists import ShapeMismatchError
from bot.formats.compose.pairs import pairs
from bot.formats.compose.reader import image_of, load_document, services
from bot.formats.compose.rules import IDENTITIES, NAME_LISTS, PAIR_LISTS, Path, names_to_mapping, path_pattern
from bot.formats.yaml.value import EMPTY, Map, Scalar, Sequence, Value, is_null
from bot.formats.yaml.writer import Writer

SettingKey: TypeAlias = tuple[Path, Hashable]
"""A path, and for an item of a list what tells it from the others."""

_MAX_VALUE_LENGTH = 60


@dataclass(frozen=True)
class ImageChange:
    """The raw references as they are written; empty where the service has no image, but a build."""

    service: str
    old: str
    new: str


@dataclass(frozen=True)
class SettingChange:
    """`where` is the service or the top-level section, `path` dotted below it (`environment.PGHOST`).

    `old` and `new` are short texts on one line, None where there is nothing.
    """

    section: str
    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Difference:
    """Services by name, in the order of the files; the settings are those of services that both files have."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    images: tuple[ImageChange, ...] = ()
    settings: tuple[SettingChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.images or self.settings)


@lru_cache(maxsize=64)
def difference(old: str, new: str) -> Difference:
    """What the second text has or says otherwise than the first. Raises ComposeProblem."""
    before, after = services(old, "the old Compose file"), services(new, "the new Compose file")
    both = [name for name in after if name in before]
    images = [ImageChange(name, image_of(before[name]) or "", image_of(after[name]) or "") for name in both]
    return Difference(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        images=tuple(change for change in images if change.old != change.new),
        settings=tuple(_settings(old, new, frozenset(both))),
    )


def _settings(old: str, new: str, both: frozenset[str]) -> Iterator[SettingChange]:
    before = _flatten(load_document(old, "the old Compose file"), both)
    after = _flatten(load_document(new, "the new Compose file"), both)
    changed = [place for place in dict.fromkeys((*before, *after)) if before.get(place) != after.get(place)]
    sections = list(dict.fromkeys(path[:2] for path, _ in (*after, *before)))
    for place in sorted(changed, key=lambda place: sections.index(place[0][:2])):
        path, _ = place
        was, now = before.get(place), after.get(place)
        if not (_is_set_below(path, was, after) or _is_set_below(path, now, before)):
            where, *rest = path[1:] if path[0] == "services" else path
            yield SettingChange(where, ".".join(rest), _summarize(was), _summarize(now))


def _is_set_below(path: Path, nothing: Value | None, other: Mapping[SettingKey, Value]) -> bool:
    """Whether an empty value of one file has something in it in the other, which is told by itself."""
    return is_null(nothing) and any(deeper[: len(path)] == path and deeper != path for deeper, _ in other)


def _flatten(value: Map, both: frozenset[str]) -> Mapping[SettingKey, Value]:
    """Every setting by its place; those of services that only one file has are left out, and images."""
    return {
        place: leaf
        for place, leaf in _leaves(value, ())
        if place[0][0] != "services" or _is_shared_setting(place[0], both)
    }


def _is_shared_setting(path: Path, both: frozenset[str]) -> bool:
    return path[1:] != () and path[1] in both and path[2:] not in {(), ("image",)}


def _leaves(value: Value, path: Path) -> Iterator[tuple[SettingKey, Value]]:
    """What a value says, and where; lists of pairs and of names by key, as mappings are."""
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
    return value.text if isinstance(value, Scalar) and not value.is_null else Writer().inline(value)


def _summarize(value: Value | None) -> str | None:
    """On one line and not long."""
    if value is None:
        return None
    words = "null" if is_null(value) else " ".join(_text(value).split())
    return words if len(words) <= _MAX_VALUE_LENGTH else f"{words[: _MAX_VALUE_LENGTH - 1]}…"

"""Rules for merging the lists of a Compose file: what makes two items the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from typing import TypeAlias

from bot.formats.compose.errors import ShapeMismatchError
from bot.formats.compose.scalars import text_of
from bot.formats.yaml import Map, Scalar, Sequence, Value, is_null

Identity: TypeAlias = Callable[[Value], Hashable]
Rule: TypeAlias = Callable[[Value, Value], Value]

BLOCK_LIMITS = ("weight_device", "device_read_bps", "device_write_bps", "device_read_iops", "device_write_iops")
_COLON = re.compile(r":(?![^{}]*\})(?![^\[\]]*\])")


def take_override(_base: Value, over: Value) -> Value:
    return over


def colon_parts(text: str) -> list[str]:
    """The parts between colons. Colons inside `${…}` and `[…]` do not count."""
    return _COLON.split(text)


def items_of(value: Value) -> tuple[Value, ...]:
    """The items of a list, or the one value that is not in a list. Raises ShapeMismatchError for a mapping."""
    if isinstance(value, Map):
        raise ShapeMismatchError
    if isinstance(value, Sequence):
        return value.items
    return () if is_null(value) else (value,)


def append(base: Value, new: Iterable[Value]) -> Value:
    """The list with more items; the same value if there are none."""
    more = tuple(new)
    if not more:
        return base
    flow = isinstance(base, Sequence) and base.flow
    return Sequence((*items_of(base), *more), base.tag if isinstance(base, Sequence) else None, flow)


def union_by(identity: Identity) -> Rule:
    """A rule that appends the items that are not there yet."""

    def rule(base: Value, over: Value) -> Value:
        known = {identity(item) for item in items_of(base)}
        new = {identity(item): item for item in items_of(over)}
        return append(base, (item for key, item in new.items() if key not in known))

    return rule


def unique_by(identity: Identity) -> Rule:
    """A rule by which an item replaces the one that is the same, and other items are appended."""
    return _combine_by(identity, take_override)


def merge_by(identity: Identity) -> Rule:
    """As `unique_by`, but two mappings that are the same are merged."""

    def merge(base: Value, over: Value) -> Value:
        if isinstance(base, Map) and isinstance(over, Map):
            return base.with_entries({**base.entries, **over.entries}, over.plain_keys)
        return over

    return _combine_by(identity, merge)


def _combine_by(identity: Identity, merge: Rule) -> Rule:
    def rule(base: Value, over: Value) -> Value:
        if not isinstance(base, Sequence) or not isinstance(over, Sequence):
            raise ShapeMismatchError
        new = {identity(item): item for item in over}
        kept: dict[Hashable, Value] = {}
        for index, item in enumerate(base):
            key = identity(item)
            slot = key if key in new else (key, index)  # duplicates that nothing overrides stay
            kept[slot] = merge(item, new[key]) if key in new else item
        more = [item for key, item in new.items() if key not in kept]
        return Sequence((*kept.values(), *more), base.tag, base.flow)

    return rule


def scalar_key(item: Value) -> Hashable:
    """The text that a scalar is for Compose: `0755` and `493` are the same, and `'0755'` is another."""
    try:
        return text_of(item)
    except ShapeMismatchError:
        return item.equality_key


def _first_text(item: Value, *keys: str) -> Hashable | None:
    """The first of these entries of a mapping that it has."""
    if isinstance(item, Map):
        found = (item.get(key) for key in keys)
        return next((value.text for value in found if isinstance(value, Scalar) and not value.is_null), None)
    return None


def mount_target(item: Value) -> Hashable:
    """Where a volume or a device is mounted in the container."""
    if isinstance(item, Scalar):
        parts = colon_parts(item.text)
        return _directory(parts[1] if len(parts) > 1 else parts[0])
    target = _first_text(item, "target", "dst", "destination")
    return _directory(target) if isinstance(target, str) else item.equality_key


def _directory(path: str) -> str:
    return path.rstrip("/") or path


def file_target(item: Value) -> Hashable:
    """Where a secret or a config is mounted: at its own name by default."""
    return item.text if isinstance(item, Scalar) else _first_text(item, "target", "source") or item.equality_key


def link_alias(item: Value) -> Hashable:
    return item.text.partition(":")[2] or item.text if isinstance(item, Scalar) else item.equality_key


def path_of(item: Value) -> Hashable:
    return item.text if isinstance(item, Scalar) else _first_text(item, "path") or item.equality_key


def subnet_of(item: Value) -> Hashable:
    return _first_text(item, "subnet") or item.equality_key

"""Rules for merging what is either a mapping or a list of pairs: `environment`, `labels`, `extra_hosts`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from bot.formats.compose.errors import ShapeMismatchError
from bot.formats.compose.lists import Rule
from bot.formats.compose.reader import RESET_TAG
from bot.formats.compose.scalars import AmbiguousValueError, is_refused, key_text, same_text, text_of
from bot.formats.yaml import EMPTY, Map, Scalar, Sequence, Style, Value, is_null, string

BareKey = Literal["null", "empty"]
"""What a `KEY` without a value means in a list: take it from the environment, or an empty text."""

_HOST = re.compile(r"([^:=]+)[:=](.*)", re.DOTALL)


def merge_pairs(bare: BareKey) -> Rule:
    """A rule that merges by key, in either form. The result has the form of the base."""

    def rule(base: Value, over: Value) -> Value:
        if isinstance(base, Map):
            return _merge_into_mapping(base, over, bare)
        if isinstance(base, Sequence):
            return _merge_into_list(base, over)
        raise ShapeMismatchError

    return rule


def pairs(value: Value, bare: BareKey) -> Iterator[tuple[str, Value]]:
    """The keys and values of either form. Raises ShapeMismatchError for anything else."""
    if isinstance(value, Map):
        yield from value.entries.items()
    elif isinstance(value, Sequence):
        for item in value:
            key, equals, content = _scalar_text(item).partition("=")
            yield key, string(content) if equals or bare == "empty" else EMPTY
    else:
        raise ShapeMismatchError


def _scalar_text(item: Value) -> str:
    if not isinstance(item, Scalar):
        raise ShapeMismatchError
    return item.text


def _merge_into_mapping(base: Map, over: Value, bare: BareKey) -> Map:
    entries = dict(base.entries)
    for key, value in pairs(over, bare):
        old = entries.get(key)
        if value.tag == RESET_TAG:
            entries.pop(key, None)
        elif old is None or not same_text(old, value):
            if is_refused(value):
                raise AmbiguousValueError(key)
            entries[key] = value
    return base.with_entries(entries, over.plain_keys if isinstance(over, Map) else frozenset())


def _text_of_pair(key: str, value: Value) -> str:
    """What Compose makes of the value of a pair. The error names the key."""
    try:
        return text_of(value)
    except ShapeMismatchError as error:
        raise type(error)(key) from None


def _merge_into_list(base: Sequence, over: Value) -> Sequence:
    keys = [_scalar_text(item).partition("=")[0] for item in base]
    items: list[Value | None] = list(base.items)
    for key, item in _items(over, _common_style(base)):
        if item is None:
            items = [None if known == key else old for known, old in zip(keys, items, strict=True)]
        elif key in keys:
            items[len(keys) - 1 - keys[::-1].index(key)] = item  # the last one of duplicates counts
        else:
            keys.append(key)
            items.append(item)
    return Sequence(tuple(item for item in items if item is not None), base.tag, base.flow)


def _items(over: Value, style: Style) -> Iterator[tuple[str, Value | None]]:
    """The override's pairs as items of a list, with None for one to be removed."""
    if isinstance(over, Sequence):
        for item in over:
            yield _scalar_text(item).partition("=")[0], item
        return
    plain = over.plain_keys if isinstance(over, Map) else frozenset()
    for key, value in pairs(over, "null"):
        if value.tag == RESET_TAG:
            yield key, None
        else:
            text, name = _text_of_pair(key, value), key_text(key, plain=key in plain)
            yield key, Scalar(name if is_null(value) else f"{name}={text}", style)


def _common_style(base: Sequence) -> Style:
    """The style of the list's items, for new ones that come from a mapping."""
    styles = {item.style for item in base if isinstance(item, Scalar)}
    return styles.pop() if len(styles) == 1 else Style.PLAIN


def merge_hosts(base: Value, over: Value) -> Value:
    """Merges `extra_hosts` by host, in either form. The result has the form of the base."""
    new: dict[str, list[Value]] = {}
    gone = set()
    for host, address in _hosts(over):
        new.setdefault(host, []).append(address)
        gone |= {host} if address.tag == RESET_TAG else set()
    if isinstance(base, Map):
        entries = {key: value for key, value in base.entries.items() if key not in gone}
        entries |= {host: found[0] if len(found) == 1 else Sequence(tuple(found))
                    for host, found in new.items() if host not in gone}  # fmt: skip
        return base.with_entries(entries, over.plain_keys if isinstance(over, Map) else frozenset())
    return _merge_into_host_list(base, new, gone)


def _merge_into_host_list(base: Value, new: dict[str, list[Value]], gone: set[str]) -> Value:
    if not isinstance(base, Sequence):
        raise ShapeMismatchError
    separator = "=" if base.items and all("=" in _scalar_text(item) for item in base) else ":"
    style = _common_style(base)
    written = {
        host: [Scalar(f"{host}{separator}{_text_of_pair(host, one)}", style) for one in found if host not in gone]
        for host, found in new.items()
    }
    items: list[Value] = []
    for item in base:
        host = next(_hosts(Sequence((item,))))[0]
        items += written.pop(host) if host in written else [] if host in new else [item]
    return Sequence((*items, *(item for found in written.values() for item in found)), base.tag, base.flow)


def _hosts(value: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Map):
        for host, found in value.entries.items():
            yield from ((host, one) for one in (found.items if isinstance(found, Sequence) else (found,)))
    elif isinstance(value, Sequence):
        for item in value:
            match = _HOST.fullmatch(_scalar_text(item))
            yield ((match[1].strip(), string(match[2].strip())) if match else (_scalar_text(item), string("")))
    else:
        raise ShapeMismatchError

"""The rule for merging `ports`: by host address, host port, container port and protocol, with ranges expanded."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from bot.formats.compose.errors import ShapeMismatchError
from bot.formats.compose.lists import colon_parts
from bot.formats.compose.scalars import AmbiguousValueError, text_of
from bot.formats.yaml import Map, Scalar, Sequence, Value, string

_RANGE = re.compile(r"(\d{1,5})-(\d{1,5})", re.ASCII)


class Port(NamedTuple):
    """One published port; `ip` and `published` are empty if the file does not give them."""

    ip: str
    published: str
    target: str
    protocol: str


def merge_ports(base: Value, over: Value) -> Value:
    """Adds the ports that are missing. An entry whose ports are all there may still add settings to them."""
    if not isinstance(base, Sequence) or not isinstance(over, Sequence):
        raise ShapeMismatchError
    merged = base
    for item in over:
        merged = _with_entry(merged, item)
    return merged


def _with_entry(base: Sequence, item: Value) -> Sequence:
    known = [ports_of(one) for one in base]
    _check(item)
    wanted = ports_of(item)
    there = {port for found in known for port in found}
    missing = [port for port in wanted if port not in there]
    if len(missing) == len(wanted):
        return replace(base, items=(*base.items, item))
    if missing:
        return replace(base, items=(*base.items, *(_entry(port, item) for port in missing)))
    if _has_extra_keys(item) and wanted in known:
        index = known.index(wanted)
        return replace(base, items=(*base.items[:index], item, *base.items[index + 1 :]))
    return base


def _check(item: Value) -> None:
    """Raises ShapeMismatchError for a plain number on which the versions of Compose disagree, such as `22:22`."""
    values = item.entries.values() if isinstance(item, Map) else [item]
    for value in values:
        if isinstance(value, Scalar):
            text_of(value)


def _has_extra_keys(item: Value) -> bool:
    return isinstance(item, Map) and not item.entries.keys() <= {"target", "published", "protocol", "host_ip"}


def ports_of(item: Value) -> list[Port]:
    """The ports of one entry, short or long, in order. An entry that cannot be expanded is one port as written."""
    if isinstance(item, Map):
        ip, published, target, protocol = (
            _text_entry(item, key) for key in ("host_ip", "published", "target", "protocol")
        )
    else:
        words, _, protocol = _text(item).rpartition("/") if "/" in _text(item) else (_text(item), "", "")
        *rest, target = colon_parts(words)
        published = rest.pop() if rest else ""
        ip = ":".join(rest).strip("[]")
    return _expand(ip, published, target, protocol or "tcp")


def _expand(ip: str, published: str, target: str, protocol: str) -> list[Port]:
    outer, inner = _expand_range(published), _expand_range(target)
    if not published:
        return [Port(ip, "", port, protocol) for port in inner]
    if len(outer) == len(inner):
        return [Port(ip, port, behind, protocol) for port, behind in zip(outer, inner, strict=True)]
    return [Port(ip, published, target, protocol)]


def _expand_range(words: str) -> list[str]:
    match = _RANGE.fullmatch(words)
    if match is None:
        return [words]
    return [str(port) for port in range(int(match[1]), int(match[2]) + 1)] or [words]


def _entry(port: Port, like: Value) -> Value:
    """One port as an entry of its own, in the form of the entry that it comes from."""
    if isinstance(like, Map):
        more = {"published": string(port.published)} if port.published else {}
        return like.with_entries({**like.entries, "target": Scalar(port.target), **more})
    ip = f"[{port.ip}]" if ":" in port.ip else port.ip
    words = ":".join([*([ip] if ip else []), *([port.published] if port.published or ip else []), port.target])
    protocol = f"/{port.protocol}" if port.protocol != "tcp" else ""
    if isinstance(like, Scalar) and like.is_string:
        return replace(like, text=words + protocol)
    return string(words + protocol)


def _text_entry(item: Map, key: str) -> str:
    value = item.get(key)
    return _text(value) if isinstance(value, Scalar) and not value.is_null else ""


def _text(item: Value) -> str:
    try:
        return text_of(item)
    except AmbiguousValueError:
        return item.text if isinstance(item, Scalar) else ""

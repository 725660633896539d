"""The rule for `ports`: by address, port of the host, port of the container and protocol, ranges written out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from bot.formats.compose.lists import ShapeMismatchError, colon_parts
from bot.formats.yaml.value import Map, Scalar, Sequence, Value, string_scalar

_RANGE = re.compile(r"(\d{1,5})-(\d{1,5})", re.ASCII)


class Port(NamedTuple):
    """One published port; `ip` and `published` are empty where the file says nothing of them."""

    ip: str
    published: str
    target: str
    protocol: str


def merge_ports(base: Value, over: Value) -> Value:
    """An entry whose ports are all there adds nothing, unless it says more of them; else what is missing is added."""
    if not isinstance(base, Sequence) or not isinstance(over, Sequence):
        raise ShapeMismatchError
    merged = base
    for item in over:
        merged = _with_entry(merged, item)
    return merged


def _with_entry(base: Sequence, item: Value) -> Sequence:
    known = [ports_of(one) for one in base]
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


def _has_extra_keys(item: Value) -> bool:
    return isinstance(item, Map) and not item.entries.keys() <= {"target", "published", "protocol", "host_ip"}


def ports_of(item: Value) -> list[Port]:
    """The ports of one entry, short or long, in its order; one that can't be understood is itself its only port."""
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
    """One port as an entry of its own, in the form of the range that it comes from."""
    if isinstance(like, Map):
        more = {"published": string_scalar(port.published)} if port.published else {}
        return like.with_entries({**like.entries, "target": Scalar(port.target), **more})
    ip = f"[{port.ip}]" if ":" in port.ip else port.ip
    words = ":".join([*([ip] if ip else []), *([port.published] if port.published or ip else []), port.target])
    protocol = f"/{port.protocol}" if port.protocol != "tcp" else ""
    if isinstance(like, Scalar) and like.is_string:
        return replace(like, text=words + protocol)
    return string_scalar(words + protocol)


def _text_entry(item: Map, key: str) -> str:
    value = item.get(key)
    return value.text if isinstance(value, Scalar) and not value.is_null else ""


def _text(item: Value) -> str:
    if not isinstance(item, Scalar):
        raise ShapeMismatchError
    return item.text

"""What a change of the stored form means for documents that are stored already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Description = Mapping[str, Any]
"""What `bot.formats.documents.describe` returns."""


def version(described: Description) -> int:
    """The schema version. All roots have the same one: see `bot.schema`."""
    (only,) = {root["schema"] for root in described["roots"]}
    return int(only)


def breaking_changes(old: Description, new: Description) -> list[str]:
    """The changes after which a document that fits `old` may not fit `new`, a sentence each."""
    return sorted({*_lost_kinds(old, new), *_changed_records(old, new)})


def _lost_kinds(old: Description, new: Description) -> Iterator[str]:
    kept = {kind for root in new["roots"] for kind in root["kinds"]}
    yield from (f"{kind} has no documents of its own" for root in old["roots"] for kind in {*root["kinds"]} - kept)
    for name, members in old["families"].items():
        yield from (f"{tag} is not of the family {name}" for tag in {*members} - {*new["families"].get(name, ())})


def _changed_records(old: Description, new: Description) -> Iterator[str]:
    for tag, fields in old["records"].items():
        if tag not in new["records"]:
            yield f"{tag} is gone"
            continue
        now = new["records"][tag]
        yield from (f"{tag}.{name} is gone" for name in fields.keys() - now.keys())
        yield from (f"{tag}.{name} is required" for name in {*new["required"][tag]} - {*old["required"][tag]})
        for name in fields.keys() & now.keys():
            if not _accepts(now[name], fields[name]):
                yield f"{tag}.{name} was {fields[name]} and is {now[name]}"


def _accepts(new: Any, old: Any) -> bool:
    """Whether a value of the old type is one of the new type."""
    if new == old:
        return True
    if isinstance(new, dict) and "optional" in new:
        return _accepts(new["optional"], old["optional"] if isinstance(old, dict) and "optional" in old else old)
    if not isinstance(new, dict) or not isinstance(old, dict) or new.keys() != old.keys():
        return False
    ((kind, inside),) = new.items()
    if kind in {"enum", "union"}:
        return {*inside} >= {*old[kind]}
    return kind in {"list", "set", "mapping"} and _accepts(inside, old[kind])

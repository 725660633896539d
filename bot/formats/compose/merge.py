"""Merging Compose files into one, as a golden file is upstream's file with every global override in it."""

from __future__ import annotations

from collections.abc import Sequence as Listed
from dataclasses import dataclass, replace

from bot.formats.compose import lists
from bot.formats.compose.reader import (
    OVERRIDE_TAG,
    RESET_TAG,
    ComposeError,
    is_standalone,
    load_document,
    quote_key,
    services,
)
from bot.formats.compose.rules import (
    NAME_LISTS,
    Path,
    allows_empty,
    is_extension,
    names_to_mapping,
    path_pattern,
    rule_for,
)
from bot.formats.yaml.edit import edit_text
from bot.formats.yaml.events import YamlDocumentError
from bot.formats.yaml.value import Map, Scalar, Sequence, Value, is_null


@dataclass(frozen=True)
class MergeResult:
    """`added` names the services that an override adds to upstream's."""

    text: str
    added: tuple[str, ...] = ()


class _MismatchAtPathError(Exception):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path


def merge_files(
    upstream: str, overrides: Listed[tuple[str, str]], *, upstream_name: str = "upstream's Compose file"
) -> MergeResult:
    """Upstream's text with every override (path and text, in this order) in it, by the Compose specification's rules.

    Upstream's comments and order stay where no override touches them. The file's `version` is upstream's. Raises
    ComposeProblem for a file that is no Compose file, an override of a service that upstream does not have, and
    values that can't be merged since one is, say, a list and the other a mapping.
    """
    own = _upstream_services(upstream, upstream_name)
    value = load_document(upstream, upstream_name)
    for path, text in overrides:
        services(text, path)  # says what is wrong with them
        over = load_document(text, path).without_keys({"version"})
        try:
            value = _mapping(value, over, ())
        except _MismatchAtPathError as mismatch:
            where = quote_key(".".join(mismatch.path))
            raise ComposeError(
                f"{path} writes {where} otherwise than the files before it; write it as they do, then prepare again"
            ) from None
    added = _added_services(value, own, overrides)
    try:
        return MergeResult(edit_text(upstream, value, drop_comments=True), added)
    except YamlDocumentError as problem:
        raise ComposeError(f"{upstream_name} {problem}; merge it by hand") from None


def _upstream_services(text: str, name: str) -> dict[str, Map]:
    found = services(text, name)
    if not isinstance(load_document(text, name).get("services"), Map):
        raise ComposeError(f"{name} is no Compose file: it has no `services`; see whether it is the right file")
    return found


def _added_services(value: Map, own: dict[str, Map], overrides: Listed[tuple[str, str]]) -> tuple[str, ...]:
    """The services that upstream lacks. Raises ComposeProblem for one that an override only tunes."""
    section = value.get("services")
    found = section.entries if isinstance(section, Map) else {}
    added = tuple(name for name in found if name not in own)
    for name in added:
        service = found[name]
        if not isinstance(service, Map) or not is_standalone(service):
            path = next(path for path, text in overrides if name in services(text, path))
            raise ComposeError(
                f"{path} overrides the service {quote_key(name)}, which upstream's file does not have (any more); "
                "take it out of that override, then prepare again"
            )
    return added


def _merge(base: Value | None, over: Value, path: Path) -> Value | None:
    """What the two make; None for nothing at all."""
    if over.tag == RESET_TAG:
        return None
    if over.tag == OVERRIDE_TAG or base is None or is_extension(path):
        return _without_merge_tags(over)
    if is_null(over):
        return base
    if is_null(base):
        return _without_merge_tags(over)
    try:
        return _by_rule(base, over, path)
    except lists.ShapeMismatchError:
        raise _MismatchAtPathError(path) from None


def _by_rule(base: Value, over: Value, path: Path) -> Value:
    rule = rule_for(path)
    named = path_pattern(path)
    if rule is not None:
        cleaned = over if isinstance(over, Map) else _without_merge_tags(over)
        return _without_merge_tags(rule(base, over if cleaned is None else cleaned)) or base
    if named in NAME_LISTS:
        return _names(base, over, path, NAME_LISTS[named])
    if named == ("services", "*", "build"):
        return _build(base, over, path)
    if named == ("services", "*", "logging"):
        return _logging(base, over, path)
    if isinstance(base, Map) and isinstance(over, Map):
        return _mapping(base, over, path)
    if isinstance(base, Sequence) and isinstance(over, Sequence):
        return lists.append(base, _items(over))
    if isinstance(base, Scalar) and isinstance(over, Scalar):
        return over
    raise _MismatchAtPathError(path)


def _items(over: Sequence) -> tuple[Value, ...]:
    cleaned = _without_merge_tags(over)
    return cleaned.items if isinstance(cleaned, Sequence) else ()


def _mapping(base: Map, over: Map, path: Path) -> Map:
    entries = dict(base.entries)
    for key, value in over.entries.items():
        result = _merge(entries.get(key), value, (*path, key))
        if result is None or (key not in entries and is_null(result) and path and not allows_empty(path)):
            entries.pop(key, None)
        else:
            entries[key] = result
    return base.with_entries(entries, over.plain_keys)


def _names(base: Value, over: Value, path: Path, meaning: Value) -> Value:
    """`networks` and `depends_on`: a list of names stays one, or becomes a mapping where the other is one."""
    if isinstance(base, Sequence) and isinstance(over, Sequence):
        return lists.union_by(lists.scalar_key)(base, _without_merge_tags(over) or over)
    old = base if isinstance(base, Map) else Map(names_to_mapping(base, meaning))
    if isinstance(over, Map):
        return _mapping(old, over, path)
    new = names_to_mapping(over, meaning)
    if is_null(meaning):
        return _mapping(old, Map(new), path)
    return old.with_entries({**old.entries, **new})  # `depends_on`: a name says all that there is to say of it


def _build(base: Value, over: Value, path: Path) -> Value:
    """A build that is only a text names its context."""
    if isinstance(base, Scalar) and isinstance(over, Scalar):
        return over
    old, new = (Map({"context": value}) if isinstance(value, Scalar) else value for value in (base, over))
    if not isinstance(old, Map) or not isinstance(new, Map):
        raise lists.ShapeMismatchError
    return _mapping(old, new, path)


def _logging(base: Value, over: Value, path: Path) -> Value:
    """Options belong to a driver: those of another one are not kept."""
    if not isinstance(base, Map) or not isinstance(over, Map):
        raise lists.ShapeMismatchError
    drivers = {value.text for value in (base.get("driver"), over.get("driver")) if isinstance(value, Scalar)}
    return (_without_merge_tags(over) or base) if len(drivers) > 1 else _mapping(base, over, path)


def _without_merge_tags(value: Value) -> Value | None:
    """The value without the tags that only say how to merge it; None where it says to remove it."""
    if value.tag == RESET_TAG:
        return None
    tag = None if value.tag == OVERRIDE_TAG else value.tag
    if isinstance(value, Scalar):
        return replace(value, tag=tag)
    if isinstance(value, Sequence):
        items = tuple(item for item in map(_without_merge_tags, value.items) if item is not None)
        return replace(value, items=items, tag=tag)
    cleaned = {key: _without_merge_tags(item) for key, item in value.entries.items()}
    entries = {key: item for key, item in cleaned.items() if item is not None}
    return replace(value.with_entries(entries), tag=tag)

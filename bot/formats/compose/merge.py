"""Merges Compose files into one."""

from __future__ import annotations

from collections.abc import Sequence as Listed
from dataclasses import dataclass, replace

from bot.formats.compose import lists
from bot.formats.compose.errors import ComposeError, ComposeProblem, ShapeMismatchError
from bot.formats.compose.reader import OVERRIDE_TAG, RESET_TAG, is_standalone, load_document, services
from bot.formats.compose.rules import (
    NAME_LISTS,
    PAIR_LISTS,
    Path,
    allows_empty,
    is_extension,
    names_to_mapping,
    path_pattern,
    rule_for,
)
from bot.formats.compose.scalars import is_refused
from bot.formats.yaml import Map, Scalar, Sequence, Value, YamlError, edit, is_null


@dataclass(frozen=True)
class MergeResult:
    """The merged text, and the services in it that the base file does not have."""

    text: str
    added: tuple[str, ...] = ()


class _MismatchAtPathError(Exception):
    def __init__(self, path: Path, problem: ComposeProblem = ComposeProblem.FORM_MISMATCH) -> None:
        super().__init__()
        self.path = path
        self.problem = problem


def merge_files(base: str, overrides: Listed[tuple[str, str]], *, base_name: str = "") -> MergeResult:
    """The base text with every override (name and text, in this order) merged into it by the Compose specification.

    The comments and the order of the base file stay where no override changes them. Its `version` stays. Raises
    ComposeError for a file that is not a Compose file, an override of a service that the base file does not have, and
    values that cannot be merged because, for example, one is a list and the other a mapping.
    """
    own = _base_services(base, base_name)
    value = load_document(base, base_name)
    for path, text in overrides:
        services(text, path)  # raises if they are not what they should be
        over = load_document(text, path).without_keys({"version"})
        try:
            value = _mapping(value, over, ())
        except _MismatchAtPathError as mismatch:
            raise ComposeError(mismatch.problem, path, ".".join(mismatch.path)) from None
    added = _added_services(value, own, overrides)
    try:
        return MergeResult(edit(base, value, drop_comments=True), added)
    except YamlError as error:
        raise ComposeError(ComposeProblem.NOT_MERGEABLE, base_name, cause=error) from None


def _base_services(text: str, name: str) -> dict[str, Map]:
    found = services(text, name)
    if not isinstance(load_document(text, name).get("services"), Map):
        raise ComposeError(ComposeProblem.NO_SERVICES, name)
    return found


def _added_services(value: Map, own: dict[str, Map], overrides: Listed[tuple[str, str]]) -> tuple[str, ...]:
    """The services that the base file lacks. Raises ComposeError for one with neither an image nor a build."""
    section = value.get("services")
    found = section.entries if isinstance(section, Map) else {}
    added = tuple(name for name in found if name not in own)
    for name in added:
        service = found[name]
        if not isinstance(service, Map) or not is_standalone(service):
            path = next(path for path, text in overrides if name in services(text, path))
            raise ComposeError(ComposeProblem.UNKNOWN_SERVICE, path, name)
    return added


def _merge(base: Value | None, over: Value, path: Path) -> Value | None:
    """The merged value, or None if the key goes."""
    if over.tag == RESET_TAG:
        return None
    if is_null(over) and over.tag != OVERRIDE_TAG and base is not None and not is_extension(path):
        return base
    if over.tag == OVERRIDE_TAG or base is None or is_null(base) or is_extension(path):
        _check_pairs(over, path)
        return _without_merge_tags(over)
    try:
        return _by_rule(base, over, path)
    except ShapeMismatchError as error:
        at = (*path, error.key) if error.key else path
        raise _MismatchAtPathError(at, error.problem) from None


def _check_pairs(value: Value, path: Path) -> None:
    """Raises for a plain boolean or date in what is taken over where Compose needs a text."""
    entries = value.entries.items() if isinstance(value, Map) and not is_extension(path) else ()
    for key, item in entries:
        if path_pattern(path) in PAIR_LISTS and is_refused(item):
            raise _MismatchAtPathError((*path, key), ComposeProblem.AMBIGUOUS_VALUE)
        _check_pairs(item, (*path, key))


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
    """`networks` and `depends_on`: a list of names stays one, or becomes a mapping if the other is one."""
    if isinstance(base, Sequence) and isinstance(over, Sequence):
        return lists.union_by(lists.scalar_key)(base, _without_merge_tags(over) or over)
    old = base if isinstance(base, Map) else Map(names_to_mapping(base, meaning))
    if isinstance(over, Map):
        return _mapping(old, over, path)
    new = names_to_mapping(over, meaning)
    if is_null(meaning):
        return _mapping(old, Map(new), path)
    return old.with_entries({**old.entries, **new})  # `depends_on`: a name replaces the whole entry


def _build(base: Value, over: Value, path: Path) -> Value:
    """A build that is only a text is its context."""
    if isinstance(base, Scalar) and isinstance(over, Scalar):
        return over
    old, new = (Map({"context": value}) if isinstance(value, Scalar) else value for value in (base, over))
    if not isinstance(old, Map) or not isinstance(new, Map):
        raise ShapeMismatchError
    return _mapping(old, new, path)


def _logging(base: Value, over: Value, path: Path) -> Value:
    """Options belong to a driver: if the driver changes, the old options go."""
    if not isinstance(base, Map) or not isinstance(over, Map):
        raise ShapeMismatchError
    drivers = {value.text for value in (base.get("driver"), over.get("driver")) if isinstance(value, Scalar)}
    return (_without_merge_tags(over) or base) if len(drivers) > 1 else _mapping(base, over, path)


def _without_merge_tags(value: Value) -> Value | None:
    """The value without the tags that only say how to merge it; None if one says to remove it."""
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

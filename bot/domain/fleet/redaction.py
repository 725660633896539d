"""Takes customers' names out of text (domain.md, "Rules": they never appear outside the deployment repository)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import TypeVar, cast

from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.fleet.model import Fleet
from bot.domain.fleet.names import plain_name
from bot.formats.markdown import one_line

Redact = Callable[[str], str]
T = TypeVar("T")

_MIN_NAME_LENGTH = 2
_MIN_SUBSTRING_LENGTH = 8
"""A name of this length is not part of another word by chance, so it is found inside words too."""
_MAX_NAME_WORDS = 8
_WORD = re.compile(r"[^\W_]+")
_SEPARATOR = re.compile(r"[\s._-]")


def redactor(fleet: Fleet) -> Redact:
    """A function that replaces customers' slugs, domains and names in a text by the names that may be written.

    It finds `big-co` as `Big Co` and `bigco` too. It returns one line, because invisible characters could hide a
    name. It is for notes, reasons and error messages, not for text that templates wrote.
    """
    internal = {FIRST_INSTANCE, *(i.slug for i in (*fleet, *fleet.unreadable) if i.internal)}
    kept = {_lookup_key(name) for name in internal}
    pairs: dict[str, str] = {}
    for instance in fleet.customers:
        for name in (instance.domain, instance.slug, instance.customer):
            pairs.setdefault(_lookup_key(name), plain_name(instance))
    for problem in fleet.unreadable:
        if not problem.internal:
            pairs.setdefault(_lookup_key(problem.slug), problem.account or "a customer")
    return _redactor(frozenset(pair for pair in pairs.items() if _is_name(pair[0]) and pair[0] not in kept))


def _fold_case(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _lookup_key(name: str) -> str:
    """The letters and digits of a name, case-folded, by which it is looked up."""
    return "".join(_fold_case(run) for run in _WORD.findall(name))


def _is_name(key: str) -> bool:
    return len(key) >= _MIN_NAME_LENGTH and not key.isdecimal()


@lru_cache(maxsize=4)
def _redactor(pairs: frozenset[tuple[str, str]]) -> Redact:
    names = dict(sorted(pairs))
    lengths = sorted({len(name) for name in names if len(name) >= _MIN_SUBSTRING_LENGTH}, reverse=True)
    return lambda text: "".join(_redact_names(one_line(text), names, lengths))


def _redact_names(text: str, names: Mapping[str, str], lengths: Sequence[int]) -> Iterator[str]:
    runs = list(_WORD.finditer(text))
    done, number = 0, 0
    while number < len(runs):
        count, replacement = _name_at(text, runs[number : number + _MAX_NAME_WORDS], names)
        replacement = replacement or _name_inside(_fold_case(runs[number].group()), names, lengths)
        if replacement:
            yield text[done : runs[number].start()]
            yield replacement
            done = runs[number + count - 1].end()
        number += count
    yield text[done:]


def _name_at(text: str, runs: Sequence[re.Match[str]], names: Mapping[str, str]) -> tuple[int, str]:
    """How many of these runs of letters and digits are a name (the longest possible), and what replaces it."""
    key, end, found = "", runs[0].start(), (1, "")
    for count, run in enumerate(runs, start=1):
        if count > 1 and _SEPARATOR.fullmatch(text[end : run.start()]) is None:
            break
        key, end = key + _fold_case(run.group()), run.end()
        if key in names:
            found = count, names[key]
    return found


def _name_inside(word: str, names: Mapping[str, str], lengths: Sequence[int]) -> str:
    """What replaces a long name inside a word; empty if there is none."""
    pieces = (word[start : start + length] for length in lengths for start in range(len(word) - length + 1))
    return next((names[piece] for piece in pieces if piece in names), "")


def redact_value(value: T, redact: Redact) -> T:
    """The value with `redact` applied to every text in it: in dataclasses, tuples and mappings, but not in enums."""
    return cast("T", _redact_inside(value, redact))


def _redact_inside(value: object, redact: Redact) -> object:
    if isinstance(value, str) and not isinstance(value, Enum):
        return redact(value)
    if isinstance(value, tuple | frozenset):
        return type(value)(_redact_inside(one, redact) for one in value)
    if isinstance(value, Mapping):
        return {_redact_inside(key, redact): _redact_inside(one, redact) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        return replace(value, **{name: _redact_inside(getattr(value, name), redact) for name in names})
    return value

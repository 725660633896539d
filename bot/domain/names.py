"""How instances are named: by people in commands, and by mibot outside the deployment repository.

Outside it a customer is named by the URL of its account issue only (domain.md, "Rules"), so nothing here ever
returns a customer's slug, domain or name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.domain.markdown import Markdown, link
from bot.domain.model import Fleet, Instance, Problem

_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
_SHORTEST_NAME = 3


@dataclass(frozen=True)
class Unknown:
    """A word that names no instance; `sentence` says so without repeating it, for it may be a customer's name."""

    sentence: str


def ordinal(number: int) -> str:
    return _ORDINALS.get(number, f"{number}th")


def public_name(instance: Instance) -> Markdown:
    """The instance's name for every place outside the deployment repository, as Markdown."""
    if instance.internal:
        return link(instance.domain, f"https://{instance.domain}")
    which = "" if instance.ordinal == 1 else f"{ordinal(instance.ordinal)} "
    return Markdown(f"{which}instance for {instance.account}")


def plain_name(instance: Instance) -> str:
    """The same name without Markdown, to type in a command: a slug, or an account URL with `#N` for the Nth."""
    if instance.internal:
        return instance.slug
    return f"{instance.account}" if instance.ordinal == 1 else f"{instance.account}#{instance.ordinal}"


def problem_name(problem: Problem) -> str:
    """What an unreadable folder is called outside: the slug of an internal one, else its account or tree."""
    if problem.internal:
        return problem.slug
    return problem.account or f"folder with tree {problem.reference or 'unknown'}"


def resolve(word: str, fleet: Fleet) -> Instance | Unknown:
    """The instance that a person means by a slug, a domain, or an account URL (`URL#2` for the second instance)."""
    name = re.sub(r"^https?://", "", word.strip().lower()).rstrip("/")
    for instance in fleet:
        if name in {instance.slug, instance.domain}:
            return instance
    by_account = _by_account(word, fleet)
    if by_account is not None:
        return by_account
    problem = next((p for p in fleet.problems if name == p.slug or (p.account and word == p.account)), None)
    if problem is not None:
        return Unknown(f"this instance can't be read: {problem.sentence}.")
    return Unknown(f"there is no such instance.{_nearest(name, fleet)}")


def _by_account(word: str, fleet: Fleet) -> Instance | Unknown | None:
    url, _, number = word.strip().rstrip("/").partition("#")
    url = url.rstrip("/").lower()
    owned = [i for i in fleet if not i.internal and (i.account or "").lower() == url]
    if not owned:
        return None
    if not number and len(owned) == 1:
        return owned[0]
    chosen = next((i for i in owned if number == str(i.ordinal)), None)
    if chosen is not None:
        return chosen
    choices = " or ".join(f"{owned[0].account}#{i.ordinal}" for i in sorted(owned, key=lambda i: i.ordinal))
    return Unknown(f"this account has {len(owned)} instances: write {choices}.")


def _nearest(name: str, fleet: Fleet) -> str:
    """The instance whose slug is nearest to a mistyped one, named as it may be named outside."""
    slugs = [instance.slug for instance in fleet]
    found = process.extractOne(name, slugs, scorer=fuzz.ratio, score_cutoff=70)
    instance = fleet.get(found[0]) if found else None
    return f" Did you mean {plain_name(instance)}?" if instance else ""


Redact = Callable[[str], str]


def redactor(fleet: Fleet) -> Redact:
    """A function that replaces every customer's slug, domain and name in people's text by what it may be called.

    It is applied to text from notes, reasons and error messages, never to what templates wrote.
    """
    replacements: dict[str, str] = {}
    for instance in fleet.customers:
        for name in (instance.domain, instance.slug, instance.customer):
            _add(replacements, name, plain_name(instance))
    for problem in fleet.problems:
        if not problem.internal:
            _add(replacements, problem.slug, problem.account or "a customer")
    kept = {i.slug for i in fleet if i.internal}
    return _redactor(tuple(sorted((n, r) for n, r in replacements.items() if n not in kept)))


def _add(replacements: dict[str, str], name: str, replacement: str) -> None:
    if len(name) >= _SHORTEST_NAME:
        replacements.setdefault(name.lower(), replacement)


@lru_cache(maxsize=4)
def _redactor(pairs: tuple[tuple[str, str], ...]) -> Redact:
    if not pairs:
        return str
    table = dict(pairs)
    pattern = _alternatives(table)
    return lambda text: pattern.sub(lambda match: table[match.group(0).lower()], text)


def _alternatives(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)

"""How instances are named: by people in commands, and by mibot outside the deployment repository.

Outside it a customer is named by the URL of its account issue only (domain.md, "Rules").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.domain.fleet.model import Fleet, Instance, UnreadableInstance
from bot.domain.reasons import Reason
from bot.formats.documents import stored
from bot.formats.markdown import Markdown, escape, link
from bot.formats.urls import normalize_url

_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
_WRAPPING = "`'\"<>()[]*"
_MAX_NAME_LENGTH = 600
_LINK = re.compile(r"\[([^\[\]]*)\]\(<?([^()<>\s]*)>?\)")
_PHRASE = re.compile(r"(?:(\w+) )?instance for (.+)", re.IGNORECASE)
_ISSUE = re.compile(r"([\w.-]+/[\w.-]+)#(\d+)(#\d+)?", re.ASCII)
_NUMBERED = re.compile(r"(\d{1,4})(?:st|nd|rd|th)", re.ASCII)


@stored("fleet.unknown_instance", nearest="nearest")
@dataclass(frozen=True)
class UnknownInstance(Reason):
    """A word names no instance. `nearest` is the slug that is most like it (empty if there is none).

    The word itself is not kept, because it may be a customer's name. Only readers of the deployment repository may
    see the slug: everybody else sees the instance's name outside.
    """

    nearest: str = ""


@stored("fleet.unreadable_instance", problem="problem")
@dataclass(frozen=True)
class InstanceUnreadable(Reason):
    """The instance exists, but can't be read."""

    problem: Reason


@stored("fleet.account_ambiguous", choices="choices")
@dataclass(frozen=True)
class AccountAmbiguous(Reason):
    """An account was named, but not which of its instances. `choices` are the names that can be written instead."""

    choices: tuple[str, ...]


def ordinal(number: int) -> str:
    """`first`, `second` … `21st`."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return _ORDINALS.get(number, f"{number}{ending}")


def public_name(instance: Instance) -> Markdown:
    """The name of an instance outside the deployment repository, as Markdown."""
    if instance.internal:
        return link(instance.domain, f"https://{instance.domain}")
    return _account_name(instance.account or "", instance.ordinal)


def plain_name(instance: Instance) -> str:
    """The same name without Markdown, as it is written in a command: a slug, or an account URL (`URL#2` for the
    second instance)."""
    if instance.internal:
        return instance.slug
    return f"{instance.account}" if instance.ordinal == 1 else f"{instance.account}#{instance.ordinal}"


def unreadable_name(problem: UnreadableInstance) -> Markdown:
    """The name of an unreadable folder outside the deployment repository: the slug of an internal instance, else the
    account or the tree."""
    if problem.internal:
        return escape(problem.slug)
    if problem.account:
        return _account_name(problem.account, problem.ordinal)
    return escape(f"folder with tree {problem.tree_prefix or 'unknown'}")


def _account_name(account: str, number: int) -> Markdown:
    which = "" if number == 1 else f"{ordinal(number)} "
    return Markdown(f"{which}instance for {account}")


def join_names(words: Sequence[str]) -> list[str]:
    """The words, with each name that has several words in one: `second instance for URL`, as mibot writes it."""
    joined: list[str] = []
    rest = list(words)
    while rest:
        before = 1 if _ordinal_number(rest[0]) else 0
        is_name = [word.lower() for word in rest[before : before + 2]] == ["instance", "for"]
        size = before + 3 if is_name and len(rest) >= before + 3 else 1
        joined.append(" ".join(rest[:size]))
        del rest[:size]
    return joined


def resolve(word: str, fleet: Fleet, *, trusted: bool = True, suggest: bool = True) -> Instance | Reason:
    """The instance that a person means; or why none is meant.

    It may be named by a slug, a domain, the URL of the instance or of its account issue (`URL#2` for the second
    instance), `owner/repo#N` for that issue, as mibot names it (`second instance for URL`), or a Markdown link to one
    of them. Quotes and Markdown around the word are ignored. Who is not `trusted` with customers' names can name a
    customer's instance by its account only. `suggest` says whether to look for the name that a mistyped one means.
    """
    name = word.strip()[:_MAX_NAME_LENGTH]
    link = _LINK.fullmatch(name)
    if link is not None:
        return _resolve_link(link.group(1), link.group(2), fleet, trusted=trusted)
    phrase = _PHRASE.fullmatch(name.strip("`'\"*"))
    if phrase is not None:
        return _resolve_phrase(phrase.group(1), phrase.group(2).lower(), fleet)
    name = name.strip(_WRAPPING).lower()
    host = re.sub(r"^https?://", "", name).partition("?")[0].partition("/")[0]
    instance = fleet.by_host.get(host)
    if instance is not None and (trusted or instance.internal):
        return instance
    by_account = _by_account(name, fleet)
    if by_account is not None:
        return by_account
    readable = (p for p in fleet.unreadable if trusted or p.internal)
    problem = next((p for p in readable if host in {p.slug, f"{p.slug}.sourcegraph.com"}), None)
    if problem is not None:
        return _unreadable(problem)
    return UnknownInstance(_nearest_slug(host, fleet) if trusted and suggest else "")


def _resolve_link(label: str, target: str, fleet: Fleet, *, trusted: bool) -> Instance | Reason:
    """What a Markdown link means: its target, unless its label names another instance."""
    found = resolve(target, fleet, trusted=trusted)
    named = resolve(label, fleet, trusted=trusted)
    if isinstance(named, Instance) and named != found:
        same_account = isinstance(found, AccountAmbiguous) and resolve(str(named.account), fleet) == found
        return named if same_account else UnknownInstance()
    return found


def _resolve_phrase(ordinal: str | None, name: str, fleet: Fleet) -> Instance | Reason:
    """What mibot's own name of a customer's instance means."""
    link = _LINK.fullmatch(name)
    account = (link.group(2) if link else name).strip(_WRAPPING)
    number = _ordinal_number(ordinal) if ordinal else None
    if ordinal and number is None:
        return UnknownInstance()
    return _by_account(f"{account}#{number}" if number else account, fleet) or UnknownInstance()


def _ordinal_number(word: str) -> int | None:
    """2 for `second` or `2nd`; None for another word."""
    number = _NUMBERED.fullmatch(word.lower())
    if number is not None:
        return int(number.group(1))
    return next((value for value, name in _ORDINALS.items() if name == word.lower()), None)


def _unreadable(problem: UnreadableInstance) -> InstanceUnreadable:
    return InstanceUnreadable(problem.reason)


def _by_account(name: str, fleet: Fleet) -> Instance | Reason | None:
    issue = _ISSUE.fullmatch(name.rstrip(".,;:!"))
    if issue is not None:  # as GitHub shows the URL of an issue
        path, fragment = f"/{issue.group(1)}/issues/{issue.group(2)}", (issue.group(3) or "").strip("#")
        owned = next((fleet.by_account[url] for url in fleet.by_account if url.endswith(path)), [])
    else:
        url, _, fragment = name.partition("#")
        owned = fleet.by_account.get(normalize_url(url)) or fleet.by_account.get(
            normalize_url(url.partition("?")[0]), []
        )
    if not owned:
        return None
    number = fragment if fragment.isdecimal() else ""
    chosen = [i for i in owned if number == str(i.ordinal)] if number else owned
    if len(chosen) == 1:
        return chosen[0] if isinstance(chosen[0], Instance) else _unreadable(chosen[0])
    if len(owned) == 1:
        return AccountAmbiguous((str(owned[0].account),))
    return AccountAmbiguous(tuple(f"{i.account}#{i.ordinal}" for i in owned))


def _nearest_slug(name: str, fleet: Fleet) -> str:
    """The slug that is most like a mistyped one; empty if none is."""
    slugs = [instance.slug for instance in fleet]
    found = process.extractOne(name, slugs, scorer=fuzz.ratio, score_cutoff=70)
    return str(found[0]) if found else ""

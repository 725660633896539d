"""How instances are named: by people in commands, and by mibot outside the deployment repository.

Outside it a customer is named by the URL of its account issue only (domain.md, "Rules").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.domain.fleet.model import Fleet, Instance, UnreadableInstance
from bot.domain.reasons import Reason
from bot.formats.documents import stored
from bot.formats.markdown import Markdown, escape, link
from bot.formats.urls import normalize_url

_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
_WRAPPING = "`'\"<>()[]*"
_MAX_NAME_LENGTH = 300


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


def resolve(word: str, fleet: Fleet) -> Instance | Reason:
    """The instance that a person means by a slug, a domain, or an account URL (`URL#2` for the second instance); or
    why none is meant.

    Quotes and Markdown around the word are ignored. The word may be the URL of an instance.
    """
    name = word.strip().strip(_WRAPPING).lower()[:_MAX_NAME_LENGTH]
    host = re.sub(r"^https?://", "", name).partition("?")[0].partition("/")[0]
    for instance in fleet:
        if host in {instance.slug, instance.domain}:
            return instance
    by_account = _by_account(name, fleet)
    if by_account is not None:
        return by_account
    problem = next((p for p in fleet.unreadable if host in {p.slug, f"{p.slug}.sourcegraph.com"}), None)
    return _unreadable(problem) if problem else UnknownInstance(_nearest_slug(host, fleet))


def _unreadable(problem: UnreadableInstance) -> InstanceUnreadable:
    return InstanceUnreadable(problem.reason)


def _by_account(name: str, fleet: Fleet) -> Instance | Reason | None:
    url, _, fragment = name.partition("#")
    wanted = {normalize_url(url), normalize_url(url.partition("?")[0])}
    everyone: list[Instance | UnreadableInstance] = [*fleet, *fleet.unreadable]
    owned = [i for i in everyone if i.account and not i.internal and normalize_url(i.account) in wanted]
    owned.sort(key=lambda i: i.ordinal)
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

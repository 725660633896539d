"""The words behind a command: instances, groups of them, a version, options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.fleet.model import Instance, InstanceType
from bot.domain.fleet.names import UnknownInstance, resolve
from bot.domain.flow.requests import LATEST, CommandContext, CommandRequest
from bot.domain.versions import Version, latest_release

ALL = "all"
GROUPS = frozenset({ALL, *(kind.value for kind in InstanceType)})
"""Words that stand for many instances."""

_DASHES = re.compile("^[\u2012-\u2015\u2212](?=[^\\s=]*(?:=|$))")  # what telephones make of two dashes


@dataclass(frozen=True)
class Arguments:
    """What the words say. `options` are those given, with the word behind those that take one; `fault` is what is
    wrong, and what to do."""

    names: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    latest: bool = False
    options: tuple[tuple[str, str], ...] = ()
    fault: str = ""

    def option(self, name: str) -> str | None:
        """The option's word ("" for one that takes none), or None when it was not given."""
        return dict(self.options).get(name)


def parse_arguments(words: Sequence[str], flags: Sequence[str] = (), valued: Sequence[str] = ()) -> Arguments:
    """Sort the words; `flags` are the options that stand alone, `valued` those with a word behind them."""
    names: list[str] = []
    versions: list[Version] = []
    options: dict[str, str] = {}
    newest = False
    rest = [_DASHES.sub("--", word) for word in words]
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word in flags:
            options[word] = ""
        elif name in valued:
            if not equals and rest and not rest[0].startswith("--"):
                value = rest.pop(0)
            if not value.strip():
                return Arguments(fault=f'say why, in quotation marks: {name} "reason".')
            options[name] = value
        elif word.startswith("-"):
            known = " and ".join((*flags, *(f'{name} "reason"' for name in valued)))
            known = f"the options here are {known}" if known else "there are no options here"
            return Arguments(fault=f"{known}; write {{usage}}.")
        elif version := Version.parse(word):
            versions += [] if version in versions else [version]
        elif word.lower() == LATEST:
            newest = True
        else:
            names.append(word)
    return Arguments(tuple(names), tuple(versions), newest, tuple(options.items()))


def resolve_version(arguments: Arguments, request: CommandRequest, view: CommandContext) -> Version | str:
    """The one version that is meant, or what is wrong."""
    if len(arguments.versions) + arguments.latest > 1:
        return "name one version only; write another command for the other."
    if arguments.latest:
        return latest_release(view.released) or "upstream has no release tag yet; name a version."
    version = arguments.versions[0] if arguments.versions else request.version
    return version or "this issue's title names no version; add one: {usage}."


@dataclass(frozen=True)
class Selection:
    """The instances that were named, in the order of work, and the words that name none.

    `by_group` are the slugs that came in by a word for many, such as `all`.
    """

    instances: tuple[Instance, ...]
    unknown: tuple[tuple[str, UnknownInstance], ...]
    by_group: frozenset[str]


def select_instances(names: Sequence[str], view: CommandContext) -> Selection:
    """What the names stand for; an instance that is named twice is chosen once."""
    chosen: set[str] = set()
    by_group: set[str] = set()
    unknown: list[tuple[str, UnknownInstance]] = []
    for name in names:
        if name.lower() in GROUPS:
            by_group |= {i.slug for i in view.fleet if name.lower() in {ALL, i.type.value}}
            continue
        found = resolve(name, view.fleet)
        if isinstance(found, Instance):
            chosen.add(found.slug)
        elif name not in dict(unknown):
            unknown.append((name, found))
    instances = tuple(i for i in view.fleet if i.slug in chosen | by_group)
    return Selection(instances, tuple(unknown), frozenset(by_group - chosen))

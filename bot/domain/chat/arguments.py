"""The words after a command: instances, groups of them, a version, options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.chat.requests import LATEST, CommandContext, CommandRequest
from bot.domain.chat.unclear_words import (
    MAX_SHOWN,
    NoSuchVersion,
    NoSuchWord,
    TakesNoInstance,
    TakesNoVersion,
    UnclearWord,
    WordsNotUnderstood,
    bare,
    looks_like_version,
    nearest_word,
    unclear_word,
    version_of,
)
from bot.domain.fleet.model import Instance, InstanceType
from bot.domain.fleet.names import InstanceUnreadable, UnknownInstance, join_names, resolve
from bot.domain.reasons import Reason
from bot.domain.versions import Version, latest_release
from bot.formats.documents import stored
from bot.formats.markdown import truncate

ALL = "all"
GROUPS = frozenset({ALL, *(kind.value for kind in InstanceType)})
"""The words for many instances."""

MAX_TOLD = 5
"""Words that are not understood, of which one answer says why."""

_DASHES = re.compile("^[\u2012-\u2015\u2212](?=[^\\s=]*(?:=|$))")  # phone keyboards replace two dashes by these


@stored("arguments.unknown_option", flags="flags", valued="valued", usage="usage")
@dataclass(frozen=True)
class UnknownOption(Reason):
    """The command has no such option. `flags` and `valued` are those it has: without and with a text after them."""

    flags: tuple[str, ...]
    valued: tuple[str, ...]
    usage: str


@stored("arguments.option_without_text", option="option")
@dataclass(frozen=True)
class OptionWithoutText(Reason):
    """The option needs a text, in which people say why."""

    option: str


@stored("arguments.no_instances", command="command", usage="usage")
@dataclass(frozen=True)
class NoInstancesNamed(Reason):
    """The command needs the names of instances."""

    command: str
    usage: str


@stored("arguments.no_version", usage="usage")
@dataclass(frozen=True)
class NoVersionNamed(Reason):
    """Neither the command nor the issue's title has a version."""

    usage: str


@stored("arguments.several_versions")
@dataclass(frozen=True)
class SeveralVersionsNamed(Reason):
    """The command takes one version only."""


@stored("arguments.no_release")
@dataclass(frozen=True)
class NoReleaseYet(Reason):
    """The newest release was requested, but upstream has none."""


@dataclass(frozen=True)
class Arguments:
    """The words by kind. `options` are those given, with their text (empty for flags)."""

    names: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    latest: bool = False
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str) -> str | None:
        """The option's text (empty for a flag), or None if it was not given."""
        return dict(self.options).get(name)


def parse_arguments(
    words: Sequence[str],
    usage: str,
    flags: Sequence[str] = (),
    valued: Sequence[str] = (),
    *,
    versions_named: bool = True,
    latest_named: bool = True,
) -> Arguments | Reason:
    """The words by kind, or what is wrong with them.

    `flags` are the options that stand alone, `valued` those with a text after them. The last two say whether the
    command takes a version, and `latest` for one.
    """
    names: list[str] = []
    versions: list[Version] = []
    options: dict[str, str] = {}
    latest = False
    rest = [_DASHES.sub("--", word) for word in join_names(words)]
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word in flags:
            options[word] = ""
        elif name in valued:
            if not equals and rest and not rest[0].startswith("--"):
                value = rest.pop(0)
            if not value.strip():
                return OptionWithoutText(name)
            options[name] = value
        elif word.startswith("-"):
            return _not_taken(word, words, usage, UnknownOption(tuple(flags), tuple(valued), usage))
        elif version := version_of(word):
            if not versions_named:
                return _not_taken(word, words, usage, TakesNoVersion())
            versions += [] if version in versions else [version]
        elif bare(word).lower() == LATEST:
            if not latest_named:
                return _not_taken(word, words, usage, NoSuchVersion() if versions_named else TakesNoVersion())
            latest = True
        else:
            names.append(bare(word) if bare(word).lower() in GROUPS else word)
    return Arguments(tuple(names), tuple(versions), latest, tuple(options.items()))


def _not_taken(word: str, words: Sequence[str], usage: str, cause: Reason) -> WordsNotUnderstood:
    position = words.index(word) + 1 if word in words else 0
    return WordsNotUnderstood((UnclearWord(truncate(word, MAX_SHOWN), position, cause),), usage)


def resolve_version(
    arguments: Arguments, request: CommandRequest, context: CommandContext, usage: str
) -> Version | Reason:
    """The one version that is meant, or what is wrong."""
    if len(arguments.versions) + arguments.latest > 1:
        return SeveralVersionsNamed()
    if arguments.latest:
        return latest_release(context.released) or NoReleaseYet()
    version = arguments.versions[0] if arguments.versions else request.version
    return version or NoVersionNamed(usage)


@dataclass(frozen=True)
class Selection:
    """The instances that were named, in order of work, and the words that name none, with why.

    `by_group` are the slugs that only a group, such as `all`, selects.
    """

    instances: tuple[Instance, ...]
    unknown: tuple[tuple[str, Reason], ...]
    by_group: frozenset[str]


def select_instances(names: Sequence[str], context: CommandContext) -> Selection:
    """The instances that the names stand for, each once."""
    named: set[str] = set()
    by_group: set[str] = set()
    unknown: dict[str, Reason] = {}
    for name in names:
        if name.lower() in GROUPS:
            by_group |= {i.slug for i in context.fleet if name.lower() in {ALL, i.type.value}}
            continue
        found = resolve(name, context.fleet, trusted=context.trusted, suggest=len(unknown) < MAX_TOLD)
        if isinstance(found, Instance):
            named.add(found.slug)
        else:
            unknown.setdefault(name, found)
    instances = tuple(i for i in context.fleet if i.slug in named | by_group)
    return Selection(instances, tuple(unknown.items()), frozenset(by_group - named))


def choose_instances(
    arguments: Arguments, request: CommandRequest, context: CommandContext, usage: str
) -> Selection | WordsNotUnderstood:
    """The instances that are named, if every word is understood. `unknown` has those that can't be read."""
    selection = select_instances(arguments.names, context)
    unknown = [one for one in selection.unknown if not isinstance(one[1], InstanceUnreadable)]
    unclear = [
        unclear_word(word, request.arguments, _cause(word, reason), context) for word, reason in unknown[:MAX_TOLD]
    ]
    return WordsNotUnderstood(tuple(unclear), usage) if unclear else selection


def _cause(word: str, reason: Reason) -> Reason:
    """Why a word names no instance, if it may have been meant for something else."""
    if not isinstance(reason, UnknownInstance):
        return reason
    if looks_like_version(word):
        return NoSuchVersion()
    meant = nearest_word(word, [LATEST, *sorted(GROUPS)])
    return NoSuchWord(meant) if meant and not reason.nearest else reason


def refuse_names(
    arguments: Arguments, request: CommandRequest, context: CommandContext, usage: str
) -> WordsNotUnderstood | None:
    """What is wrong with the words of a command that takes a version at most; None if all of them name instances."""

    def cause(word: str) -> Reason:
        meant = nearest_word(word, [LATEST])
        return NoSuchVersion() if looks_like_version(word) else NoSuchWord(meant) if meant else TakesNoInstance()

    unknown = select_instances(arguments.names, context).unknown
    unclear = [unclear_word(word, request.arguments, cause(word), context) for word, _ in unknown[:MAX_TOLD]]
    return WordsNotUnderstood(tuple(unclear), usage) if unclear else None

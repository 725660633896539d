"""Words of a command that are not understood. One of them is enough: then the whole line does nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.domain.chat.requests import CommandContext
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored
from bot.formats.markdown import one_line

_LIKE_A_VERSION = re.compile(r"[vV]?\d[\w.+-]*|[vV]\.?\d.*")
_AROUND = "`*_'()[]<>"
MAX_SHOWN = 40
"""Characters of a word that an answer repeats."""
_SIMILARITY = 70
"""In percent. From here on, a word could be a mistyped name."""


@stored("arguments.no_such_version")
@dataclass(frozen=True)
class NoSuchVersion(Reason):
    """The word looks like a version, and is none."""


@stored("arguments.no_such_word", nearest="nearest")
@dataclass(frozen=True)
class NoSuchWord(Reason):
    """The word is none that the command knows; `nearest` is the one that it is a typo of."""

    nearest: str


@stored("arguments.takes_no_version")
@dataclass(frozen=True)
class TakesNoVersion(Reason):
    """The command takes no version."""


@stored("arguments.takes_no_instance")
@dataclass(frozen=True)
class TakesNoInstance(Reason):
    """The command takes no instance, and the word is no version."""


@stored("arguments.unclear_word", typed="typed", position="position", cause="cause")
@dataclass(frozen=True)
class UnclearWord:
    """A word that is not understood, and why.

    `typed` is empty if the word could be a customer's name; then `position` tells it, counted from 1 after the
    command (0 if it is made of several words).
    """

    typed: str
    position: int
    cause: Reason


@stored("arguments.words_not_understood", words="words", usage="usage")
@dataclass(frozen=True)
class WordsNotUnderstood(Reason):
    """The command does nothing, because of these words."""

    words: tuple[UnclearWord, ...]
    usage: str

    def hide(self, redact: Callable[[str], str]) -> WordsNotUnderstood:
        """The same without the words in which `redact` finds a customer's name. Nothing stands in for them, because
        that would tell whose name it is."""
        words = tuple(
            word if redact(word.typed) == one_line(word.typed) else replace(word, typed="") for word in self.words
        )
        return replace(self, words=words)


def bare(word: str) -> str:
    """A word without the Markdown around it."""
    return word.strip(_AROUND)


def version_of(word: str) -> Version | None:
    """The version that a word is, with or without Markdown around it."""
    return Version.parse(bare(word))


def looks_like_version(word: str) -> bool:
    """Whether people mean a version by a word, right or wrong."""
    return _LIKE_A_VERSION.fullmatch(bare(word)) is not None


def unclear_word(word: str, words: Sequence[str], cause: Reason, context: CommandContext) -> UnclearWord:
    """The word among those of the command, hidden if it is like a customer's name."""
    typed = "" if len(word) > MAX_SHOWN or _is_like_a_customers_name(word, context) else word
    return UnclearWord(typed, words.index(word) + 1 if word in words else 0, cause)


def nearest_word(word: str, known: Sequence[str]) -> str:
    """The known word of which this one is a typo; empty if there is none."""
    typed = word.lower()
    close = {name: OSA.distance(typed, name) for name in known if len(typed) >= 3}
    return min(
        (name for name in close if close[name] <= (2 if len(name) > 6 else 1)), key=close.__getitem__, default=""
    )


def _is_like_a_customers_name(word: str, context: CommandContext) -> bool:
    """Whether it could be a customer's name with a typo, also of a customer who left."""
    if looks_like_version(word):
        return False
    internal = {instance.slug for instance in context.fleet if instance.internal}
    names = {
        name for instance in context.fleet.customers for name in (instance.slug, instance.domain, instance.customer)
    }
    names |= {problem.slug for problem in context.fleet.unreadable if not problem.internal}
    names |= {upgrade.slug for upgrade in context.upgrades.values()} - internal
    typed = word.lower()
    found = process.extractOne(
        typed, [name.lower() for name in names if name], scorer=fuzz.ratio, score_cutoff=_SIMILARITY
    )
    return found is not None or any(len(name) >= 4 and name.lower() in typed for name in names)

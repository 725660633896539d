"""`describe(reason)`: the one way from a reason to its English."""

from __future__ import annotations

from functools import singledispatch

from bot.domain.reasons import PlainText, Reason


@singledispatch
def describe(reason: Reason) -> str:
    """A reason in plain words: no Markdown, and nothing redacted yet. Raises TypeError for one without wording."""
    raise TypeError(f"{type(reason).__name__} has no wording")


def clause(reason: Reason) -> str:
    """The words without a period at the end, to stand inside a sentence."""
    return describe(reason).rstrip(".")


def sentence(reason: Reason) -> str:
    """The words with one period at the end."""
    return f"{clause(reason)}."


@describe.register
def _(reason: PlainText) -> str:
    return reason.text

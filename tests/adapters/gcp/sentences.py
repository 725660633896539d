"""What holds for every sentence that Google's edges make of a failure."""

from __future__ import annotations

from bot.domain.health.queries import Answer, Unavailable


def assert_sentence(text: str) -> str:
    """The text, which is one sentence with no customer in it."""
    assert text.endswith(".")
    assert "\n" not in text
    assert ". " not in text
    assert "acme" not in text
    return text


def assert_unavailable(answer: Answer) -> str:
    """The sentence of no answer."""
    assert isinstance(answer, Unavailable)
    return assert_sentence(answer.reason)

"""What holds for every reason that Google's adapters give for a failure."""

from __future__ import annotations

from bot.domain.health.queries import Answer, Unavailable
from bot.domain.reasons import Reason
from bot.rendering.wording import describe


def assert_harmless(reason: Reason) -> Reason:
    """The reason. Its words are one sentence that names no customer, and neither does its form for logs."""
    text = describe(reason)
    assert text.endswith(".")
    assert "\n" not in text
    assert ". " not in text
    assert "acme" not in text
    assert "acme" not in repr(reason)
    return reason


def reason_of(answer: Answer) -> Reason:
    """Why there is no answer."""
    assert isinstance(answer, Unavailable)
    return assert_harmless(answer.reason)

"""Expectations about errors that carry a reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from bot.domain.reasons import Reason

E = TypeVar("E", bound=Exception)


@contextmanager
def raises(error: type[E], reason: Reason) -> Iterator[pytest.ExceptionInfo[E]]:
    """Like `pytest.raises`; the error must have exactly this reason."""
    with pytest.raises(error) as caught:
        yield caught
    assert getattr(caught.value, "reason", None) == reason

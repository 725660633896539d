"""`describe_repair(reason)`: what a person does about a finding."""

from __future__ import annotations

from functools import singledispatch

from bot.domain.reasons import Reason


@singledispatch
def describe_repair(_reason: Reason) -> str:
    """How to repair what the reason says, in plain words; empty if there is nothing to do."""
    return ""

"""Numbers with their nouns."""

from __future__ import annotations


def count(number: int, noun: str, *, zero: str = "0") -> str:
    """`1 alert`, `2 alerts`; `zero` stands for the number 0."""
    return f"{number or zero} {noun}{'' if number == 1 else 's'}"

"""Durations in words."""

from __future__ import annotations


def format_duration(seconds: float) -> str:
    return f"{seconds:g} seconds" if seconds < 120 else f"{seconds / 60:g} minutes"

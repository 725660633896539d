"""Times and durations in words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta


def format_time(at: datetime) -> str:
    """A time in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def format_period(times: Collection[datetime]) -> str:
    """When several things were seen: one time if within a minute, else from when to when. Empty for none."""
    if not times:
        return ""
    start, end = (at.astimezone(UTC) for at in (min(times), max(times)))
    if end - start < timedelta(minutes=1):
        return format_time(end)
    same_day = start.date() == end.date()
    return f"{start:%Y-%m-%d %H:%M:%S} to {end:{'%H:%M:%S' if same_day else '%Y-%m-%d %H:%M:%S'}} UTC"

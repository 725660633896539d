"""Google's times (RFC 3339, in any zone) as UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.adapters.gcp.errors import UnexpectedResponseError


def parse_time(text: object) -> datetime | None:
    """The time in UTC, or None if the text is no time with a zone."""
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo else None


def require_time(text: object) -> datetime:
    """The time in UTC. Raises UnexpectedResponseError if the text is no time with a zone."""
    when = parse_time(text)
    if when is None:
        raise UnexpectedResponseError(f"{text!r} is no time")
    return when

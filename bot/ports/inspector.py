"""What health checks ask external systems."""

from __future__ import annotations

from typing import Protocol

from bot.domain.health.queries import Answer, Query


class Inspector(Protocol):
    """Answers the queries of health checks. Never raises: a failure is the answer Unavailable."""

    def fetch(self, query: Query) -> Answer: ...

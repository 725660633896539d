"""Sends each query of a health check to the adapter that answers it (the port `Inspector`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.health.queries import Answer, Query, Unavailable
from bot.domain.health.reasons import NotConnected

NOT_CONNECTED = Unavailable(NotConnected())


class InspectorRouter:
    """Sends each query to the handler of its type. A query without a handler is Unavailable."""

    def __init__(self, by_query: Mapping[type, Callable[[Any], Answer]]) -> None:
        self._handlers = dict(by_query)

    def fetch(self, query: Query) -> Answer:
        handler = self._handlers.get(type(query))
        return handler(query) if handler else NOT_CONNECTED

"""Whom each question of a health check is put to (`ports.Inspector`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.health.queries import Answer, Query, Unavailable

NOT_CONNECTED = Unavailable(
    "Nobody can be asked that from here: it takes a mibot that is connected to GitHub, not a clone alone."
)


class InspectorRouter:
    """Puts each question to whoever answers its kind; one that nobody answers is Unavailable."""

    def __init__(self, by_query: Mapping[type, Callable[[Any], Answer]]) -> None:
        self._handlers = dict(by_query)

    def fetch(self, query: Query) -> Answer:
        answerer = self._handlers.get(type(query))
        return answerer(query) if answerer else NOT_CONNECTED

"""Whom each question of a health check is put to (`ports.Inspector`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.health.queries import Answer, Query, Unavailable

NOBODY = Unavailable(
    "Nobody can be asked that from here: it takes a mibot that is connected to GitHub, not a clone alone."
)


class Inspectors:
    """Puts each question to whoever answers its kind; one that nobody answers is Unavailable."""

    def __init__(self, by_query: Mapping[type, Callable[[Any], Answer]]) -> None:
        self._by_query = dict(by_query)

    def ask(self, query: Query) -> Answer:
        answerer = self._by_query.get(type(query))
        return answerer(query) if answerer else NOBODY

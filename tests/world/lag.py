"""Lists that lag behind writes, as GitHub's replicas do. What is read by its own number never lags."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.world.exchange import HttpResponse, Request

Json = dict[str, Any]
ITEMS_KEYS = ("check_runs", "workflow_runs", "items")
CREATION_TIMES = ("created_at", "started_at", "submitted_at")
NOT_LAGGING = ("/commits", "/git/", "/compare/", "/jobs")
"""Read from Git itself, or a part of one thing."""


class Lag:
    """Shows lists as they were `seconds` ago: without what is younger, and the rest as it was seen then."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._versions: dict[tuple[str, int], list[tuple[datetime, Json]]] = {}
        self._lock = threading.Lock()

    def apply(self, request: Request, answer: HttpResponse) -> HttpResponse:
        """The answer to a request, late if it is a list."""
        document = self.note(request, answer)
        items = _listed(document)
        if not self.seconds or request.method != "GET" or items is None or _never_lags(request.path):
            return answer
        seen = [late for item in items if (late := self._as_it_was(item)) is not None]
        if isinstance(document, list):
            return answer.with_json(seen)
        key = next(key for key in ITEMS_KEYS if key in document)
        return answer.with_json({**document, key: seen, "total_count": len(seen)})

    def note(self, request: Request, answer: HttpResponse) -> Any:
        """Remember how things are by this answer; returns its document."""
        if not answer.ok or not answer.body or not request.path.startswith("/repos/"):
            return None
        document = answer.json
        for item in _items(document):
            self._remember(item)
        return document

    def _remember(self, item: Json) -> None:
        updated = _time(item, ("updated_at",))
        if updated is None:
            return
        with self._lock:
            versions = self._versions.setdefault(_key(item), [])
            if not versions or versions[-1][0] < updated:
                versions.append((updated, item))

    def _as_it_was(self, item: Json) -> Json | None:
        """What a list shows of an item; None if the list does not have it yet."""
        then = datetime.now(UTC) - timedelta(seconds=self.seconds)
        created = _time(item, CREATION_TIMES)
        if created is not None and created > then:
            return None
        with self._lock:
            earlier = [version for updated, version in self._versions.get(_key(item), []) if updated <= then]
        return earlier[-1] if earlier else item


def _never_lags(path: str) -> bool:
    checks = path.endswith("/check-runs")
    return not checks and any(part in path for part in NOT_LAGGING)


def _listed(document: Any) -> list[Any] | None:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        return next((document[key] for key in ITEMS_KEYS if isinstance(document.get(key), list)), None)
    return None


def _items(document: Any) -> Iterator[Json]:
    listed = _listed(document)
    for item in [document] if listed is None else listed:
        if isinstance(item, dict) and isinstance(item.get("id"), int):
            yield item


def _key(item: Json) -> tuple[str, int]:
    return str(item.get("url") or ""), int(item["id"])


def _time(item: Any, names: tuple[str, ...]) -> datetime | None:
    found = next((item[name] for name in names if isinstance(item, dict) and item.get(name)), None)
    return datetime.fromisoformat(found) if isinstance(found, str) else None

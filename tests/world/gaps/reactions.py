"""Reactions to issues and their comments."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from typing import Any

from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.gap import Gap, Github

PATH = re.compile(r"(/repos/[^/]+/[^/]+/issues/(?:comments/)?\d+)/reactions")
CONTENTS = frozenset({"+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"})


class Reactions(Gap):
    """Kept in memory. The same reaction twice counts once, as on GitHub."""

    def __init__(self, github: Github) -> None:
        super().__init__(github)
        self._by_subject: dict[str, list[dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def answer(self, request: Request) -> HttpResponse | None:
        match = PATH.fullmatch(request.path)
        if match is None or request.method not in {"GET", "POST"}:
            return None
        subject = match.group(1)
        if self.github.get(request, subject) is None:
            return HttpResponse.json_response(404, {"message": "Not Found"})
        if request.method == "GET":
            return HttpResponse.json_response(200, self._by_subject.get(subject, []))
        content = (request.json or {}).get("content")
        if content not in CONTENTS:
            return HttpResponse.json_response(422, {"message": "Validation Failed"})
        return self._react(subject, content, self.github.actor(request))

    def _react(self, subject: str, content: str, user: dict[str, Any]) -> HttpResponse:
        with self._lock:
            reactions = self._by_subject.setdefault(subject, [])
            for reaction in reactions:
                if (reaction["content"], reaction["user"]["login"]) == (content, user["login"]):
                    return HttpResponse.json_response(200, reaction)
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            made = {"id": len(reactions) + 1, "content": content, "user": user, "created_at": now}
            reactions.append(made)
            return HttpResponse.json_response(201, made)

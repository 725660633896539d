"""The edit history of issues and comments, by GraphQL, which the emulator lacks."""

from __future__ import annotations

from demo.edit_history import BODY_PATH, EditHistory
from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.gap import Gap, Github


class Edits(Gap):
    """Notes every edit of a body, and answers who made it say what."""

    def __init__(self, github: Github) -> None:
        super().__init__(github)
        self._history = EditHistory()

    def answer(self, request: Request) -> HttpResponse | None:
        if request.method == "POST" and request.path == "/graphql":
            return HttpResponse.json_response(200, self._history.answer(request.json))
        if (
            request.method != "PATCH"
            or BODY_PATH.fullmatch(request.path) is None
            or "body" not in (request.json or {})
        ):
            return None
        with self._history.lock:
            before = self.github.get(request, request.path)
            answer = self.github.ask(request)
            if answer.ok:
                self._history.note(before, answer.json, str(self.github.actor(request)["login"]))
        return answer

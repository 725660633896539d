"""The App's webhook URL, as `GET /app/hook/config` returns it."""

from __future__ import annotations

from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.gap import Gap


class HookConfig(Gap):
    """The queue's target is the App's URL, whatever URL the emulator itself delivers to."""

    def answer(self, request: Request) -> HttpResponse | None:
        if (request.method, request.path) != ("GET", "/app/hook/config"):
            return None
        if self.github.get(request, "/app") is None:
            return HttpResponse.json_response(401, {"message": "A JSON web token could not be decoded"})
        config = {"content_type": "json", "insecure_ssl": "0", "secret": "********"}
        return HttpResponse.json_response(200, {**config, "url": self.github.mailbox.target or ""})

"""The base class of all gaps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from demo.organization import Org
from tests.world.exchange import HttpResponse, Request
from tests.world.webhooks import DeliveryQueue

Send = Callable[[Request], HttpResponse]


@dataclass(frozen=True)
class Github:
    """What a gap may use: the emulator on behalf of the sender of a request, and the App's deliveries."""

    org: Org
    mailbox: DeliveryQueue
    ask: Send

    def get(self, request: Request, path: str) -> Any:
        """The emulator's document at `path` for the sender of `request`; None when it refuses."""
        answer = self.ask(replace(request, method="GET", target=path, body=b""))
        return answer.json if answer.ok else None

    def actor(self, request: Request) -> dict[str, Any]:
        """The sender of `request`, in the form of events."""
        login = request.person or self.org.bot
        return {"login": login, "type": "User" if request.person else "Bot"}

    def deliver(self, request: Request, event: str, repository: str, facts: dict[str, Any]) -> None:
        """Deliver an event about `repository` (`owner/name`) that the request's sender caused."""
        envelope = {
            "repository": self.get(request, f"/repos/{repository}"),
            "sender": self.actor(request),
            "installation": {"id": self.org.installation_id},
        }
        self.mailbox.inject(event, json.loads(json.dumps({**facts, **envelope})))


class Gap:
    """One gap. A request goes through `rewrite_request` of all gaps, then to the first `answer`, or to the emulator
    and then through `correct_response` of all."""

    def __init__(self, github: Github) -> None:
        self.github = github

    def rewrite_request(self, request: Request) -> Request:
        """The request as the emulator should get it."""
        return request

    def answer(self, request: Request) -> HttpResponse | None:  # noqa: ARG002 - for gaps that need it
        """The whole answer, when the emulator is not needed."""
        return None

    def correct_response(self, request: Request, answer: HttpResponse) -> HttpResponse:  # noqa: ARG002 - the same
        """The emulator's answer, corrected. Side effects of the request happen here, too."""
        return answer

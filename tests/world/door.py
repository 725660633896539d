"""Where the emulator delivers webhooks, for all organizations."""

from __future__ import annotations

from tests.world.exchange import HttpResponse, Request
from tests.world.server import Server
from tests.world.webhooks import DeliveryQueue


class WebhookEndpoint:
    """Puts every delivery into its organization's queue. `url` ends in `{org}`, which stands for a name."""

    def __init__(self) -> None:
        self._mailboxes: dict[str, DeliveryQueue] = {}
        self._server = Server(self._handle)
        self.url = f"{self._server.url}/{{org}}"

    def assign(self, org: str, mailbox: DeliveryQueue) -> None:
        self._mailboxes[org] = mailbox

    def close(self) -> None:
        self._server.close()

    def _handle(self, request: Request) -> HttpResponse:
        mailbox = self._mailboxes.get(request.path.removeprefix("/"))
        if mailbox is None:
            return HttpResponse.json_response(404, {"message": "Nobody is listening for this organization."})
        mailbox.receive(request)
        return HttpResponse(202)

"""GitHub Actions in the deployment repository: its workflow, its runs, and the `workflow_run` event."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from demo.actions import Actions, ActionsApi
from demo.organization import OWNER
from tests.world.exchange import PERSON_HEADER, HttpResponse, Request
from tests.world.gaps.gap import Gap, Github

Json = dict[str, Any]


class UpgradeWorkflow(Gap):
    """The emulator has the routes but no workflow, and its runs stay queued. `actions` replaces all of it."""

    def __init__(self, github: Github) -> None:
        super().__init__(github)
        self.actions = Actions(github.org.deployment, self._deliver, self._publish)
        self._repository = f"/repos/{github.org.deployment}"

    def answer(self, request: Request) -> HttpResponse | None:
        if not request.path.startswith(f"{self._repository}/actions/"):
            return None
        if self.github.get(request, self._repository) is None:
            return HttpResponse.json_response(404, {"message": "Not Found"})
        actor = str(self.github.actor(request)["login"])

        def head(ref: str) -> str | None:
            found = self.github.get(request, f"{self._repository}/commits/{quote(ref)}")
            return str(found["sha"]) if found else None

        answered = ActionsApi(self.actions).handle(
            request.method, request.path, request.query, request.json, actor=actor, resolve_ref=head
        )
        if answered is None or answered.document is None:
            return HttpResponse(answered.status) if answered else None
        headers = {}
        if answered.next_page:
            following = urlencode({**request.query, "page": answered.next_page})
            headers["Link"] = f'<{self.actions.url}{request.path}?{following}>; rel="next"'
        return HttpResponse.json_response(answered.status, answered.document, headers)

    def _deliver(self, event: str, facts: Json) -> None:
        repository = self.github.get(self._as_owner(), self._repository)
        envelope = {"repository": repository, "installation": {"id": self.github.org.installation_id}}
        self.github.mailbox.inject(event, {**facts, **envelope})

    def _publish(self, check_run: Json) -> None:
        answer = self.github.ask(
            replace(
                self._as_owner(),
                method="POST",
                target=f"{self._repository}/check-runs",
                body=json.dumps(check_run).encode(),
            )
        )
        assert answer.ok, answer.body

    def _as_owner(self) -> Request:
        token = self.github.org.token(OWNER)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json", PERSON_HEADER: OWNER}
        return Request("GET", self._repository, headers)

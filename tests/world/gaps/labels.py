"""The `labeled` events of labels that an issue is opened with."""

from __future__ import annotations

import re

from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.gap import Gap
from tests.world.webhooks import Delivery

CREATE = re.compile(r"/repos/([^/]+/[^/]+)/issues")


class InitialLabels(Gap):
    """GitHub sends `opened` and one `labeled` per label; the emulator sends only `opened`."""

    def correct_response(self, request: Request, answer: HttpResponse) -> HttpResponse:
        match = CREATE.fullmatch(request.path)
        if request.method != "POST" or match is None or not answer.ok:
            return answer
        issue, repository = answer.json, match.group(1)

        def opened(delivery: Delivery) -> bool:
            if (delivery.event, delivery.action) != ("issues", "opened"):
                return False
            about = delivery.json
            same: bool = (about["repository"]["full_name"], about["issue"]["number"]) == (repository, issue["number"])
            return same

        if issue["labels"] and self.github.mailbox.wait_for(opened):
            for label in issue["labels"]:
                facts = {"action": "labeled", "issue": issue, "label": label}
                self.github.deliver(request, "issues", repository, facts)
        return answer

"""The App that created a check run."""

from __future__ import annotations

import re
from typing import Any

from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.gap import Gap, Github

CHECK_RUNS = re.compile(r"/repos/[^/]+/[^/]+/(commits/.+/check-runs|check-suites/\d+/check-runs|check-runs(/\d+)?)")
PEOPLE_APP = "ci"
"""The App for the check runs that people create in the tests; on GitHub only Apps can create them."""
RUNNER_APP = "github-actions"


class CheckRunApps(Gap):
    """In the emulator the `app` of a check run is null. This gap remembers who created each."""

    def __init__(self, github: Github) -> None:
        super().__init__(github)
        self._makers: dict[int, str] = {}

    def correct_response(self, request: Request, answer: HttpResponse) -> HttpResponse:
        if CHECK_RUNS.fullmatch(request.path) is None or not answer.ok or not answer.body:
            return answer
        document = answer.json
        if request.method == "POST":
            person = RUNNER_APP if document.get("external_id", "").isdecimal() else PEOPLE_APP
            self._makers[document["id"]] = person if request.person else self.github.org.app_slug
        for run in document.get("check_runs", [document]):
            run["app"] = self._app(run)
        return answer.with_json(document)

    def _app(self, run: dict[str, Any]) -> dict[str, Any]:
        slug = self._makers.get(run["id"], RUNNER_APP)
        return {"id": self.github.org.app_id if slug == self.github.org.app_slug else 0, "slug": slug, "name": slug}

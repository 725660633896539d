"""GitHub's limits on the length of titles and bodies."""

from __future__ import annotations

import re

from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.gap import Gap

MAX_LENGTHS = {"title": 256, "body": 65536}
"""Characters."""
TEXTS = re.compile(r"/repos/[^/]+/[^/]+/(issues|pulls)(/\d+(/comments|/reviews)?|/comments/\d+)?")


class Limits(Gap):
    """Refuses longer titles and bodies with 422 and GitHub's message."""

    def answer(self, request: Request) -> HttpResponse | None:
        if request.method not in {"POST", "PATCH"} or TEXTS.fullmatch(request.path) is None:
            return None
        document = request.json
        for name, longest in MAX_LENGTHS.items():
            text = document.get(name) if isinstance(document, dict) else None
            if isinstance(text, str) and len(text) > longest:
                sentence = f"{name} is too long (maximum is {longest} characters)"
                error = {"resource": "Issue", "code": "custom", "field": name, "message": sentence}
                return HttpResponse.json_response(422, {"message": "Validation Failed", "errors": [error]})
        return None

"""Comments: the list of a whole repository's comments, and the time of their last update."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from demo.comment_list import PATH, correct_update_time, list_comments
from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.gap import Gap

ISSUE_COMMENTS_PATH = re.compile(r"/repos/[^/]+/[^/]+/issues/(\d+/comments|comments/\d+)")
Json = dict[str, Any]


class CommentTimes(Gap):
    """The emulator may set a new comment's `updated_at` to milliseconds after its creation, as if it were edited."""

    def correct_response(self, request: Request, answer: HttpResponse) -> HttpResponse:
        if ISSUE_COMMENTS_PATH.fullmatch(request.path) is None or not answer.ok or not answer.body:
            return answer
        document = answer.json
        comments = document if isinstance(document, list) else [document]
        mended = sum(correct_update_time(comment) for comment in comments)
        return answer.with_json(document) if mended else answer


class AllComments(Gap):
    """`GET …/issues/comments`: the emulator takes `comments` for an issue number and finds none."""

    def answer(self, request: Request) -> HttpResponse | None:
        match = PATH.fullmatch(request.path)
        if request.method != "GET" or match is None:
            return None
        page = list_comments(lambda path: self.github.get(request, path), match.group(1), request.query)
        if page is None:
            return HttpResponse.json_response(404, {"message": "Not Found"})
        headers = {}
        if page.next_page is not None:
            following = urlencode({**request.query, "page": page.next_page})
            headers["Link"] = f'<http://{request.headers["host"]}{request.path}?{following}>; rel="next"'
        return HttpResponse.json_response(200, page.comments, headers)

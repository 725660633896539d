"""Comments: the list of a whole repository's comments, and the time of their last update."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.gap import Gap

ALL_COMMENTS_PATH = re.compile(r"(/repos/[^/]+/[^/]+)/issues/comments")
ISSUE_COMMENTS_PATH = re.compile(r"/repos/[^/]+/[^/]+/issues/(\d+/comments|comments/\d+)")
PAGE = 100
SAME_MOMENT = timedelta(milliseconds=5)
"""The emulator reads its clock twice and may be delayed in between. Nobody edits as fast as that."""
Json = dict[str, Any]


class CommentTimes(Gap):
    """The emulator may set a new comment's `updated_at` to milliseconds after its creation, as if it were edited."""

    def correct_response(self, request: Request, answer: HttpResponse) -> HttpResponse:
        if ISSUE_COMMENTS_PATH.fullmatch(request.path) is None or not answer.ok or not answer.body:
            return answer
        document = answer.json
        comments = document if isinstance(document, list) else [document]
        mended = sum(_correct_update_time(comment) for comment in comments)
        return answer.with_json(document) if mended else answer


class AllComments(Gap):
    """`GET …/issues/comments`: the emulator takes `comments` for an issue number and finds none."""

    def answer(self, request: Request) -> HttpResponse | None:
        match = ALL_COMMENTS_PATH.fullmatch(request.path)
        if request.method != "GET" or match is None:
            return None
        if self.github.get(request, match.group(1)) is None:
            return HttpResponse.json_response(404, {"message": "Not Found"})
        comments = self._comments(request, match.group(1))
        key = "updated_at" if request.query.get("sort") == "updated" else "created_at"
        comments.sort(key=lambda c: (c[key], c["id"]), reverse=request.query.get("direction") == "desc")
        return _page(request, comments)

    def _comments(self, request: Request, repository: str) -> list[Json]:
        found: list[Json] = []
        for number in self._numbers(request, repository):
            found += self._pages(request, f"{repository}/issues/{number}/comments?")
        for comment in found:
            _correct_update_time(comment)
        since = request.query.get("since")
        if since is None:
            return found
        earliest = datetime.fromisoformat(since)
        return [comment for comment in found if datetime.fromisoformat(comment["updated_at"]) >= earliest]

    def _numbers(self, request: Request, repository: str) -> list[int]:
        """The issues and pull requests that may have comments."""
        issues = self._pages(request, f"{repository}/issues?state=all&")
        pulls = self._pages(request, f"{repository}/pulls?state=all&")
        return [issue["number"] for issue in issues if issue["comments"]] + [pull["number"] for pull in pulls]

    def _pages(self, request: Request, path: str) -> Iterator[Json]:
        for number in count(1):
            page = self.github.get(request, f"{path}per_page={PAGE}&page={number}") or []
            yield from page
            if len(page) < PAGE:
                return


def _correct_update_time(comment: Json) -> bool:
    """Set the update time of a comment that was just created to its creation time. Returns whether it changed."""
    created, updated = comment["created_at"], comment["updated_at"]
    mend = created != updated and datetime.fromisoformat(updated) - datetime.fromisoformat(created) <= SAME_MOMENT
    if mend:
        comment["updated_at"] = created
    return mend


def _page(request: Request, items: list[Json]) -> HttpResponse:
    query = request.query
    size, number = int(query.get("per_page", "30")), int(query.get("page", "1"))
    headers = {}
    if number * size < len(items):
        following = urlencode({**query, "page": number + 1})
        headers["Link"] = f'<http://{request.headers["host"]}{request.path}?{following}>; rel="next"'
    return HttpResponse.json_response(200, items[(number - 1) * size : number * size], headers)

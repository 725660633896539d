"""`GET /repos/OWNER/NAME/issues/comments`, which the emulator lacks: the comments of all issues and pull requests.

Its parameters are those of https://docs.github.com/en/rest/issues/comments#list-issue-comments-for-a-repository.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

PATH = re.compile(r"(/repos/[^/]+/[^/]+)/issues/comments")
SAME_MOMENT = timedelta(milliseconds=5)
"""The emulator reads its clock twice and may be delayed in between. Nobody edits as fast as that."""
MAX_PAGE = 100
DEFAULT_PAGE = 30
Json = dict[str, Any]


@dataclass(frozen=True)
class CommentPage:
    """One page of comments, and the number of the next one; None if this is the last."""

    comments: list[Json]
    next_page: int | None


def list_comments(get: Callable[[str], Any], repository: str, query: Mapping[str, str]) -> CommentPage | None:
    """A page of the comments of a repository (`/repos/OWNER/NAME`), None if there is none.

    `get` answers with the emulator's document at a path, None when it refuses. `query` has GitHub's `since`, `sort`,
    `direction` (ignored without `sort`), `per_page` and `page`. Raises ValueError for a `since` that is no time.
    """
    if get(repository) is None:
        return None
    since = datetime.fromisoformat(query["since"]) if "since" in query else None
    comments = [
        comment
        for comment in _all_comments(get, repository)
        if since is None or _time(comment, "updated_at") >= since
    ]
    key = "updated_at" if query.get("sort") == "updated" else "created_at"
    newest_first = "sort" in query and query.get("direction") == "desc"
    comments.sort(key=lambda comment: (_time(comment, key), comment["id"]), reverse=newest_first)
    size = min(max(_number(query, "per_page", DEFAULT_PAGE), 1), MAX_PAGE)
    page = max(_number(query, "page", 1), 1)
    following = page + 1 if page * size < len(comments) else None
    return CommentPage(comments[(page - 1) * size : page * size], following)


def correct_update_time(comment: Json) -> bool:
    """Set the update time of a comment that was just created to its creation time. Returns whether it changed."""
    created, updated = _time(comment, "created_at"), _time(comment, "updated_at")
    mend = created != updated and updated - created <= SAME_MOMENT
    if mend:
        comment["updated_at"] = comment["created_at"]
    return mend


def _all_comments(get: Callable[[str], Any], repository: str) -> Iterator[Json]:
    for number in _numbers(get, repository):
        for comment in _pages(get, f"{repository}/issues/{number}/comments?"):
            correct_update_time(comment)
            yield comment


def _numbers(get: Callable[[str], Any], repository: str) -> list[int]:
    """The issues and pull requests that may have comments."""
    issues = _pages(get, f"{repository}/issues?state=all&")
    pulls = _pages(get, f"{repository}/pulls?state=all&")
    return [issue["number"] for issue in issues if issue["comments"]] + [pull["number"] for pull in pulls]


def _pages(get: Callable[[str], Any], path: str) -> Iterator[Json]:
    for number in count(1):
        page = get(f"{path}per_page={MAX_PAGE}&page={number}") or []
        yield from page
        if len(page) < MAX_PAGE:
            return


def _time(comment: Json, name: str) -> datetime:
    return datetime.fromisoformat(comment[name])


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isdecimal() else default

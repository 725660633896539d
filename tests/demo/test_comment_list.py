"""The list of a repository's comments, which the emulator lacks, as GitHub documents it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from demo.comment_list import list_comments

REPOSITORY = "/repos/acme/releases"


def comment(id_: int, created: str, updated: str = "") -> dict[str, Any]:
    return {"id": id_, "created_at": created, "updated_at": updated or created}


ISSUES: dict[int, list[dict[str, Any]]] = {
    1: [comment(11, "2026-01-05T09:00:00Z", "2026-01-05T12:00:00Z"), comment(12, "2026-01-05T10:00:00.000Z")],
    2: [comment(21, "2026-01-05T11:00:00.250Z", "2026-01-05T11:00:00.252Z")],
    3: [],
}
PULLS = {4: [comment(41, "2026-01-05T09:30:00Z")]}


def get(path: str) -> Any:
    """The emulator, one item a page larger than mibot asks for would show."""
    parts = urlsplit(path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.path == REPOSITORY:
        return {"full_name": "acme/releases"}
    if parts.path == f"{REPOSITORY}/issues":
        found = [{"number": number, "comments": len(comments)} for number, comments in ISSUES.items()]
    elif parts.path == f"{REPOSITORY}/pulls":
        found = [{"number": number} for number in PULLS]
    elif parts.path.endswith("/comments"):
        found = [dict(one) for one in {**ISSUES, **PULLS}[int(parts.path.split("/")[-2])]]
    else:
        return None
    size, page = int(query["per_page"]), int(query["page"])
    return found[(page - 1) * size : page * size]


def ids(**query: str) -> list[int]:
    page = list_comments(get, REPOSITORY, query)
    assert page is not None
    return [one["id"] for one in page.comments]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, [11, 41, 12, 21]),
        ({"direction": "desc"}, [11, 41, 12, 21]),
        ({"sort": "created", "direction": "desc"}, [21, 12, 41, 11]),
        ({"sort": "updated"}, [41, 12, 21, 11]),
        ({"sort": "updated", "direction": "desc"}, [11, 21, 12, 41]),
        ({"since": "2026-01-05T11:00:00Z", "sort": "updated"}, [21, 11]),
        ({"since": "2026-01-05T12:00:01Z"}, []),
        ({"per_page": "3", "page": "2"}, [21]),
        ({"per_page": "0"}, [11]),
    ],
)
def test_the_parameters(query: dict[str, str], wanted: list[int]) -> None:
    assert ids(**query) == wanted


def test_pages_follow_one_another() -> None:
    first = list_comments(get, REPOSITORY, {"per_page": "3"})
    last = list_comments(get, REPOSITORY, {"per_page": "3", "page": "2"})
    assert first is not None
    assert last is not None
    assert (first.next_page, last.next_page) == (2, None)


def test_a_new_comment_was_not_edited() -> None:
    page = list_comments(get, REPOSITORY, {"since": "2026-01-05T11:00:00Z", "sort": "created"})
    assert page is not None
    assert {one["id"]: one["created_at"] == one["updated_at"] for one in page.comments} == {11: False, 21: True}


def test_a_repository_that_is_not_there_has_no_list() -> None:
    assert list_comments(get, "/repos/acme/other", {}) is None

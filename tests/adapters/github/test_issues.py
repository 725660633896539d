"""The releases repository's issues and comments, as GitHub lists them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.adapters.github import GitHubIssues
from bot.ports.errors import PermanentError
from tests.adapters.github.conftest import FakeGitHub
from tests.adapters.github.samples import API, comment, issue, user

LIST = "/repos/acme/releases/issues"
NOON = datetime(2022, 6, 1, 12, tzinfo=UTC)


def next_page(path: str, page: int) -> dict[str, str]:
    """GitHub names its own host in its links, which may not be the one we talk to."""
    return {"Link": f'<https://elsewhere.test{path}?page={page}&per_page=100>; rel="next", <x>; rel="last"'}


def test_an_issue_is_read_as_it_is(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", f"{LIST}/1", issue(1, user=user("release-bot[bot]"), state="closed", body=None))
    found = issues.issue(1)
    assert found.labels == {"team/cloud"}
    assert (found.author, found.by_bot, found.open, found.body) == ("release-bot[bot]", True, False, "")
    assert found.updated_at == datetime(2022, 6, 1, 10, tzinfo=UTC)


def test_somebody_who_deleted_their_account_is_a_ghost(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", f"{LIST}/1", issue(1, user=None))
    assert issues.issue(1).author == "ghost"


def test_pull_requests_are_not_issues(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", LIST, [issue(3), issue(2, pull_request={"url": "…"}), issue(1)])
    assert [found.number for found in issues.list_issues(["team/cloud"], state="open")] == [1, 3]


def test_every_page_of_a_list_is_read(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response(
        "GET", LIST, [issue(n) for n in range(1, 101)], headers=next_page(LIST, 2), query={"state": "all"}
    )
    site.add_response("GET", LIST, [issue(n) for n in range(101, 151)], query={"page": "2"})
    found = issues.list_issues(["b", "a"], state="all", since=NOON.replace(hour=1))
    assert [one.number for one in found] == list(range(1, 151))
    assert all(url.startswith(API) for url in site.urls())
    first = next(url for url in site.urls() if "state=all" in url)
    assert "labels=a%2Cb" in first
    assert "per_page=100" in first


def test_an_issue_is_opened_with_its_labels(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("POST", LIST, issue(7), 201)
    assert issues.create_issue("title", "body", ["b", "a"]).number == 7
    assert site.sent() == {"title": "title", "body": "body", "labels": ["a", "b"]}


def test_no_labels_are_no_request(site: FakeGitHub, issues: GitHubIssues) -> None:
    issues.add_labels(1, [])
    assert site.requests() == []


@pytest.mark.parametrize(("role", "outsider"), [("read", True), ("triage", False), ("admin", False)])
def test_who_keeps_a_membership_private_is_no_outsider(
    site: FakeGitHub, issues: GitHubIssues, role: str, outsider: bool
) -> None:
    site.add_response("GET", f"{LIST}/1", issue(1, author_association="NONE"))
    told = {"permission": "read" if role == "triage" else role, "role_name": role}
    site.add_response("GET", f"{LIST[: -len('/issues')]}/collaborators/alice/permission", told)
    assert issues.issue(1).outsider is outsider


def test_comments_come_oldest_first_and_know_their_issue(site: FakeGitHub, issues: GitHubIssues) -> None:
    later = comment(1, created_at="2022-06-01T11:00:00Z", updated_at="2022-06-01T11:00:00Z")
    site.add_response("GET", f"{LIST}/5/comments", [later, comment(2)])
    found = issues.comments(5)
    assert [one.id for one in found] == [2, 1]
    assert {one.issue for one in found} == {5}
    assert not found[0].edited


def test_recent_comments_are_those_changed_since_a_time(site: FakeGitHub, issues: GitHubIssues) -> None:
    old = comment(1)
    edited = comment(2, updated_at="2022-06-01T12:00:00Z")
    site.add_response("GET", f"{LIST}/comments", [old, edited])  # a server that ignores `since`
    (found,) = issues.recent_comments(NOON.replace(microsecond=700_000))
    assert found.id == 2
    assert found.edited


def test_recent_comments_come_once_each_in_the_order_of_their_change(site: FakeGitHub, issues: GitHubIssues) -> None:
    """While the pages are turned somebody edits an old comment, and the list moves on by one."""

    def at(number: int) -> dict[str, object]:
        return comment(number, updated_at=f"2022-06-01T12:{number:02d}:00Z")

    pages = f"{LIST}/comments"
    site.add_response(
        "GET", pages, [at(4), at(3)], headers=next_page(pages, 2), query={"sort": "updated", "direction": "desc"}
    )
    site.add_response("GET", pages, [at(3), at(2)], query={"page": "2"})
    assert [one.id for one in issues.recent_comments(NOON)] == [2, 3, 4]
    assert any("since=2022-06-01T11%3A59%3A59Z" in url for url in site.urls())


def test_an_edit_and_a_reaction_say_what_they_should(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("PATCH", f"{LIST}/comments/9", comment(9))
    site.add_response("POST", f"{LIST}/comments/9/reactions", {"id": 1, "content": "eyes"}, 201)
    issues.edit_comment(9, "done")
    assert site.sent() == {"body": "done"}
    issues.react(9, "eyes")
    assert site.sent() == {"content": "eyes"}


def edit(number: int, login: str, at: str = "12:00:00", **changes: object) -> dict[str, object]:
    kind = "Bot" if login == "mibot" else "User"
    editor = {"__typename": kind, "login": login}
    plain = {"id": f"UCE_{number}", "editedAt": f"2022-06-01T{at}Z", "deletedAt": None, "diff": f"text {number}"}
    return {**plain, "editor": editor, **changes}


def test_the_edit_history_comes_oldest_first(site: FakeGitHub, issues: GitHubIssues) -> None:
    newest_first = [
        edit(4, "mibot", "12:00:01"),
        edit(3, "dana"),
        edit(2, "dana", diff=None, deletedAt="2022-06-02T00:00:00Z"),
        edit(1, "mibot", editor=None),
    ]
    site.add_response("POST", "/graphql", {"data": {"node": {"userContentEdits": {"nodes": newest_first}}}})
    found = [(one.id, one.text, one.ours, one.editor) for one in issues.revisions("I_1")]
    assert found == [
        ("UCE_1", "text 1", False, "ghost"),
        ("UCE_2", None, False, "dana"),
        ("UCE_3", "text 3", False, "dana"),
        ("UCE_4", "text 4", True, "mibot"),
    ]
    assert site.sent()["variables"]["node"] == "I_1"


def test_a_github_that_tells_no_history_says_so_at_once(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("POST", "/graphql", {"data": {"node": None}, "errors": [{"message": "no such field"}]})
    with pytest.raises(PermanentError):
        issues.revisions("I_1")

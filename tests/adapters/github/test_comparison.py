"""A branch is the bot's own only while nobody else has touched it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.github.deployment.comparison import MAX_FILES, parse_changed_paths, parse_origin
from bot.domain.github_models import BranchOrigin
from tests.adapters.github.samples import commit

ME = "mibot[bot]"


def comparison(*commits: dict[str, Any], files: list[dict[str, Any]] | None = None, total: int | None = None) -> Any:
    return {
        "commits": list(commits),
        "total_commits": len(commits) if total is None else total,
        "files": [{"filename": "a"}] if files is None else files,
    }


def signed_by(email: str) -> dict[str, Any]:
    """A commit for whose e-mail address GitHub finds no account."""
    person = {"email": email}
    return {"sha": "c1", "commit": {"author": person, "committer": person}, "author": None, "committer": None}


@pytest.mark.parametrize(
    "ours", [commit("c1", ME, "web-flow"), commit("c1", ME, ME), signed_by(f"7+{ME}@users.noreply.github.com")]
)
def test_our_own_commits_are_ours(ours: dict[str, Any]) -> None:
    assert parse_changed_paths(comparison(ours), ME) == frozenset({"a"})


@pytest.mark.parametrize(
    "foreign",
    [
        commit("c2", "alice", "alice"),
        commit("c2", "alice", "web-flow"),  # edited on the web page
        commit("c2", ME, "alice"),  # amended or rebased
        signed_by("alice@example.com"),
    ],
)
def test_one_foreign_commit_makes_it_somebody_elses(foreign: dict[str, Any]) -> None:
    assert parse_changed_paths(comparison(commit("c1"), foreign), ME) is None


def test_a_renamed_file_changes_two_paths() -> None:
    files = [{"filename": "new", "previous_filename": "old", "status": "renamed"}]
    assert parse_changed_paths(comparison(commit("c1"), files=files), ME) == frozenset({"new", "old"})


def test_a_branch_like_the_base_changes_nothing() -> None:
    assert parse_changed_paths(comparison(files=[]), ME) == frozenset()


def test_what_is_not_listed_completely_is_not_vouched_for() -> None:
    many = [{"filename": str(number)} for number in range(MAX_FILES)]
    assert parse_changed_paths(comparison(commit("c1"), files=many), ME) is None
    assert parse_changed_paths(comparison(commit("c1"), total=251), ME) is None


def compared(*people: tuple[str, str]) -> dict[str, object]:
    commits = [commit(f"c{number}", author, committer) for number, (author, committer) in enumerate(people)]
    return {"commits": commits, "total_commits": len(commits), "merge_base_commit": {"sha": "b1"}}


def test_where_a_branch_begins_and_who_else_wrote_to_it() -> None:
    mine = compared((ME, "web-flow"), (ME, ME))
    assert parse_origin(mine, ME) == BranchOrigin("b1")
    others = compared((ME, "sam"), ("mallory", "web-flow"))
    assert parse_origin(others, ME) == BranchOrigin("b1", frozenset({"sam", "mallory"}))


def test_commits_that_are_not_listed_may_be_anybodys() -> None:
    assert parse_origin({**compared((ME, ME)), "total_commits": 300}, ME) is None

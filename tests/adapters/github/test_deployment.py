"""The deployment repository: what an upgrade costs in requests, and what is read from it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.adapters.github import GitHubDeploymentRepository
from bot.domain.failures.github import GitHubFailed, GitHubProblem, GitHubRefused
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.git_tree import FileChange, TreeEntry
from bot.domain.github_models import CommitRef, Conclusion, Drift, Head, Review, ReviewState
from bot.ports.errors import NotFoundError, PermanentError
from tests.adapters.github.conftest import FakeClock, FakeGitHub
from tests.adapters.github.samples import FORBIDDEN, commit, pull, user
from tests.failures import raises

HERE = "/repos/fleet/deploy"
BRANCH = "rctest/upgrade-v3.40.1"
LINK = FileChange("rctest/red/docker-compose/docker-compose.yaml", "120000", "../../../golden/new.yaml")


@pytest.fixture
def warm(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> GitHubDeploymentRepository:
    """The base branch is known and a token is there, as in a process that has worked before."""
    site.add_response("GET", HERE, {"default_branch": "main"})
    assert deployment.base_branch.name == "main"
    return deployment


def test_an_upgrade_pull_request_costs_five_writes_and_two_reads(
    site: FakeGitHub, warm: GitHubDeploymentRepository
) -> None:
    site.add_response("GET", f"{HERE}/commits", [commit("c0", tree="t0")])
    site.add_response("GET", f"{HERE}/pulls", [])
    site.add_response("POST", f"{HERE}/git/trees", {"sha": "t1"}, 201)
    site.add_response("POST", f"{HERE}/git/commits", {"sha": "c1"}, 201)
    site.add_response("POST", f"{HERE}/git/refs", {"ref": f"refs/heads/{BRANCH}"}, 201)
    site.add_response("POST", f"{HERE}/pulls", pull(1), 201)
    site.add_response("POST", f"{HERE}/issues/1/labels", [{"name": "mi-upgrade"}])
    before = len(site.requests())

    assert warm.pull_requests.pulls_from_branch(BRANCH) == []
    made = warm.branches.commit(warm.branches.head(), [LINK], "rctest: upgrade to v3.40.1")
    warm.branches.create_branch(BRANCH, made)
    opened = warm.pull_requests.create_pull(BRANCH, "rctest: upgrade to v3.40.1", "Test plan: the checks.")
    warm.pull_requests.label_pull(opened.number, ["mi-upgrade"])

    cost = [line.split()[0] for line in site.requests()[before:]]
    assert (cost.count("GET"), cost.count("POST"), len(cost)) == (2, 5, 7)


def test_a_commit_carries_links_and_removals_on_top_of_the_base_tree(
    site: FakeGitHub, warm: GitHubDeploymentRepository
) -> None:
    site.add_response("POST", f"{HERE}/git/trees", {"sha": "t1"}, 201)
    site.add_response("POST", f"{HERE}/git/commits", {"sha": "c1"}, 201)
    gone = FileChange("rctest/overrides/hotpatch.yaml", "100644", None)
    assert warm.branches.commit(Head("c0", "t0"), [LINK, gone], "message") == "c1"
    assert site.sent(-2) == {
        "base_tree": "t0",
        "tree": [
            {"path": LINK.path, "mode": "120000", "type": "blob", "content": "../../../golden/new.yaml"},
            {"path": gone.path, "mode": "100644", "type": "blob", "sha": None},
        ],
    }
    assert site.sent() == {"message": "message", "tree": "t1", "parents": ["c0"]}


def test_a_commit_that_changes_nothing_is_not_made(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    site.add_response("POST", f"{HERE}/git/trees", {"sha": "t0"}, 201)
    with raises(PermanentError, GitHubFailed(GitHubAction.WRITE_COMMIT, GitHubProblem.NOTHING_TO_CHANGE)):
        warm.branches.commit(Head("c0", "t0"), [LINK], "message")


def test_a_snapshot_is_one_request_and_tells_links_from_files(
    site: FakeGitHub, warm: GitHubDeploymentRepository
) -> None:
    entries = [
        {"path": "rctest", "mode": "040000", "type": "tree", "sha": "1"},
        {"path": "rctest/red", "mode": "040000", "type": "tree", "sha": "2"},
        {"path": "rctest/red/link", "mode": "120000", "type": "blob", "sha": "3"},
        {"path": "config.global.yaml", "mode": "100644", "type": "blob", "sha": "4"},
        {"path": "vendored", "mode": "160000", "type": "commit", "sha": "5"},
    ]
    site.add_response("GET", f"{HERE}/git/trees/main", {"sha": "t0", "tree": entries, "truncated": False})
    before = len(site.requests())
    found = warm.files.snapshot()
    assert len(site.requests()) - before == 1
    assert "recursive=1" in site.urls()[-1]
    assert found.tree == "t0"
    assert found.folders == {"rctest": "1"}
    assert found.files == {
        "rctest/red/link": TreeEntry("120000", "3"),
        "config.global.yaml": TreeEntry("100644", "4"),
    }
    assert found.files["rctest/red/link"].is_link


def test_a_truncated_tree_is_refused(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    site.add_response("GET", f"{HERE}/git/trees/main", {"sha": "t0", "tree": [], "truncated": True})
    with raises(PermanentError, GitHubFailed(GitHubAction.LIST_FILES, GitHubProblem.TREE_TOO_LARGE)):
        warm.files.snapshot()


def test_the_base_branch_has_its_commit_and_tree_in_one_request(
    site: FakeGitHub, warm: GitHubDeploymentRepository
) -> None:
    site.add_response("GET", f"{HERE}/commits", [commit("c1", tree="t1")], query={"sha": "main", "per_page": "1"})
    assert warm.branches.head() == Head("c1", "t1")


def test_a_branch_is_moved_by_force(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    site.add_response("PATCH", f"{HERE}/git/refs/heads/{BRANCH}", {"ref": f"refs/heads/{BRANCH}"})
    warm.branches.move_branch(BRANCH, "c2")
    assert site.sent() == {"sha": "c2", "force": True}


def test_pull_requests_of_a_branch_are_this_repositorys(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    """A server that ignores the filter, and a fork whose branch has the same name, do not mislead."""
    fork = {"ref": BRANCH, "sha": "f1", "repo": {"full_name": "mallory/deploy"}}
    gone = {"ref": BRANCH, "sha": "f2", "repo": None}
    merged = pull(2, state="closed", merged_at="2022-06-02T09:00:00Z")
    answers = [pull(5, head=gone), pull(4, head=fork), pull(3, "demo/upgrade-v3.40.1"), merged]
    site.add_response("GET", f"{HERE}/pulls", answers, query={"head": f"fleet:{BRANCH}", "state": "all"})
    (found,) = warm.pull_requests.pulls_from_branch(BRANCH)
    assert (found.number, found.open, found.merged, found.merged_by) == (2, False, True, None)


def test_a_pull_request_tells_where_it_goes(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    renamed = {"ref": "trunk", "sha": "b1", "repo": {"default_branch": "trunk"}}
    answers = [pull(3, base=renamed), pull(2, base={"ref": "staging", "sha": "b1"}), pull(1)]
    site.add_response("GET", f"{HERE}/pulls", answers)
    found = warm.pull_requests.pulls_from_branch(BRANCH)
    assert [(one.base, one.into_base) for one in found] == [("trunk", True), ("staging", False), ("main", True)]


def test_a_base_branch_that_people_renamed_is_known_by_its_new_name(
    site: FakeGitHub, warm: GitHubDeploymentRepository, time: FakeClock
) -> None:
    site.add_response("GET", f"{HERE}/pulls/2", pull(2, base={"ref": "trunk", "sha": "b1"}))
    assert not warm.pull_requests.pull(2).into_base
    site.add_response("GET", HERE, {"default_branch": "trunk"})
    time.seconds += 40
    assert warm.pull_requests.pull(2).into_base
    assert warm.base_branch.name == "trunk"


def test_a_pull_request_tells_who_merged_it(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    site.add_response("GET", f"{HERE}/pulls/2", pull(2, merged_at="2022-06-02T09:00:00Z", merged_by=user("bob")))
    assert warm.pull_requests.pull(2).merged_by == "bob"


def test_pull_requests_of_a_branch_come_from_every_page(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    link = {"Link": f'<http://github.test:4001{HERE}/pulls?page=2>; rel="next"'}
    site.add_response("GET", f"{HERE}/pulls", [pull(2)], headers=link, query={"state": "all"})
    site.add_response("GET", f"{HERE}/pulls", [pull(1)], query={"page": "2"})
    assert [one.number for one in warm.pull_requests.pulls_from_branch(BRANCH)] == [2, 1]


def test_reviews_are_read_in_their_order(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    reviews = [{"user": user("bob"), "state": "CHANGES_REQUESTED"}, {"user": user("bob"), "state": "APPROVED"}]
    site.add_response("GET", f"{HERE}/pulls/1/reviews", reviews)
    assert warm.pull_requests.reviews(1) == (Review("bob", ReviewState.APPROVED),)


@pytest.mark.parametrize(
    ("status", "told", "state"),
    [
        (200, {"permission": "write", "role_name": "write"}, ReviewState.APPROVED),
        (200, {"permission": "write", "role_name": "reviewers"}, ReviewState.APPROVED),
        (200, {"permission": "read", "role_name": "triage"}, ReviewState.COMMENTED),
        (200, {"permission": "none"}, ReviewState.COMMENTED),
        (404, {"message": "bob is not a user"}, ReviewState.COMMENTED),
        (403, {"message": "Resource not accessible by integration"}, ReviewState.COMMENTED),
    ],
)
@pytest.mark.parametrize("association", ["NONE", "CONTRIBUTOR"])
def test_who_keeps_a_membership_private_may_approve(
    site: FakeGitHub,
    warm: GitHubDeploymentRepository,
    association: str,
    status: int,
    told: dict[str, str],
    state: ReviewState,
) -> None:
    review = {"user": user("bob"), "state": "APPROVED", "author_association": association}
    site.add_response("GET", f"{HERE}/pulls/1/reviews", [review])
    site.add_response("GET", f"{HERE}/collaborators/bob/permission", told, status)
    assert warm.pull_requests.reviews(1) == (Review("bob", state),)


@pytest.mark.parametrize(
    ("states", "status", "conclusion"),
    [
        ({"statuses": [{"context": "lint", "state": "success"}]}, 200, Conclusion.SUCCESS),
        ({"statuses": [{"context": "lint", "state": "error"}]}, 200, Conclusion.FAILURE),
        ({"message": "Not Found"}, 404, Conclusion.SUCCESS),  # a server without commit statuses
    ],
)
def test_check_runs_and_statuses_count_together(
    site: FakeGitHub, warm: GitHubDeploymentRepository, states: Any, status: int, conclusion: Conclusion
) -> None:
    runs = [{"name": "ci", "status": "completed", "conclusion": "success", "app": {"slug": "actions"}}]
    site.add_response("GET", f"{HERE}/commits/c1/check-runs", {"total_count": 1, "check_runs": runs})
    site.add_response("GET", f"{HERE}/commits/c1/status", states, status)
    assert warm.pull_requests.checks("c1").conclusion is conclusion


def test_statuses_that_may_not_be_read_are_not_taken_for_none(
    site: FakeGitHub, warm: GitHubDeploymentRepository
) -> None:
    site.add_response("GET", f"{HERE}/commits/c1/check-runs", {"total_count": 0, "check_runs": []})
    site.add_response("GET", f"{HERE}/commits/c1/status", {"message": FORBIDDEN}, 403)
    with raises(PermanentError, GitHubRefused(GitHubAction.READ_COMMIT_STATUSES, 403, FORBIDDEN, "statuses=read")):
        warm.pull_requests.checks("c1")


def test_the_paths_of_a_branch_are_compared_with_the_base(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    answer = {"total_commits": 1, "commits": [commit("c1")], "files": [{"filename": LINK.path}]}
    site.add_response("GET", f"{HERE}/compare/main...{BRANCH}", answer)
    assert warm.branches.changed_paths(BRANCH) == frozenset({LINK.path})


def test_the_newest_change_of_a_file_is_one_request(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    site.add_response("GET", f"{HERE}/commits", [commit("c2") | {"parents": [{"sha": "c1"}, {"sha": "c0"}]}])
    site.add_response("GET", f"{HERE}/commits", [])
    site.add_response("GET", f"{HERE}/commits", [commit("c0") | {"parents": []}])
    before = len(site.requests())
    assert warm.files.last_change(LINK.path) == CommitRef("c2", "c1")
    assert len(site.requests()) == before + 1
    query = parse_qs(urlsplit(site.urls()[-1]).query)
    assert query == {"path": [LINK.path], "sha": ["main"], "per_page": ["1"]}
    assert warm.files.last_change("nowhere") is None
    assert warm.files.last_change("README.md") == CommitRef("c0", None)


def test_the_files_at_a_commit(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    entry = {"path": "rctest/config.yaml", "mode": "100644", "type": "blob", "sha": "b1"}
    site.add_response("GET", f"{HERE}/git/trees/c1", {"sha": "t1", "tree": [entry], "truncated": False})
    site.add_response("GET", f"{HERE}/git/trees/c2", {"sha": "t2", "tree": [], "truncated": True})
    assert warm.files.snapshot_at("c1").files == {"rctest/config.yaml": TreeEntry("100644", "b1")}
    with raises(PermanentError, GitHubFailed(GitHubAction.LIST_FILES, GitHubProblem.TREE_TOO_LARGE)):
        warm.files.snapshot_at("c2")


def test_module_tags_are_read_once_a_minute(
    site: FakeGitHub, warm: GitHubDeploymentRepository, time: FakeClock
) -> None:
    path = f"{HERE}/git/matching-refs/tags/mi-module-v"
    site.add_response("GET", path, [{"ref": "refs/tags/mi-module-v3.40.1-v1"}])
    site.add_response(
        "GET", path, [{"ref": "refs/tags/mi-module-v3.40.1-v1"}, {"ref": "refs/tags/mi-module-v3.40.1-v2"}]
    )
    assert warm.files.module_tags() == {"mi-module-v3.40.1-v1"}
    time.seconds += 59
    assert len(warm.files.module_tags()) == 1
    time.seconds += 2
    assert warm.files.module_tags() == {"mi-module-v3.40.1-v1", "mi-module-v3.40.1-v2"}


def test_a_pull_requests_body_is_changed(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    site.add_response("PATCH", f"{HERE}/pulls/7", pull(7))
    warm.pull_requests.edit_pull(7, "other words")
    assert site.sent() == {"body": "other words"}


def test_how_a_branch_stands_to_the_base_branch(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    path = f"{HERE}/compare/main...rctest/upgrade-v3.40.1"
    ours = {"commits": [commit("c1")], "total_commits": 1, "files": [], "behind_by": 0}
    site.add_response("GET", path, ours)
    site.add_response("GET", path, ours | {"behind_by": 3})
    site.add_response("GET", path, ours | {"commits": [commit("c1"), commit("c2", "alice")], "total_commits": 2})
    site.add_response("GET", path, ours | {"total_commits": 400})
    assert warm.branches.drift(BRANCH) == Drift(ours=True, behind=False)
    assert warm.branches.drift(BRANCH) == Drift(ours=True, behind=True)
    assert warm.branches.drift(BRANCH) == Drift(ours=False, behind=False)
    assert not warm.branches.drift(BRANCH).ours, "what is not listed may be anybody's"


def test_what_fails_because_people_renamed_the_base_branch_is_asked_for_by_its_new_name(
    site: FakeGitHub, warm: GitHubDeploymentRepository
) -> None:
    site.add_response("GET", HERE, {"default_branch": "trunk"})
    site.add_response(
        "GET", f"{HERE}/commits", {"message": "No commit found for SHA: main"}, 404, query={"sha": "main"}
    )
    site.add_response("GET", f"{HERE}/commits", [commit("c9", tree="t9")], query={"sha": "trunk"})
    assert warm.branches.head() == Head("c9", "t9")
    assert warm.base_branch.name == "trunk"


def test_what_is_missing_otherwise_is_missing(site: FakeGitHub, warm: GitHubDeploymentRepository) -> None:
    site.add_response("GET", f"{HERE}/git/trees/main", {"message": "Not Found"}, 404)
    with pytest.raises(NotFoundError):
        warm.files.snapshot()

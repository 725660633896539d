"""The pull requests of a merge group, and which checks are required."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.github import GitHubDeploymentRepository
from bot.ports.errors import NotFoundError
from tests.adapters.github.conftest import FakeGitHub

HERE = "/repos/fleet/deploy"
QUEUE = "refs/heads/gh-readonly-queue/main"
SHA = "a" * 40


def group(
    site: FakeGitHub, deployment: GitHubDeploymentRepository, commits: dict[str, str], refs: dict[str, str]
) -> frozenset[int]:
    """The pull requests in group `c9`, whose branch is that of #12, with these commits and other branches."""
    site.add_response("GET", HERE, {"default_branch": "main"})
    listed: list[dict[str, Any]] = [{"sha": sha, "commit": {"message": told}} for sha, told in commits.items()]
    site.add_response("GET", f"{HERE}/compare/main...c9", {"commits": listed, "total_commits": len(listed)})
    found = [{"ref": ref, "object": {"sha": sha}} for sha, ref in refs.items()]
    site.add_response("GET", f"{HERE}/git/matching-refs/heads/gh-readonly-queue/main/", found)
    return deployment.merge_groups.pulls_in_group("c9", f"{QUEUE}/pr-12-{SHA}")


def test_the_branch_and_the_commits_name_them(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    commits = {
        "c1": "Merge pull request #10 from fleet/rctest/upgrade-v3.40.1\n\nrctest: upgrade",
        "c2": "demo: upgrade to v3.40.1 (#11)\n\n(#99)",
        "c3": "Mention #98 only",
        "c9": "whatever",
    }
    assert group(site, deployment, commits, {}) == {10, 11, 12}


def test_groups_that_it_builds_on_name_theirs(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    refs = {"c4": f"{QUEUE}/pr-7-{SHA}", "c5": f"{QUEUE}/pr-8-{SHA}", "c9": f"{QUEUE}/pr-12-{SHA}"}
    assert group(site, deployment, {"c4": "rebased", "c9": "rebased"}, refs) == {7, 12}


def test_a_group_that_is_gone(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    site.add_response("GET", HERE, {"default_branch": "main"})
    site.add_response("GET", f"{HERE}/compare/main...c9", {"message": "Not Found"}, 404)
    with pytest.raises(NotFoundError):
        deployment.merge_groups.pulls_in_group("c9", f"{QUEUE}/pr-12-{SHA}")


def test_whether_a_check_is_required(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    required = {"contexts": ["mibot / pre-upgrade"], "checks": []}
    site.add_response("GET", HERE, {"default_branch": "main"})
    site.add_response("GET", f"{HERE}/branches/main", {"protection": {"required_status_checks": required}})
    site.add_response("GET", f"{HERE}/rules/branches/main", [])
    assert deployment.merge_groups.is_required("mibot / pre-upgrade")
    assert not deployment.merge_groups.is_required("ci")

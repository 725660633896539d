"""GitHub's JSON as it comes, shortened to what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

API = "http://github.test:4001"
FORBIDDEN = "Resource not accessible by integration"  # how GitHub refuses what a permission is missing for
HTML = "<!DOCTYPE html><title>Unicorn!</title>"


class MemoryBlobCache:
    """Blobs in memory."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def get_many(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        return {sha: self.blobs[sha] for sha in shas if sha in self.blobs}

    def put_many(self, blobs: Mapping[str, bytes]) -> None:
        self.blobs |= blobs


def user(login: str = "alice") -> dict[str, Any]:
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


def issue(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "number": number,
        "title": "3.40.1 upgrade managed instances",
        "body": "Please.",
        "labels": [{"name": "team/cloud"}],
        "user": user(),
        "state": "open",
        "html_url": f"https://github.test/acme/releases/issues/{number}",
        "updated_at": "2022-06-01T10:00:00Z",
    } | changes


def comment(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "issue_url": f"{API}/repos/acme/releases/issues/5",
        "body": "/upgrade rctest",
        "user": user(),
        "html_url": f"https://github.test/acme/releases/issues/5#issuecomment-{number}",
        "created_at": "2022-06-01T10:00:00Z",
        "updated_at": "2022-06-01T10:00:00Z",
    } | changes


def pull(number: int = 1, branch: str = "rctest/upgrade-v3.40.1", **changes: Any) -> dict[str, Any]:
    return {
        "number": number,
        "title": "rctest: upgrade to v3.40.1",
        "body": "Test plan: the checks.",
        "html_url": f"https://github.test/fleet/deploy/pull/{number}",
        "head": {"ref": branch, "sha": "c1", "repo": {"full_name": "fleet/deploy"}},
        "base": {"ref": "main", "sha": "b1", "repo": {"default_branch": "main"}},
        "state": "open",
        "user": user("mibot[bot]"),
        "labels": [],
        "merged_at": None,
    } | changes


def commit(sha: str, author: str = "mibot[bot]", committer: str = "web-flow", tree: str = "t1") -> dict[str, Any]:
    return {
        "sha": sha,
        "commit": {"tree": {"sha": tree}, "author": {"email": "a@b"}, "committer": {"email": "a@b"}},
        "author": user(author),
        "committer": user(committer),
    }


def run(number: int = 9, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": "mi_upgrade",
        "display_title": "Upgrade rctest to 3.40.1",
        "html_url": f"https://github.test/fleet/deploy/actions/runs/{number}",
        "actor": user("mibot[bot]"),
        "event": "workflow_dispatch",
        "status": "queued",
        "conclusion": None,
        "head_sha": "c1",
        "check_suite_id": 70,
        "run_attempt": 1,
        "created_at": "2022-06-01T10:00:00Z",
        "updated_at": "2022-06-01T10:00:00Z",
    } | changes


def check_run(number: int = 1, name: str = "ci", **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "status": "completed",
        "conclusion": "success",
        "external_id": "",
        "html_url": f"https://github.test/fleet/deploy/runs/{number}",
        "details_url": f"https://ci.test/{number}",
        "output": {"title": None, "summary": None, "text": None},
        "check_suite": {"id": 1},
        "app": {"slug": "ci"},
    } | changes

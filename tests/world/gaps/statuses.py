"""Commit statuses, and the `status` event."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from typing import Any

from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.gap import Gap, Github

CREATE = re.compile(r"/repos/([^/]+/[^/]+)/statuses/([0-9a-f]{40})")
READ = re.compile(r"/repos/([^/]+/[^/]+)/(?:commits/(.+)/(status|statuses)|statuses/(.+))")
STATES = frozenset({"error", "failure", "pending", "success"})


class Statuses(Gap):
    """Kept in memory; of each context the latest counts."""

    def __init__(self, github: Github) -> None:
        super().__init__(github)
        self._by_commit: dict[str, list[dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def answer(self, request: Request) -> HttpResponse | None:
        create, read = CREATE.fullmatch(request.path), READ.fullmatch(request.path)
        if request.method == "POST" and create:
            return self._create(request, create.group(1), create.group(2))
        if request.method == "GET" and read:
            repository, ref = read.group(1), read.group(2) or read.group(4)
            commit = self.github.get(request, f"/repos/{repository}/commits/{ref}")
            if commit is None:
                return HttpResponse.json_response(404, {"message": "Not Found"})
            newest_first = self._by_commit.get(commit["sha"], [])[::-1]
            combined = read.group(3) == "status"
            return HttpResponse.json_response(
                200, _combined(commit["sha"], newest_first) if combined else newest_first
            )
        return None

    def _create(self, request: Request, repository: str, sha: str) -> HttpResponse:
        body = request.json or {}
        commit = self.github.get(request, f"/repos/{repository}/commits/{sha}")
        if commit is None or body.get("state") not in STATES:
            return HttpResponse.json_response(
                422, {"message": f"No commit found for SHA: {sha}, or the state is unknown."}
            )
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._lock:
            statuses = self._by_commit.setdefault(sha, [])
            made = {
                "id": len(statuses) + 1,
                "state": body["state"],
                "context": body.get("context", "default"),
                "description": body.get("description"),
                "target_url": body.get("target_url"),
                "creator": self.github.actor(request),
                "created_at": now,
                "updated_at": now,
            }
            statuses.append(made)
        self.github.deliver(request, "status", repository, self._event(request, repository, commit, made))
        return HttpResponse.json_response(201, made)

    def _event(
        self, request: Request, repository: str, commit: dict[str, Any], made: dict[str, Any]
    ) -> dict[str, Any]:
        branches = self.github.get(request, f"/repos/{repository}/branches?per_page=100") or []
        heads = [branch for branch in branches if branch["commit"]["sha"] == commit["sha"]]
        return {**made, "sha": commit["sha"], "name": repository, "commit": commit, "branches": heads}


def _combined(sha: str, newest_first: list[dict[str, Any]]) -> dict[str, Any]:
    latest: dict[str, dict[str, Any]] = {}
    for status in newest_first:
        latest.setdefault(status["context"], status)
    states = {status["state"] for status in latest.values()}
    settled = "success" if states == {"success"} else "pending"
    state = "failure" if states & {"error", "failure"} else settled
    return {"state": state, "sha": sha, "total_count": len(latest), "statuses": list(latest.values())}

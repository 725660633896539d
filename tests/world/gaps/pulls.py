"""Pull requests: which can be opened, and how they follow their branch."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from typing import Any

from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.gap import Gap, Github

REVIEWS = re.compile(r"/repos/([^/]+/[^/]+)/pulls/(\d+)/reviews")
PULLS = re.compile(r"/repos/([^/]+/[^/]+)/pulls(/\d+)?")
BRANCH = re.compile(r"/repos/([^/]+/[^/]+)/git/refs/heads/(.+)")


class UniquePullRequest(Gap):
    """GitHub refuses a second open pull request, one without a branch, and one without a commit; the emulator opens
    all."""

    def __init__(self, github: Github) -> None:
        super().__init__(github)
        self._lock = threading.Lock()

    def answer(self, request: Request) -> HttpResponse | None:
        match = PULLS.fullmatch(request.path)
        if request.method != "POST" or match is None or match.group(2):
            return None
        repository, body = match.group(1), request.json or {}
        head, base = str(body.get("head", "")).rpartition(":")[2], str(body.get("base", ""))
        with self._lock:
            fault = self._fault(request, repository, head, base)
            if fault:
                error = {"resource": "PullRequest", "code": "custom", "message": fault}
                return HttpResponse.json_response(422, {"message": "Validation Failed", "errors": [error]})
            return self.github.ask(request)

    def _fault(self, request: Request, repository: str, head: str, base: str) -> str | None:
        owner = repository.partition("/")[0]
        if self.github.get(request, f"/repos/{repository}/pulls?state=open&head={owner}:{head}&base={base}"):
            return f"A pull request already exists for {owner}:{head}."
        ahead = self.github.get(request, f"/repos/{repository}/compare/{base}...{head}")
        if ahead is None:
            return f"There is no branch {head}."
        return None if ahead["ahead_by"] else f"No commits between {base} and {head}"


class PullRequestHeads(Gap):
    """On GitHub a pull request's head follows its branch, and `synchronize` reports it; in the emulator it stays."""

    def __init__(self, github: Github) -> None:
        super().__init__(github)
        self._moved: dict[tuple[str, str], str] = {}

    def rewrite_request(self, request: Request) -> Request:
        """A review is of the head, too, unless it names a commit."""
        review = REVIEWS.fullmatch(request.path)
        if request.method != "POST" or review is None or (request.json or {}).get("commit_id") or not self._moved:
            return request
        repository, number = review.groups()
        pull = self.github.get(request, f"/repos/{repository}/pulls/{number}")
        sha = self._moved.get((repository, pull["head"]["ref"])) if pull else None
        if not sha:
            return request
        return replace(request, body=json.dumps({**(request.json or {}), "commit_id": sha}).encode())

    def correct_response(self, request: Request, answer: HttpResponse) -> HttpResponse:
        pulls, branch = PULLS.fullmatch(request.path), BRANCH.fullmatch(request.path)
        if request.method == "PATCH" and branch and answer.ok:
            self._move(request, branch.group(1), branch.group(2), answer.json["object"]["sha"])
        if pulls and answer.ok and self._moved:
            return answer.with_json(self._with_moved_heads(pulls.group(1), answer.json))
        return answer

    def _move(self, request: Request, repository: str, branch: str, sha: str) -> None:
        self._moved[repository, branch] = sha
        owner = repository.partition("/")[0]
        pulls = self.github.get(request, f"/repos/{repository}/pulls?state=open&head={owner}:{branch}") or []
        for pull in self._with_moved_heads(repository, pulls):
            facts = {"action": "synchronize", "number": pull["number"], "after": sha, "pull_request": pull}
            self.github.deliver(request, "pull_request", repository, facts)

    def _with_moved_heads(self, repository: str, document: Any) -> Any:
        for pull in document if isinstance(document, list) else [document]:
            sha = self._moved.get((repository, pull["head"]["ref"]))
            if sha and pull["state"] == "open":
                pull["head"]["sha"] = sha
        return document

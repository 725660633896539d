"""GitHub's REST API as one person with a token uses it, and commits through its Git data API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import requests

from demo.fleet import File

TIMEOUT = 120.0


class GitHubError(RuntimeError):
    """GitHub answered with an error. `status` is the HTTP status, the message is one sentence."""

    def __init__(self, method: str, path: str, status: int, message: str) -> None:
        super().__init__(f"GitHub refused {method} {path} with status {status}: {message}")
        self.status = status


class GitHubApi:
    """GitHub's REST API with one person's token. Raises GitHubError for every status over 399."""

    def __init__(self, url: str, token: str, person: str = "") -> None:
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # proxies from the environment do not apply to this machine's own ports
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.headers["Accept"] = "application/vnd.github+json"
        if person:
            self._session.headers["X-Person"] = person

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str) -> Any:
        """Send one request. Returns the decoded body, None when it is empty."""
        answer = self._session.request(method, f"{self._url}{path}", json=body, params=query, timeout=TIMEOUT)
        if not answer.ok:
            raise GitHubError(method, path, answer.status_code, _message(answer))
        return answer.json() if answer.content else None

    def pages(self, path: str, **query: str) -> list[Any]:
        """Every item of a paginated list."""
        items: list[Any] = []
        number = 1
        while True:
            page = self.call("GET", path, None, per_page="100", page=str(number), **query)
            items += page
            if len(page) < 100:
                return items
            number += 1


def _message(answer: requests.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]


def push(
    api_url: str,
    token: str,
    repo: str,
    files: Iterable[File],
    *,
    removed: Iterable[str] = (),
    branch: str = "main",
    message: str = "Import",
) -> str:
    """Commit `files` on the tip of a branch of `repo` (`owner/name`), and remove the paths `removed`.

    Creates the branch if necessary. Returns the new commit's SHA-1. Takes five requests at most, whatever the size.
    """
    return push_with(GitHubApi(api_url, token), repo, files, removed=removed, branch=branch, message=message)


def push_with(
    api: GitHubApi,
    repo: str,
    files: Iterable[File],
    *,
    removed: Iterable[str] = (),
    branch: str = "main",
    message: str = "Import",
) -> str:
    """The same as `push`, with an existing API."""
    tip = branch_tip(api, repo, branch)
    entries = [_entry(file.path, file.mode, {"content": file.content}) for file in files]
    entries += [_entry(path, "100644", {"sha": None}) for path in removed]
    base = {"base_tree": tip["tree"]["sha"]} if tip else {}
    tree = api.call("POST", f"/repos/{repo}/git/trees", {**base, "tree": entries})
    parents = [tip["sha"]] if tip else []
    commit = api.call(
        "POST", f"/repos/{repo}/git/commits", {"message": message, "tree": tree["sha"], "parents": parents}
    )
    sha: str = commit["sha"]
    if tip:
        api.call("PATCH", f"/repos/{repo}/git/refs/heads/{branch}", {"sha": sha})
    else:
        api.call("POST", f"/repos/{repo}/git/refs", {"ref": f"refs/heads/{branch}", "sha": sha})
    return sha


def branch_tip(api: GitHubApi, repo: str, branch: str) -> dict[str, Any] | None:
    """The Git commit at the tip of a branch, or None when the branch does not exist."""
    try:
        ref = api.call("GET", f"/repos/{repo}/git/ref/heads/{branch}")
    except GitHubError as error:
        if error.status == requests.codes.not_found:
            return None
        raise
    commit: dict[str, Any] = api.call("GET", f"/repos/{repo}/git/commits/{ref['object']['sha']}")
    return commit


def _entry(path: str, mode: str, what: Mapping[str, Any]) -> dict[str, Any]:
    return {"path": path, "mode": mode, "type": "blob", **what}

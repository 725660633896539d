"""How a second terminal finds a running demo and talks to it."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests

from demo.github_api import GitHubApi, GitHubError
from demo.merging import merge
from demo.organization import NAMES, OWNER, make_orgs

CHECKOUT = Path(__file__).resolve().parents[2]
TIMEOUT = 60.0
SETTLE_SECONDS = 2.0
POLL = 0.5


class NoDemoError(RuntimeError):
    """No demo is running, it does not answer, or it has not what was asked for; the message is one sentence."""


@dataclass(frozen=True)
class DemoInfo:
    """What a client needs to know of a running demo."""

    pid: int
    api_url: str
    tracker: int | None
    """None while the story is played."""
    config: str


def info_path() -> Path:
    """The file in the user's cache folder that describes the running demo of this checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    checkout = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:16]
    return Path(base) / "mibot" / f"demo-{checkout}.json"


@contextmanager
def publish_info(info: DemoInfo) -> Iterator[None]:
    """Let clients find the demo until the context ends; of two demos they find the later one.

    When the file cannot be written, only curl works.
    """
    file = info_path()
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(info)))
    try:
        yield
    finally:
        with suppress(OSError, ValueError, NoDemoError):
            if _read_info() == info:
                file.unlink()


def _read_info() -> DemoInfo:
    try:
        return DemoInfo(**json.loads(info_path().read_text()))
    except (OSError, ValueError, TypeError):
        raise NoDemoError(
            "No demo of this folder is running; start one in another terminal with `python3 dev.py demo`."
        ) from None


class DemoClient:
    """Talks to the demo that runs now. Raises NoDemoError without one, GitHubError for what GitHub refuses."""

    def __init__(self) -> None:
        self.info = _read_info()
        (self.org,) = make_orgs(1, "", "")
        try:
            self._api(OWNER).call("GET", self._releases)
        except requests.RequestException:
            raise NoDemoError("The demo has ended; start another one with `python3 dev.py demo`.") from None

    @property
    def tracker(self) -> int:
        """The tracker's number. Raises NoDemoError while the story is played."""
        if self.info.tracker is None:
            raise NoDemoError("The demo is still playing its story; try again when it says that it keeps running.")
        return self.info.tracker

    def comment(self, person: str, issue: int, words: str) -> int:
        """Comment as that person; returns the comment's id."""
        made = self._api(person).call("POST", f"{self._releases}/issues/{issue}/comments", {"body": words})
        return int(made["id"])

    def reply(self, issue: int, comment: int) -> str:
        """mibot's reply, once it has not changed for two seconds."""
        marker = f"<!-- mibot:reply comment={comment} -->"
        deadline = time.monotonic() + TIMEOUT
        body, since = "", time.monotonic()
        while time.monotonic() < deadline:
            path = f"{self._releases}/issues/{issue}/comments"
            now = next((str(c["body"]) for c in self._api(OWNER).pages(path) if marker in c["body"]), "")
            if now != body:
                body, since = now, time.monotonic()
            elif body and time.monotonic() - since > SETTLE_SECONDS:
                return body
            time.sleep(POLL)
        if not body:
            raise NoDemoError(f"mibot did not answer within {TIMEOUT:.0f} s.")
        return body

    def issue(self, number: int) -> Any:
        """The issue. Raises NoDemoError if there is none."""
        return self._find(f"{self._releases}/issues/{number}", f"There is no issue #{number}.")

    def require_open_pull(self, number: int) -> None:
        """Raises NoDemoError if the deployment repository has no such open pull request."""
        path = f"/repos/{self.org.deployment}/pulls/{number}"
        pull = self._find(path, f"There is no pull request #{number} in {self.org.deployment}.")
        if pull["state"] != "open":
            how = "merged" if pull["merged"] else "closed"
            raise NoDemoError(f"Pull request #{number} is {how} already.")

    def _find(self, path: str, otherwise: str) -> Any:
        try:
            return self._api(OWNER).call("GET", path)
        except GitHubError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                raise NoDemoError(otherwise) from None
            raise

    def approve(self, person: str, pull: int) -> None:
        path = f"/repos/{self.org.deployment}/pulls/{pull}/reviews"
        self._api(person).call("POST", path, {"event": "APPROVE", "body": ""})

    def merge(self, person: str, pull: int) -> None:
        merge(self._api(person), self._api(OWNER), self.org.deployment, pull)

    @property
    def _releases(self) -> str:
        return f"/repos/{self.org.releases}"

    def _api(self, person: str) -> GitHubApi:
        if person not in NAMES:
            raise NoDemoError(f"There is nobody called {person}; the demo has {', '.join(sorted(NAMES))}.")
        return GitHubApi(self.info.api_url, self.org.token(person), person)

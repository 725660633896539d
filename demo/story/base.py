"""What all parts of the story share: what people do on GitHub, and what they see there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from rich.console import RenderableType
from rich.text import Text

from bot.cli.views.terminal import diff, format_link_change
from demo.organization import BASE
from demo.story.environment import DemoEnvironment
from demo.story.screen import Screen

STEP_TIMEOUT = 60.0
T = TypeVar("T")
Json = dict[str, Any]


class BaseStory:
    """Knows only what GitHub shows of mibot. Raises StepTimeoutError when mibot does not act in time, and GitHubError
    when GitHub refuses a request."""

    def __init__(self, environment: DemoEnvironment, screen: Screen) -> None:
        self.world = environment.world
        self._service = environment.service
        self._screen = screen

    def _wait(self, words: str, probe: Callable[[], T | None]) -> T:
        return self._screen.wait(words, probe, STEP_TIMEOUT, lambda: self._service.alive)

    def _comment_as(self, person: str, issue: int, words: str) -> int:
        comment = self.world.comment(person, issue, words)
        self._screen.done(f"{person} comments {words} on #{issue}")
        return int(comment["id"])

    def _bot_comment(self, issue: int, kind: str) -> str:
        """The body of mibot's comment with this hidden marker; `mention` stands for the mention of the team."""
        marker = f"@{self.world.org.operators}" if kind == "mention" else kind
        return next((str(c["body"]) for c in self.world.comments(issue) if marker in c["body"]), "")

    def _reply(self, issue: int, comment: int, *words: str) -> str:
        """The reply to a comment once it holds all these words; empty until then."""
        body = self._bot_comment(issue, f"<!-- mibot:reply comment={comment} -->")
        return body if all(word in body for word in words) else ""

    def _pull_from(self, branch: str) -> Json | None:
        """The pull request from that branch, once it has its label."""
        return next((pull for pull in self.world.pulls() if pull["head"]["ref"] == branch and pull["labels"]), None)

    def _changes(self, pull: Json) -> list[RenderableType]:
        """What the pull request changes: the old and new target of each link, and the diff of each other file."""
        shown: list[RenderableType] = []
        width = self._screen.console.width - 4
        for file in self.world.compare(pull["head"]["sha"], BASE)["files"]:
            path = file["filename"]
            new = self.world.read_file(pull["head"]["ref"], path)
            old = self.world.read_file(BASE, path) if file["status"] != "added" else None
            links = new.is_link and old is not None and old.is_link
            before = old.content if old else ""
            shown += [
                Text(path, "bold"),
                format_link_change(before, new.content, width) if links else diff(before, new.content),
            ]
        return shown

"""The main job, played by people who know only what GitHub shows of mibot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.console import RenderableType
from rich.text import Text

from bot.cli.views.terminal import render_markdown
from demo.organization import OPERATORS, OUTSIDER, REVIEWER
from demo.story.base import BaseStory, Json

VERSION = "3.40.1"
INSTANCE = "rctest"
LABEL = "team/cloud"
MAX_LINES = 60
ENGINEER = OPERATORS[0]


@dataclass(frozen=True)
class StoryResult:
    """Where the main job ended: the numbers of the release issue, the tracker and the pull request."""

    release: int
    tracker: int
    pull: int


class MainJobStory(BaseStory):
    """A version is released, and one instance is upgraded to it."""

    def run(self) -> StoryResult:
        self._screen.section(f"Version {VERSION} is released")
        release = self._release()
        tracker = self._tracker(release)
        self._screen.section("An upgrade is requested")
        comment, pull = self._upgrade(tracker)
        self._screen.section("It is reviewed and merged")
        self._review(tracker, comment, pull)
        self._merge(tracker, comment, pull)
        self._screen.section("Two more comments")
        self._outsider(release)
        self._status(tracker)
        return StoryResult(release, tracker, pull["number"])

    # The sections

    def _release(self) -> int:
        issue = self.world.open_issue(ENGINEER, f"{VERSION} upgrade managed instances", labels=[LABEL])
        self._screen.done(f"{ENGINEER} opens the release issue #{issue['number']} with the label {LABEL}")
        return int(issue["number"])

    def _tracker(self, release: int) -> int:
        issue = self._wait("mibot opens the tracker with every instance in order of work", self._tracker_issue)
        number = int(issue["number"])
        self._wait(f"mibot mentions the operators once, on #{release}", lambda: self._bot_comment(release, "mention"))
        self._screen.show(f"#{number} {issue['title']}", *_truncate(issue["body"]))
        return number

    def _upgrade(self, tracker: int) -> tuple[int, Json]:
        comment = self._comment_as(ENGINEER, tracker, f"/upgrade {INSTANCE}")
        pull = self._wait("mibot opens the pull request", self._pull)
        self._screen.show(f"Pull request #{pull['number']} {pull['title']}", *self._changes(pull))
        reply = self._wait(
            "mibot checks the instance's health and answers",
            lambda: self._reply(tracker, comment, "Health checks before the upgrade"),
        )
        self._screen.show(f"mibot's reply on #{tracker}", render_markdown(reply))
        return comment, pull

    def _review(self, tracker: int, comment: int, pull: Json) -> None:
        self.world.check_run(pull["head"]["sha"], "terraform plan", "success")
        self._screen.done("the pull request's check run concludes: success")
        self._wait("mibot's reply shows it", lambda: self._reply(tracker, comment, "its checks passed"))
        self.world.review(REVIEWER, pull["number"], body="The link and nothing else.")
        self._screen.done(f"{REVIEWER} approves the pull request")
        line = self._wait("the tracker shows it", lambda: self._line("👀 approved"))
        self._screen.show(f"#{tracker}", render_markdown(line))

    def _merge(self, tracker: int, comment: int, pull: Json) -> None:
        self.world.merge(ENGINEER, pull["number"])
        self._screen.done(f"{ENGINEER} merges it")
        self._wait(
            "mibot checks again, takes backups, starts the deployment",
            lambda: self._reply(tracker, comment, "Backup: ", "Deployment: "),
        )
        self._wait(
            "deployed: mibot checks until all checks have passed for a while",
            lambda: self._reply(tracker, comment, "Health checks after the deployment"),
        )
        reply = self._wait("it is verified healthy", lambda: self._reply(tracker, comment, "Verified healthy"))
        self._screen.show(f"the same reply on #{tracker}, edited in place", render_markdown(_without_details(reply)))
        line = self._wait("mibot ticks the tracker's line", lambda: self._line("- [x]"))
        self._screen.show(f"#{tracker}", render_markdown(line))
        evidence = self._wait("mibot posts the evidence on the pull request", lambda: self._evidence(pull))
        self._screen.show(f"Pull request #{pull['number']}", render_markdown(evidence.partition("Health checks")[0]))

    def _outsider(self, release: int) -> None:
        comment = self._comment_as(OUTSIDER, release, "/upgrade demo")
        reply = self._wait(
            "mibot declines because sam is not an operator", lambda: self._reply(release, comment, "Sorry")
        )
        self._screen.show(f"mibot's reply on #{release}", render_markdown(reply))

    def _status(self, tracker: int) -> None:
        comment = self._comment_as(ENGINEER, tracker, "/status")
        reply = self._wait("mibot reports the state of every upgrade", lambda: self._reply(tracker, comment, VERSION))
        self._screen.show(f"mibot's reply on #{tracker}", render_markdown(reply))

    # What people see

    def _tracker_issue(self) -> Json | None:
        title = f"{VERSION} upgrade managed instances tracking issue"
        return next((issue for issue in self.world.issues("release-tracking") if issue["title"] == title), None)

    def _line(self, words: str) -> str:
        """The tracker's line of the instance once it holds these words; empty until then."""
        lines = str((self._tracker_issue() or {}).get("body", "")).splitlines()
        return next((line for line in lines if f"Upgrade [{INSTANCE}." in line and words in line), "")

    def _evidence(self, pull: Json) -> str:
        comments = self.world.pull_comments(pull["number"])
        return next((str(c["body"]) for c in comments if "<!-- mibot:evidence" in c["body"]), "")

    def _pull(self) -> Json | None:
        return self._pull_from(f"{INSTANCE}/upgrade-v{VERSION}")


def _without_details(body: str) -> str:
    """The body with the summaries of what is folded, and without the rest of it."""
    return re.sub(r"<details>\s*<summary>(.*?)</summary>.*?</details>", r"**\1**", body, flags=re.DOTALL)


def _truncate(body: str) -> list[RenderableType]:
    """The body; of a large fleet only the first lines."""
    lines = body.splitlines()
    if len(lines) <= MAX_LINES:
        return [render_markdown(body)]
    rest = f"… and {len(lines) - MAX_LINES} more lines; `python3 dev.py demo show` shows them."
    return [render_markdown("\n".join(lines[:MAX_LINES])), Text(rest, "dim")]

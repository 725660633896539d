"""The main job, played by people who know nothing of mibot but what GitHub shows them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import RenderableType
from rich.text import Text

from bot.cli.terminal import render_markdown
from demo.cast import OPERATORS, OUTSIDER, REVIEWER
from demo.narration import BaseStory, Json

VERSION = "3.40.1"
INSTANCE = "rctest"
LABEL = "team/cloud"
MAX_LINES = 60
ENGINEER = OPERATORS[0]


@dataclass(frozen=True)
class StoryResult:
    """Where the story left off: the numbers of the release issue, of the tracker, and of the pull request."""

    release: int
    tracker: int
    pull: int


class Story(BaseStory):
    """One telling."""

    def run(self) -> StoryResult:
        self._screen.section(f"Version {VERSION} is released")
        release = self._release()
        tracker = self._tracker(release)
        self._screen.section("An upgrade is asked for")
        order, pull = self._upgrade(tracker)
        self._screen.section("It is reviewed and merged")
        self._review(tracker, order, pull)
        self._merge(tracker, order, pull)
        self._screen.section("And besides")
        self._outsider(release)
        self._status(tracker)
        return StoryResult(release, tracker, pull["number"])

    # The chapters

    def _release(self) -> int:
        issue = self.world.open_issue(ENGINEER, f"{VERSION} upgrade managed instances", labels=[LABEL])
        self._screen.done(f"{ENGINEER} opens the release issue #{issue['number']} with the label {LABEL}")
        return int(issue["number"])

    def _tracker(self, release: int) -> int:
        issue = self._wait("mibot opens the tracker with every instance in order of work", self._tracker_issue)
        number = int(issue["number"])
        self._wait(
            f"mibot tells the operators where it is, on #{release}", lambda: self._bot_comment(release, "mention")
        )
        self._screen.show(f"#{number} {issue['title']}", *_truncate(issue["body"]))
        return number

    def _upgrade(self, tracker: int) -> tuple[int, Json]:
        order = self._comment_as(ENGINEER, tracker, f"/upgrade {INSTANCE}")
        pull = self._wait("mibot opens the pull request", self._pull)
        self._screen.show(f"Pull request #{pull['number']} {pull['title']}", *self._changes(pull))
        reply = self._wait(
            "mibot checks the instance's health and answers",
            lambda: self._reply(tracker, order, "Health checks before the upgrade"),
        )
        self._screen.show(f"mibot's reply on #{tracker}", render_markdown(reply))
        return order, pull

    def _review(self, tracker: int, order: int, pull: Json) -> None:
        self.world.check_run(pull["head"]["sha"], "terraform plan", "success")
        self._screen.done("the pull request's check run concludes: success")
        self._wait("mibot's reply says so", lambda: self._reply(tracker, order, "its checks passed"))
        self.world.review(REVIEWER, pull["number"], body="The link and nothing else.")
        self._screen.done(f"{REVIEWER} approves the pull request")
        line = self._wait("the tracker says so", lambda: self._line("approved by"))
        self._screen.show(f"#{tracker}", render_markdown(line))

    def _merge(self, tracker: int, order: int, pull: Json) -> None:
        self.world.merge(ENGINEER, pull["number"])
        self._screen.done(f"{ENGINEER} merges it")
        self._wait(
            "mibot checks once more, backs up, starts the deployment",
            lambda: self._reply(tracker, order, "Backup: ", "Deployment: "),
        )
        self._wait(
            "deployed: mibot checks until all has been green for a while",
            lambda: self._reply(tracker, order, "Health checks after the deployment"),
        )
        reply = self._wait("it is proven healthy", lambda: self._reply(tracker, order, "Proven healthy"))
        self._screen.show(f"the same reply on #{tracker}, edited in place", render_markdown(_without_details(reply)))
        line = self._wait("mibot ticks the tracker's line", lambda: self._line("- [x]"))
        self._screen.show(f"#{tracker}", render_markdown(line))
        evidence = self._wait("the evidence stands on the pull request, for ever", lambda: self._evidence(pull))
        self._screen.show(f"Pull request #{pull['number']}", render_markdown(evidence.partition("Health checks")[0]))

    def _outsider(self, release: int) -> None:
        order = self._comment_as(OUTSIDER, release, "/upgrade demo")
        reply = self._wait("mibot declines, for sam is no operator", lambda: self._reply(release, order, "Sorry"))
        self._screen.show(f"mibot's reply on #{release}", render_markdown(reply))

    def _status(self, tracker: int) -> None:
        order = self._comment_as(ENGINEER, tracker, "/status")
        reply = self._wait("mibot tells where everything stands", lambda: self._reply(tracker, order, VERSION))
        self._screen.show(f"mibot's reply on #{tracker}", render_markdown(reply))

    # What people see

    def _tracker_issue(self) -> Json | None:
        title = f"{VERSION} upgrade managed instances tracking issue"
        return next((issue for issue in self.world.issues("release-tracking") if issue["title"] == title), None)

    def _line(self, words: str) -> str:
        """The tracker's line of the instance once it says these words, else nothing."""
        lines = str((self._tracker_issue() or {}).get("body", "")).splitlines()
        return next((line for line in lines if f"[{INSTANCE}." in line and words in line), "")

    def _evidence(self, pull: Json) -> str:
        comments = self.world.pull_comments(pull["number"])
        return next((str(c["body"]) for c in comments if "<!-- mibot:evidence" in c["body"]), "")

    def _pull(self) -> Json | None:
        return self._pull_from(f"{INSTANCE}/upgrade-v{VERSION}")


def _without_details(body: str) -> str:
    """What a reader sees before unfolding anything."""
    return body.partition("<details>")[0]


def _truncate(body: str) -> list[RenderableType]:
    """The body, of a big fleet only the beginning."""
    lines = body.splitlines()
    if len(lines) <= MAX_LINES:
        return [render_markdown(body)]
    rest = f"… and {len(lines) - MAX_LINES} more lines; `mibot demo show` shows them."
    return [render_markdown("\n".join(lines[:MAX_LINES])), Text(rest, "dim")]

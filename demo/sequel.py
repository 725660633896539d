"""What else there is to see, after the main job: a version that nobody prepared, and a way back."""

from __future__ import annotations

from rich.text import Text

from bot.cli.terminal import render_markdown
from demo.cast import REVIEWER
from demo.narration import BaseStory, Json
from demo.story import ENGINEER, INSTANCE, VERSION, StoryResult

UNPREPARED_VERSION = "3.40.2"
HOTPATCHED_INSTANCE = "research"
ROLLBACK_REASON = "searches are slow"


class FollowUpStory(BaseStory):
    """Goes on where the main job ended."""

    def run(self, ending: StoryResult) -> None:
        self._screen.section(f"A version that nobody prepared: {UNPREPARED_VERSION}")
        self._plan(ending.tracker)
        self._prepare(ending.tracker)
        self._screen.section(f"{INSTANCE} goes back")
        self._roll_back(ending.tracker)

    def _plan(self, tracker: int) -> None:
        order = self._comment_as(ENGINEER, tracker, f"/plan {HOTPATCHED_INSTANCE} {UNPREPARED_VERSION}")
        reply = self._wait(
            "mibot shows what an upgrade would do, and does nothing",
            lambda: self._reply(tracker, order, "Pre-upgrade checks"),
        )
        self._screen.show(f"mibot's reply on #{tracker}", render_markdown(reply))

    def _prepare(self, tracker: int) -> None:
        self._comment_as(ENGINEER, tracker, f"/upgrade {HOTPATCHED_INSTANCE} {UNPREPARED_VERSION}")
        branch = f"golden/v{UNPREPARED_VERSION}"
        golden = self._wait("mibot first opens the golden file's pull request", lambda: self._pull_from(branch))
        files = [Text(file["filename"], "bold") for file in self.world.compare(branch)["files"]]
        first = golden["body"].partition("\n\n")[0]
        self._screen.show(f"Pull request #{golden['number']} {golden['title']}", render_markdown(first), *files)
        self._approve_and_merge(golden)
        pull = self._wait(
            "the upgrade's pull request appears by itself",
            lambda: self._pull_from(f"{HOTPATCHED_INSTANCE}/upgrade-v{UNPREPARED_VERSION}"),
        )
        self._screen.show(f"Pull request #{pull['number']} {pull['title']}", *self._changes(pull))

    def _roll_back(self, tracker: int) -> None:
        order = self._comment_as(ENGINEER, tracker, f'/rollback {INSTANCE} "{ROLLBACK_REASON}"')
        branch = f"{INSTANCE}/rollback-v{VERSION}"
        pull = self._wait("mibot opens the pull request with what Git has", lambda: self._pull_from(branch))
        self._screen.show(f"Pull request #{pull['number']} {pull['title']}", *self._changes(pull))
        self._approve_and_merge(pull)
        reply = self._wait("mibot says how it went", lambda: self._reply(tracker, order, "rolled back to"))
        self._screen.show(f"mibot's reply on #{tracker}", render_markdown(reply.partition("<details>")[0]))

    def _approve_and_merge(self, pull: Json) -> None:
        self.world.review(REVIEWER, pull["number"])
        self.world.merge(ENGINEER, pull["number"])
        self._screen.done(f"{REVIEWER} approves it, {ENGINEER} merges it")

"""What follows the main job: a version that is not prepared yet, and a rollback."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from bot.cli.views.terminal import render_markdown
from demo.organization import REVIEWER
from demo.story.base import BaseStory, Json
from demo.story.main_job import ENGINEER, INSTANCE, VERSION, StoryResult

UNPREPARED_VERSION = "3.40.2"
HOTPATCHED_INSTANCE = "research"
ROLLBACK_REASON = "searches are slow"


class FollowUpStory(BaseStory):
    """Continues where the main job ended."""

    def run(self, result: StoryResult) -> StoryResult:
        """The result with the pull request that is left open."""
        self._screen.section(f"A version that is not prepared: {UNPREPARED_VERSION}")
        self._plan(result.tracker)
        pull = self._prepare(result.tracker)
        self._screen.section(f"{INSTANCE} is rolled back")
        self._roll_back(result.tracker)
        return replace(result, pull=pull["number"])

    def _plan(self, tracker: int) -> None:
        comment = self._comment_as(ENGINEER, tracker, f"/plan {HOTPATCHED_INSTANCE} {UNPREPARED_VERSION}")
        reply = self._wait(
            "mibot shows what an upgrade would do, and changes nothing",
            lambda: self._reply(tracker, comment, "Pre-upgrade checks"),
        )
        self._screen.show(f"mibot's reply on #{tracker}", render_markdown(reply))

    def _prepare(self, tracker: int) -> Json:
        self._comment_as(ENGINEER, tracker, f"/upgrade {HOTPATCHED_INSTANCE} {UNPREPARED_VERSION}")
        branch = f"golden/v{UNPREPARED_VERSION}"
        golden = self._wait("mibot first opens the golden file's pull request", lambda: self._pull_from(branch))
        files = [Text(file["filename"], "bold") for file in self.world.compare(branch)["files"]]
        first = golden["body"].partition("\n\n")[0]
        self._screen.show(f"Pull request #{golden['number']} {golden['title']}", render_markdown(first), *files)
        self._approve_and_merge(golden)
        pull = self._wait(
            "mibot then opens the upgrade's pull request",
            lambda: self._pull_from(f"{HOTPATCHED_INSTANCE}/upgrade-v{UNPREPARED_VERSION}"),
        )
        self._screen.show(f"Pull request #{pull['number']} {pull['title']}", *self._changes(pull))
        return pull

    def _roll_back(self, tracker: int) -> None:
        comment = self._comment_as(ENGINEER, tracker, f'/rollback {INSTANCE} "{ROLLBACK_REASON}"')
        branch = f"{INSTANCE}/rollback-v{VERSION}"
        pull = self._wait("mibot opens the rollback's pull request", lambda: self._pull_from(branch))
        self._screen.show(f"Pull request #{pull['number']} {pull['title']}", *self._changes(pull))
        self._approve_and_merge(pull)
        reply = self._wait("mibot reports the result", lambda: self._reply(tracker, comment, "rolled back to"))
        self._screen.show(f"mibot's reply on #{tracker}", render_markdown(reply.partition("<details>")[0]))

    def _approve_and_merge(self, pull: Json) -> None:
        self.world.review(REVIEWER, pull["number"])
        self.world.merge(ENGINEER, pull["number"])
        self._screen.done(f"{REVIEWER} approves it, {ENGINEER} merges it")

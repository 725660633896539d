"""What else there is to see, after the main job: a version that nobody prepared, and a way back."""

from __future__ import annotations

from rich.text import Text

from bot.cli.terminal import rendered
from demo.cast import REVIEWER
from demo.narration import Json, Teller
from demo.story import ENGINEER, INSTANCE, VERSION, Ending

UNPREPARED = "3.40.2"
PATCHED = "research"
WHY = "searches are slow"


class Sequel(Teller):
    """Goes on where the main job ended."""

    def tell(self, ending: Ending) -> None:
        self._screen.chapter(f"A version that nobody prepared: {UNPREPARED}")
        self._plan(ending.tracker)
        self._prepare(ending.tracker)
        self._screen.chapter(f"{INSTANCE} goes back")
        self._roll_back(ending.tracker)

    def _plan(self, tracker: int) -> None:
        order = self._says(ENGINEER, tracker, f"/plan {PATCHED} {UNPREPARED}")
        reply = self._wait(
            "mibot shows what an upgrade would do, and does nothing",
            lambda: self._reply(tracker, order, "Pre-upgrade checks"),
        )
        self._screen.show(f"mibot's reply on #{tracker}", rendered(reply))

    def _prepare(self, tracker: int) -> None:
        self._says(ENGINEER, tracker, f"/upgrade {PATCHED} {UNPREPARED}")
        branch = f"golden/v{UNPREPARED}"
        golden = self._wait("mibot first opens the golden file's pull request", lambda: self._pull_from(branch))
        files = [Text(file["filename"], "bold") for file in self.world.compare(branch)["files"]]
        first = golden["body"].partition("\n\n")[0]
        self._screen.show(f"Pull request #{golden['number']} {golden['title']}", rendered(first), *files)
        self._land(golden)
        pull = self._wait(
            "the upgrade's pull request appears by itself",
            lambda: self._pull_from(f"{PATCHED}/upgrade-v{UNPREPARED}"),
        )
        self._screen.show(f"Pull request #{pull['number']} {pull['title']}", *self._changes(pull))

    def _roll_back(self, tracker: int) -> None:
        order = self._says(ENGINEER, tracker, f'/rollback {INSTANCE} "{WHY}"')
        branch = f"{INSTANCE}/rollback-v{VERSION}"
        pull = self._wait("mibot opens the pull request with what Git has", lambda: self._pull_from(branch))
        self._screen.show(f"Pull request #{pull['number']} {pull['title']}", *self._changes(pull))
        self._land(pull)
        reply = self._wait("mibot says how it went", lambda: self._reply(tracker, order, "rolled back to"))
        self._screen.show(f"mibot's reply on #{tracker}", rendered(reply.partition("<details>")[0]))

    def _land(self, pull: Json) -> None:
        self.world.review(REVIEWER, pull["number"])
        self.world.merge(ENGINEER, pull["number"])
        self._screen.done(f"{REVIEWER} approves it, {ENGINEER} merges it")

"""mibot is killed around every effect and started again; in the end everything exists exactly once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.cloud import Cloud
from demo.world import World
from tests.stories.process import MibotProcess
from tests.stories.story import Json, Story
from tests.world.exchange import HttpResponse, Request
from tests.world.proxy import Proxy
from tests.world.server import CloseConnection

pytestmark = [pytest.mark.e2e, pytest.mark.kill]

WRITES = 26
"""The number of writing requests of the story; `test_without_a_kill` checks that all of them have kill points."""
TIMEOUT = 60.0


class ProcessKiller:
    """Kills mibot once, at its n-th request, before or after the request is carried out, and starts it again."""

    def __init__(self, story: Story, number: int, moment: str, *, reads: bool = False) -> None:
        self._story = story
        self._number = number
        self._moment = moment
        self._reads = reads
        self._seen = 0
        self._numbers: dict[int, int] = {}
        self._lock = threading.Lock()
        self._kill_event = threading.Event()
        self.killed = False
        story.proxy.before = self._before
        story.proxy.after = self._after
        self._restarter = threading.Thread(target=self._restart, daemon=True)
        self._restarter.start()

    def _due(self, request: Request, moment: str) -> bool:
        if not (request.writes or self._reads):
            return False
        with self._lock:
            if moment == "before":
                self._seen += 1
                self._numbers[id(request)] = self._seen
            due = moment == self._moment and self._numbers.get(id(request)) == self._number
            return due and not self.killed

    def _before(self, request: Request) -> None:
        if self._due(request, "before"):
            self._kill()

    def _after(self, request: Request, _answer: HttpResponse) -> None:
        if self._due(request, "after"):
            self._kill()

    def _kill(self) -> None:
        self.kill_now()
        raise CloseConnection

    def kill_now(self) -> None:
        """Kill it now; it is started again."""
        self.killed = True
        self._story.mibot.kill()
        self._kill_event.set()

    def _restart(self) -> None:
        self._kill_event.wait(TIMEOUT * 2)
        if self.killed:
            self._story.mibot.start()

    def stop(self) -> None:
        self._kill_event.set()
        self._restarter.join(TIMEOUT)
        self._story.proxy.before = self._story.proxy.after = None


@pytest.fixture
def story(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud) -> Story:
    world.build()
    mibot = MibotProcess(tmp_path, proxy.org, proxy.api_url, cloud, MIBOT_RECONCILE__INTERVAL="1")
    proxy.webhooks.target = mibot.webhook_url
    return Story(world, proxy, mibot, cloud)


def play(story: Story) -> None:
    """The main job from the label to the tick, by people who wait until mibot is done; then the final state is
    checked."""
    release = story.open_release_issue()
    number = story.eventually(lambda: story.trackers()[0], TIMEOUT)["number"]
    order = story.comment(number, "/upgrade rctest")
    pull = story.eventually(lambda: _reviewable_pull(story, number, order), TIMEOUT)
    story.world.review("rio", pull["number"])
    story.world.merge("dana", pull["number"])
    story.eventually(lambda: story.line("3.40.1", "rctest").startswith("- [x]"), TIMEOUT)
    story.eventually(lambda: "done" in story.reply(number, order), TIMEOUT)
    story.eventually(lambda: len(story.pulls("rctest")[0]["labels"]) == 2, TIMEOUT)
    story.wait_for_sweeps()
    assert len(story.trackers()) == 1
    assert len(story.announcements(release)) == 1
    assert len(story.replies(number)) == 1
    assert len(story.pulls("rctest")) == 1
    assert [branch for branch in story.world.branches() if branch != "main"] == ["rctest/upgrade-v3.40.1"]
    assert sorted(label["name"] for label in story.pulls("rctest")[0]["labels"]) == ["mi-upgrade", "mi-upgrade-done"]
    assert len(story.world.reactions(order)) <= 1
    deployed_once(story, "rctest", pull["number"])


def play_unprepared(story: Story) -> None:
    """A version that is not prepared, from the command to the upgrade's pull request, followed by a rollback."""
    story.open_release_issue("3.40.2")
    number = story.eventually(lambda: story.trackers("3.40.2")[0], TIMEOUT)["number"]
    order = story.comment(number, "/upgrade research")
    golden = story.eventually(lambda: _labeled(story, "golden/v3.40.2"), TIMEOUT)
    story.world.merge("dana", golden["number"])
    pull = story.eventually(lambda: _labeled(story, "research/upgrade-v3.40.2"), TIMEOUT)
    story.world.merge("dana", pull["number"])
    story.eventually(lambda: "done" in story.reply(number, order), TIMEOUT)
    back = story.comment(number, "/rollback research")
    undo = story.eventually(lambda: _labeled(story, "research/rollback-v3.40.2"), TIMEOUT)
    story.world.merge("dana", undo["number"])
    story.eventually(lambda: "rolled back to 3.40.0" in story.reply(number, back), TIMEOUT)
    story.wait_for_sweeps()
    assert len(story.trackers("3.40.2")) == 1
    assert len(story.replies(number)) == 2
    assert len(story.world.pulls()) == 3
    deployed_once(story, "research", pull["number"], undo["number"])
    assert sorted(branch for branch in story.world.branches() if branch != "main") == [
        "golden/v3.40.2",
        "research/rollback-v3.40.2",
        "research/upgrade-v3.40.2",
    ]


def deployed_once(story: Story, slug: str, *pulls: int) -> None:
    """Each merged pull request has one run, one backup of each kind and one evidence comment."""
    assert [run.inputs["customer"] for run in story.actions.runs] == [slug] * len(pulls)
    project = story.project(slug)
    snapshots = [shot for shot in story.compute.snapshots(project) if shot.labels.get("mibot")]
    databases = [backup for backup in story.cloud.sql.backups(project) if backup.description.startswith("mibot")]
    assert (len(snapshots), len(databases)) == (len(pulls), len(pulls))
    for pull in pulls:
        assert "verified healthy" in story.evidence(pull)


def _labeled(story: Story, branch: str) -> Json:
    pulls = [pull for pull in story.world.pulls() if pull["head"]["ref"] == branch]
    assert len(pulls) == 1
    assert pulls[0]["labels"]
    return pulls[0]


def _reviewable_pull(story: Story, number: int, order: int) -> Json:
    """The pull request, once the reply shows its checks and it has its label."""
    pull = story.pulls("rctest")[0]
    body = story.reply(number, order)
    assert "waiting for a review" in body
    assert "✅" in body
    assert pull["labels"]
    return pull


def test_without_a_kill(story: Story) -> None:
    story.mibot.start()
    try:
        play(story)
        assert len(story.proxy.writes()) <= WRITES
    finally:
        story.mibot.kill()


def _points() -> Iterator[object]:
    """Every sixth request, before and after it; the others are left to the long tests."""
    for number in range(1, WRITES + 1):
        for moment in ("before", "after"):
            long = number % 6 != (1 if moment == "before" else 4)
            yield pytest.param(number, moment, marks=[pytest.mark.slow] if long else [])


@pytest.mark.parametrize(("number", "moment"), list(_points()))
def test_killed_around_a_write(story: Story, number: int, moment: str) -> None:
    story.mibot.start()
    assassin = ProcessKiller(story, number, moment)
    try:
        play(story)
    finally:
        assassin.stop()
        story.mibot.kill()


def test_killed_before_it_noted_its_pull_request_which_people_merge_at_once(story: Story) -> None:
    """Git tells what the instance ran before, so its checks before the deployment are about that version."""
    story.mibot.start()
    fallen = threading.Event()

    def fall(request: Request, _answer: HttpResponse) -> None:
        if request.writes and request.path.endswith("/labels") and story.pulls("rctest") and not fallen.is_set():
            story.mibot.kill()
            fallen.set()
            raise CloseConnection

    story.proxy.after = fall
    try:
        story.open_release_issue()
        number = story.eventually(lambda: story.trackers()[0], TIMEOUT)["number"]
        order = story.comment(number, "/upgrade rctest")
        assert fallen.wait(TIMEOUT)
        pull = story.pulls("rctest")[0]["number"]
        story.world.merge("dana", pull)
        story.mibot.start()
        story.eventually(lambda: "done" in story.reply(number, order), TIMEOUT)
        assert "3.40.0 → 3.40.1" in story.reply(number, order)
        story.wait_for_sweeps()
        deployed_once(story, "rctest", pull)
    finally:
        story.proxy.after = None
        story.mibot.kill()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("method", ["compute.disks.createSnapshot", "sql.backupRuns.insert"])
def test_killed_around_a_backup(story: Story, method: str, moment: str) -> None:
    """Google carries out the request; whether or not mibot learns of it, mibot sends it once."""
    story.mibot.start()
    assassin = ProcessKiller(story, 0, moment)

    def fall(called: str) -> None:
        if called == method and not assassin.killed:
            assassin.kill_now()

    server = story.compute if method.startswith("compute") else story.cloud.sql
    setattr(server, moment, fall)
    try:
        play(story)
        assert assassin.killed
    finally:
        server.before = server.after = None
        assassin.stop()
        story.mibot.kill()


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 91))
def test_killed_around_any_request(story: Story, number: int, moment: str) -> None:
    story.mibot.start()
    assassin = ProcessKiller(story, number, moment, reads=True)
    try:
        play(story)
    finally:
        assassin.stop()
        story.mibot.kill()


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 41))
def test_killed_around_a_write_of_a_preparation_and_a_rollback(story: Story, number: int, moment: str) -> None:
    story.mibot.start()
    assassin = ProcessKiller(story, number, moment)
    try:
        play_unprepared(story)
    finally:
        assassin.stop()
        story.mibot.kill()


@pytest.mark.parametrize("told", [play, play_unprepared])
def test_killed_again_and_again(story: Story, told: Callable[[Story], None]) -> None:
    """A machine that loses power every second or two still gets the job done."""
    story.mibot.start()
    stop = threading.Event()

    def torment() -> None:
        for pause in (0.6, 1.1, 0.9, 1.6, 1.3, 2.0):
            if stop.wait(pause):
                return
            story.mibot.kill()
            story.mibot.start()
            time.sleep(0.1)

    tormentor = threading.Thread(target=torment, daemon=True)
    tormentor.start()
    try:
        told(story)
    finally:
        stop.set()
        tormentor.join(TIMEOUT)
        story.mibot.kill()

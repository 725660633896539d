"""Three workers of one PostgreSQL carry out orders while one after the other is killed, frozen or cut off from the
database, at random by a seed: nothing is lost and nothing is done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.cloud import Cloud
from demo.world import World
from tests.adapters.postgres import Postgres
from tests.stories.story import Json, Story
from tests.stories.workers import Chaos, Workers
from tests.world.proxy import Proxy

pytestmark = [pytest.mark.e2e, pytest.mark.kill]

TIMEOUT = 120.0
CI_SEED = 7
LONG_SEEDS = range(20)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    server = Postgres()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def workers(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud, server: Postgres) -> Iterator[Workers]:
    world.build()
    database = tmp_path.name.lower()
    server.create(database)
    workers = Workers(tmp_path, proxy.org, proxy.api_url, cloud, server, database)
    proxy.webhooks.target = workers.first.webhook_url
    yield workers
    workers.close()


class Orders:
    """What people ask for while the workers suffer, and what must have come of it."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._release = story.open_release_issue()
        self._tracker = int(story.eventually(lambda: story.trackers()[0], TIMEOUT)["number"])
        self._comments: list[int] = []
        self._pulls: list[int] = []

    def upgrade(self, slug: str) -> None:
        """From the command to verified healthy."""
        order = self._comment(f"/upgrade {slug}")
        pull = int(self._story.eventually(lambda: self._reviewable(slug, order), TIMEOUT)["number"])
        self._pulls.append(pull)
        self._story.world.review("rio", pull)
        self._story.world.merge("dana", pull)
        self._story.eventually(lambda: "done" in self._only_reply(order), TIMEOUT)

    def ask(self, words: str) -> None:
        self._comment(words)

    def check(self, *slugs: str) -> None:
        """Everything that was asked for exists, once."""
        story = self._story
        for comment in self._comments:
            story.eventually(lambda comment=comment: self._only_reply(comment), TIMEOUT)  # type: ignore[misc]
        story.eventually(lambda: all("- [x]" in story.line("3.40.1", slug) for slug in slugs), TIMEOUT)
        story.eventually(lambda: all(len(story.pulls(slug)[0]["labels"]) == 2 for slug in slugs), TIMEOUT)
        story.wait_for_sweeps()
        assert len(story.trackers()) == 1
        assert len(story.announcements(self._release)) == 1
        assert len(story.replies(self._tracker)) == len(self._comments)
        assert [len(story.pulls(slug)) for slug in slugs] == [1] * len(slugs)
        branches = sorted(branch for branch in story.world.branches() if branch != "main")
        assert branches == sorted(f"{slug}/upgrade-v3.40.1" for slug in slugs)
        assert all(len(story.world.reactions(comment)) <= 1 for comment in self._comments)
        for pull in self._pulls:
            marks = Counter(_mark(comment["body"]) for comment in story.world.pull_comments(pull))
            assert set(marks.values()) == {1}, marks
        runs = Counter(run.inputs["customer"] for run in story.actions.runs)
        assert runs == dict.fromkeys(slugs, 1)
        for slug, pull in zip(slugs, self._pulls, strict=True):
            backed_up_once(story, slug)
            assert "verified healthy" in story.evidence(pull)

    def _comment(self, words: str) -> int:
        self._comments.append(self._story.comment(self._tracker, words))
        return self._comments[-1]

    def _reviewable(self, slug: str, order: int) -> Json:
        pull = self._story.pulls(slug)[0]
        assert "waiting for a review" in self._only_reply(order)
        assert pull["labels"]
        return pull

    def _only_reply(self, order: int) -> str:
        mark = f"<!-- mibot:reply comment={order} -->"
        found = [str(c["body"]) for c in self._story.world.comments(self._tracker) if mark in c["body"]]
        assert len(found) == 1, f"{len(found)} replies to {order}"
        return found[0]


def _mark(body: str) -> str:
    return body.partition("-->")[0]


def backed_up_once(story: Story, slug: str) -> None:
    project = story.project(slug)
    snapshots = [shot for shot in story.compute.snapshots(project) if shot.labels.get("mibot")]
    databases = [backup for backup in story.cloud.sql.backups(project) if backup.description.startswith("mibot")]
    assert (len(snapshots), len(databases)) == (1, 1)


def play(story: Story, workers: Workers, seed: int, *slugs: str) -> None:
    workers.start()
    chaos = Chaos(workers, story.proxy.webhooks, seed)
    try:
        with chaos:
            orders = Orders(story)
            orders.ask("/status")
            for slug in slugs:
                orders.upgrade(slug)
                orders.ask(f"/check {slug}")
        orders.check(*slugs)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{workers.diagnosis()}") from error
    finally:
        print(f"seed {seed}: {', '.join(chaos.happened)}; {workers.count('worker_lost')} times taken over")
    gave_up = [line for worker in workers for line in worker.log.splitlines() if '"job_gave_up"' in line]
    assert gave_up == []


def test_an_order_while_workers_are_lost(story_of_three: Story, workers: Workers) -> None:
    play(story_of_three, workers, CI_SEED, "rctest")


@pytest.fixture
def story_of_three(world: World, proxy: Proxy, cloud: Cloud, workers: Workers) -> Story:
    return Story(world, proxy, workers.first, cloud)


@pytest.mark.slow
@pytest.mark.parametrize("seed", LONG_SEEDS)
def test_orders_while_workers_are_lost(story_of_three: Story, workers: Workers, seed: int) -> None:
    play(story_of_three, workers, seed, "rctest", "research")

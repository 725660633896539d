"""Whatever the network does between mibot and GitHub, nothing is lost and nothing is done twice.

Answers are lost after the write happened, lists lag behind, and deliveries come late, twice, in another order or
never. In some stories mibot is killed, too. The seed is the test's parameter: run one story again with
`-k "seed-7"`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from demo.cloud import Cloud
from demo.fleet import make_fleet
from demo.world import World
from tests.stories.process import MibotProcess
from tests.stories.story import Story
from tests.world.chaos import Chaos
from tests.world.proxy import Proxy
from tests.world.webhooks import Disorder

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

PATIENCE = 150.0
"""Seconds for each step: an order may need a sweep, and several waits for the lag."""
SLOW = [pytest.param(seed, marks=pytest.mark.slow, id=f"seed-{seed}") for seed in range(1, 31)]


@pytest.mark.parametrize("seed", [pytest.param(0, id="seed-0"), *SLOW])
def test_a_network_that_loses_delays_and_doubles(
    seed: int, tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud
) -> None:
    dice = Random(seed)  # noqa: S311 - a seed
    lag = 1.0 if seed == 0 else dice.choice([1.0, 3.0, 8.0])
    world.build(make_fleet(name_customers_in_notes=True))
    settings = {"MIBOT_RECONCILE__INTERVAL": "1", "MIBOT_GITHUB__REPLICATION_LAG": str(lag + 1)}
    mibot = MibotProcess(tmp_path, proxy.org, proxy.api_url, cloud, **settings)
    proxy.webhooks.target = mibot.webhook_url
    mibot.start()
    story = Story(world, proxy, mibot, cloud)
    try:
        play(story, dice, lag)
    finally:
        mibot.kill()


def play(story: Story, dice: Random, lag: float) -> None:
    """A version from its release issue to the proof that an instance runs it."""
    proxy, world = story.proxy, story.world
    proxy.lag.seconds = lag
    proxy.chaos = Chaos(dice)
    with proxy.webhooks.disorder(Disorder(dice)):
        release = story.open_release_issue()
        number = int(story.eventually(story.trackers, PATIENCE)[0]["number"])
        story.eventually(lambda: story.announcements(release), PATIENCE)
        asked = int(world.comment("dana", number, "/status")["id"])
        note_line(story, number, "dana was here")
        if dice.random() < 0.5:
            story.mibot.kill()
            story.mibot.start()
        order = int(world.comment("dana", number, "/upgrade rctest")["id"])
        pull = int(story.eventually(lambda: story.pulls("rctest"), PATIENCE)[0]["number"])
        story.eventually(lambda: "✅" in replies(story, number, order)[0], PATIENCE)
        note_line(story, number, "lee was here")
        world.review("rio", pull)
        world.merge("dana", pull)
        story.eventually(lambda: "done" in replies(story, number, order)[0], PATIENCE)
    proxy.chaos = None
    proxy.lag.seconds = 0.0
    story.eventually(lambda: evidence(story, pull), PATIENCE)
    story.eventually(lambda: "done" in story.line("3.40.1", "rctest"), PATIENCE)
    story.wait_for_sweeps()
    check(story, release, number, pull, [asked, order])


def note_line(story: Story, number: int, line: str) -> None:
    """Somebody writes a line at the end of the tracker, from what they see."""
    body = str(story.world.issue(number)["body"]).rstrip()
    story.world.edit_issue_body("dana", number, f"{body}\n\n{line}\n")


def replies(story: Story, issue: int, comment: int) -> list[str]:
    mark = f"<!-- mibot:reply comment={comment} -->"
    return [str(one["body"]) for one in story.world.comments(issue) if mark in one["body"]]


def evidence(story: Story, pull: int) -> list[str]:
    return [str(one["body"]) for one in story.world.pull_comments(pull) if "<!-- mibot:evidence" in one["body"]]


def check(story: Story, release: int, number: int, pull: int, asked: list[int]) -> None:
    """Each thing is there once."""
    assert len(story.trackers()) == 1
    assert len(story.announcements(release)) == 1
    assert [len(replies(story, number, comment)) for comment in asked] == [1, 1]
    assert [one["number"] for one in story.pulls("rctest")] == [pull]
    assert len(evidence(story, pull)) == 1
    assert story.alarms(number) == []
    head = str(story.world.pull(pull)["head"]["sha"])
    ours = Counter(run["name"] for run in story.world.check_runs(head) if run["name"].startswith("mibot"))
    assert set(ours.values()) == {1}
    assert len(story.actions.runs) == 1
    body = str(story.world.issue(number)["body"])
    assert [body.count(line) for line in ("dana was here", "lee was here")] == [1, 1]

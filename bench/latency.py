"""From the comment's delivery to the reply and to the open pull request, with the real process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.stage import make_world
from demo.cloud import Cloud
from demo.world import World
from tests.stories.process import MibotProcess
from tests.stories.story import Story

INTERVALS = (0.0, 1.0)
MAX_UPGRADES = 4


def measure(interval: float) -> list[tuple[float, float, float]]:
    """For several instances in turn: seconds until the reaction, the first reply, and the open pull request."""
    times = []
    with TemporaryDirectory() as folder, Cloud() as cloud, make_world(12) as (world, proxy):
        mibot = MibotProcess(
            Path(folder), proxy.org, proxy.api_url, cloud, MIBOT_GITHUB__WRITE_INTERVAL=str(interval)
        )
        proxy.webhooks.target = mibot.webhook_url
        story = Story(world, proxy, mibot, cloud)
        mibot.start()
        try:
            story.open_release_issue()
            tracker = story.tracker()["number"]
            story.wait_until_idle()
            for slug in ["rctest", "demo", "research", "tpgi"][:MAX_UPGRADES]:
                started = time.perf_counter()
                order = story.comment(tracker, f"/upgrade {slug}")
                reaction = _wait_until(started, lambda order=order: bool(world.reactions(order)))  # type: ignore[misc]
                mark = f"comment={order} "
                reply = _wait_until(started, lambda mark=mark: _has_comment(world, tracker, mark))  # type: ignore[misc]
                pull = _wait_until(started, lambda slug=slug: bool(story.pulls(slug)))  # type: ignore[misc]
                times.append((reaction, reply, pull))
                story.wait_until_idle()
        finally:
            mibot.kill()
    return times


def _has_comment(world: World, tracker: int, mark: str) -> bool:
    return any(mark in comment["body"] for comment in world.comments(tracker))


def _wait_until(started: float, what: Callable[[], bool]) -> float:
    while not what():
        if time.perf_counter() - started > 60:
            raise TimeoutError("it did not come to be within a minute")
        time.sleep(0.005)
    return time.perf_counter() - started


def main() -> None:
    print("From a comment's delivery, median seconds over several upgrades")
    print(f"{'write interval':>14}{'reaction':>10}{'first reply':>13}{'open pull request':>19}")
    for interval in INTERVALS:
        columns = [statistics.median(column) for column in zip(*measure(interval), strict=True)]
        print(f"{interval:>12.1f} s{columns[0]:>10.2f}{columns[1]:>13.2f}{columns[2]:>19.2f}", flush=True)

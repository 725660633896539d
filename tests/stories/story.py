"""The steps of which stories are made: what people do, and what they see."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from demo.actions import WorkflowRun
from demo.cloud import Cloud
from demo.world import World
from tests.stories.process import MibotProcess
from tests.world.proxy import Proxy

TIMEOUT = 20.0
IDLE = 0.2
"""Seconds without a request that show that mibot, which has no job left, is idle."""
WAITING = 1.0
"""Seconds without a request that show that all jobs left wait for a time."""
T = TypeVar("T")
Json = dict[str, Any]


class Story:
    """One organization with its people, and mibot."""

    def __init__(self, world: World, proxy: Proxy, mibot: MibotProcess, cloud: Cloud) -> None:
        self.world = world
        self.proxy = proxy
        self.mibot = mibot
        self.cloud = cloud
        self.compute = cloud.compute
        self.actions = proxy.actions
        cloud.set_up_fleet(world.fleet, self.project)
        self.actions.on_end = cloud.on_run_completed
        self.actions.run_automatically()

    def eventually(self, what: Callable[[], T], timeout: float = TIMEOUT) -> T:
        """The first answer of `what` that is true and raises no AssertionError, KeyError or IndexError."""
        deadline = time.monotonic() + timeout
        last: Exception | None = None
        while time.monotonic() < deadline:
            try:
                answer = what()
            except (AssertionError, LookupError) as error:
                last = error
            else:
                if answer:
                    return answer
                last = None
            time.sleep(0.05)
        raise AssertionError(f"it did not come to be ({last!r})\n{self.mibot.log[-6000:]}")

    def wait_until_idle(self, timeout: float = TIMEOUT) -> None:
        """Wait until GitHub has delivered everything and mibot has no job left that it can run now.

        Jobs that wait for a time, such as the next poll, count until mibot has written nothing for a second.
        """
        deadline = time.monotonic() + timeout
        seen, since = (-1, -1), time.monotonic()
        while time.monotonic() < deadline:
            now = (len(self.proxy.writes()), len(self.proxy.webhooks.deliveries))
            if now != seen or not self.proxy.webhooks.drained:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > (WAITING if self.mibot.has_unfinished_jobs() else IDLE):
                return
            time.sleep(0.05)
        raise AssertionError("mibot does not become idle")

    def wait_for_sweeps(self, count: int = 2) -> None:
        """Wait until so many sweeps have ended from now on, and nothing is left to do for what they found."""
        ends: set[float] = set()

        def have_ended() -> bool:
            ends.add(self.mibot.metric("mibot_last_sweep_timestamp_seconds"))
            return len(ends) > count

        self.eventually(have_ended)
        self.wait_until_idle()

    # What people do

    def open_release_issue(self, version: str = "3.40.1", user: str = "dana", body: str = "") -> int:
        """Somebody opens a release issue with the label."""
        return int(
            self.world.open_issue(user, f"{version} upgrade managed instances", body, ["team/cloud"])["number"]
        )

    def comment(self, issue: int, words: str, user: str = "dana") -> int:
        """Somebody comments; returns the comment's id once GitHub has sent its webhook."""
        made = int(self.world.comment(user, issue, words)["id"])
        self.proxy.webhooks.wait_for(
            lambda sent: sent.event == "issue_comment" and sent.json["comment"]["id"] == made
        )
        return made

    # What people see

    def trackers(self, version: str = "3.40.1") -> list[Json]:
        title = f"{version} upgrade managed instances tracking issue"
        return [issue for issue in self.world.issues("release-tracking") if issue["title"] == title]

    def tracker(self, version: str = "3.40.1") -> Json:
        """The only tracker of the version, once it exists."""
        (found,) = self.eventually(lambda: self.trackers(version))
        return found

    def line(self, version: str, name: str) -> str:
        """The tracker's line that names an instance."""
        lines = str(self.tracker(version)["body"]).splitlines()
        return next(line for line in lines if name in line and "[" in line[:8])

    def wait_for_line(self, version: str, name: str, *words: str) -> str:
        """The tracker's line that names an instance, once it contains all these words."""
        return self.eventually(lambda: _require_words(self.line(version, name), words))

    def replies(self, issue: int) -> list[Json]:
        """mibot's replies on an issue, without announcements and continuations."""
        return [c for c in self.world.comments(issue) if "<!-- mibot:reply" in c["body"]]

    def announcements(self, issue: int) -> list[Json]:
        return [c for c in self.world.comments(issue) if "<!-- mibot:announcement" in c["body"]]

    def project(self, slug: str) -> str:
        """The project of an instance's machines; every story has its own."""
        return f"{self.mibot.project_prefix}{slug}"

    def reply(self, issue: int, comment: int) -> str:
        """The only reply to a comment, once it exists."""

        def found() -> list[str]:
            mark = f"<!-- mibot:reply comment={comment} -->"
            return [str(c["body"]) for c in self.world.comments(issue) if mark in c["body"]]

        (body,) = self.eventually(found)
        return body

    def wait_for_reply(self, issue: int, comment: int, *words: str, timeout: float = TIMEOUT) -> str:
        """The reply to a comment, once it contains all these words."""
        return self.eventually(lambda: _require_words(self.reply(issue, comment), words), timeout)

    def complete_upgrade(self, tracker: int, slug: str = "rctest", version: str = "3.40.1") -> int:
        """Upgrade an instance from the command to verified healthy; returns the number of its pull request."""
        order = self.comment(tracker, f"/upgrade {slug} {version}")
        number = int(self.eventually(lambda: self.pulls(slug, version)[0])["number"])
        self.wait_for_reply(tracker, order, "waiting for a review", "✅ pass")
        self.world.review("rio", number)
        self.world.merge("dana", number)
        self.wait_for_reply(tracker, order, f"[#{number}]", "done", "Health checks after the deployment")
        return number

    def after_deployment(self, then: Callable[[], object]) -> None:
        """Call `then` after each deployment, once the new version has started."""

        def ended(run: WorkflowRun) -> None:
            self.cloud.on_run_completed(run)
            then()

        self.actions.on_end = ended

    def merge_upgrade(self, tracker: int, slug: str = "rctest", words: str = "") -> tuple[int, int]:
        """Request an upgrade, approve and merge its pull request; returns the comment's id and the pull request's
        number."""
        order = self.comment(tracker, f"/upgrade {slug}{words}")
        number = int(self.eventually(lambda: self.pulls(slug)[0])["number"])
        self.wait_for_reply(tracker, order, "waiting for a review", "Health checks before the upgrade")
        self.world.review("rio", number)
        self.world.merge("dana", number)
        return order, number

    def evidence(self, pull: int) -> str:
        """The only comment with the evidence on a pull request, once it exists."""

        def found() -> list[str]:
            comments = self.world.pull_comments(pull)
            return [str(comment["body"]) for comment in comments if "<!-- mibot:evidence" in comment["body"]]

        (body,) = self.eventually(found)
        return body

    def alarms(self, tracker: int) -> list[str]:
        """The comments that mention the people on call."""
        return [str(c["body"]) for c in self.world.comments(tracker) if "<!-- mibot:alarm" in c["body"]]

    def pull_from(self, branch: str) -> Json:
        """The only pull request from that branch, once it exists and has its label."""
        (found,) = self.eventually(
            lambda: [p for p in self.world.pulls() if p["head"]["ref"] == branch and p["labels"]]
        )
        return found

    def files(self, branch: str) -> list[str]:
        """The files that a branch changes."""
        return [file["filename"] for file in self.world.compare(branch)["files"]]

    def pulls(self, slug: str, version: str = "3.40.1") -> list[Json]:
        return [p for p in self.world.pulls() if p["head"]["ref"] == f"{slug}/upgrade-v{version}"]


def _require_words(text: str, words: tuple[str, ...]) -> str:
    missing = [word for word in words if word not in text]
    assert not missing, f"{missing} not in:\n{text}"
    return text

"""An order is kept through an outage, is answered that it waits, and is carried out once when the outage is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.adapters.engine.workflow import MAX_ATTEMPTS
from bot.domain.chat.answers import Message
from bot.domain.chat.effects import HandleComment, RefreshReply
from bot.domain.chat.refusals import OrderDelayed
from bot.domain.chat.replies import Reply
from bot.domain.failures.github import GitHubServerError
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.flow.jobs import RetryLater
from bot.domain.git_tree import Snapshot
from bot.domain.rollout.effects import StartUpgrades
from bot.handlers.comments import CommentHandler
from bot.handlers.dispatch import Dispatcher
from bot.handlers.events import EventHandler
from bot.handlers.replies import ReplyHandler
from bot.ports.errors import TransientError
from bot.schema import CODEC, JobContent
from bot.services.commands import CommandService
from bot.services.creator import Creator
from bot.services.fleet_reader import MAX_AGE_SECONDS, FleetReader
from bot.services.own_comments import OwnComments
from bot.services.reconciler import Reconciler
from bot.worker import Worker
from demo.fleet import make_fleet
from tests import samples
from tests.fakes_engine import MemoryEngine
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, MemoryTeams, MemoryUpstream, make_creator

TEAM = "sourcegraph/cloud"
LABEL = "team/cloud"
BAD_GATEWAY = GitHubServerError(GitHubAction.READ_TEAM_MEMBERS, 502)


@dataclass
class Outage:
    """A worker whose sweeps and jobs run when `pass_time` says so, as the engine would let them."""

    issues: MemoryIssues = field(default_factory=MemoryIssues)
    store: MemoryStore = field(default_factory=MemoryStore)
    engine: MemoryEngine = field(default_factory=MemoryEngine)
    teams: MemoryTeams = field(default_factory=lambda: MemoryTeams({TEAM: frozenset({"dana"})}))
    attempts: dict[str, int] = field(default_factory=dict)
    started: list[StartUpgrades] = field(default_factory=list)
    now: datetime = samples.NOW

    def __post_init__(self) -> None:
        self.restart()
        self.issue = self.issues.open("3.40.1 upgrade", labels=[LABEL]).number

    def restart(self) -> None:
        fleets = FleetReader(MemoryFleetSource(make_fleet(8)))
        service = CommandService(self.teams, fleets, self.store, MemoryUpstream(), operators=(TEAM,))
        creator = Creator(self.store, lambda: self.now, lag=30.0)
        dispatcher = Dispatcher(
            [
                EventHandler(self.store),
                CommentHandler(self.issues, self.store, service),
                ReplyHandler(OwnComments(self.issues, creator, "comment"), self.store, fleets),
            ]
        )
        reconciler = Reconciler(self.issues, self.store, LABEL, lambda: self.now)
        reconciler.record_install()
        self.worker = Worker(self.engine, dispatcher, self.store, reconciler, interval=60)
        self.engine.start(self.worker.handle, self.worker.on_failed)

    def pass_time(self, **time: float) -> None:
        end = self.now + timedelta(**time)
        while self.now < end:
            self.worker.sweep()
            self._run_jobs()
            self.now += timedelta(seconds=15)
            self.issues.now = self.now

    def _run_jobs(self) -> None:
        """Attempts at all jobs. What is late is noted; what a sweep finds again is given up then."""
        for id_, job in list(self.engine.waiting.items()):
            content = CODEC.decode_document(JobContent, job.payload)
            if isinstance(content, StartUpgrades):
                self.started.append(content)
            if not isinstance(content, HandleComment) and type(content).__name__ not in {
                "AddReaction",
                "RefreshReply",
            }:
                del self.engine.waiting[id_]
                continue
            outcome = self.worker.handle(job.payload)
            if isinstance(outcome, RetryLater):
                self.attempts[id_] = self.attempts.get(id_, 0) + 1
                if self.attempts[id_] >= MAX_ATTEMPTS:
                    self.worker.on_failed(job.payload, outcome.reason)
                    if not outcome.until_done:
                        del self.engine.waiting[id_]
                continue
            del self.engine.waiting[id_]
            for number, follow in enumerate(outcome.jobs):
                self.engine.submit(f"{id_}/{number}", follow)

    @property
    def replies(self) -> list[str]:
        return [c.body for c in self.issues.comments(self.issue) if c.by_bot]


@pytest.mark.parametrize("seconds", [105, 691, 1800])
@pytest.mark.parametrize("restarts", [False, True])
def test_an_order_outlives_an_outage(seconds: int, restarts: bool) -> None:
    scene = Outage()
    scene.teams.down = TransientError(BAD_GATEWAY)
    order = scene.issues.say(scene.issue, "/upgrade rctest")
    scene.pass_time(seconds=seconds)
    reply = scene.store.reply(order.id)
    assert reply is not None
    assert reply.items == (Message(OrderDelayed(BAD_GATEWAY)),)
    assert len(scene.replies) == 1
    assert "this can't be carried out yet" in scene.replies[0].lower()
    assert scene.store.cursor("comments") == order.updated_at, "the sweep does not pass it"
    if restarts:
        scene.engine.waiting.clear()  # as if the engine had lost all of it
        scene.restart()
    scene.teams.down = None
    scene.pass_time(minutes=2)
    assert scene.started == [StartUpgrades(("rctest",), "3.40.1", "dana", scene.issue)]
    assert len(scene.replies) == 1
    assert "yet" not in scene.replies[0]
    scene.pass_time(minutes=30)
    assert (scene.store.cursor("comments") or samples.NOW) > order.updated_at
    assert len(scene.started) == 1


def test_a_reply_is_written_while_the_fleet_cannot_be_read() -> None:
    """From the last fleet that was read, and without one if the reply only says that it is late."""
    now = [0.0]
    source = MemoryFleetSource(make_fleet(8))
    fleets = FleetReader(source, lambda: now[0])
    fleets.recent()
    now[0] += MAX_AGE_SECONDS

    def fails() -> Snapshot:
        raise TransientError(BAD_GATEWAY)

    source.snapshot = fails  # type: ignore[method-assign]
    assert fleets.last_known().get("rctest") is not None
    fresh = FleetReader(source)
    with pytest.raises(TransientError):
        fresh.last_known()
    issues, store = MemoryIssues(), MemoryStore()
    issue = issues.open("3.40.1 upgrade", labels=[LABEL]).number
    store.save_reply(Reply(7, issue, "dana", (Message(OrderDelayed(BAD_GATEWAY)),)))
    ReplyHandler(OwnComments(issues, make_creator(), "comment"), store, fresh).refresh(RefreshReply(7))
    assert [comment.by_bot for comment in issues.comments(issue)] == [True]

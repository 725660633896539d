"""An order is carried out once, however often and by whichever way its comment is found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.effects import HandleComment, RefreshReply
from bot.domain.chat.refusals import NotPossibleNow
from bot.domain.effects import Effect
from bot.domain.reasons import PlainText
from bot.domain.rollout.effects import StartUpgrades
from bot.domain.upgrade.effects import StartRollback
from bot.handlers.comments import CommentHandler
from bot.ports.errors import PermanentError, TransientError
from bot.services.commands import CommandService
from bot.services.fleet_reader import FleetReader
from demo.fleet import make_fleet
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, MemoryTeams, MemoryUpstream

TEAM = "sourcegraph/cloud"
ROLLBACK = HandleComment(77, 12, "3.40.1", "/rollback rctest too slow", "dana")
FOUND_AGAIN = replace(ROLLBACK, found_by="sweep")


@dataclass
class CommentHarness:
    """Where orders arrive. `running` is the version that the fleet runs now."""

    running: str = "3.40.1"
    ledger: MemoryStore = field(default_factory=MemoryStore)
    teams: MemoryTeams = field(default_factory=lambda: MemoryTeams({TEAM: frozenset({"dana"})}))

    def handle_comment(self, order: HandleComment) -> list[Effect]:
        golden = ("3.39.1", "3.40.0", "3.40.1", "3.41.0")
        fleets = FleetReader(MemoryFleetSource(make_fleet(8, running=self.running, golden=golden)))
        commander = CommandService(self.teams, fleets, self.ledger, MemoryUpstream(), operators=(TEAM,))
        return CommentHandler(MemoryIssues(), self.ledger, commander).handle_comment(order)


def test_what_was_asked_for_is_started() -> None:
    assert CommentHarness().handle_comment(ROLLBACK) == [
        RefreshReply(77),
        StartRollback("rctest", "3.40.1", "dana", "too slow", 77),
    ]


def test_a_job_that_is_run_again_starts_the_same_although_the_world_has_moved_on() -> None:
    desk = CommentHarness()
    first = desk.handle_comment(ROLLBACK)
    desk.running = "3.40.0"
    assert desk.handle_comment(ROLLBACK) == first, "not a second rollback, from where the first one led"


def test_a_sweep_that_finds_the_same_comment_starts_nothing() -> None:
    desk = CommentHarness()
    desk.handle_comment(ROLLBACK)
    desk.running = "3.40.0"
    assert desk.handle_comment(FOUND_AGAIN) == [RefreshReply(77)]
    assert desk.handle_comment(ROLLBACK)[1:] == [StartRollback("rctest", "3.40.1", "dana", "too slow", 77)]


def test_an_order_for_many_is_read_again_as_it_was() -> None:
    desk = CommentHarness("3.40.0")
    order = replace(ROLLBACK, body='/upgrade internal --force "a, b"')
    first = desk.handle_comment(order)
    assert first[1] == StartUpgrades(("rctest", "demo", "research", "tpgi"), "3.40.1", "dana", 12, "a, b")
    assert desk.handle_comment(order) == first


def test_the_reply_that_was_written_stays_the_one() -> None:
    desk = CommentHarness()
    desk.handle_comment(ROLLBACK)
    reply = desk.ledger.reply(77)
    assert reply is not None
    desk.ledger.save_reply(replace(reply, written=99, digest="x"))
    desk.handle_comment(FOUND_AGAIN)
    again = desk.ledger.reply(77)
    assert again is not None
    assert (again.written, again.digest) == (99, "x")


def test_a_reply_of_an_older_version_is_planned_anew() -> None:
    desk = CommentHarness()
    desk.handle_comment(ROLLBACK)
    reply = desk.ledger.reply(77)
    assert reply is not None
    desk.ledger.save_reply(replace(reply, effects=None, written=99))
    assert len(desk.handle_comment(ROLLBACK)) == 2
    again = desk.ledger.reply(77)
    assert again is not None
    assert again.written == 99


def test_a_refusal_of_githubs_is_answered_and_a_fault_that_may_pass_is_not() -> None:
    desk = CommentHarness(teams=MemoryTeams({}, down=TransientError("GitHub answered 502")))
    with pytest.raises(TransientError):
        desk.handle_comment(ROLLBACK)
    assert desk.ledger.reply(77) is None
    desk.teams = MemoryTeams({}, down=PermanentError("no permission"))
    assert desk.handle_comment(ROLLBACK) == [RefreshReply(77)]
    reply = desk.ledger.reply(77)
    assert reply is not None
    assert reply.items == (CommandMessage("rollback", NotPossibleNow(PlainText("no permission"))),)

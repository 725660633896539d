"""An order is carried out once, however often and by whichever way its comment is found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from bot.domain.chat.replies import Paragraph
from bot.domain.flow.effects import Effect, Obey, RefreshReply, StartRollback, StartUpgrades
from bot.handlers.replies import ReplyWriter
from bot.ports import Passing, Refused
from bot.services.commands import Commander, Policy
from bot.services.fleet_reader import Fleets
from demo.fleet import make_fleet
from tests.ports import MemoryIssues, MemoryLedger, MemorySource, MemoryTeams, MemoryUpstream

TEAM = "sourcegraph/cloud"
ROLLBACK = Obey(77, 12, "3.40.1", "/rollback rctest too slow", "dana")
FOUND_AGAIN = replace(ROLLBACK, found_by="sweep")


@dataclass
class Desk:
    """Where orders arrive. `running` is the version that the fleet runs now."""

    running: str = "3.40.1"
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    teams: MemoryTeams = field(default_factory=lambda: MemoryTeams({TEAM: frozenset({"dana"})}))

    def obey(self, order: Obey) -> list[Effect]:
        golden = ("3.39.1", "3.40.0", "3.40.1", "3.41.0")
        fleets = Fleets(MemorySource(make_fleet(8, running=self.running, golden=golden)))
        policy = Policy("team/cloud", (TEAM,), 5)
        commander = Commander(self.teams, fleets, self.ledger, MemoryUpstream(), policy, lambda: "mibot[bot]")
        nobody = cast(Any, None)  # orders are only planned here
        return ReplyWriter(
            MemoryIssues(), self.ledger, fleets, commander, nobody, nobody, nobody, nobody, nobody
        ).obey(order)


def test_what_was_asked_for_is_started() -> None:
    assert Desk().obey(ROLLBACK) == [RefreshReply(77), StartRollback("rctest", "3.40.1", "dana", "too slow", 77)]


def test_a_job_that_is_run_again_starts_the_same_although_the_world_has_moved_on() -> None:
    desk = Desk()
    first = desk.obey(ROLLBACK)
    desk.running = "3.40.0"
    assert desk.obey(ROLLBACK) == first, "not a second rollback, from where the first one led"


def test_a_sweep_that_finds_the_same_comment_starts_nothing() -> None:
    desk = Desk()
    desk.obey(ROLLBACK)
    desk.running = "3.40.0"
    assert desk.obey(FOUND_AGAIN) == [RefreshReply(77)]
    assert desk.obey(ROLLBACK)[1:] == [StartRollback("rctest", "3.40.1", "dana", "too slow", 77)]


def test_an_order_for_many_is_read_again_as_it_was() -> None:
    desk = Desk("3.40.0")
    order = replace(ROLLBACK, body='/upgrade internal --force "a, b"')
    first = desk.obey(order)
    assert first[1] == StartUpgrades(("rctest", "demo", "research", "tpgi"), "3.40.1", "dana", 12, "a, b")
    assert desk.obey(order) == first


def test_the_reply_that_was_written_stays_the_one() -> None:
    desk = Desk()
    desk.obey(ROLLBACK)
    reply = desk.ledger.reply(77)
    assert reply is not None
    desk.ledger.save_reply(replace(reply, written=99, digest="x"))
    desk.obey(FOUND_AGAIN)
    again = desk.ledger.reply(77)
    assert again is not None
    assert (again.written, again.digest) == (99, "x")


def test_a_reply_of_an_older_version_is_planned_anew() -> None:
    desk = Desk()
    desk.obey(ROLLBACK)
    reply = desk.ledger.reply(77)
    assert reply is not None
    desk.ledger.save_reply(replace(reply, effects=None, written=99))
    assert len(desk.obey(ROLLBACK)) == 2
    again = desk.ledger.reply(77)
    assert again is not None
    assert again.written == 99


def test_a_refusal_of_githubs_is_answered_and_a_fault_that_may_pass_is_not() -> None:
    desk = Desk(teams=MemoryTeams({}, down=Passing("GitHub answered 502")))
    with pytest.raises(Passing):
        desk.obey(ROLLBACK)
    assert desk.ledger.reply(77) is None
    desk.teams = MemoryTeams({}, down=Refused("no permission"))
    assert desk.obey(ROLLBACK) == [RefreshReply(77)]
    reply = desk.ledger.reply(77)
    assert reply is not None
    assert isinstance(reply.items[0], Paragraph)
    assert "no permission" in reply.items[0].words

"""A reply on an issue that people deleted, transferred or converted is given up, and asked for in no sweep again."""

from __future__ import annotations

import pytest

from bot.domain.chat.answers import CommandList
from bot.domain.chat.effects import RefreshReply
from bot.domain.chat.replies import NOWHERE, Reply
from bot.domain.reasons import PlainText
from bot.handlers.replies import ReplyHandler
from bot.ports.errors import ConflictError, ExternalError, NeedsPersonError, PermanentError
from bot.services.fleet_reader import FleetReader
from bot.services.own_comments import OwnComments
from bot.services.reconciler import Reconciler
from demo.fleet import make_fleet
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, make_creator


def test_a_reply_whose_issue_is_gone_is_given_up() -> None:
    issues, store = MemoryIssues(), MemoryStore()
    number = issues.open("3.40.1").number
    issues.delete(number)
    store.save_reply(Reply(77, number, "dana", (CommandList(),)))
    fleets = FleetReader(MemoryFleetSource(make_fleet(12)))
    replies = ReplyHandler(OwnComments(issues, make_creator(), "comment"), store, fleets)
    reconciler = Reconciler(issues, store, "team/cloud", lambda: issues.now)
    reconciler.record_install()
    assert RefreshReply(77) in reconciler.sweep().effects
    assert replies.refresh(RefreshReply(77)) == []
    reply = store.reply(77)
    assert reply is not None
    assert reply.written == NOWHERE
    assert reconciler.sweep().effects == ()
    assert replies.refresh(RefreshReply(77)) == []


def test_a_reply_that_people_deleted_is_written_again() -> None:
    issues, store = MemoryIssues(), MemoryStore()
    number = issues.open("3.40.1").number
    store.save_reply(Reply(77, number, "dana", (CommandList(),), written=5))
    fleets = FleetReader(MemoryFleetSource(make_fleet(12)))
    ReplyHandler(OwnComments(issues, make_creator(), "comment"), store, fleets).refresh(RefreshReply(77))
    assert len(issues.comments(number)) == 1


TOO_LARGE, BUSY = PermanentError(PlainText("too large")), ConflictError(PlainText("409"))
LOCKED = NeedsPersonError(PlainText("locked"))


@pytest.mark.parametrize(("error", "written"), [(TOO_LARGE, 5), (BUSY, None), (LOCKED, None)])
def test_what_github_never_accepts_is_not_sent_in_each_sweep(
    error: ExternalError, written: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it accepts some time later stays with the sweep."""
    issues, store = MemoryIssues(), MemoryStore()
    number = issues.open("3.40.1").number
    store.save_reply(Reply(77, number, "dana", (CommandList(),), written=5))
    sent = []

    def refuse(comment: int, _body: str) -> None:
        sent.append(comment)
        raise error

    monkeypatch.setattr(issues, "edit_comment", refuse)
    fleets = FleetReader(MemoryFleetSource(make_fleet(12)))
    replies = ReplyHandler(OwnComments(issues, make_creator(), "comment"), store, fleets)
    if written is None:
        with pytest.raises(type(error)):
            replies.refresh(RefreshReply(77))
    else:
        assert replies.refresh(RefreshReply(77)) == replies.refresh(RefreshReply(77)) == []
    assert sent == [5]
    reply = store.reply(77)
    assert reply is not None
    assert reply.written == written
    assert list(store.unwritten_replies()) == ([] if written else [77])

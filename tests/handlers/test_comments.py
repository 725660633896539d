"""The commands of a comment are started once, however often and in whichever way the comment is found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.domain.chat.answers import CommandMessage, Message
from bot.domain.chat.effects import AddReaction, HandleComment, RefreshReply
from bot.domain.chat.refusals import NotPossibleNow, OrderDelayed, OrderTakenBack
from bot.domain.chat.replies import Reply
from bot.domain.effects import Effect
from bot.domain.failures.github import GitHubRateLimited, GitHubServerError
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.reasons import PlainText, Reason
from bot.domain.rollout.effects import StartUpgrades
from bot.domain.upgrade.effects import StartRollback
from bot.handlers.comments import CommentHandler
from bot.ports.errors import NeedsPersonError, PermanentError, TransientError
from bot.services.commands import CommandService
from bot.services.fleet_reader import FleetReader
from demo.fleet import make_fleet
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, MemoryTeams, MemoryUpstream

TEAM = "sourcegraph/cloud"
ROLLBACK = HandleComment(77, 12, "3.40.1", "/rollback rctest too slow", "dana")
BAD_GATEWAY = TransientError(GitHubServerError(GitHubAction.READ_TEAM_MEMBERS, 502))
FOUND_AGAIN = replace(ROLLBACK, found_by="sweep")


@dataclass
class CommentHarness:
    """The handler of comments. `running` is the version that the fleet runs now."""

    running: str = "3.40.1"
    store: MemoryStore = field(default_factory=MemoryStore)
    teams: MemoryTeams = field(default_factory=lambda: MemoryTeams({TEAM: frozenset({"dana"})}))
    issues: MemoryIssues = field(default_factory=MemoryIssues)

    def __post_init__(self) -> None:
        """The comment of `ROLLBACK` is there."""
        said = self.issues.say(self.issues.open("3.40.1").number, ROLLBACK.body, "dana")
        self.issues._comments = {77: replace(said, id=77)}

    def handle_comment(self, effect: HandleComment) -> list[Effect]:
        return self._handler.handle_comment(effect)

    def mark_delayed(self, effect: HandleComment, reason: Reason) -> list[Effect]:
        return self._handler.mark_delayed(effect, reason)

    @property
    def _handler(self) -> CommentHandler:
        golden = ("3.39.1", "3.40.0", "3.40.1", "3.41.0")
        fleets = FleetReader(MemoryFleetSource(make_fleet(8, running=self.running, golden=golden)))
        service = CommandService(self.teams, fleets, self.store, MemoryUpstream(), operators=(TEAM,))
        return CommentHandler(self.issues, self.store, service)


def test_the_commands_effects_are_started() -> None:
    assert CommentHarness().handle_comment(ROLLBACK) == [
        AddReaction(77),
        RefreshReply(77),
        StartRollback("rctest", "3.40.1", "dana", "too slow", 77),
    ]


def test_a_job_that_runs_again_starts_the_same_effects() -> None:
    harness = CommentHarness()
    first = harness.handle_comment(ROLLBACK)
    harness.running = "3.40.0"
    assert harness.handle_comment(ROLLBACK) == first, "not a second rollback, from where the first one led"


def test_a_duplicate_discovery_starts_nothing() -> None:
    harness = CommentHarness()
    harness.handle_comment(ROLLBACK)
    harness.running = "3.40.0"
    assert harness.handle_comment(FOUND_AGAIN) == [RefreshReply(77)]
    assert harness.handle_comment(ROLLBACK)[2:] == [StartRollback("rctest", "3.40.1", "dana", "too slow", 77)]


def test_a_command_for_a_group_is_read_again_as_it_was() -> None:
    harness = CommentHarness("3.40.0")
    effect = replace(ROLLBACK, body='/upgrade internal --force "a, b"')
    first = harness.handle_comment(effect)
    assert first[2] == StartUpgrades(("rctest", "demo", "research", "tpgi"), "3.40.1", "dana", 12, "a, b")
    assert harness.handle_comment(effect) == first


def test_the_reply_that_was_written_is_kept() -> None:
    harness = CommentHarness()
    harness.handle_comment(ROLLBACK)
    reply = harness.store.reply(77)
    assert reply is not None
    harness.store.save_reply(replace(reply, written=99, digest="x"))
    harness.handle_comment(FOUND_AGAIN)
    again = harness.store.reply(77)
    assert again is not None
    assert (again.written, again.digest) == (99, "x")


def test_a_reply_of_an_older_version_is_planned_again() -> None:
    harness = CommentHarness()
    harness.handle_comment(ROLLBACK)
    reply = harness.store.reply(77)
    assert reply is not None
    harness.store.save_reply(replace(reply, effects=None, written=99))
    assert len(harness.handle_comment(ROLLBACK)) == 3
    again = harness.store.reply(77)
    assert again is not None
    assert again.written == 99


def test_a_failure_that_lasts_is_the_reply_until_the_order_goes_on() -> None:
    harness = CommentHarness(teams=MemoryTeams({TEAM: frozenset({"dana"})}, down=BAD_GATEWAY))
    assert harness.mark_delayed(ROLLBACK, BAD_GATEWAY.reason) == [RefreshReply(77)]
    assert harness.mark_delayed(ROLLBACK, BAD_GATEWAY.reason) == [], "once"
    late = harness.store.reply(77)
    assert late is not None
    assert late.items == (Message(OrderDelayed(BAD_GATEWAY.reason)),)
    assert not late.answered
    harness.store.save_reply(replace(late, written=99, digest="x"))
    suspended = PlainText("the installation is suspended")
    assert harness.mark_delayed(FOUND_AGAIN, suspended) == [RefreshReply(77)], "it fails for another reason now"
    harness.teams.down = None
    assert harness.handle_comment(FOUND_AGAIN) == [
        AddReaction(77),
        RefreshReply(77),
        StartRollback("rctest", "3.40.1", "dana", "too slow", 77),
    ]
    reply = harness.store.reply(77)
    assert reply is not None
    assert (reply.answered, reply.written) == (True, 99)
    assert harness.mark_delayed(ROLLBACK, BAD_GATEWAY.reason) == [], "it is answered"
    assert harness.handle_comment(ROLLBACK) == [RefreshReply(77)], "and carried out once"


@pytest.mark.parametrize("body", ["~~/rollback rctest too slow~~", "/rollback tpgi", "No, wait.", None])
def test_whoever_takes_an_order_back_while_it_waits_is_heard(body: str | None) -> None:
    harness = CommentHarness()
    harness.mark_delayed(ROLLBACK, BAD_GATEWAY.reason)
    there = harness.issues._comments.pop(77)
    if body is not None:
        harness.issues._comments[77] = replace(there, body=body)
    assert harness.handle_comment(ROLLBACK) == [AddReaction(77), RefreshReply(77)]
    reply = harness.store.reply(77)
    assert reply is not None
    assert reply.items == (Message(OrderTakenBack(deleted=body is None)),)
    assert reply.answered
    assert harness.handle_comment(FOUND_AGAIN) == [RefreshReply(77)], "it is settled"


def test_words_that_are_added_to_an_order_take_nothing_back() -> None:
    harness = CommentHarness()
    harness.mark_delayed(ROLLBACK, BAD_GATEWAY.reason)
    harness.issues._comments[77] = replace(harness.issues.comment(77), body=f"{ROLLBACK.body}\n\nThank you!")
    assert len(harness.handle_comment(ROLLBACK)) == 3


@pytest.mark.parametrize("body", ["/lgtm", "/approve no-issue", "/etc/passwd is odd"])
def test_others_commands_get_no_reply_while_github_fails(body: str) -> None:
    harness = CommentHarness()
    assert harness.mark_delayed(replace(ROLLBACK, body=body), BAD_GATEWAY.reason) == []
    assert harness.store.reply(77) is None


def test_a_rate_limit_is_told_once_whatever_its_seconds() -> None:
    harness = CommentHarness()
    for seconds in (30.0, 29.5):
        harness.mark_delayed(ROLLBACK, GitHubRateLimited(GitHubAction.READ_ISSUE, seconds))
    reply = harness.store.reply(77)
    assert reply is not None
    assert reply.items == (Message(OrderDelayed(GitHubRateLimited(GitHubAction.READ_ISSUE, 30.0))),)


def test_an_order_that_needs_a_person_first_is_kept() -> None:
    harness = CommentHarness(teams=MemoryTeams({}, down=NeedsPersonError(PlainText("suspended"))))
    with pytest.raises(NeedsPersonError):
        harness.handle_comment(ROLLBACK)
    assert harness.store.reply(77) is None


def test_a_permanent_error_is_answered_and_a_transient_one_is_raised() -> None:
    harness = CommentHarness(teams=MemoryTeams({}, down=TransientError(PlainText("GitHub answered 502"))))
    with pytest.raises(TransientError):
        harness.handle_comment(ROLLBACK)
    assert harness.store.reply(77) is None
    harness.teams = MemoryTeams({}, down=PermanentError(PlainText("no permission")))
    assert harness.handle_comment(ROLLBACK) == [AddReaction(77), RefreshReply(77)]
    reply = harness.store.reply(77)
    assert reply is not None
    assert reply.items == (CommandMessage("rollback", NotPossibleNow(PlainText("no permission"))),)


DELIVERED = replace(ROLLBACK, found_by="webhook d-1")


@pytest.mark.parametrize("found_by", ["webhook d-2", "webhook", "sweep sweep-1-0", "sweep"])
def test_whatever_else_brings_the_comment_starts_nothing(found_by: str) -> None:
    harness = CommentHarness()
    first = harness.handle_comment(DELIVERED)
    assert StartRollback("rctest", "3.40.1", "dana", "too slow", 77) in first
    assert harness.handle_comment(replace(DELIVERED, found_by=found_by)) == [RefreshReply(77)]
    assert harness.handle_comment(DELIVERED) == first, "a crash may have cut this very job short"


def test_two_workers_at_once_start_it_once() -> None:
    """Both plan before either writes: the store tells whose plan counts."""
    harness = CommentHarness()
    other = replace(DELIVERED, found_by="webhook d-2")

    class Slow(MemoryStore):
        def reply(self, comment: int) -> Reply | None:
            known = super().reply(comment)
            if known is None and not winners:
                winners.append([])
                winners[0] += harness.handle_comment(other)
            return known

    winners: list[list[Effect]] = []
    harness.store = Slow()
    assert harness.handle_comment(DELIVERED) == [RefreshReply(77)]
    assert [type(effect) for effect in winners[0]] == [AddReaction, RefreshReply, StartRollback]


@pytest.mark.parametrize("body", ["/lgtm", "/hold\n/close", "/usr is full", "```\n/upgrade rctest\n```", "words"])
def test_silence_is_kept_too(body: str) -> None:
    harness = CommentHarness()
    assert harness.handle_comment(replace(ROLLBACK, body=body)) == []
    reply = harness.store.reply(77)
    assert reply is not None
    assert reply.answered
    assert harness.store.unwritten_replies() == []

"""What is stored is read back unchanged: effects, items of replies, upgrades, check results."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.deployed import Superseded
from bot.domain.chat.answers import (
    CommandList,
    CommandMessage,
    InstanceMessage,
    InstanceStatus,
    LeftOutInstances,
    Message,
    NotAllowed,
    StatusTable,
    UnknownCommand,
)
from bot.domain.chat.arguments import UnknownOption
from bot.domain.chat.effects import AddReaction, CheckNow, HandleComment, RefreshReply
from bot.domain.chat.refusals import NotPossibleNow, PlanRefused
from bot.domain.chat.replies import (
    BackupProgress,
    CheckTable,
    Paragraph,
    PlanPreview,
    PreparationProgress,
    Reply,
    ReplyItem,
    UpgradeProgress,
)
from bot.domain.effects import Effect
from bot.domain.fleet.names import UnknownInstance
from bot.domain.health.model import CheckResult
from bot.domain.reasons import PlainText
from bot.domain.tracker.effects import EnsureTracker, RefreshTracker
from bot.domain.upgrade.effects import Advance, Recheck, StartUpgrade
from bot.domain.upgrade.record import Upgrade
from bot.formats.documents import DocumentError
from bot.formats.markdown import Markdown
from bot.schema import CODEC, JobContent
from tests.records import VERSIONS, backups, results, tuples_of, upgrades
from tests.schema import everything

WORDS = st.text(max_size=20)
RESULTS = results(WORDS)
SOME = tuples_of(RESULTS)
COPIES = backups(WORDS)
UPGRADES = upgrades(WORDS)
REASONS = st.one_of(
    st.builds(PlainText, WORDS),
    st.builds(UnknownInstance, WORDS),
    st.builds(NotPossibleNow, st.builds(PlainText, WORDS)),
    st.builds(PlanRefused, VERSIONS, st.builds(PlainText, WORDS)),
    st.builds(UnknownOption, tuples_of(WORDS), tuples_of(WORDS), WORDS),
    st.builds(Superseded, VERSIONS, VERSIONS, st.booleans()),
)
INSTANCE_MESSAGES = st.builds(InstanceMessage, WORDS, REASONS)
ITEMS = st.one_of(
    st.builds(Paragraph, WORDS.map(Markdown)),
    st.builds(UpgradeProgress, WORDS, VERSIONS),
    st.builds(CheckTable, WORDS, st.none() | SOME),
    st.builds(PreparationProgress, VERSIONS),
    st.builds(PlanPreview, WORDS, VERSIONS, st.none() | WORDS.map(Markdown), st.none() | REASONS),
    st.builds(BackupProgress, WORDS, st.none() | COPIES, COPIES, st.none() | REASONS),
    st.builds(Message, REASONS),
    st.builds(CommandMessage, WORDS, REASONS),
    INSTANCE_MESSAGES,
    st.builds(LeftOutInstances, tuples_of(INSTANCE_MESSAGES)),
    st.builds(UnknownCommand, WORDS, WORDS),
    st.builds(NotAllowed, WORDS, WORDS, tuples_of(WORDS)),
    st.just(CommandList()),
    st.builds(StatusTable, st.none() | VERSIONS, st.none() | st.integers(1, 9999)),
    st.builds(InstanceStatus, WORDS, st.none() | VERSIONS),
)
CLASSES = {
    BackupProgress, CheckTable, CommandList, CommandMessage, InstanceMessage, InstanceStatus, LeftOutInstances,
    Message, NotAllowed, Paragraph, PlanPreview, PreparationProgress, StatusTable, UnknownCommand, UpgradeProgress,
}  # fmt: skip


def written_down(data: Any) -> Any:
    return json.loads(json.dumps(data))


@given(everything.effects(WORDS))
def test_effects(effect: Effect) -> None:
    assert everything.stored_job(effect) == effect
    assert effect.key


def stored_item(item: ReplyItem) -> ReplyItem:
    """An item after it was stored in a reply and read again."""
    document = CODEC.encode_document(Reply(1, 2, "dana", (item,)))
    (again,) = CODEC.decode_document(Reply, written_down(document)).items
    return again


@given(ITEMS)
def test_items_of_replies(item: ReplyItem) -> None:
    again = stored_item(item)
    assert again == item
    assert type(again) is type(item)


def test_every_kind_of_item_is_among_them() -> None:
    assert set(get_args(ReplyItem)) == CLASSES


def test_backups_before_the_first_attempt_differ_from_no_backups() -> None:
    for item in (BackupProgress("rctest"), BackupProgress("rctest", (), error=PlainText("there is no such disk"))):
        assert stored_item(item) == item


@given(UPGRADES)
def test_upgrades(upgrade: Upgrade) -> None:
    assert CODEC.decode_document(Upgrade, written_down(CODEC.encode_document(upgrade))) == upgrade


@given(RESULTS)
def test_check_results(result: CheckResult) -> None:
    assert CODEC.decode(CheckResult, written_down(CODEC.encode(result))) == result


def test_markdown_is_still_trusted_after_it_is_stored() -> None:
    item = stored_item(Paragraph(Markdown("**bold**")))
    assert isinstance(item, Paragraph)
    assert isinstance(item.markdown, Markdown)


def test_records_without_a_version_are_refused() -> None:
    with pytest.raises(DocumentError, match=r"version: expected the text of version"):
        CODEC.decode(UpgradeProgress, {"slug": "rctest", "version": "latest"})
    for job in ({"effect": "Explode"}, {"schema": 2, "kind": "explode"}):
        with pytest.raises(DocumentError):
            CODEC.decode_document(JobContent, job)


def test_effects_that_must_not_run_together_share_a_key() -> None:
    assert StartUpgrade("a", "3.40.1", "dana", 1).key == Advance("a", "3.40.1").key
    assert Recheck("a", "3.40.1").key == Advance("a", "3.40.1").key
    assert HandleComment(5, 1, "", "/help", "dana").key == RefreshReply(5).key == CheckNow(5, "a").key
    assert EnsureTracker("3.40.1", 1, "dana").key == RefreshTracker("3.40.1").key
    assert AddReaction(5).key != RefreshReply(5).key

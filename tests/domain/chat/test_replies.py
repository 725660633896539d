"""What is written down comes back as it was: effects, replies' items, upgrades, check results."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat.replies import (
    BackupProgress,
    CheckTable,
    Paragraph,
    PlanPreview,
    PreparationProgress,
    ReplyItem,
    UpgradeProgress,
    item_from_json,
    item_to_json,
)
from bot.domain.flow import effects
from bot.domain.flow.effects import Effect
from bot.domain.health.model import CheckResult
from bot.domain.upgrade.record import Upgrade
from bot.formats.markdown import Markdown
from tests.records import VERSIONS, backups, fields_of_upgrade, results, tuples_of

WORDS = st.text(max_size=20)
RESULTS = results(WORDS)
SOME = tuples_of(RESULTS)
COPIES = backups(WORDS)
EFFECTS: st.SearchStrategy[Effect] = st.one_of(*map(st.from_type, effects._KINDS.values()))
UPGRADES = st.builds(Upgrade, **fields_of_upgrade(WORDS))
ITEMS = st.one_of(
    st.builds(Paragraph, WORDS.map(Markdown)),
    st.builds(UpgradeProgress, WORDS, VERSIONS),
    st.builds(CheckTable, WORDS, st.none() | SOME),
    st.builds(PreparationProgress, VERSIONS),
    st.builds(PlanPreview, WORDS, VERSIONS, st.none() | WORDS.map(Markdown)),
    st.builds(BackupProgress, WORDS, st.none() | COPIES, COPIES, WORDS),
)


def written_down(data: Any) -> Any:
    return json.loads(json.dumps(data))


@given(EFFECTS)
def test_effects(effect: Effect) -> None:
    assert effects.from_json(written_down(effects.to_json(effect))) == effect
    assert effect.key


@given(ITEMS)
def test_items_of_replies(item: ReplyItem) -> None:
    again = item_from_json(written_down(item_to_json(item)))
    assert again == item
    assert type(again) is type(item)


def test_every_kind_of_item_is_among_them() -> None:
    assert {Paragraph, UpgradeProgress, CheckTable, PreparationProgress, PlanPreview, BackupProgress} == set(
        get_args(ReplyItem)
    )


def test_backups_that_are_not_begun_are_not_those_of_which_there_are_none() -> None:
    for item in (BackupProgress("rctest"), BackupProgress("rctest", (), fault="there is no such disk")):
        assert item_from_json(written_down(item_to_json(item))) == item


@given(UPGRADES)
def test_upgrades(upgrade: Upgrade) -> None:
    assert Upgrade.from_json(written_down(upgrade.to_json())) == upgrade


@given(RESULTS)
def test_check_results(result: CheckResult) -> None:
    assert CheckResult.from_json(written_down(result.to_json())) == result


def test_words_that_come_back_are_still_trusted() -> None:
    (words,) = [item.words for item in [item_from_json({"words": "**bold**"})] if isinstance(item, Paragraph)]
    assert isinstance(words, Markdown)


def test_records_without_a_version_are_refused() -> None:
    with pytest.raises(ValueError, match="no version"):
        item_from_json({"slug": "rctest", "version": "latest"})
    with pytest.raises(KeyError):
        effects.from_json({"effect": "Explode"})


def test_effects_that_must_not_run_at_once_share_a_key() -> None:
    assert effects.StartUpgrade("a", "3.40.1", "dana", 1).key == effects.Advance("a", "3.40.1").key
    assert effects.Recheck("a", "3.40.1").key == effects.Advance("a", "3.40.1").key
    assert (
        effects.HandleComment(5, 1, "", "/help", "dana").key
        == effects.RefreshReply(5).key
        == effects.CheckNow(5, "a").key
    )
    assert effects.EnsureTracker("3.40.1", 1, "dana").key == effects.RefreshTracker("3.40.1").key
    assert effects.AddReaction(5).key != effects.RefreshReply(5).key

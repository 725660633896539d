"""What is written down comes back as it was: effects, replies' items, upgrades, check results."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import effects
from bot.domain.backups import Copy, CopyKind, CopyState
from bot.domain.effects import Effect
from bot.domain.facts import Conclusion
from bot.domain.health import Result, State
from bot.domain.markdown import Markdown
from bot.domain.records import (
    BackupShown,
    CheckTable,
    Item,
    Paragraph,
    PlanShown,
    Preparing,
    Progress,
    item_from_json,
    item_to_json,
)
from bot.domain.upgrade import Deployment, Stage, Step, Upgrade
from bot.domain.versions import Version

WORDS = st.text(max_size=20)
NUMBERS = st.integers(0, 2**53)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
VERSIONS = st.builds(Version, *[st.integers(0, 9999)] * 3, st.none() | st.integers(0, 9999))
RESULTS = st.builds(Result, WORDS, WORDS, st.sampled_from(State), WORDS, WORDS, MOMENTS, st.floats(0, 1e6))
NAMES = st.lists(WORDS, max_size=3).map(tuple)
SOME = st.lists(RESULTS, max_size=2).map(tuple)
COPIES = st.lists(
    st.builds(Copy, st.sampled_from(CopyKind), WORDS, WORDS, st.sampled_from(CopyState), MOMENTS, WORDS, WORDS),
    max_size=2,
).map(tuple)
STEPS = st.lists(st.builds(Step, st.sampled_from(Stage), MOMENTS, WORDS, WORDS, WORDS), max_size=2).map(tuple)
DEPLOYMENTS = st.builds(
    Deployment, MOMENTS, st.booleans(), NUMBERS, st.none() | NUMBERS, WORDS, WORDS, WORDS, st.none() | MOMENTS, WORDS
)
EFFECTS: st.SearchStrategy[Effect] = st.one_of(*map(st.from_type, effects._KINDS.values()))
UPGRADES = st.builds(
    Upgrade,
    slug=WORDS,
    version=VERSIONS,
    stage=st.sampled_from(Stage),
    asked_by=WORDS,
    asked_at=MOMENTS,
    reason=WORDS,
    from_version=st.none() | VERSIONS,
    number=st.none() | NUMBERS,
    url=WORDS,
    head=WORDS,
    checks=st.sampled_from(Conclusion),
    failing=NAMES,
    approved_by=NAMES,
    objections_by=NAMES,
    merged_by=WORDS,
    merged_at=st.none() | MOMENTS,
    before=SOME,
    after=SOME,
    history=STEPS,
    checked=WORDS,
    merge_commit=WORDS,
    attempt=NUMBERS,
    copies=COPIES,
    deployment=st.none() | DEPLOYMENTS,
    loose=st.lists(NUMBERS, max_size=3).map(tuple),
    lost_since=st.none() | MOMENTS,
    green_since=st.none() | MOMENTS,
    accepted=WORDS,
    accepted_by=WORDS,
    posted=st.dictionaries(WORDS, WORDS, max_size=2),
)
ITEMS = st.one_of(
    st.builds(Paragraph, WORDS.map(Markdown)),
    st.builds(Progress, WORDS, VERSIONS),
    st.builds(CheckTable, WORDS, st.none() | SOME),
    st.builds(Preparing, VERSIONS),
    st.builds(PlanShown, WORDS, VERSIONS, st.none() | WORDS.map(Markdown)),
    st.builds(BackupShown, WORDS, st.none() | COPIES, COPIES, WORDS),
)


def written_down(data: Any) -> Any:
    return json.loads(json.dumps(data))


@given(EFFECTS)
def test_effects(effect: Effect) -> None:
    assert effects.from_json(written_down(effects.to_json(effect))) == effect
    assert effect.key


@given(ITEMS)
def test_items_of_replies(item: Item) -> None:
    again = item_from_json(written_down(item_to_json(item)))
    assert again == item
    assert type(again) is type(item)


def test_every_kind_of_item_is_among_them() -> None:
    assert {Paragraph, Progress, CheckTable, Preparing, PlanShown, BackupShown} == set(get_args(Item))


def test_backups_that_are_not_begun_are_not_those_of_which_there_are_none() -> None:
    for item in (BackupShown("rctest"), BackupShown("rctest", (), fault="there is no such disk")):
        assert item_from_json(written_down(item_to_json(item))) == item


@given(UPGRADES)
def test_upgrades(upgrade: Upgrade) -> None:
    assert Upgrade.from_json(written_down(upgrade.to_json())) == upgrade


@given(RESULTS)
def test_check_results(result: Result) -> None:
    assert Result.from_json(written_down(result.to_json())) == result


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
    assert effects.Obey(5, 1, "", "/help", "dana").key == effects.RefreshReply(5).key == effects.CheckNow(5, "a").key
    assert effects.EnsureTracker("3.40.1", 1, "dana").key == effects.RefreshTracker("3.40.1").key
    assert effects.React(5).key != effects.RefreshReply(5).key

"""Effects are durable jobs: each is written down, comes back as it was, and has a key that keeps jobs apart."""

from __future__ import annotations

import pytest

from bot.domain.chat.effects import AddReaction, BackUpNow, CheckNow, HandleComment, PlanNow, RefreshReply
from bot.domain.effects import Effect
from bot.domain.rollout.effects import SCHEDULING_KEY, CancelUpgrades, Schedule, StartUpgrades
from bot.domain.tracker.effects import AskAboutRelease, EnsureTracker, NoteTrackerEdit, RefreshTracker, WatchTracker
from bot.domain.upgrade.check_effects import ReportMergeGroup, ReportUnrelated
from bot.domain.upgrade.effects import (
    Advance,
    AdvancePreparation,
    CancelPreparation,
    CancelUpgrade,
    MarkDeployed,
    Poll,
    Prepare,
    Publish,
    Recheck,
    Retry,
    StartRollback,
    StartUpgrade,
)
from bot.schema import CODEC, JobContent
from tests.schema.everything import EFFECT_CLASSES, stored_job

SAMPLES: tuple[Effect, ...] = (
    AddReaction(77),
    HandleComment(77, 12, "3.40.1", "/help", "dana"),
    RefreshReply(77),
    CheckNow(77, "rctest"),
    PlanNow(77, "rctest", "3.40.1"),
    EnsureTracker("3.40.1", 12, "dana"),
    RefreshTracker("3.40.1"),
    NoteTrackerEdit("3.40.1", 99),
    RefreshTracker("3.40.1", 9.5),
    EnsureTracker("3.40.1", 12, "dana", asked=True),
    AskAboutRelease("3.40.1", 12),
    WatchTracker("3.40.1"),
    StartUpgrade("rctest", "3.40.1", "dana", 12, "they asked"),
    StartUpgrades(("rctest", "demo"), "3.40.1", "dana", 12, "they asked"),
    StartUpgrades((), "3.40.1", "dana", 12),
    Schedule(),
    CancelUpgrades(("rctest", "demo"), "3.40.1", "dana", "too early", 77),
    CancelUpgrade("rctest", "3.40.1", "dana", "too early", 77),
    CancelUpgrade("rctest", "3.40.1", "dana", "", 77, 60.0),
    CancelPreparation("3.40.1", "dana", "too early", 77),
    StartRollback("rctest", "3.40.1", "dana", "slow"),
    Prepare("3.40.1", "dana", asked=False, accept=True, force="a new customer starts there"),
    AdvancePreparation("3.40.1"),
    Advance("rctest", "3.40.1"),
    Recheck("rctest", "3.40.1"),
    Recheck("rctest", "3.40.1", "dana", "I signed in"),
    Poll("rctest", "3.40.1", 15.0),
    Publish("rctest", "3.40.1"),
    ReportMergeGroup("c" * 40, "refs/heads/gh-readonly-queue/main/pr-7-" + "a" * 40),
    ReportUnrelated("c" * 40),
    MarkDeployed("rctest", "3.40.1", "dana", 2),
    Retry("rctest", "3.40.1", "dana", 2),
    BackUpNow(77, "rctest"),
    BackUpNow(77, "rctest", 15.0),
)
DELAYED = (RefreshTracker, Poll, BackUpNow, CancelUpgrade, CancelPreparation)


@pytest.mark.parametrize("effect", SAMPLES, ids=lambda effect: type(effect).__name__)
def test_what_is_written_down_comes_back_as_it_was(effect: Effect) -> None:
    again = stored_job(effect)
    assert again == effect
    assert hash(again) == hash(effect), "so that repetitions are found"


def test_every_kind_is_among_the_samples() -> None:
    assert {type(effect) for effect in SAMPLES} == EFFECT_CLASSES


def test_a_job_that_an_older_version_wrote_is_understood() -> None:
    old = {"effect": "StartUpgrade", "slug": "rctest", "version": "3.40.1", "by": "dana", "issue": 12}
    recheck = {"effect": "Recheck", "slug": "rctest", "version": "3.40.1"}
    assert CODEC.decode_document(JobContent, old) == StartUpgrade("rctest", "3.40.1", "dana", 12)
    assert CODEC.decode_document(JobContent, recheck) == Recheck("rctest", "3.40.1")
    refresh = {"effect": "RefreshTracker", "version": "3.40.1"}
    assert CODEC.decode_document(JobContent, refresh) == RefreshTracker("3.40.1")


@pytest.mark.parametrize("effect", SAMPLES, ids=lambda effect: type(effect).__name__)
def test_only_looks_and_edits_that_are_bundled_wait(effect: Effect) -> None:
    assert effect.delay_seconds == (effect.delay_seconds if isinstance(effect, DELAYED) else 0.0)
    assert Poll("rctest", "3.40.1", 15.0).delay_seconds == 15.0


def test_a_look_that_waits_has_the_key_of_what_it_looks_at() -> None:
    """So that it never runs beside a move, and one that comes at once is not held up by it."""
    assert Poll("rctest", "3.40.1", 15.0).key == Poll("rctest", "3.40.1").key == Advance("rctest", "3.40.1").key
    assert RefreshTracker("3.40.1", 9.5).key == EnsureTracker("3.40.1", 12, "dana").key
    assert BackUpNow(77, "rctest", 15.0).key == RefreshReply(77).key


def test_whatever_decides_whose_turn_it_is_runs_alone() -> None:
    assert Schedule().key == StartUpgrades(("rctest",), "3.40.1", "dana", 12).key == SCHEDULING_KEY
    assert CancelUpgrades(("rctest",), "3.40.1", "dana", "", 77).key == SCHEDULING_KEY
    deciding = {Schedule, StartUpgrades, CancelUpgrades}
    assert [effect for effect in SAMPLES if effect.key == SCHEDULING_KEY and type(effect) not in deciding] == []


def test_whatever_moves_an_upgrade_or_undoes_it_runs_alone() -> None:
    kinds = (StartUpgrade, StartRollback, Advance, Recheck, Poll, Publish, MarkDeployed, Retry, CancelUpgrade)
    moving = [effect for effect in SAMPLES if isinstance(effect, kinds)]
    assert {effect.key for effect in moving} == {"upgrade rctest@3.40.1"}
    assert {type(effect) for effect in moving} == set(kinds)


def test_whatever_moves_a_preparation_runs_alone_and_beside_upgrades() -> None:
    assert Prepare("3.40.1", "dana").key == AdvancePreparation("3.40.1").key == "prepare 3.40.1"
    assert Prepare("3.40.1", "dana").key != Prepare("3.41.0", "dana").key


def test_whatever_writes_a_reply_runs_alone() -> None:
    writing = [e for e in SAMPLES if isinstance(e, HandleComment | RefreshReply | CheckNow | PlanNow | BackUpNow)]
    assert {effect.key for effect in writing} == {"reply 77"}
    assert AddReaction(77).key != "reply 77"

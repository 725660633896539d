"""What every store does, whatever it keeps records in: inherit from `StoreContract` and give it a `store`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.effects import RefreshReply
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
from bot.domain.flow.creations import Creation
from bot.domain.github_models import Conclusion
from bot.domain.health.model import CheckResult, CheckState
from bot.domain.notifications.outbox import Outcome
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.reasons import PlainText
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState
from bot.domain.upgrade.deployment import retry
from bot.domain.upgrade.dispatch import prepare_dispatch
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.record import IN_FLIGHT, UNFINISHED, Deployment, Stage, StageTransition, Upgrade
from bot.domain.upgrade.transitions import Cause, mark_planned, move
from bot.domain.versions import Version
from bot.formats.markdown import Markdown
from bot.ports.creations import CreationJournal
from bot.ports.store import (
    CursorStore,
    DispatchClaims,
    Outbox,
    PreparationStore,
    ReplyIndex,
    ReplyStore,
    SlotClaims,
    TrackerStore,
    UpgradeStore,
)
from tests.records import VERSIONS, backups, preparations, pull_requests, results, tuples_of, upgrades
from tests.samples import modify
from tests.schema.everything import effects

NOW = datetime(2022, 6, 1, 12, 30, 15, 250_000, tzinfo=UTC)
V1, V2, RC = Version(3, 40, 1), Version(3, 41, 0), Version(3, 41, 0, candidate=2)
RESULT = CheckResult(
    "vm", "Virtual machine", CheckState.FAIL, PlainText("It does not run."), "https://console/?project=x", NOW, 1.25
)
TRACKER = TrackerRecord(V1, 12, "https://github.test/acme/releases/issues/12", "dana")
UPGRADE = Upgrade("rctest", V1, Stage.WAITING, "dana", NOW)
FULL = modify(
    Upgrade("demo", RC, Stage.FAILED, "lee", NOW),
    reason="red after the merge: Virtual machine",
    from_version=V1,
    number=7,
    url="https://github.test/acme/deploy/pull/7",
    head="f" * 40,
    checks=Conclusion.SUCCESS,
    failing_checks=("build", "lint"),
    approved_by=("rio",),
    changes_requested_by=("sam", "uma"),
    merged_by="dana",
    merged_at=NOW + timedelta(hours=1),
    before=(RESULT,),
    after=(RESULT, replace(RESULT, state=CheckState.PASS, seconds=0.0)),
    history=(StageTransition(Stage.MERGED, NOW, "dana", link="https://github.test/acme/deploy/pull/7"),),
    backups=(Backup(BackupKind.DISK, "default-red-data-disk", "mibot-3-41-0", BackupState.READY, NOW),),
    deployment=Deployment(
        NOW, run_id=5, conclusion="failure", failure=PlainText("job upgrade"), ended_at=NOW + timedelta(hours=2)
    ),
)
PLANNED = mark_planned(UPGRADE, NOW)
DEPLOYING = modify(UPGRADE, stage=Stage.DEPLOYING, number=7, merged_at=NOW)
FAILED = modify(
    UPGRADE,
    stage=Stage.FAILED,
    number=7,
    merged_at=NOW,
    history=(StageTransition(Stage.MERGED, NOW, "rio"), StageTransition(Stage.FAILED, NOW, "mibot")),
)
PREPARATION = modify(
    Preparation(V1, PreparationStage.OPEN, "dana", NOW),
    number=8,
    url="https://github.test/acme/deploy/pull/8",
    mistagged_images=(MistaggedImage("symbols-0", "sourcegraph/symbols:3.40.0"),),
    acceptance=Override("lee", at=NOW),
)
REPLY = Reply(9, 12, "dana", (Paragraph(Markdown("a word")), UpgradeProgress("rctest", V1), CheckTable("demo")))

# GitHub stores what people type, so all of Unicode has to go through, down to what some databases can't hold as text.
WORDS = st.text(st.characters(exclude_categories=()), max_size=30)
MOMENTS = st.datetimes(
    datetime(2000, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
)
UPGRADES = upgrades(
    WORDS,
    MOMENTS,
    slug=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,50}", fullmatch=True),
    pull_request=pull_requests(
        WORDS,
        MOMENTS,
        number=st.none() | st.integers(1, 2**53),
        head=st.just("") | st.from_regex(r"[0-9a-f]{40}", fullmatch=True),
    ),
    previous=st.sampled_from([None, UPGRADE, FULL]),
)
PREPARATIONS = preparations(WORDS, MOMENTS)
ITEMS: st.SearchStrategy[ReplyItem] = (
    st.builds(Paragraph, WORDS.map(Markdown))
    | st.builds(UpgradeProgress, st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), VERSIONS)
    | st.builds(CheckTable, WORDS, st.none() | tuples_of(results(WORDS, MOMENTS)))
    | st.builds(PreparationProgress, VERSIONS)
    | st.builds(
        BackupProgress,
        WORDS,
        st.none() | backups(WORDS, MOMENTS),
        backups(WORDS, MOMENTS),
        st.none() | st.builds(PlainText, WORDS),
    )
    | st.builds(CommandMessage, WORDS, st.builds(PlainText, WORDS))
    | st.builds(PlanPreview, st.from_regex(r"[a-z]{1,9}", fullmatch=True), VERSIONS, st.none() | WORDS.map(Markdown))
)
REPLIES = st.builds(
    Reply,
    comment=st.integers(1, 2**53),
    issue=st.integers(1, 2**53),
    author=WORDS,
    items=st.lists(ITEMS, max_size=4).map(tuple),
    written=st.none() | st.integers(1, 2**53),
    digest=WORDS,
    effects=st.none() | tuples_of(effects(WORDS)),
    found_by=WORDS,
)
TRACKERS = st.builds(
    TrackerRecord,
    version=VERSIONS,
    issue=st.integers(1, 2**53),
    url=WORDS,
    asked_by=WORDS,
    adopted=st.booleans(),
    parts=st.lists(st.integers(1, 2**53), max_size=3).map(tuple),
    announced=st.lists(st.integers(1, 2**53), max_size=3).map(tuple),
    dirty=st.integers(0, 1000),
    clean=st.integers(0, 1000),
    edited_at=st.none() | MOMENTS,
)
_few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Store(
    TrackerStore,
    ReplyIndex,
    ReplyStore,
    UpgradeStore,
    SlotClaims,
    DispatchClaims,
    PreparationStore,
    Outbox,
    CursorStore,
    CreationJournal,
    Protocol,
):
    """Everything that mibot remembers, in one place."""


class StoreContract:
    """The tests. A subclass has a fixture `store` that gives an empty one."""

    # Trackers

    def test_a_tracker_is_there_when_it_was_saved(self, store: Store) -> None:
        assert store.tracker(V1) is None
        assert list(store.trackers()) == []
        store.save_tracker(TRACKER)
        assert store.tracker(V1) == TRACKER
        assert store.tracker(V2) is None
        assert list(store.trackers()) == [TRACKER]

    def test_a_tracker_is_saved_again(self, store: Store) -> None:
        store.save_tracker(TRACKER)
        changed = replace(TRACKER, issue=13, adopted=True, parts=(1, 2), announced=(5,), clean=1, edited_at=NOW)
        store.save_tracker(changed)
        assert store.tracker(V1) == changed
        assert len(store.trackers()) == 1

    def test_saving_a_tracker_keeps_what_was_touched_meanwhile(self, store: Store) -> None:
        store.save_tracker(TRACKER)
        seen = store.tracker(V1)
        assert seen is not None
        store.mark_tracker_dirty(V1)  # something happens while the tracker is written
        store.save_tracker(replace(seen, clean=seen.dirty))
        after = store.tracker(V1)
        assert after is not None
        assert (after.dirty, after.clean) == (2, 1), "it still does not show all that happened"

    def test_touching_a_tracker_that_is_not_there_is_nothing(self, store: Store) -> None:
        store.mark_tracker_dirty(V1)
        assert store.tracker(V1) is None

    def test_touching_a_tracker_touches_no_other(self, store: Store) -> None:
        store.save_tracker(TRACKER)
        store.save_tracker(replace(TRACKER, version=V2))
        store.mark_tracker_dirty(V2)
        assert [store.tracker(version).dirty for version in (V1, V2)] == [1, 2]  # type: ignore[union-attr]

    def test_touches_from_many_threads_all_count(self, store: Store) -> None:
        store.save_tracker(TRACKER)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(store.mark_tracker_dirty, [V1] * 40))
        tracker = store.tracker(V1)
        assert tracker is not None
        assert tracker.dirty == 41

    @_few
    @given(tracker=TRACKERS)
    def test_every_tracker_comes_back_as_it_was(self, store: Store, tracker: TrackerRecord) -> None:
        known = store.tracker(tracker.version)
        store.save_tracker(tracker)
        expected = tracker if known is None else replace(tracker, dirty=known.dirty)
        assert store.tracker(tracker.version) == expected

    # Replies

    def test_a_reply_is_there_when_it_was_saved(self, store: Store) -> None:
        assert store.reply(9) is None
        store.save_reply(REPLY)
        assert store.reply(9) == REPLY
        written = replace(REPLY, written=77, digest="d", items=(*REPLY.items, CheckTable("demo", (RESULT,))))
        store.save_reply(written)
        assert store.reply(9) == written

    def test_replies_are_found_by_the_upgrades_that_they_show(self, store: Store) -> None:
        store.save_reply(REPLY)
        store.save_reply(
            replace(REPLY, comment=8, items=(UpgradeProgress("rctest", V1), UpgradeProgress("rctest", V1)))
        )
        store.save_reply(
            replace(REPLY, comment=7, items=(UpgradeProgress("rctest", V2), UpgradeProgress("demo", V1)))
        )
        assert list(store.replies_about("rctest", V1)) == [8, 9]
        assert list(store.replies_about("demo", V1)) == [7]
        assert list(store.replies_about("tpgi", V1)) == []
        store.save_reply(replace(REPLY, items=()))
        assert list(store.replies_about("rctest", V1)) == [8]

    def test_replies_that_were_never_written(self, store: Store) -> None:
        for comment in (5, 3, 4):
            store.save_reply(replace(REPLY, comment=comment))
        store.save_reply(replace(REPLY, comment=4, written=44))
        assert list(store.unwritten_replies()) == [3, 5]

    def test_a_comment_is_claimed_once(self, store: Store) -> None:
        first, second = (replace(REPLY, effects=(RefreshReply(9),), found_by=f"webhook d-{n}") for n in (1, 2))
        assert store.claim_reply(first) == first
        assert store.claim_reply(second) == first
        assert store.claim_reply(first) == first
        assert store.reply(9) == first
        assert list(store.replies_about("rctest", V1)) == [9]

    def test_a_reply_that_has_no_plan_yet_is_claimed_and_stays_where_it_is_written(self, store: Store) -> None:
        store.save_reply(replace(REPLY, items=(), effects=None, written=77, digest="d"))
        planned = replace(REPLY, effects=(), found_by="sweep 5")
        assert store.claim_reply(planned) == replace(planned, written=77, digest="d")
        assert store.claim_reply(replace(planned, found_by="sweep 6")).found_by == "sweep 5"
        assert list(store.replies_about("rctest", V1)) == [9]

    @pytest.mark.parametrize("told", [False, True])
    def test_of_many_workers_at_once_one_claims_the_comment(self, store: Store, told: bool) -> None:
        for comment in range(10, 15):
            if told:
                store.save_reply(replace(REPLY, comment=comment, effects=None))
            planned = [replace(REPLY, comment=comment, effects=(), found_by=f"webhook d-{n}") for n in range(6)]
            with ThreadPoolExecutor(6) as pool:
                kept = set(pool.map(lambda reply: store.claim_reply(reply).found_by, planned))
            assert len(kept) == 1
            known = store.reply(comment)
            assert known is not None
            assert kept == {known.found_by}

    @pytest.mark.parametrize("words", ["\x00", "\ud83d", "\U0001f440", "'\"\\%s:x", "\u2028\r\n"])
    def test_whatever_people_type_can_be_kept(self, store: Store, words: str) -> None:
        reply = replace(REPLY, author=words, items=(Paragraph(Markdown(words)),))
        store.save_reply(reply)
        assert store.reply(9) == reply
        upgrade = modify(UPGRADE, reason=words, failing_checks=(words,))
        store.save_upgrade(upgrade)
        assert store.upgrade("rctest", V1) == upgrade

    @_few
    @given(reply=REPLIES)
    def test_every_reply_comes_back_as_it_was(self, store: Store, reply: Reply) -> None:
        store.save_reply(reply)
        assert store.reply(reply.comment) == reply

    # Upgrades

    def test_an_upgrade_is_there_when_it_was_saved(self, store: Store) -> None:
        assert store.upgrade("rctest", V1) is None
        store.save_upgrade(UPGRADE)
        store.save_upgrade(FULL)
        assert store.upgrade("rctest", V1) == UPGRADE
        assert store.upgrade("demo", RC) == FULL
        assert store.upgrade("demo", V2) is None, "a candidate is not its release"
        store.save_upgrade(replace(UPGRADE, stage=Stage.DONE))
        assert store.upgrade("rctest", V1) == replace(UPGRADE, stage=Stage.DONE)

    def test_upgrades_of_a_version_and_of_all(self, store: Store) -> None:
        for slug, version in (("tpgi", V1), ("demo", V1), ("demo", V2)):
            store.save_upgrade(replace(UPGRADE, slug=slug, version=version))
        assert sorted(u.key for u in store.upgrades(V1)) == ["demo@3.40.1", "tpgi@3.40.1"]
        assert sorted(u.key for u in store.upgrades()) == ["demo@3.40.1", "demo@3.41.0", "tpgi@3.40.1"]

    def test_unfinished_upgrades(self, store: Store) -> None:
        for stage in Stage:
            store.save_upgrade(replace(UPGRADE, slug=stage.name.lower().replace("_", "-"), stage=stage))
        assert {upgrade.stage for upgrade in store.unfinished_upgrades()} == UNFINISHED

    def test_upgrades_by_their_pull_requests_head(self, store: Store) -> None:
        store.save_upgrade(UPGRADE)
        store.save_upgrade(FULL)
        assert list(store.upgrades_by_head("f" * 40)) == [FULL]
        assert list(store.upgrades_by_head("e" * 40)) == []
        assert list(store.upgrades_by_head("")) == [], "what has no pull request yet has no head either"

    def test_a_saved_upgrade_makes_its_tracker_out_of_date(self, store: Store) -> None:
        store.save_tracker(TRACKER)
        store.save_tracker(replace(TRACKER, version=V2))
        store.save_upgrade(UPGRADE)
        assert [store.tracker(version).dirty for version in (V1, V2)] == [2, 1]  # type: ignore[union-attr]

    @_few
    @given(upgrade=UPGRADES)
    def test_every_upgrade_comes_back_as_it_was(self, store: Store, upgrade: Upgrade) -> None:
        store.save_upgrade(upgrade)
        assert store.upgrade(upgrade.slug, upgrade.version) == upgrade

    # The outbox

    def test_a_transition_adds_a_notification_for_each_channel_that_wants_it(self, store: Store) -> None:
        store.save_upgrade(UPGRADE)
        assert store.pending_notifications("rctest", V1) == []
        assert store.unpublished_upgrades() == []
        store.save_upgrade(FAILED)
        pending = store.pending_notifications("rctest", V1)
        assert [(one.channel, one.upgrade) for one in pending] == [("evidence", FAILED), ("mention", FAILED)]
        assert store.unpublished_upgrades() == [("rctest", V1)]
        assert store.pending_notifications("rctest", V2) == []

    def test_what_is_saved_again_adds_none(self, store: Store) -> None:
        store.save_upgrade(FAILED)
        pending = store.pending_notifications("rctest", V1)
        store.save_upgrade(FAILED)
        store.save_upgrade(replace(FAILED, reason=PlainText("said otherwise")))
        assert store.pending_notifications("rctest", V1) == pending

    def test_a_notification_is_about_its_own_transition(self, store: Store) -> None:
        store.save_upgrade(FAILED)
        retried = retry(FAILED, "lee", NOW)
        store.save_upgrade(retried)
        again = move(retried, Stage.FAILED, Cause(NOW), PlainText("red again"))
        store.save_upgrade(again)
        mentions = [one for one in store.pending_notifications("rctest", V1) if one.channel == "mention"]
        assert [one.upgrade for one in mentions] == [FAILED, again], "oldest first"
        assert len({one.revision for one in mentions}) == 2

    def test_a_finished_notification_does_not_wait_any_more(self, store: Store) -> None:
        store.save_upgrade(FAILED)
        evidence, mention = store.pending_notifications("rctest", V1)
        store.finish_notification(evidence, Outcome.PUBLISHED)
        store.finish_notification(evidence, Outcome.PUBLISHED)
        assert store.pending_notifications("rctest", V1) == [mention]
        store.finish_notification(mention, Outcome.REFUSED)
        assert store.unpublished_upgrades() == []
        assert store.upgrade("rctest", V1) == FAILED

    def test_an_upgrade_that_begins_anew_is_notified_of_anew(self, store: Store) -> None:
        store.save_upgrade(FAILED)
        for one in store.pending_notifications("rctest", V1):
            store.finish_notification(one, Outcome.PUBLISHED)
        store.save_upgrade(UPGRADE)
        store.save_upgrade(modify(FAILED, number=8))
        pending = store.pending_notifications("rctest", V1)
        assert [(one.channel, one.upgrade.pull_request.number) for one in pending] == [
            ("evidence", 8),
            ("mention", 8),
        ]

    def test_claims_are_transitions_too(self, store: Store) -> None:
        checked = modify(PLANNED, number=7, head="f" * 40, before=(RESULT,))
        assert store.claim_slot(checked, 5)
        assert [one.channel for one in store.pending_notifications("rctest", V1)] == ["check_run"]

    def test_two_who_save_the_same_transition_at_once_add_it_once(self, store: Store) -> None:
        for number in range(10):
            there = replace(FAILED, slug=f"slug-{number}")
            store.save_upgrade(replace(UPGRADE, slug=there.slug))
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(store.save_upgrade, [there] * 4))
            pending = store.pending_notifications(there.slug, V1)
            assert [one.channel for one in pending] == ["evidence", "mention"]

    # The flight

    def test_a_turn_is_claimed_up_to_the_limit(self, store: Store) -> None:
        waiting = [replace(UPGRADE, slug=slug, reason=PlainText("waits")) for slug in ("a", "b", "c")]
        for upgrade in waiting:
            store.save_upgrade(upgrade)
        going = [mark_planned(upgrade, NOW) for upgrade in waiting]
        assert [store.claim_slot(upgrade, 2) for upgrade in going] == [True, True, False]
        assert [store.upgrade(slug, V1) for slug in ("a", "b", "c")] == [*going[:2], waiting[2]]

    @pytest.mark.parametrize("stage", list(Stage))
    def test_what_counts_as_in_flight(self, store: Store, stage: Stage) -> None:
        store.save_upgrade(replace(UPGRADE, slug="other", stage=stage))
        assert store.claim_slot(PLANNED, 1) is (stage not in IN_FLIGHT)

    def test_upgrades_to_other_versions_count_too(self, store: Store) -> None:
        store.save_upgrade(replace(UPGRADE, version=V2, stage=Stage.OPEN))
        assert not store.claim_slot(PLANNED, 1)

    def test_an_upgrade_does_not_stand_in_its_own_way(self, store: Store) -> None:
        assert store.claim_slot(PLANNED, 1)
        assert store.claim_slot(PLANNED, 1), "a job that is run again finds its turn claimed"

    def test_a_claimed_turn_makes_the_tracker_out_of_date(self, store: Store) -> None:
        store.save_tracker(TRACKER)
        store.claim_slot(PLANNED, 1)
        tracker = store.tracker(V1)
        assert tracker is not None
        assert tracker.dirty == 2

    def test_no_number_of_threads_gets_past_the_limit(self, store: Store) -> None:
        going = [replace(PLANNED, slug=f"i{number}") for number in range(24)]
        with ThreadPoolExecutor(8) as pool:
            claimed = list(pool.map(lambda upgrade: store.claim_slot(upgrade, 5), going))
        assert claimed.count(True) == 5
        assert len(store.upgrades()) == 5

    # Deployments

    def test_a_deployment_is_claimed_while_no_other_ones_run_is_still_to_be_found(self, store: Store) -> None:
        first, second = (prepare_dispatch(replace(DEPLOYING, slug=slug), NOW) for slug in ("a", "b"))
        assert store.claim_dispatch(first)
        assert store.upgrade("a", V1) == first
        assert not store.claim_dispatch(second)
        assert store.upgrade("b", V1) is None
        found = modify(first, deployment=Deployment(NOW, confirmed=True, run_id=5))
        store.save_upgrade(found)
        assert store.claim_dispatch(second)

    def test_an_instance_is_deployed_once_at_a_time_whatever_the_version(self, store: Store) -> None:
        store.save_upgrade(modify(DEPLOYING, deployment=Deployment(NOW, confirmed=True, run_id=5)))
        other = prepare_dispatch(replace(DEPLOYING, version=V2), NOW)
        assert not store.claim_dispatch(other)
        store.save_upgrade(replace(DEPLOYING, stage=Stage.VERIFYING))
        assert store.claim_dispatch(other)

    def test_a_deployment_that_is_asked_for_again_does_not_stand_in_its_own_way(self, store: Store) -> None:
        first = prepare_dispatch(DEPLOYING, NOW)
        again = prepare_dispatch(first, NOW + timedelta(minutes=5))
        assert [store.claim_dispatch(first), store.claim_dispatch(again)] == [True, True]
        assert store.upgrade("rctest", V1) == again

    @pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.DEPLOYING}))
    def test_only_what_is_deploying_is_in_the_way(self, store: Store, stage: Stage) -> None:
        store.save_upgrade(modify(UPGRADE, slug="other", stage=stage, deployment=Deployment(NOW)))
        assert store.claim_dispatch(prepare_dispatch(DEPLOYING, NOW))

    def test_a_claimed_deployment_makes_the_tracker_out_of_date(self, store: Store) -> None:
        store.save_tracker(TRACKER)
        store.claim_dispatch(prepare_dispatch(DEPLOYING, NOW))
        tracker = store.tracker(V1)
        assert tracker is not None
        assert tracker.dirty == 2

    def test_of_any_number_of_threads_one_asks_for_a_deployment(self, store: Store) -> None:
        wanted = [prepare_dispatch(replace(DEPLOYING, slug=f"i{number}"), NOW) for number in range(16)]
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(store.claim_dispatch, wanted)).count(True) == 1

    # Preparations

    def test_a_preparation_is_there_when_it_was_saved(self, store: Store) -> None:
        assert store.preparation(V1) is None
        store.save_tracker(TRACKER)
        store.save_preparation(PREPARATION)
        assert store.preparation(V1) == PREPARATION
        assert store.preparation(V2) is None
        changed = modify(PREPARATION, stage=PreparationStage.READY, note="merged")
        store.save_preparation(changed)
        assert list(store.preparations()) == [changed]
        tracker = store.tracker(V1)
        assert tracker is not None
        assert tracker.dirty == TRACKER.dirty + 2

    def test_preparations_that_are_not_finished(self, store: Store) -> None:
        for number, stage in enumerate(PreparationStage):
            store.save_preparation(replace(PREPARATION, version=Version(4, 0, number), stage=stage))
        found = {preparation.stage for preparation in store.unfinished_preparations()}
        assert found == {PreparationStage.REQUESTED, PreparationStage.OPEN}

    def test_replies_about_a_preparation(self, store: Store) -> None:
        store.save_reply(Reply(7, 12, "dana", (PreparationProgress(V1), UpgradeProgress("rctest", V1))))
        store.save_reply(Reply(8, 12, "dana", (PreparationProgress(V2),)))
        assert list(store.replies_about("", V1)) == [7]
        assert list(store.replies_about("", V2)) == [8]
        assert list(store.replies_about("rctest", V1)) == [7]

    @_few
    @given(preparation=PREPARATIONS)
    def test_any_preparation_comes_back_as_it_was(self, store: Store, preparation: Preparation) -> None:
        store.save_preparation(preparation)
        assert store.preparation(preparation.version) == preparation

    # Creations

    def test_a_creation_is_begun_by_one_only(self, store: Store) -> None:
        assert store.creation("tracker 3.40.1") is None
        assert store.begin_creation("tracker 3.40.1", None, NOW)
        assert store.creation("tracker 3.40.1") == Creation("tracker 3.40.1")
        assert not store.begin_creation("tracker 3.40.1", None, NOW)

    def test_a_creation_whose_outcome_is_unclear(self, store: Store) -> None:
        store.begin_creation("comment 1", None, NOW)
        store.mark_creation_unclear("comment 1", NOW)
        store.mark_creation_unclear("comment 1", NOW + timedelta(seconds=9))
        unclear = Creation("comment 1", unclear_since=NOW)
        assert store.creation("comment 1") == unclear
        assert store.begin_creation("comment 1", unclear, NOW)
        assert not store.begin_creation("comment 1", unclear, NOW)
        assert store.creation("comment 1") == Creation("comment 1", attempt=2)

    def test_a_creation_that_is_known_stays(self, store: Store) -> None:
        store.finish_creation("comment 1", 2**40, NOW)
        store.mark_creation_unclear("comment 1", NOW)
        store.forget_creation("comment 1")
        assert store.creation("comment 1") == Creation("comment 1", number=2**40, known_since=NOW)

    def test_a_creation_that_did_not_happen_is_forgotten(self, store: Store) -> None:
        store.begin_creation("comment 1", None, NOW)
        store.forget_creation("comment 1")
        assert store.creation("comment 1") is None

    def test_old_creations_are_dropped_unless_they_are_unclear(self, store: Store) -> None:
        store.finish_creation("known", 1, NOW)
        store.begin_creation("unclear", None, NOW)
        store.begin_creation("new", None, NOW + timedelta(days=31))
        assert store.creation("known") is None
        assert store.creation("unclear") is not None

    # Cursors

    def test_a_cursor(self, store: Store) -> None:
        assert store.cursor("comments") is None
        store.set_cursor("comments", NOW)
        store.set_cursor("issues", NOW + timedelta(days=1))
        assert store.cursor("comments") == NOW
        store.set_cursor("comments", NOW - timedelta(days=1))
        assert store.cursor("comments") == NOW - timedelta(days=1)

    def test_a_cursor_is_a_moment_whatever_clock_it_was_read_from(self, store: Store) -> None:
        store.set_cursor("comments", NOW.astimezone(timezone(timedelta(hours=-7))))
        found = store.cursor("comments")
        assert found == NOW
        assert found.tzinfo is not None

"""Whose turn it is, as records: what was asked for waits, goes, or is told what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from bot.checks import vm
from bot.domain.chat.effects import RefreshReply
from bot.domain.chat.replies import Reply, UpgradeProgress
from bot.domain.effects import Effect
from bot.domain.fleet.inventory import golden_link_target
from bot.domain.health.model import CheckState, CloudConfig
from bot.domain.health.queries import Answer, MachineQuery, Machines, Query
from bot.domain.plans.reasons.refusals import VersionHeld
from bot.domain.reasons import PlainText, Reason
from bot.domain.rollout.attention import Attention, attention
from bot.domain.rollout.effects import Schedule, StartUpgrades
from bot.domain.rollout.reasons import (
    FirstInstanceNotReady,
    FirstInstanceProblem,
    Forceable,
    GoldenFileMissing,
    GoldenFileState,
    InternalInstancesRed,
    PreparationEnded,
    PreparationNotAccepted,
    RolloutHalted,
    SlotsTaken,
    TrackerClosed,
    TrackerGone,
)
from bot.domain.tracker.effects import RefreshTracker, WatchTracker
from bot.domain.tracker.record import LAYOUT, TrackerRecord, TrackerState
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.effects import Advance, Prepare, StartUpgrade
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.reasons.progress import Milestone, NeedsPerson, Reached
from bot.domain.upgrade.reasons.pull_requests import ContentDiffers, PullRequestEnd, PullRequestEnded
from bot.domain.upgrade.record import Rollback, Stage, StageTransition, Upgrade
from bot.domain.versions import Version
from bot.handlers.scheduling import Scheduler
from bot.rendering.wording import describe
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import HealthCheckRunner
from bot.services.planner import Planner
from bot.services.tracker_states import TrackerStates
from demo.fleet import File, SampleRepository, compose_file, make_fleet
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, MemoryUpstream
from tests.samples import NOW, modify, result, upgrade, version

TO, NEW = version("3.40.1"), version("3.40.2")
GOLDEN = "golden/docker-compose.3.40.2.yaml"
FLEET = make_fleet(24)
CUSTOMERS = [one.slug for one in FLEET.instances if not one.internal]
TRIAL = next(one.slug for one in FLEET.instances if one.kind == "trial")
PRODUCTION = next(one.slug for one in FLEET.instances if one.kind == "production")
SKIPPED_BECAUSE = {i.slug: i.skip_reason for i in FleetReader(MemoryFleetSource(FLEET)).recent() if i.skip_reason}
CLOSED, NO_SUCH_TAG = PullRequestEnded(PullRequestEnd.CLOSED), PlainText("no such tag")
NOT_YET = Forceable(FirstInstanceNotReady("rctest", TO, FirstInstanceProblem.NOT_UPGRADED))


@dataclass
class MemoryInspector:
    """The machines of every instance: all have this status. `asked` counts the questions."""

    status: str = "RUNNING"
    asked: int = 0

    def fetch(self, query: Query) -> Answer:
        self.asked += 1
        assert isinstance(query, MachineQuery)
        return Machines({query.names[0]: self.status})


@dataclass
class Scene:
    """The deployment repository, our records, the world's machines, and orders that people give."""

    repository: SampleRepository = field(default_factory=lambda: FLEET)
    store: MemoryStore = field(default_factory=MemoryStore)
    inspector: MemoryInspector = field(default_factory=MemoryInspector)
    issues: MemoryIssues = field(default_factory=MemoryIssues)
    accepted: frozenset[Version] = frozenset()
    limit: int = 5
    now: datetime = NOW

    def __post_init__(self) -> None:
        number = self.issues.open("3.40.1 tracker", author="mibot[bot]").number
        self.store.save_tracker(TrackerRecord(TO, number, "https://x", "dana", dirty=0, layout=LAYOUT))

    @property
    def scheduler(self) -> Scheduler:
        source = MemoryFleetSource(self.repository)
        fleets = FleetReader(source)
        examiner = HealthCheckRunner(fleets, CloudConfig(), self.inspector, lambda: self.now, checks=[vm.CHECK])
        planner = Planner(source, MemoryUpstream(), lambda: self.accepted)
        trackers = TrackerStates(self.issues, "team/cloud")
        return Scheduler(self.store, fleets, planner, examiner, trackers, lambda: self.now, max_in_flight=self.limit)

    def start(self, *slugs: str, to: Version = TO, force: str = "", by: str = "dana") -> list[Effect]:
        return self.scheduler.start(StartUpgrades(slugs, str(to), by, 12, force))

    def schedule(self) -> list[Effect]:
        return self.scheduler.schedule(Schedule())

    def put(self, *upgrades: Upgrade) -> None:
        for one in upgrades:
            self.store.save_upgrade(one)

    def of(self, slug: str, to: Version = TO) -> Upgrade:
        found = self.store.upgrade(slug, to)
        assert found is not None
        return found

    def stands(self) -> Mapping[str, Stage]:
        return {one.slug: one.stage for one in self.store.upgrades()}

    def prepared(self, stage: PreparationStage, reason: Reason | None = None) -> None:
        self.store.save_preparation(Preparation(NEW, stage, "lee", NOW, reason))

    def merge(self, text: str = "") -> None:
        """The golden file of 3.40.2 is there."""
        files = {**FLEET.files, GOLDEN: File.plain(GOLDEN, text or compose_file("3.40.2"))}
        self.repository = replace(FLEET, files=files)

    def by_hand(self, slug: str, to: Version = TO) -> None:
        """People move an instance's link themselves."""
        path = self.repository.by_slug[slug].link_path
        self.repository = replace(
            self.repository, files={**self.repository.files, path: File.link(path, golden_link_target(to))}
        )

    @property
    def saved(self) -> int:
        """How often something about 3.40.1 was written down."""
        tracker = self.store.tracker(TO)
        assert tracker is not None
        return tracker.dirty


def went(effects: list[Effect]) -> list[str]:
    return [effect.slug for effect in effects if isinstance(effect, Advance)]


def green(slug: str, to: str = "3.40.1") -> Upgrade:
    return upgrade(slug, to, Stage.DONE, merged_at=NOW, after=(result(),))


# Asking


def test_whose_turn_it_is_goes_at_once() -> None:
    scene = Scene()
    assert scene.start("rctest") == [Advance("rctest", "3.40.1")], "which shows where it stands"
    planned = Upgrade("rctest", TO, Stage.PLANNED, "dana", NOW)
    assert scene.of("rctest") == replace(
        planned, history=(StageTransition(Stage.PLANNED, NOW, "mibot", Reached(Milestone.SLOT_CLAIMED)),)
    )


def test_every_reply_that_shows_one_that_waits_is_refreshed() -> None:
    scene = Scene()
    scene.store.save_reply(Reply(77, 12, "dana", (UpgradeProgress("rctest", TO),)))
    scene.store.save_reply(Reply(78, 12, "dana", (UpgradeProgress(PRODUCTION, TO),)))
    assert set(scene.start("rctest", PRODUCTION)) == {
        Advance("rctest", "3.40.1"),
        RefreshReply(78),
        RefreshTracker("3.40.1"),
    }


def test_they_go_in_the_order_of_work_whatever_the_order_of_asking() -> None:
    scene = Scene()
    assert went(scene.start("tpgi", "rctest", "demo")) == ["rctest", "demo", "tpgi"]


def test_no_more_go_than_the_policy_allows_and_the_rest_follow_in_their_turn() -> None:
    scene = Scene(limit=2)
    assert went(scene.start("tpgi", "research", "rctest", "demo")) == ["rctest", "demo"]
    assert scene.of("tpgi").reason == scene.of("research").reason == SlotsTaken(2)
    assert went(scene.schedule()) == []
    scene.put(green("demo"))
    assert went(scene.schedule()) == ["research"]
    assert scene.of("tpgi").stage is Stage.WAITING
    scene.put(green("rctest"), green("research"))
    assert went(scene.schedule()) == ["tpgi"]


def test_asking_twice_is_the_same_upgrade() -> None:
    scene = Scene()
    scene.start("rctest", PRODUCTION)
    before, saved = dict(scene.stands()), scene.saved
    assert scene.start("rctest", PRODUCTION, by="lee") == [StartUpgrade("rctest", "3.40.1", "lee", 12)]
    assert (dict(scene.stands()), scene.saved) == (before, saved)
    assert scene.of(PRODUCTION).requested_by == "dana"


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.WAITING}))
def test_what_is_past_waiting_belongs_to_its_own_jobs(stage: Stage) -> None:
    scene = Scene()
    there = upgrade("rctest", stage=stage, merged_at=NOW)
    scene.put(there)
    found = scene.start("rctest", "demo", force="they asked")
    assert found[0] == StartUpgrade("rctest", "3.40.1", "dana", 12, "they asked")
    assert went(found) == ["demo"]
    assert scene.of("rctest") == there


# The order


def test_customers_wait_for_the_first_instance_and_are_told_so() -> None:
    scene = Scene()
    assert went(scene.start(TRIAL, PRODUCTION, "demo")) == ["demo"]
    assert scene.of(TRIAL).reason == scene.of(PRODUCTION).reason == NOT_YET
    assert scene.inspector.asked == 0, "there is nothing to look at before it runs the version"


def test_once_it_is_green_they_go_trials_first() -> None:
    scene = Scene()
    scene.start(PRODUCTION, TRIAL, "rctest")
    scene.put(green("rctest"))
    assert went(scene.schedule()) == [TRIAL, PRODUCTION]
    assert scene.of(TRIAL).reason is None
    assert scene.inspector.asked == 0, "the record tells"


@pytest.mark.parametrize(("status", "goes"), [("RUNNING", True), ("TERMINATED", False), ("STAGING", False)])
def test_a_first_instance_that_people_upgraded_is_looked_at_once(status: str, goes: bool) -> None:
    scene = Scene(inspector=MemoryInspector(status))
    scene.by_hand("rctest")
    assert went(scene.start(TRIAL, PRODUCTION)) == ([TRIAL, PRODUCTION] if goes else [])
    assert scene.inspector.asked == 1
    assert goes or scene.of(TRIAL).reason == Forceable(
        FirstInstanceNotReady("rctest", TO, FirstInstanceProblem.CHECKS_NOT_PASSING)
    )


def test_it_is_not_looked_at_where_no_customer_waits() -> None:
    scene = Scene()
    scene.by_hand("rctest")
    scene.start("demo")
    scene.start(TRIAL, force="they asked")
    assert scene.inspector.asked == 0


def test_a_red_internal_instance_stops_production_until_it_is_green() -> None:
    scene = Scene()
    scene.put(green("rctest"), upgrade("tpgi", before=(result(state=CheckState.FAIL),)))
    assert went(scene.start(TRIAL, PRODUCTION)) == [TRIAL]
    assert scene.of(PRODUCTION).reason == Forceable(InternalInstancesRed(("tpgi",)))
    scene.put(green("tpgi"))
    assert went(scene.schedule()) == [PRODUCTION]


def test_one_that_failed_after_its_merge_stops_the_line_until_somebody_has_seen_to_it() -> None:
    scene = Scene()
    scene.put(green("rctest"), upgrade("tpgi", stage=Stage.FAILED, merged_at=NOW))
    assert went(scene.start("demo", TRIAL)) == []
    halted = Forceable(RolloutHalted(TO, ("tpgi",)))
    assert scene.of("demo").reason == scene.of(TRIAL).reason == halted
    scene.put(upgrade("tpgi", stage=Stage.MERGED, merged_at=NOW, attempt=2))
    assert went(scene.schedule()) == ["demo", TRIAL]


def test_a_stopped_line_lets_those_pass_that_an_operator_forces() -> None:
    scene = Scene()
    scene.put(upgrade("tpgi", stage=Stage.FAILED, merged_at=NOW))
    scene.start("demo", PRODUCTION)
    assert went(scene.start(PRODUCTION, force="they asked", by="lee")) == [PRODUCTION]
    assert scene.of("demo").stage is Stage.WAITING


@pytest.mark.parametrize("slug", sorted(SKIPPED_BECAUSE))
def test_one_that_release_upgrades_leave_out_by_now_waits_no_longer(slug: str) -> None:
    scene = Scene()
    scene.store.save_reply(Reply(77, 12, "dana", (UpgradeProgress(slug, TO),)))
    found = scene.start(slug, "rctest")
    assert went(found) == ["rctest"]
    assert RefreshReply(77) in found
    skipped = scene.of(slug)
    assert (skipped.stage, skipped.reason) == (Stage.SKIPPED, SKIPPED_BECAUSE[slug])
    assert skipped.history == (StageTransition(Stage.SKIPPED, NOW, "", skipped.reason),)
    assert scene.schedule() == [], "and it is told once"


def test_while_the_first_instance_is_rolled_back_customers_wait() -> None:
    scene = Scene()
    scene.by_hand("rctest")
    scene.put(upgrade("rctest", stage=Stage.OPEN, rollback=Rollback("lee"), previous=green("rctest")))
    assert went(scene.start(TRIAL)) == []
    assert scene.of(TRIAL).reason == Forceable(FirstInstanceNotReady("rctest", TO, FirstInstanceProblem.RED))


def test_an_operators_force_goes_first_and_is_recorded() -> None:
    scene = Scene()
    assert went(scene.start(PRODUCTION, TRIAL, force="they asked")) == [TRIAL, PRODUCTION]
    for slug in (PRODUCTION, TRIAL):
        force = scene.of(slug).force
        assert force is not None
        assert (force.by, force.why) == ("dana", "they asked")


def test_one_that_waits_can_be_forced_later() -> None:
    scene = Scene()
    scene.start(PRODUCTION)
    assert went(scene.start(PRODUCTION, force="they asked", by="lee")) == [PRODUCTION]
    forced = scene.of(PRODUCTION)
    assert forced.force is not None
    assert (forced.requested_by, forced.force.by, forced.reason) == ("dana", "lee", None)


def test_force_gives_no_place_that_there_is_not() -> None:
    scene = Scene(limit=1)
    scene.start("rctest")
    assert went(scene.start(PRODUCTION, force="they asked")) == []
    assert scene.of(PRODUCTION).reason == SlotsTaken(1)


# What has to be there first


def test_what_waits_for_a_preparation_that_is_held_is_held_too() -> None:
    """Nobody would see otherwise that a person has to mend something."""
    scene, why = Scene(), NeedsPerson(PlainText("the repository was archived"))
    scene.start("rctest", to=NEW)
    scene.store.save_preparation(Preparation(NEW, PreparationStage.REQUESTED, "dana", NOW, why))
    assert Prepare("3.40.2", "dana", asked=False) in scene.schedule()
    waiting = scene.of("rctest", NEW)
    assert (waiting.stage, waiting.reason) == (Stage.WAITING, why)
    assert attention(waiting) is Attention.HELD
    scene.store.save_preparation(Preparation(NEW, PreparationStage.REQUESTED, "dana", NOW))
    scene.schedule()
    assert attention(scene.of("rctest", NEW)) is Attention.WAITING


def test_a_version_without_a_golden_file_is_prepared_once_and_all_its_upgrades_wait() -> None:
    scene = Scene()
    found = scene.start("rctest", "demo", PRODUCTION, to=NEW)
    assert [effect for effect in found if isinstance(effect, Prepare)] == [Prepare("3.40.2", "dana", asked=False)]
    assert went(found) == []
    reasons = {one.reason for one in scene.store.upgrades(NEW)}
    assert reasons == {GoldenFileMissing(NEW, GoldenFileState.BEING_PREPARED)}


def test_another_version_is_not_held_up_by_it() -> None:
    scene = Scene()
    scene.start("demo", to=NEW)
    assert went(scene.start("rctest")) == ["rctest"]


@pytest.mark.parametrize(
    ("stage", "why", "reason"),
    [
        (PreparationStage.OPEN, None, GoldenFileMissing(NEW, GoldenFileState.NOT_MERGED)),
        (PreparationStage.READY, None, GoldenFileMissing(NEW, GoldenFileState.REMOVED)),
        (PreparationStage.CLOSED, CLOSED, PreparationEnded(NEW, CLOSED)),
        (PreparationStage.FAILED, NO_SUCH_TAG, PreparationEnded(NEW, NO_SUCH_TAG)),
    ],
)
def test_what_becomes_of_the_preparation_is_told_and_nothing_is_asked_for_again(
    stage: PreparationStage, why: Reason | None, reason: Reason
) -> None:
    scene = Scene()
    scene.prepared(stage, why)
    assert not [effect for effect in scene.start("rctest", to=NEW) if isinstance(effect, Prepare)]
    assert scene.of("rctest", NEW).reason == reason


def test_one_that_was_asked_for_and_not_begun_is_begun_in_the_name_of_who_asked() -> None:
    scene = Scene()
    scene.prepared(PreparationStage.REQUESTED)
    assert Prepare("3.40.2", "lee", asked=False) in scene.start("rctest", to=NEW)


def test_after_the_merge_they_go_by_themselves() -> None:
    scene = Scene()
    scene.start("demo", "rctest", to=NEW)
    scene.prepared(PreparationStage.READY)
    scene.merge()
    assert went(scene.schedule()) == ["rctest", "demo"]


def test_images_with_another_tag_hold_the_version_until_they_are_accepted() -> None:
    scene = Scene()
    scene.merge(compose_file("3.40.2").replace("symbols:3.40.2", "symbols:3.40.1"))
    assert went(scene.start("rctest", to=NEW)) == []
    reason = scene.of("rctest", NEW).reason
    assert isinstance(reason, VersionHeld)
    assert (reason.version, [one.service for one in reason.images]) == (NEW, ["symbols-0"])
    assert went(scene.start("rctest", to=NEW, force="now")) == [], "and no force helps"
    scene.accepted = frozenset({NEW})
    assert went(scene.schedule()) == ["rctest"]


@pytest.mark.parametrize("text", ["- just\n- words\n", "services: words\n", "services: [\n"])
def test_a_golden_file_that_is_no_compose_file_holds_the_version_too(text: str) -> None:
    scene = Scene()
    scene.merge(text)
    assert went(scene.start("rctest", to=NEW)) == []
    reason = scene.of("rctest", NEW).reason
    assert reason is not None
    assert describe(reason).startswith(f"{GOLDEN} is no")


# Saying it


def test_where_nobody_waits_nobody_looks() -> None:
    scene = Scene()
    scene.put(upgrade("rctest", stage=Stage.OPEN), green("demo"))
    assert scene.schedule() == []
    assert scene.inspector.asked == 0


def test_a_reason_is_written_down_when_it_changes_and_only_then() -> None:
    scene = Scene(limit=1)
    scene.start("rctest", "demo", PRODUCTION)
    saved = scene.saved
    assert scene.schedule() == []
    assert scene.saved == saved
    scene.put(green("rctest"))
    saved = scene.saved
    found = scene.schedule()
    assert went(found) == ["demo"]
    assert scene.of(PRODUCTION).reason == SlotsTaken(1)
    assert scene.saved == saved + 2, "one that went, and one with another reason"
    assert found == [Advance("demo", "3.40.1"), RefreshTracker("3.40.1")], "each place that shows them once"


def test_deciding_again_changes_nothing() -> None:
    scene = Scene()
    scene.start(*CUSTOMERS, "rctest", "demo", "tpgi")
    scene.start("research", to=NEW)
    before = {one.key: one for one in scene.store.upgrades()}
    assert [effect for effect in scene.schedule() if not isinstance(effect, Prepare)] == []
    assert {one.key: one for one in scene.store.upgrades()} == before


def test_a_whole_fleet_goes_in_order_and_never_more_than_five_at_once() -> None:
    scene = Scene()
    everyone = [one.slug for one in FLEET.instances if one.slug not in SKIPPED_BECAUSE]
    flying = went(scene.start(*reversed(everyone)))
    order = list(flying)
    while flying:
        assert len(flying) <= 5
        scene.put(green(flying.pop(0)))
        more = went(scene.schedule())
        flying += more
        order += more
    kinds = [FLEET.by_slug[slug].kind for slug in order]
    assert sorted(order) == sorted(everyone)
    assert order[0] == "rctest"
    assert kinds == sorted(kinds, key=["internal", "trial", "production"].index)


def test_when_all_that_wait_for_an_unprepared_version_are_left_out_nothing_is_prepared_for_them() -> None:
    scene = Scene()
    slug = next(iter(SKIPPED_BECAUSE))
    scene.put(upgrade(slug, str(NEW), Stage.WAITING, number=None, url=""))
    effects = scene.schedule()
    assert scene.of(slug, NEW).stage is Stage.SKIPPED
    assert not [effect for effect in effects if isinstance(effect, Prepare)]


# Trackers that people close


def test_a_closed_tracker_starts_nothing_and_goes_on_when_it_is_reopened() -> None:
    scene = Scene()
    scene.issues.close(1)
    assert WatchTracker("3.40.1") in scene.start("rctest", force="now")
    assert (scene.of("rctest").stage, scene.of("rctest").reason) == (Stage.WAITING, TrackerClosed(TO, 1))
    scene.store.save_tracker(TrackerRecord(TO, 1, "https://x", "dana", state=TrackerState.CLOSED, told=True))
    assert scene.schedule() == [], "it is noted and told"
    scene.issues.reopen(1)
    assert went(scene.schedule()) == ["rctest"]


def test_a_tracker_that_is_gone_starts_nothing() -> None:
    scene = Scene()
    scene.issues.delete(1)
    scene.start("rctest")
    assert scene.of("rctest").reason == TrackerGone(TO, 1)


def test_a_version_whose_preparation_is_not_what_was_planned_waits_for_an_operator() -> None:
    scene = Scene()
    scene.merge()
    strange = PullRequestContent("c1", ContentDiffers(different=1))
    scene.store.save_preparation(modify(Preparation(NEW, PreparationStage.READY, "lee", NOW), content=strange))
    scene.start("rctest", to=NEW)
    told = scene.of("rctest", NEW)
    assert (told.stage, told.reason) == (Stage.WAITING, PreparationNotAccepted(NEW, ContentDiffers(different=1)))
    assert told.reason is not None
    assert describe(told.reason).endswith("an operator accepts it with /prepare 3.40.2 --accept-tags")

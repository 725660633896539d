"""Whose turn it is: the order of work is a gate, and never too many are in flight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.fleet.model import Fleet, Instance, InstanceType
from bot.domain.health.model import CheckState
from bot.domain.reasons import Reason
from bot.domain.rollout.reasons import (
    FirstInstanceInDeployment,
    FirstInstanceNotReady,
    FirstInstanceProblem,
    Forceable,
    GoldenFileMissing,
    GoldenFileState,
    InstanceInFlight,
    InternalInstancesRed,
    RolloutHalted,
    SlotsTaken,
)
from bot.domain.rollout.schedule import (
    RolloutState,
    decide_slots,
    halts_rollout,
    is_red,
    needs_health_check,
    order_gate,
    rollout_halted,
)
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.record import IN_FLIGHT, Rollback, Stage, Upgrade
from bot.domain.versions import Version
from tests.samples import NOW, customer_instance, fleet, internal_instance, result, upgrade, version

TO, NEXT = version("3.40.1"), version("3.41.0")
RCTEST, DEMO, TPGI = internal_instance("rctest"), internal_instance("demo"), internal_instance("tpgi")
TRIAL = customer_instance("jaderaven", type=InstanceType.TRIAL)
OTTER, SECOND = customer_instance("amberotter"), customer_instance("amberotter-two", ordinal=2)
FLEET = fleet(RCTEST, DEMO, TPGI, TRIAL, OTTER, SECOND)
GREEN, RED = (result(),), (result(state=CheckState.FAIL),)
NOT_UPGRADED = Forceable(FirstInstanceNotReady("rctest", TO, FirstInstanceProblem.NOT_UPGRADED))


def rollout_state(
    *upgrades: Upgrade,
    among: Fleet = FLEET,
    limit: int = 5,
    unready: Mapping[Version, Reason] | None = None,
    green: Mapping[Version, bool] | None = None,
) -> RolloutState:
    return RolloutState(among, upgrades, limit, unready or {}, green or {})


def waits(slug: str, to: str = "3.40.1", **facts: object) -> Upgrade:
    return upgrade(slug, to, Stage.WAITING, **facts)


def done(slug: str = "rctest", to: str = "3.40.1") -> Upgrade:
    return upgrade(slug, to, Stage.DONE, merged_at=NOW, after=GREEN)


def go(now: RolloutState) -> list[str]:
    return [turn.upgrade.key for turn in decide_slots(now) if turn.starts]


def why(now: RolloutState) -> dict[str, Reason | None]:
    """The reasons of those that wait on."""
    return {turn.upgrade.slug: turn.reason for turn in decide_slots(now) if not turn.starts}


def test_internal_instances_go_in_the_order_of_work_whatever_the_order_of_asking() -> None:
    assert go(rollout_state(waits("tpgi"), waits("rctest"), waits("demo"))) == [
        "rctest@3.40.1",
        "demo@3.40.1",
        "tpgi@3.40.1",
    ]


def test_of_two_versions_the_earlier_goes_first() -> None:
    now = rollout_state(waits("rctest", "3.41.0"), waits("demo"), waits("rctest"))
    assert go(now) == ["rctest@3.40.1", "demo@3.40.1"]
    assert why(now) == {"rctest": InstanceInFlight()}


def test_no_more_are_in_flight_than_the_limit_and_the_rest_wait_for_their_turn() -> None:
    flying = [upgrade("jaderaven", stage=Stage.OPEN), upgrade("amberotter", "3.41.0", Stage.MERGED)]
    now = rollout_state(*flying, waits("tpgi"), waits("demo"), waits("rctest"), limit=4)
    assert go(now) == ["rctest@3.40.1", "demo@3.40.1"]
    assert why(now) == {"tpgi": SlotsTaken(4)}


def test_a_lower_limit_than_before_lets_nobody_go_until_enough_are_done() -> None:
    flying = [upgrade(slug, stage=Stage.OPEN) for slug in ("demo", "tpgi", "jaderaven")]
    assert go(rollout_state(*flying, waits("rctest"), limit=1)) == []


def test_an_instance_has_one_upgrade_in_flight_at_a_time() -> None:
    now = rollout_state(upgrade("rctest", "3.41.0", Stage.APPROVED), waits("rctest"))
    assert why(now) == {"rctest": InstanceInFlight()}


def test_whoever_is_held_up_by_the_order_lets_those_behind_it_pass() -> None:
    now = rollout_state(
        waits("jaderaven"), waits("amberotter", force=Override("lee", "they asked")), waits("demo", "3.41.0"), limit=2
    )
    assert go(now) == ["amberotter@3.40.1", "demo@3.41.0"]
    assert list(why(now)) == ["jaderaven"]


def test_a_version_that_is_not_ready_holds_up_its_own_only() -> None:
    reason = GoldenFileMissing(TO, GoldenFileState.BEING_PREPARED)
    now = rollout_state(
        waits("rctest"), waits("demo", force=Override("lee", "now")), waits("tpgi", "3.41.0"), unready={TO: reason}
    )
    assert go(now) == ["tpgi@3.41.0"]
    assert why(now) == {"rctest": reason, "demo": reason}, "and no force helps"


def test_an_instance_that_cannot_be_read_goes_on_and_fails_where_people_see_why() -> None:
    assert go(rollout_state(waits("gone"))) == ["gone@3.40.1"]


def test_no_customer_goes_before_the_first_instance() -> None:
    now = rollout_state(waits("jaderaven"), waits("amberotter"), waits("demo"))
    assert go(now) == ["demo@3.40.1"]
    assert why(now) == {"jaderaven": NOT_UPGRADED, "amberotter": NOT_UPGRADED}


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.DONE}))
def test_customers_wait_while_the_first_instance_is_on_its_way(stage: Stage) -> None:
    assert "jaderaven" in why(rollout_state(upgrade("rctest", stage=stage), waits("jaderaven")))


def test_once_the_first_instance_is_done_customers_go() -> None:
    assert go(rollout_state(done(), waits("amberotter"), waits("jaderaven"))) == [
        "jaderaven@3.40.1",
        "amberotter@3.40.1",
    ]
    assert go(rollout_state(done(to="3.40.1"), waits("amberotter", "3.41.0"))) == [], (
        "to that version, and to no other"
    )


def test_without_a_first_instance_nobody_is_first() -> None:
    now = rollout_state(waits("amberotter"), among=fleet(DEMO, OTTER))
    assert why(now) == {"amberotter": NOT_UPGRADED}


@pytest.mark.parametrize(("green", "goes"), [({TO: True}, True), ({TO: False}, False), ({}, False)])
def test_one_that_was_upgraded_by_hand_is_looked_at(green: Mapping[Version, bool], goes: bool) -> None:
    among = fleet(internal_instance("rctest", version=TO), OTTER)
    now = rollout_state(waits("amberotter"), among=among, green=green)
    assert needs_health_check(now, TO)
    assert go(now) == (["amberotter@3.40.1"] if goes else [])
    unproven = FirstInstanceNotReady("rctest", TO, FirstInstanceProblem.CHECKS_NOT_PASSING)
    assert goes or why(now) == {"amberotter": Forceable(unproven)}


def test_a_first_instance_that_runs_a_later_version_is_past_this_one() -> None:
    among = fleet(internal_instance("rctest", version=NEXT), OTTER)
    assert go(rollout_state(waits("amberotter"), among=among, green={TO: True})) == ["amberotter@3.40.1"]


def test_a_red_first_instance_stops_customers_however_green_it_looks() -> None:
    among = fleet(internal_instance("rctest", version=TO), OTTER)
    red = upgrade("rctest", stage=Stage.MERGED, merged_at=NOW, after=RED)
    now = rollout_state(red, waits("amberotter"), among=among, green={TO: True})
    assert why(now) == {"amberotter": Forceable(FirstInstanceNotReady("rctest", TO, FirstInstanceProblem.RED))}


@pytest.mark.parametrize("stage", [Stage.MERGED, Stage.BACKING_UP, Stage.DEPLOYING, Stage.VERIFYING, Stage.HELD])
def test_a_first_instance_that_is_merged_and_not_proven_yet_is_waited_for(stage: Stage) -> None:
    among = fleet(internal_instance("rctest", version=TO), OTTER)
    now = rollout_state(upgrade(stage=stage, merged_at=NOW), waits("amberotter"), among=among, green={TO: True})
    assert why(now) == {"amberotter": Forceable(FirstInstanceInDeployment("rctest", stage))}, "however green it looks"


@pytest.mark.parametrize(
    ("record", "looks"),
    [
        (None, True),
        (upgrade(stage=Stage.MERGED, merged_at=NOW), False),
        (upgrade(stage=Stage.VERIFYING, merged_at=NOW), False),
        (upgrade(stage=Stage.CLOSED), True),
        (upgrade(stage=Stage.SKIPPED), True),
        (done(), False),
        (upgrade(stage=Stage.FAILED, merged_at=NOW), False),
        (upgrade(stage=Stage.OPEN, rollback=Rollback("lee")), False),
    ],
)
def test_a_look_is_taken_only_where_no_record_tells(record: Upgrade | None, looks: bool) -> None:
    upgrades = [record] if record else []
    assert (
        needs_health_check(rollout_state(*upgrades, among=fleet(internal_instance("rctest", version=TO))), TO)
        is looks
    )
    assert not needs_health_check(rollout_state(*upgrades, among=fleet(RCTEST)), TO), "it does not run the version"
    assert not needs_health_check(rollout_state(*upgrades, among=fleet(DEMO)), TO)


def test_while_an_internal_instance_is_red_trials_go_and_production_waits() -> None:
    red = upgrade("tpgi", stage=Stage.OPEN, before=RED)
    now = rollout_state(done(), red, waits("jaderaven"), waits("amberotter"))
    assert go(now) == ["jaderaven@3.40.1"]
    assert why(now) == {"amberotter": Forceable(InternalInstancesRed(("tpgi",)))}


def test_every_red_internal_instance_is_named_and_no_customer() -> None:
    red = [upgrade(slug, stage=Stage.OPEN, before=RED) for slug in ("tpgi", "demo", "jaderaven")]
    reason = why(rollout_state(done(), *red, waits("amberotter")))["amberotter"]
    assert reason == Forceable(InternalInstancesRed(("demo", "tpgi")))


def test_one_that_failed_after_its_merge_stops_the_line_of_its_version() -> None:
    failed = [upgrade(slug, stage=Stage.FAILED, merged_at=NOW) for slug in ("tpgi", "amberotter")]
    now = rollout_state(done(), *failed, waits("demo"), waits("jaderaven"), waits("rctest", "3.41.0"))
    assert go(now) == ["rctest@3.41.0"], "another version goes on"
    stopped = Forceable(RolloutHalted(TO, ("amberotter", "tpgi")))
    assert why(now) == {"demo": stopped, "jaderaven": stopped}, "internal ones and trials too"


def test_an_operators_force_passes_a_stopped_line() -> None:
    failed = upgrade("tpgi", stage=Stage.FAILED, merged_at=NOW)
    assert go(rollout_state(done(), failed, waits("demo", force=Override("lee", "they asked")))) == ["demo@3.40.1"]


def test_a_failed_rollback_stops_the_line_and_none_is_stopped_by_it() -> None:
    failed = upgrade("tpgi", stage=Stage.FAILED, merged_at=NOW, rollback=Rollback("lee"))
    assert rollout_halted(upgrade("demo", stage=Stage.MERGED), [failed], FLEET) == RolloutHalted(TO, ("tpgi",))
    assert rollout_halted(upgrade("demo", stage=Stage.MERGED, rollback=Rollback("lee")), [failed], FLEET) is None


def test_what_has_left_the_fleet_stops_the_line_without_a_name() -> None:
    gone = upgrade("jadelemur", stage=Stage.FAILED, merged_at=NOW)
    demo = upgrade("demo", stage=Stage.MERGED)
    assert rollout_halted(demo, [gone, replace(gone, slug="jadeowl")], FLEET) == RolloutHalted(TO, (None,))


def test_nobody_stops_the_line_for_itself() -> None:
    failed = upgrade("tpgi", stage=Stage.FAILED, merged_at=NOW)
    assert rollout_halted(failed, [failed], FLEET) is None


@pytest.mark.parametrize("stage", list(Stage))
def test_only_what_failed_after_its_merge_stops_the_line(stage: Stage) -> None:
    assert halts_rollout(upgrade(stage=stage, merged_at=NOW)) is (stage is Stage.FAILED)
    assert not halts_rollout(upgrade(stage=stage))


def test_one_that_is_red_on_another_version_is_no_obstacle() -> None:
    assert go(rollout_state(done(), upgrade("tpgi", "3.41.0", Stage.FAILED, merged_at=NOW), waits("amberotter")))


def test_an_operators_force_opens_the_gate_and_gives_no_place() -> None:
    forced = waits("amberotter", force=Override("lee", "they asked"))
    assert go(rollout_state(forced)) == ["amberotter@3.40.1"]
    now = rollout_state(forced, upgrade("demo"), limit=1)
    assert why(now) == {"amberotter": SlotsTaken(1)}


def test_the_gate_stands_open_for_internal_instances() -> None:
    red = upgrade("rctest", stage=Stage.FAILED, merged_at=NOW, after=RED)
    assert order_gate(DEMO, TO, rollout_state(red)) is None


@pytest.mark.parametrize(
    ("record", "red"),
    [
        (upgrade(stage=Stage.OPEN), False),
        (upgrade(stage=Stage.OPEN, before=GREEN), False),
        (upgrade(stage=Stage.OPEN, before=RED), True),
        (upgrade(stage=Stage.DONE, before=RED, after=GREEN), False),
        (upgrade(stage=Stage.FAILED), False),
        (upgrade(stage=Stage.FAILED, merged_at=NOW), True),
        (upgrade(stage=Stage.MERGED, after=(result(state=CheckState.UNKNOWN),)), False),
        (upgrade(stage=Stage.CLOSED, before=RED), False),
        (upgrade(stage=Stage.OPEN, rollback=Rollback("lee")), True),
        (upgrade(stage=Stage.ROLLED_BACK, rollback=Rollback("lee"), after=GREEN), True),
        (upgrade(stage=Stage.CLOSED, rollback=Rollback("lee")), False),
    ],
)
def test_what_is_red(record: Upgrade, red: bool) -> None:
    assert is_red(record) is red


# Properties

INSTANCES = (RCTEST, DEMO, TPGI, TRIAL, customer_instance("opaldeer", type=InstanceType.TRIAL), OTTER, SECOND)
RUNNING = st.sampled_from([version("3.40.0"), TO, NEXT])
RECORDS = st.builds(
    upgrade,
    st.sampled_from([instance.slug for instance in INSTANCES]),
    st.sampled_from([str(TO), str(NEXT)]),
    st.sampled_from([Stage.WAITING] * 8 + list(Stage)),
    force=st.sampled_from([None, None, None, Override("lee", "they asked")]),
    merged_at=st.sampled_from([None, NOW]),
    before=st.sampled_from([(), GREEN, RED]),
    after=st.sampled_from([(), GREEN, RED]),
    rollback=st.sampled_from([None, None, None, Rollback("lee")]),
)


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    there = [instance for instance in INSTANCES if draw(st.integers(0, 5))]
    return fleet(*(internal_instance(i.slug, version=draw(RUNNING)) if i.internal else i for i in there))


ROLLOUT_STATES = st.builds(
    RolloutState,
    fleets(),
    st.lists(RECORDS, max_size=12, unique_by=lambda record: record.key),
    st.integers(1, 5),
    st.dictionaries(st.sampled_from([TO, NEXT]), st.just("for something"), max_size=1),
    st.dictionaries(st.sampled_from([TO, NEXT]), st.booleans()),
)


def flying(now: RolloutState) -> list[str]:
    return [record.slug for record in now.upgrades if record.stage in IN_FLIGHT]


def unforced(now: RolloutState, *kinds: InstanceType) -> list[tuple[Instance, Upgrade]]:
    """Those that go, among the instances of these types, without anybody's force."""
    found = [(now.fleet.get(turn.upgrade.slug), turn.upgrade) for turn in decide_slots(now) if turn.starts]
    return [(one, record) for one, record in found if one and one.type in kinds and not record.force]


@given(ROLLOUT_STATES)
def test_every_waiting_upgrade_goes_or_is_told_why_not(now: RolloutState) -> None:
    found = list(decide_slots(now))
    waiting = [record.key for record in now.upgrades if record.stage is Stage.WAITING]
    assert sorted(turn.upgrade.key for turn in found) == sorted(waiting)
    assert all(turn.starts is not bool(turn.reason) for turn in found)


@given(ROLLOUT_STATES)
def test_never_are_more_in_flight_than_the_limit(now: RolloutState) -> None:
    going = go(now)
    assert not going or len(flying(now)) + len(going) <= now.max_in_flight


@given(ROLLOUT_STATES)
def test_never_has_an_instance_two_upgrades_in_flight(now: RolloutState) -> None:
    going = [turn.upgrade.slug for turn in decide_slots(now) if turn.starts]
    assert len(going) == len(set(going))
    assert not set(going) & set(flying(now))


@given(ROLLOUT_STATES)
def test_no_customer_goes_before_the_first_instance_is_green(now: RolloutState) -> None:
    for _, record in unforced(now, InstanceType.TRIAL, InstanceType.PRODUCTION):
        first, told = now.fleet.get("rctest"), now.upgrade("rctest", record.version)
        proven = told is not None and told.stage is Stage.DONE
        there = first is not None and first.version >= record.version
        seen = there and now.first_instance_healthy.get(record.version) and not (told and is_red(told))
        assert proven or seen


@given(ROLLOUT_STATES)
def test_no_production_instance_goes_while_an_internal_one_is_red(now: RolloutState) -> None:
    for _, record in unforced(now, InstanceType.PRODUCTION):
        records = [now.upgrade(one.slug, record.version) for one in now.fleet if one.internal]
        assert not [one.slug for one in records if one and is_red(one)]


@given(ROLLOUT_STATES)
def test_none_goes_unforced_to_a_version_of_which_another_one_failed(now: RolloutState) -> None:
    for one, record in unforced(now, *InstanceType):
        failed = (other for other in now.upgrades if other.stage is Stage.FAILED and other.merged_at)
        assert record.rollback or not [other for other in failed if other.version == record.version], one.slug


@given(ROLLOUT_STATES)
def test_none_goes_to_a_version_that_is_not_ready(now: RolloutState) -> None:
    assert not [turn for turn in decide_slots(now) if turn.starts and turn.upgrade.version in now.unready]


@given(ROLLOUT_STATES)
def test_those_that_go_go_in_the_order_of_work(now: RolloutState) -> None:
    places = {instance.slug: place for place, instance in enumerate(now.fleet)}
    going = [turn.upgrade for turn in decide_slots(now) if turn.starts]
    assert going == sorted(going, key=lambda u: (u.version, places.get(u.slug, len(places)), u.slug))


@given(ROLLOUT_STATES)
def test_none_waits_for_a_place_while_one_is_free_and_none_overtakes_it(now: RolloutState) -> None:
    found = list(decide_slots(now))
    queue = [place for place, turn in enumerate(found) if isinstance(turn.reason, SlotsTaken)]
    if queue:
        assert len(flying(now)) + len(go(now)) >= now.max_in_flight
        assert not any(turn.starts for turn in found[queue[0] :])


@given(ROLLOUT_STATES, st.randoms(use_true_random=False))
def test_the_order_of_asking_makes_no_difference(now: RolloutState, chance: object) -> None:
    shuffled = list(now.upgrades)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    again = RolloutState(now.fleet, shuffled, now.max_in_flight, now.unready, now.first_instance_healthy)
    assert list(decide_slots(again)) == list(decide_slots(now))

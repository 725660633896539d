"""Whatever the world and people do: no deployment beside another one, nothing done without proof, nothing stuck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.checks import vm
from bot.domain.effects import Effect
from bot.domain.github_models import ReviewState
from bot.domain.health.model import CheckState, CloudConfig
from bot.domain.rollout.schedule import RolloutState, decide_slots, rollout_halted
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.backups import BackupState
from bot.domain.upgrade.deployment import can_mark_deployed, can_retry, superseded_by
from bot.domain.upgrade.effects import Advance, MarkDeployed, Recheck, Retry, StartRollback, StartUpgrade
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import IN_DEPLOYMENT, IN_REVIEW, TRANSITIONS, UNFINISHED, Stage
from bot.domain.upgrade.transitions import mark_planned, request_upgrade
from bot.domain.versions import Version
from bot.handlers.upgrade_delays import UpgradeDelayHandler
from bot.handlers.upgrades import UpgradeHandler
from bot.ports.errors import TransientError
from bot.ports.pull_requests import PullRequestReader
from bot.services.deployments import DeploymentService
from bot.services.health_checks import HealthCheckRunner
from bot.services.upgrade_pull_requests import PullRequestService
from tests.domain.upgrade.simulation import (
    POLICY,
    Crash,
    DispatchBehavior,
    FakeExternalSystems,
    FakeFleets,
    FakePullRequestService,
)
from tests.samples import version

SLUGS = ("rctest", "demo", "demo-2")
VERSIONS = (version("3.40.1"), version("3.40.10"))
CHECKS = (vm.CHECK, replace(vm.CHECK, name="front", title="Front end"))
MANNERS = st.builds(
    DispatchBehavior,
    st.sampled_from(["number", "nothing", "lost", "unheard", "refused"]),
    st.sampled_from([0, 0, 20, 200, 290, 1500, None]),
    st.sampled_from([60, 500, 5000, 20_000]),
    st.sampled_from(["success", "success", "failure", "cancelled"]),
)
WHICH = st.integers(0, 99)


class Upgrades(RuleBasedStateMachine):
    """Upgrades of a few instances to two versions, from the asking to the end."""

    @initialize(named=st.booleans(), merged=st.lists(st.sampled_from(SLUGS), max_size=3), manner=MANNERS)
    def begin(self, named: bool, merged: list[str], manner: DispatchBehavior) -> None:
        """Some upgrades have been merged already, and nobody has looked since."""
        self.world = FakeExternalSystems(SLUGS, named, behavior=manner)
        self.comments = 0
        for number, to in enumerate(VERSIONS, 1):
            self.world.store.save_tracker(TrackerRecord(to, number, "https://x", "dana"))
        self.restart()
        for slug in merged:
            self.ask(slug, VERSIONS[0], "")
        for one in self.of(lambda one: one.stage is Stage.OPEN):
            self.world.merge(one.pull_request.number or 0, one)

    def restart(self) -> None:
        world, fleets = self.world, FakeFleets(self.world)
        world.store.crash_in = None
        examiner = HealthCheckRunner(fleets, CloudConfig(), world, world.clock, checks=CHECKS)
        deployer = DeploymentService(world.store, fleets, world, world, examiner, CloudConfig(), POLICY, world.clock)
        pulls, opener = cast("PullRequestReader", world), cast("PullRequestService", FakePullRequestService(world))
        self.runner = UpgradeHandler(pulls, world.store, fleets, opener, examiner, deployer, world.clock)

    def carry_out(self, upgrade: tuple[str, str], job: Callable[[], Sequence[Effect]]) -> bool:
        """Whether a job came to its end, as the worker would have it."""
        try:
            try:
                job()
            except TransientError as error:
                slug, to = upgrade
                UpgradeDelayHandler(self.world.store).mark_delayed(Advance(slug, to), error.reason)
                return False
        except Crash:
            self.restart()
            return False
        return True

    def look(self, there: Upgrade) -> bool:
        to = str(there.version)
        return self.carry_out((there.slug, to), lambda: self.runner.advance(Advance(there.slug, to)))

    def take_turns(self) -> None:
        store = self.world.store
        standing = RolloutState(self.world.fleet, store.upgrades(), 3, {}, {})
        for turn in [turn for turn in decide_slots(standing) if turn.starts]:
            going = mark_planned(turn.upgrade, self.world.now)
            if self.carry_out(name(going), partial(self.claim, going)):
                self.look(going)

    def claim(self, going: Upgrade) -> Sequence[Effect]:
        assert self.world.store.claim_slot(going, 3)
        return []

    def of(self, fits: Callable[[Upgrade], bool]) -> list[Upgrade]:
        return sorted(filter(fits, self.world.store.upgrades()), key=lambda one: one.key)

    # What people say

    @rule(slug=st.sampled_from(SLUGS), to=st.sampled_from(VERSIONS), force=st.sampled_from(["", "", "they asked"]))
    def ask(self, slug: str, to: Version, force: str) -> None:
        self.world.passes(1)
        store = self.world.store
        existing = store.upgrade(slug, to)
        if existing is None or existing.stage is Stage.WAITING:
            self.restart()
            store.save_upgrade(request_upgrade(existing, slug, to, "dana", self.world.now, force))
        else:
            effect = StartUpgrade(slug, str(to), "dana", 12, force)
            self.carry_out((slug, str(to)), lambda: self.runner.start(effect))
        self.take_turns()

    @rule(which=WHICH)
    def people_order(self, which: int) -> None:
        """One of all the orders that fit one of the upgrades."""
        self.world.passes(1)
        orders = [(one, order) for one in self.of(lambda _: True) for order in self.orders(one)]
        if orders:
            there, order = orders[which % len(orders)]
            self.carry_out(name(there), order)

    @rule(which=WHICH)
    def people_order_once_more(self, which: int) -> None:
        self.people_order(which)

    def orders(self, one: Upgrade) -> Iterator[Callable[[], Sequence[Effect]]]:
        runner, named = self.runner, name(one)
        if one.deployed and one.stage in {Stage.HELD, Stage.FAILED, Stage.VERIFYING}:
            yield lambda: runner.recheck(Recheck(*named, "lee"))
            yield lambda: runner.recheck(Recheck(*named, "lee", "they looked"))
        if can_retry(one):
            yield lambda: runner.retry(Retry(*named, "lee", one.attempt.number))
        if can_mark_deployed(one):
            yield lambda: runner.mark_deployed(MarkDeployed(*named, "lee", one.attempt.number))
        if one.merged_at is not None:
            self.comments += 1
            yield lambda: runner.roll_back(StartRollback(*named, "lee", "it is slow", self.comments))

    # What people do on GitHub

    @rule(which=WHICH, deed=st.sampled_from(["approve", "object", "close", "reopen", "merge", "merge", "merge"]))
    def review(self, which: int, deed: str) -> None:
        world = self.world
        in_review = self.of(
            lambda one: one.stage in IN_REVIEW | {Stage.CLOSED} and one.pull_request.number is not None
        )
        if not in_review:
            return
        there = in_review[which % len(in_review)]
        number = there.pull_request.number or 0
        pull = world.pulls[number]
        match deed:
            case "approve" | "object":
                opinion = ReviewState.APPROVED if deed == "approve" else ReviewState.CHANGES_REQUESTED
                world.review_states.setdefault(number, {})["rio"] = opinion
            case "close" if pull.open:
                world.pulls[number] = replace(pull, open=False)
            case "reopen" if not pull.merged:
                world.pulls[number] = replace(pull, open=True)
            case "merge" if pull.open:
                world.merge(number, there)
        self.look(there)

    @rule()
    def all_are_merged(self) -> None:
        for one in self.of(lambda one: one.stage in IN_REVIEW and one.pull_request.number is not None):
            if self.world.pulls[one.pull_request.number or 0].open:
                self.world.merge(one.pull_request.number or 0, one)
        self.sweep()

    @rule(which=WHICH, manner=MANNERS, again=st.booleans())
    def people_press_the_button(self, which: int, manner: DispatchBehavior, again: bool) -> None:
        """They start a run themselves, of whatever mibot might start one of, or let one run again that has ended."""
        world = self.world
        ended = [run for run in world.started.values() if run.ends_at <= world.now]
        there = self.of(lambda one: one.merged_at is not None)
        if again and ended:
            run = ended[which % len(ended)]
            run.ends_at, run.excused = world.now + timedelta(seconds=manner.lasts), True
            run.attempt += 1
        elif there:
            one = there[which % len(there)]
            world.start(one.slug, world.title(one.slug, str(one.target)), "dana", manner)

    # What the world does

    @rule(manner=MANNERS)
    def github_takes_requests_so(self, manner: DispatchBehavior) -> None:
        self.world.behavior = manner

    @rule(
        slug=st.sampled_from(SLUGS),
        health=st.sampled_from([CheckState.PASS, CheckState.PASS, *CheckState]),
        copying=st.tuples(
            st.sampled_from([BackupState.READY, BackupState.READY, *BackupState]), st.sampled_from([0, 0, 900])
        ),
    )
    def google_is(self, slug: str, health: CheckState, copying: tuple[BackupState, int]) -> None:
        """An instance's machine, and whatever is copied from now on."""
        self.world.health[slug], self.world.backup_outcome = health, copying

    @rule(kind=st.sampled_from(["crash", "silence", "refusal"]), times=st.integers(0, 4))
    def trouble_is_near(self, kind: str, times: int) -> None:
        """mibot ends instead of keeping one of the next records, or requests are not answered, or one is refused."""
        match kind:
            case "crash":
                self.world.store.crash_in = times
            case "silence":
                self.world.silent_for = times
            case "refusal":
                self.world.refuses_in = times

    # What mibot does

    @rule(seconds=st.sampled_from([1, 15, 30]))
    def a_moment_passes(self, seconds: int) -> None:
        self.time_passes(seconds)

    @rule(seconds=st.sampled_from([60, 150, 301]), times=st.integers(1, 4))
    def minutes_pass(self, seconds: int, times: int) -> None:
        self.time_passes(seconds, times)

    @rule(seconds=st.sampled_from([301, 1900]), times=st.integers(2, 6))
    def hours_pass(self, seconds: int, times: int) -> None:
        self.time_passes(seconds, times)

    def time_passes(self, seconds: int, times: int = 1) -> None:
        """Whatever is unfinished is looked at each time."""
        for _ in range(times):
            self.world.passes(seconds)
            self.sweep()

    def sweep(self) -> None:
        for there in self.of(lambda one: one.stage in UNFINISHED - {Stage.WAITING}):
            if self.look(there):
                self.tells_what_it_waits_for(there.key)
        self.take_turns()

    def tells_what_it_waits_for(self, key: str) -> None:
        """By the next look at the latest; in review it is people's turn, as the stage says."""
        there = next(iter(self.of(lambda one: one.key == key)))
        if there.reason or there.stage not in IN_DEPLOYMENT or not self.look(there):
            return
        after = next(iter(self.of(lambda one: one.key == key)))
        assert after.reason or after.stage not in IN_DEPLOYMENT, f"{key} is {after.stage} and does not say why"

    # What is always true

    @invariant()
    def no_instance_is_deployed_twice_at_once(self) -> None:
        for slug in SLUGS:
            assert len(self.world.going_on(slug)) <= 1

    @invariant()
    def no_run_is_two_upgrades(self) -> None:
        runs = [one.deployment.run_id for one in self.of(lambda _: True) if one.deployment and one.deployment.run_id]
        assert len(runs) == len(set(runs))

    @invariant()
    def nothing_is_done_without_proof(self) -> None:
        for one in self.of(lambda one: one.stage in {Stage.DONE, Stage.ROLLED_BACK}):
            deployment = one.deployment
            assert deployment is not None
            assert deployment.ended_at is not None
            assert one.verification.healthy_since is not None
            assert {result.name for result in one.verification.after} == {check.name for check in CHECKS}
            assert {result.state for result in one.verification.after} == {CheckState.PASS}
            assert deployment.ended_at <= one.verification.healthy_since
            stable = timedelta(seconds=POLICY.verify.stable_for)
            assert all(
                one.verification.healthy_since + stable <= result.taken_at for result in one.verification.after
            )

    @invariant()
    def every_step_is_one_that_there_is(self) -> None:
        for one in self.of(lambda _: True):
            at = Stage.WAITING if one.rollback is None else Stage.PLANNED
            for step in one.history:
                assert step.stage in TRANSITIONS[at], f"{at} to {step.stage}"
                at = step.stage
            assert at is one.stage
            assert all(step.at <= self.world.now for step in one.history)

    @precondition(lambda self: self.of(lambda one: one.stage in {Stage.FAILED, Stage.CLOSED, Stage.SKIPPED}))
    @invariant()
    def whoever_gives_up_says_why(self) -> None:
        for one in self.of(lambda one: one.stage in {Stage.FAILED, Stage.CLOSED, Stage.SKIPPED}):
            assert one.reason

    # And in the end

    def teardown(self) -> None:
        """When all is well again, what is merged ends well: by itself, or where a person has to say so, then."""
        if not hasattr(self, "world"):
            return
        self.restart()
        self.world.heal()
        self.an_hour_passes()
        for one in self.of(lambda one: one.stage in IN_DEPLOYMENT):
            assert one.stage is Stage.HELD, f"{one.key} is {one.stage}: {one.reason}"
            assert one.deployed or rollout_halted(one, self.world.store.upgrades(), self.world.fleet), one.reason
        for _ in range(2):
            self.people_see_to_it()
            self.an_hour_passes()
        left = self.of(lambda one: one.merged_at is not None and one.stage not in {Stage.DONE, Stage.ROLLED_BACK})
        left = [one for one in left if not self.is_overtaken(one)]
        assert not left, [(one.key, one.stage.value, one.reason) for one in left]

    def an_hour_passes(self) -> None:
        for _ in range(62):
            self.time_passes(60)
            self.no_instance_is_deployed_twice_at_once()

    def is_overtaken(self, upgrade: Upgrade) -> bool:
        """Whether it failed, and its instance went on since: that can't be mended, and stays in the record."""
        return upgrade.stage is Stage.FAILED and superseded_by(upgrade, self.world.store.upgrades()) is not None

    def people_see_to_it(self) -> None:
        for one in self.of(lambda one: one.stage is Stage.HELD and not one.deployed):  # by what was overtaken
            self.runner.start(StartUpgrade(*name(one), "lee", 12, "we saw to it"))
        for one in self.of(can_retry):
            if one.stage is Stage.FAILED:
                self.runner.retry(Retry(*name(one), "lee", one.attempt.number))
            else:
                self.runner.recheck(Recheck(*name(one), "lee"))


def name(upgrade: Upgrade) -> tuple[str, str]:
    return upgrade.slug, str(upgrade.version)


class TestUpgrades(Upgrades.TestCase):  # type: ignore[valid-type, misc]
    settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.slow
@pytest.mark.timeout(1800)
class TestUpgradesForLong(Upgrades.TestCase):  # type: ignore[valid-type, misc]
    settings = settings(max_examples=1_000, stateful_step_count=80, deadline=None)

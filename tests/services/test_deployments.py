"""A merged upgrade, as the world answers: one run at a time, and whatever was asked for is never forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from bot.checks import vm
from bot.domain.fleet.model import MarkedSkipped
from bot.domain.github_models import WorkflowRun
from bot.domain.health.model import CheckState, CloudConfig
from bot.domain.reasons import PlainText, Reason
from bot.domain.rollout.reasons import LeftOut, RolloutHalted
from bot.domain.upgrade.backups import BackupKind, BackupState
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.deploy_policy import DeployMode, DeployPolicy
from bot.domain.upgrade.deployment import mark_deployed_manually, retry
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.reasons.backups import BackupFailed, BackupStatus, BackupTimedOut
from bot.domain.upgrade.reasons.deployment import (
    AwaitingManualDeployment,
    AwaitingRun,
    EarlierRunInProgress,
    EarlierRunMayAppear,
    RunNotStarted,
    RunTimedOut,
    RunWait,
)
from bot.domain.upgrade.reasons.progress import Waiting
from bot.domain.upgrade.reasons.pull_requests import ContentDiffers, ContentNotAccepted
from bot.domain.upgrade.record import Deployment, Rollback, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import request_rollback
from bot.domain.versions import Version
from bot.ports.errors import NotFoundError, TransientError
from bot.services.deployments import DeploymentService
from bot.services.health_checks import HealthCheckRunner
from tests.domain.upgrade.simulation import POLICY, Crash, DispatchBehavior, FakeExternalSystems, FakeFleets
from tests.samples import NOW, modify, upgrade, version

SLUGS = ("demo", "demo-2", "rctest")
TO, NEXT = version("3.40.1"), version("3.40.10")


@dataclass
class Scene:
    """A world, and a deployer that looks at one upgrade after another."""

    world: FakeExternalSystems = field(default_factory=lambda: FakeExternalSystems(SLUGS))
    policy: DeployPolicy = POLICY

    def merged(self, slug: str = "demo", to: Version = TO, **facts: object) -> Upgrade:
        """An upgrade that was merged just now."""
        there = upgrade(slug, str(to), Stage.MERGED, merged_at=self.world.now, **facts)
        self.world.store.save_upgrade(there)
        return there

    def keep(self, there: Upgrade) -> Upgrade:
        self.world.store.save_upgrade(there)
        return there

    def of(self, slug: str = "demo", to: Version = TO) -> Upgrade:
        found = self.world.store.upgrade(slug, to)
        assert found is not None
        return found

    def look(self, slug: str = "demo", to: Version = TO, seconds: float = 0) -> Upgrade:
        """What becomes of it after so many seconds."""
        world, fleets = self.world, FakeFleets(self.world)
        world.passes(seconds)
        examiner = HealthCheckRunner(fleets, CloudConfig(), world, world.clock, checks=[vm.CHECK])
        deployer = DeploymentService(
            world.store, fleets, world, world, examiner, CloudConfig(), self.policy, world.clock
        )
        return deployer.advance(self.of(slug, to), self.keep)

    def retry(self) -> None:
        self.keep(retry(self.of(), "lee", self.world.now))

    def ended(self) -> Upgrade:
        """What becomes of it when it is looked at until nothing moves any more."""
        for _ in range(600):
            there = self.look(seconds=15)
            if there.stage in {Stage.DONE, Stage.ROLLED_BACK, Stage.FAILED}:
                break
        return self.of()

    @property
    def runs(self) -> list[int]:
        return list(self.world.started)


def scene(answer: str = "number", delay: int | None = 0, lasts: int = 60, conclusion: str = "success") -> Scene:
    return Scene(FakeExternalSystems(SLUGS, behavior=DispatchBehavior(answer, delay, lasts, conclusion)))


# The way


@pytest.mark.parametrize("answer", ["number", "nothing", "lost"])
@pytest.mark.parametrize("delay", [0, 200])
def test_whatever_github_answers_it_is_deployed_once_and_proven(answer: str, delay: int) -> None:
    there = scene(answer, delay)
    there.merged()
    done = there.ended()
    assert (done.stage, there.runs) == (Stage.DONE, [1])
    assert [step.stage for step in done.history] == [
        Stage.BACKING_UP,
        Stage.DEPLOYING,
        Stage.VERIFYING,
        Stage.DONE,
    ]


def test_what_github_did_not_hear_is_asked_for_again_when_nothing_appeared() -> None:
    there = scene("unheard")
    there.merged()
    assert there.look().reason == AwaitingRun(RunWait.UNCONFIRMED)
    there.world.behavior = DispatchBehavior()
    there.look(seconds=299)
    assert there.runs == []
    there.look(seconds=1)
    assert there.runs == [1]
    assert there.ended().stage is Stage.DONE


def test_a_crash_after_the_request_finds_its_run_again() -> None:
    there = scene("number")
    there.merged()
    there.world.store.crash_in = 3
    with pytest.raises(Crash):
        there.look()
    assert (there.of().stage, there.runs) == (Stage.DEPLOYING, [1])
    assert there.of().deployment == Deployment(NOW), "it had noted that it was about to ask, and nothing else"
    assert there.ended().stage is Stage.DONE
    assert there.runs == [1]


def test_while_anothers_run_is_to_be_found_none_is_asked_for() -> None:
    there = scene("lost", delay=60)
    there.merged()
    there.merged("rctest")
    there.look()
    assert there.look("rctest").reason == AwaitingRun(RunWait.OTHER_UPGRADE)
    there.look(seconds=60)
    there.look("rctest")
    assert [run.slug for run in there.world.started.values()] == ["demo", "rctest"]


@pytest.mark.parametrize(
    ("copying", "stage", "reason"),
    [
        ((BackupState.READY, 900), Stage.DONE, None),
        ((BackupState.READY, 4000), Stage.FAILED, BackupTimedOut(1800.0)),
        (
            (BackupState.FAILED, 60),
            Stage.FAILED,
            BackupFailed(BackupKind.DISK, "mibot-3-40-1-20260105090015", BackupStatus("FAILED", "no space")),
        ),
    ],
)
def test_without_a_backup_nothing_is_deployed(
    copying: tuple[BackupState, int], stage: Stage, reason: Reason | None
) -> None:
    there = scene()
    there.world.backup_outcome = copying
    there.merged()
    ended = there.ended()
    assert (ended.stage, ended.reason) == (stage, reason)
    assert bool(there.runs) is (stage is Stage.DONE)


def test_a_red_instance_is_held_and_goes_on_by_itself() -> None:
    there = scene()
    there.world.health["demo"] = CheckState.FAIL
    there.merged()
    assert there.look().stage is Stage.HELD
    there.world.health.clear()
    assert there.ended().stage is Stage.DONE


def test_a_stopped_line_holds_what_is_merged_and_no_rollback_nor_what_is_forced() -> None:
    there = scene()
    there.keep(upgrade("rctest", stage=Stage.FAILED, merged_at=NOW))
    there.merged()
    there.merged("demo-2", force=Override("lee", "they asked"))
    held = there.look()
    assert held.reason == Waiting(RolloutHalted(version("3.40.1"), ("rctest",)))
    assert there.look("demo-2").stage is Stage.DEPLOYING
    there.keep(replace(held, stage=Stage.MERGED, rollback=Rollback("lee", to_version=version("3.40.0"))))
    assert there.look(seconds=60).stage is Stage.DEPLOYING


def test_what_is_not_what_was_planned_is_held_until_an_operator_accepts_it() -> None:
    there = scene()
    differs = ContentDiffers(unexpected=1)
    forced = Override("rio", "its turn")
    there.merged(content=PullRequestContent("c1", differs), force=forced)
    held = there.look()
    assert (held.stage, held.reason) == (Stage.HELD, Waiting(ContentNotAccepted(differs)))
    assert there.runs == []
    there.keep(modify(held, content=PullRequestContent("c1", differs, Override("lee", "I read it"))))
    assert there.ended().stage is Stage.DONE


def test_an_instance_that_is_taken_out_after_the_merge_waits_until_it_takes_part_again() -> None:
    there = scene()
    there.world.skipped["demo"] = "release channel is pause"
    there.merged()
    held = there.look()
    assert (held.stage, held.reason) == (
        Stage.HELD,
        Waiting(LeftOut(MarkedSkipped("release channel is pause"))),
    )
    there.world.skipped.clear()
    assert there.ended().stage is Stage.DONE


def test_a_rollback_does_not_wait_for_that_for_it_makes_things_safe() -> None:
    there = scene()
    there.world.skipped["demo"] = "release channel is pause"
    there.merged(rollback=Rollback("lee", to_version=version("3.40.0")))
    assert there.look().stage is Stage.DEPLOYING


# Its own run and no other


def test_two_late_runs_that_may_be_its_own_are_nobodys() -> None:
    """The first request was lost for longer than mibot waits; its run and the second one's appear."""
    there = scene("lost", delay=310, lasts=600)
    there.merged()
    there.look()
    there.look(seconds=300)
    assert there.runs == [1, 2]
    failed = there.look(seconds=310)
    assert (failed.stage, failed.earlier_run_ids) == (Stage.FAILED, (1, 2))
    there.world.behavior = DispatchBehavior()
    there.retry()
    held = there.look(seconds=1)
    assert held.stage is Stage.HELD
    assert isinstance(held.reason, Waiting)
    assert isinstance(held.reason.obstacle, EarlierRunInProgress)
    assert there.ended().stage is Stage.DONE
    assert there.runs == [1, 2, 3]


def test_a_run_that_appears_after_it_was_given_up_is_waited_for_and_not_taken_for_the_next() -> None:
    there = scene("nothing", delay=400, lasts=600)
    there.merged()
    there.look()
    assert there.look(seconds=300).reason == RunNotStarted("mi_upgrade.yml", 300.0)
    there.world.passes(200)
    there.world.behavior = DispatchBehavior()
    there.retry()
    held = there.look()
    assert (held.stage, held.earlier_run_ids) == (Stage.HELD, (1,))
    done = there.ended()
    assert (done.stage, done.deployment and done.deployment.run_id) == (Stage.DONE, 2)


def test_a_run_that_another_one_looks_for_is_not_taken_for_a_lost_one() -> None:
    there = scene("nothing", delay=None)
    there.world.named = False
    there.merged()
    there.look()
    there.look(seconds=300)
    there.world.behavior = DispatchBehavior("lost")
    there.merged("rctest", NEXT)
    there.look("rctest", NEXT, seconds=60)
    there.retry()
    waits = there.look(seconds=1)
    assert (waits.earlier_run_ids, waits.reason) == ((), AwaitingRun(RunWait.OTHER_UPGRADE))
    found = there.look("rctest", NEXT).deployment
    assert found is not None
    assert found.run_id == there.runs[-1]


def test_where_titles_tell_nothing_a_run_that_is_late_is_not_taken_for_another_upgrades() -> None:
    """Somebody deployed by hand while a run was looked for, which appears five minutes after it was asked for."""
    there = scene("nothing", delay=290)
    there.world.named = False
    there.merged()
    there.keep(mark_deployed_manually(there.look(), "lee", there.world.now))
    there.world.behavior = DispatchBehavior()
    there.merged("rctest")
    for seconds in (5, 286, 60):
        assert there.look("rctest", seconds=seconds).reason == AwaitingRun(RunWait.OTHER_UPGRADE)
    assert there.runs == [1]
    found = there.look("rctest", seconds=9).deployment
    assert found is not None
    assert found.run_id == 2


def test_a_run_that_nobody_found_is_waited_for_however_long_it_lasts() -> None:
    there = scene("lost", delay=200, lasts=20_000)
    there.merged()
    there.keep(mark_deployed_manually(there.look(), "lee", there.world.now))
    there.merged(to=NEXT)
    held = there.look(to=NEXT, seconds=10_000)
    assert (held.stage, held.earlier_run_ids) == (Stage.HELD, (1,))


def test_a_lost_run_that_another_instance_waits_for_may_be_this_ones() -> None:
    """No title tells whose the run is, so that neither instance is deployed before it ends."""
    there = scene("nothing", delay=None)
    there.world.named = False
    there.merged("rctest")
    there.keep(mark_deployed_manually(there.look("rctest"), "lee", there.world.now))
    there.world.passes(400)
    there.world.behavior = DispatchBehavior("lost", 0, 20_000)
    there.merged("demo")
    there.keep(mark_deployed_manually(there.look("demo"), "lee", there.world.now))
    there.world.behavior = DispatchBehavior()
    for slug in ("rctest", "demo"):
        there.merged(slug, NEXT)
        held = there.look(slug, NEXT, seconds=300)
        assert (held.stage, held.earlier_run_ids[-1:]) == (Stage.HELD, (2,)), slug
    assert there.runs[-1] == 2


@pytest.mark.parametrize("named", [True, False])
def test_a_rollback_does_not_take_the_lost_run_of_the_upgrade_for_its_own(named: bool) -> None:
    there = scene("lost", delay=200, lasts=600)
    there.world.named = named
    there.merged()
    there.keep(mark_deployed_manually(there.look(), "lee", there.world.now))
    undone = request_rollback(there.of(), "demo", TO, Rollback("lee", to_version=version("3.40.0")), there.world.now)
    there.keep(modify(undone, stage=Stage.MERGED, number=8, merged_at=there.world.now))
    there.world.behavior = DispatchBehavior()
    assert there.look(seconds=5).reason == AwaitingRun()
    there.look(seconds=300)
    assert there.runs == [1], "the upgrade's run goes on"
    assert there.ended().stage is Stage.ROLLED_BACK
    assert there.runs == [1, 2]


def test_a_number_that_github_told_is_kept_while_there_is_no_such_run_yet() -> None:
    there = scene("number", delay=100)
    there.merged()
    assert there.look().reason == AwaitingRun()
    assert there.ended().stage is Stage.DONE


@pytest.mark.parametrize("delay", [0, 200])
def test_what_fails_after_its_run_was_started_does_not_forget_the_run(delay: int) -> None:
    there = scene("number", delay, lasts=1000)
    there.merged()
    there.world.refuses_in = 2  # the backup, the request for a run, and then the look at it
    failed = there.look()
    assert (failed.stage, failed.reason) == (Stage.FAILED, PlainText("GitHub refused to answer."))
    assert there.runs == [1]
    there.retry()
    there.look(seconds=1)
    there.look(seconds=250)
    assert there.runs == [1], "it goes on, or may yet begin"


# One at a time of one instance


def test_a_run_that_went_on_too_long_keeps_the_next_version_waiting() -> None:
    there = scene(lasts=5000)
    there.merged()
    there.look()
    assert there.look(seconds=3600).reason == RunTimedOut(3600.0)
    there.merged(to=NEXT)
    reason = there.look(to=NEXT).reason
    assert isinstance(reason, Waiting)
    assert isinstance(reason.obstacle, EarlierRunInProgress)
    there.world.passes(1400)
    assert there.look(to=NEXT).stage is Stage.DEPLOYING


def test_a_run_beside_a_deployment_by_hand_keeps_the_next_version_waiting() -> None:
    there = scene(lasts=5000)
    there.merged()
    there.keep(mark_deployed_manually(there.look(), "lee", there.world.now))
    there.merged(to=NEXT)
    assert there.look(to=NEXT, seconds=900).stage is Stage.HELD


def test_a_run_that_may_yet_appear_keeps_the_next_version_waiting() -> None:
    there = scene("lost", delay=200)
    there.merged()
    there.keep(mark_deployed_manually(there.look(), "lee", there.world.now))
    there.merged(to=NEXT)
    held = there.look(to=NEXT, seconds=5)
    assert held.reason == Waiting(EarlierRunMayAppear())
    assert there.look(to=NEXT, seconds=295).earlier_run_ids == (1,), "and then it is known"


def test_a_run_that_people_let_run_again_is_waited_for() -> None:
    there = scene(conclusion="failure")
    there.merged()
    there.look()
    there.look(seconds=60)
    there.retry()
    there.world.started[1].ends_at = there.world.now + (there.world.now - NOW)
    assert there.look(seconds=1).stage is Stage.HELD


def test_what_a_person_vouched_for_is_of_the_deployment_that_they_saw() -> None:
    there = scene()
    there.world.health["demo"] = CheckState.PASS
    before = there.merged()
    there.keep(modify(before, stage=Stage.FAILED, acceptance=Override("lee", "I saw it")))
    there.retry()
    there.look()
    there.world.health["demo"] = CheckState.UNKNOWN
    verifying = there.look(seconds=60)
    assert (verifying.stage, verifying.verification.healthy_since) == (Stage.VERIFYING, None)


# Other ways to deploy


def test_by_hand_only_people_deploy() -> None:
    there = Scene(policy=DeployPolicy(DeployMode.MANUAL))
    there.merged()
    assert there.look().reason == AwaitingManualDeployment(version("3.40.1"))
    assert there.runs == []


@dataclass
class PushTriggeredSystems(FakeExternalSystems):
    """A world whose workflow runs when something is merged."""

    def runs(self, workflow: str, event: str, since: datetime, commit: str = "") -> Sequence[WorkflowRun]:
        assert (workflow, event, commit) == (POLICY.workflow, "push", "d" * 40)
        return [run.at(self.now) for run in self.started.values() if since <= run.appears_at <= self.now]


def test_on_push_the_merges_own_run_is_followed() -> None:
    world = PushTriggeredSystems(SLUGS)
    there = Scene(world, DeployPolicy(DeployMode.ON_PUSH))
    there.merged(merge_commit="d" * 40)
    assert there.look().reason == AwaitingRun()
    world.start("demo", "Deploy", "rio", DispatchBehavior(delay=20))
    there.look(seconds=20)
    assert there.of().deployment == Deployment(NOW, confirmed=True, run_id=1, run_url=world.run(1).url)
    assert there.ended().stage is Stage.DONE


def test_on_push_a_merge_without_a_run_is_given_up() -> None:
    there = Scene(PushTriggeredSystems(SLUGS), DeployPolicy(DeployMode.ON_PUSH))
    there.merged(merge_commit="d" * 40)
    there.look()
    assert there.look(seconds=300).stage is Stage.FAILED


def test_a_silence_is_nobodys_failure() -> None:
    there = scene()
    there.merged()
    there.world.silent_for = 1
    with pytest.raises(TransientError):
        there.look()
    assert there.of().stage is Stage.BACKING_UP
    assert there.ended().stage is Stage.DONE


def test_a_run_that_is_gone_is_no_obstacle_for_ever() -> None:
    there = scene()
    there.merged()
    there.keep(modify(there.of(), extra_run_ids=(77,)))
    with pytest.raises(NotFoundError):
        there.world.run(77)
    assert there.ended().stage is Stage.DONE

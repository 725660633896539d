"""No refusal of GitHub or Google that passes, or that a person can mend, ends an upgrade: it waits where it stands,
says why, and goes on when the refusal is gone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import cast

import pytest

from bot.adapters.github.http.errors import error_from_response
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.transport import HttpResponse
from bot.checks import vm
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.failures.google import GoogleBillingDisabled, GoogleBusy, GoogleProject, GoogleService
from bot.domain.failures.refusals import Sort
from bot.domain.github_models import PullRequest
from bot.domain.health.model import CloudConfig
from bot.domain.reasons import PlainText
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.effects import Advance, Retry
from bot.domain.upgrade.reasons.deployment import AwaitingRun, RunWait
from bot.domain.upgrade.reasons.progress import Delayed, NeedsPerson
from bot.domain.upgrade.reasons.pull_requests import PullRequestEnd, PullRequestEnded
from bot.domain.upgrade.record import StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import needs_person
from bot.handlers.upgrade_delays import UpgradeDelayHandler
from bot.handlers.upgrades import SETTLING_TIME, UpgradeHandler
from bot.ports.errors import ConflictError, ExternalError, NeedsPersonError, NotFoundError, TransientError
from bot.ports.pull_requests import PullRequestReader
from bot.services.deployments import HELD_POLL_FACTOR, DeploymentService
from bot.services.health_checks import HealthCheckRunner
from bot.services.upgrade_pull_requests import PullRequestService
from tests.adapters.github.refusals import REFUSALS, Refused
from tests.domain.upgrade.simulation import POLICY, FakeExternalSystems, FakeFleets, FakePullRequestService
from tests.samples import upgrade, version

TO = version("3.40.1")
SUSPENDED = NeedsPersonError(PlainText("the installation is suspended"))
STAGES = [Stage.PLANNED, Stage.OPEN, Stage.MERGED, Stage.BACKING_UP, Stage.DEPLOYING]


@dataclass
class RefusingSystems(FakeExternalSystems):
    """They refuse everything with `refusal`, while there is one."""

    refusal: ExternalError | None = None

    def _answers(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    def pull(self, number: int) -> PullRequest:
        self._answers()
        return self.pulls[number]


class RefusedPullRequests(FakePullRequestService):
    def __init__(self, world: RefusingSystems) -> None:
        super().__init__(world)
        self._refusing = world

    def open(self, upgrade: Upgrade) -> Upgrade:
        self._refusing._answers()
        return super().open(upgrade)


class Scene:
    """An upgrade at some stage, and everything that it needs."""

    def __init__(self, stage: Stage = Stage.PLANNED) -> None:
        self.world = world = RefusingSystems(("rctest",))
        world.store.save_tracker(TrackerRecord(TO, 1, "https://x", "dana"))
        fleets = FakeFleets(world)
        runner = HealthCheckRunner(fleets, CloudConfig(), world, world.clock, checks=[vm.CHECK])
        self.deployments = DeploymentService(
            world.store, fleets, world, world, runner, CloudConfig(), POLICY, world.clock
        )
        pulls, opener = cast("PullRequestReader", world), cast("PullRequestService", RefusedPullRequests(world))
        self.handler = UpgradeHandler(pulls, world.store, fleets, opener, runner, self.deployments, world.clock)
        if stage in {Stage.PLANNED, Stage.OPEN}:
            world.store.save_upgrade(upgrade("rctest", str(TO), Stage.PLANNED))
        else:
            there = (StageTransition(stage, world.now, "mibot"),)
            world.store.save_upgrade(upgrade("rctest", str(TO), stage, merged_at=world.now, history=there))
        if stage is Stage.OPEN:
            self.look()

    @property
    def upgrade(self) -> Upgrade:
        found = self.world.store.upgrade("rctest", TO)
        assert found is not None
        return found

    def look(self) -> None:
        """One step, as the worker takes it: what is late is noted."""
        step = Advance("rctest", str(TO))
        try:
            self.handler.advance(step)
        except TransientError as error:
            UpgradeDelayHandler(self.world.store).mark_delayed(step, error.reason)


def error_of(refused: Refused) -> ExternalError:
    body = json.dumps({"message": refused.message, "errors": list(refused.errors)})
    response = HttpResponse(refused.status, refused.headers, body)
    error = error_from_response(response, Purpose(GitHubAction.OPEN_PULL_REQUEST), 0.0, refused.request)
    assert error is not None
    return error


ERRORS = [
    *(
        pytest.param(error_of(one), id=f"{one.status} {one.message[:30]}")
        for one in REFUSALS
        if one.sort is not Sort.FINAL
    ),
    pytest.param(TransientError(GoogleBusy(GoogleService.COMPUTE_ENGINE)), id="Google busy"),
    pytest.param(NeedsPersonError(GoogleBillingDisabled(GoogleProject.INSTANCE)), id="Google billing"),
]


@pytest.mark.parametrize("error", ERRORS)
def test_no_refusal_ends_an_upgrade(error: ExternalError) -> None:
    for stage in STAGES:
        scene = Scene(stage)
        scene.world.refusal = error
        scene.look()
        stopped = scene.upgrade
        assert stopped.stage not in {Stage.FAILED, Stage.CLOSED}, stage
        unclear = AwaitingRun(RunWait.UNCONFIRMED)  # whether GitHub started the run: nobody asks again too soon
        assert stopped.reason in {Delayed(error.reason), NeedsPerson(error.reason), unclear}, stage
        scene.world.refusal = None
        scene.world.passes(POLICY.start_timeout)
        scene.look()
        assert scene.upgrade.stage in {Stage.OPEN, Stage.BACKING_UP, Stage.DEPLOYING, Stage.VERIFYING}
        assert scene.upgrade.reason not in {Delayed(error.reason), NeedsPerson(error.reason)}


@pytest.mark.parametrize("error", [SUSPENDED, NotFoundError(SUSPENDED.reason), ConflictError(SUSPENDED.reason)])
@pytest.mark.parametrize("stage", [Stage.PLANNED, Stage.BACKING_UP, Stage.DEPLOYING])
def test_what_needs_a_person_goes_on_at_a_retry(stage: Stage, error: ExternalError) -> None:
    scene = Scene(stage)
    scene.world.refusal = error
    scene.look()
    assert scene.upgrade.reason == NeedsPerson(SUSPENDED.reason)
    assert needs_person(scene.upgrade)
    scene.world.refusal = None
    scene.handler.retry(Retry("rctest", str(TO), "lee", scene.upgrade.attempt.number))
    assert scene.upgrade.stage in {Stage.OPEN, Stage.DEPLOYING, Stage.VERIFYING}
    assert not needs_person(scene.upgrade)
    assert scene.upgrade.attempt.number == 1, "it is the same attempt"


def test_what_is_held_is_looked_at_seldom() -> None:
    scene = Scene(Stage.DEPLOYING)
    scene.world.refusal = SUSPENDED
    scene.look()
    assert scene.deployments.poll_delay(scene.upgrade) == POLICY.poll * HELD_POLL_FACTOR


@pytest.mark.parametrize("error", [SUSPENDED, TransientError(PlainText("too quickly"), unsent=True)])
def test_a_refused_deployment_is_requested_again_and_was_none(error: ExternalError) -> None:
    scene = Scene(Stage.DEPLOYING)
    for _ in range(5):
        scene.world.refusal = error
        scene.look()
        assert scene.upgrade.deployment is None
    scene.world.refusal = None
    scene.look()
    assert len(scene.world.started) == 1
    assert scene.upgrade.deployment is not None
    assert scene.upgrade.deployment.tries == 1


def test_a_pull_request_that_is_not_shown_yet_is_not_gone() -> None:
    scene = Scene(Stage.OPEN)
    missing = NotFoundError(PlainText("Not Found"))
    scene.world.refusal = missing
    scene.look()
    assert (scene.upgrade.stage, scene.upgrade.reason) == (Stage.OPEN, Delayed(missing.reason))
    scene.world.passes(SETTLING_TIME.total_seconds())
    scene.look()
    assert (scene.upgrade.stage, scene.upgrade.reason) == (Stage.CLOSED, PullRequestEnded(PullRequestEnd.GONE))


def test_what_needs_its_tracker_first_says_why_there_is_none() -> None:
    scene = Scene()
    delays = UpgradeDelayHandler(scene.world.store)
    delays.mark_tracker_delayed(EnsureTracker(str(TO), 1, "dana"), SUSPENDED.reason)
    assert (scene.upgrade.stage, scene.upgrade.reason) == (Stage.PLANNED, Delayed(SUSPENDED.reason))

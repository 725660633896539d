"""How the deployment of an upgrade goes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("deployment.running", status="status")
@dataclass(frozen=True)
class RunInProgress(Reason):
    """The workflow run has not ended. `status` is GitHub's word."""

    status: str


@stored("deployment.timed_out", seconds="seconds")
@dataclass(frozen=True)
class RunTimedOut(Reason):
    """The workflow run has not ended in time."""

    seconds: float


@stored("deployment.failed_job", job="job", step="step")
@dataclass(frozen=True)
class FailedStep:
    """A job of a workflow run that failed, and its first failed step (empty if none began)."""

    job: str
    step: str = ""


@stored("deployment.run_failed", conclusion="conclusion", jobs="jobs")
@dataclass(frozen=True)
class RunFailed(Reason):
    """The workflow run did not succeed. `conclusion` is GitHub's word, empty if it said none."""

    conclusion: str
    jobs: tuple[FailedStep, ...] = ()


@stored("deployment.failed", failure="failure")
@dataclass(frozen=True)
class DeploymentFailed(Reason):
    """The deployment failed."""

    failure: Reason


@stored("deployment.rejected", reason="reason")
@dataclass(frozen=True)
class DispatchRejected(Reason):
    """GitHub refused to start the workflow run."""

    reason: Reason


@stored("deployment.not_started", workflow="workflow", seconds="seconds")
@dataclass(frozen=True)
class RunNotStarted(Reason):
    """No workflow run began in time."""

    workflow: str
    seconds: float


class RunProblem(StrEnum):
    """Why the run of a deployment is unknown."""

    GONE = "gone"
    AMBIGUOUS = "ambiguous"


@stored("deployment.run_unknown", problem="problem")
@dataclass(frozen=True)
class RunUnknown(Reason):
    """The run is gone from GitHub, or several runs may be the one."""

    problem: RunProblem


class RunWait(StrEnum):
    """What is awaited of a run: that it appears, that it appears although GitHub did not confirm the request, or that
    another upgrade's run appears first."""

    APPEARING = "appearing"
    UNCONFIRMED = "unconfirmed"
    OTHER_UPGRADE = "other_upgrade"


@stored("deployment.awaiting_run", wait="wait")
@dataclass(frozen=True)
class AwaitingRun(Reason):
    """A run that was requested has not appeared on GitHub yet."""

    wait: RunWait = RunWait.APPEARING


@stored("deployment.awaiting_person", version="version")
@dataclass(frozen=True)
class AwaitingManualDeployment(Reason):
    """The settings say that people deploy."""

    version: Version


@stored("deployment.earlier_running", run_url="run_url")
@dataclass(frozen=True)
class EarlierRunInProgress(Reason):
    """An earlier deployment of the instance has not ended."""

    run_url: str


@stored("deployment.earlier_may_appear")
@dataclass(frozen=True)
class EarlierRunMayAppear(Reason):
    """The run of an earlier deployment of the instance may still appear on GitHub."""

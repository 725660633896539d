"""The record of one instance's upgrade to one version. `transitions` has what changes it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.plans.change_set import ChangeKind, branch_name
from bot.domain.reasons import Reason
from bot.domain.upgrade.attempts import Deployment, DeploymentAttempt
from bot.domain.upgrade.backups import Backup
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.pull_request import PullRequestState
from bot.domain.upgrade.stages import IN_DEPLOYMENT, IN_FLIGHT, IN_REVIEW, UNFINISHED, Stage
from bot.domain.upgrade.verification import Verification
from bot.domain.versions import Version
from bot.formats.documents import stored

__all__ = [
    "IN_DEPLOYMENT",
    "IN_FLIGHT",
    "IN_REVIEW",
    "UNFINISHED",
    "Deployment",
    "DeploymentAttempt",
    "Override",
    "PullRequestState",
    "Rollback",
    "Stage",
    "StageTransition",
    "Upgrade",
    "Verification",
]


@stored("upgrade.rollback", requested_by="requested_by", why="reason", to_version="to_version", comment_id="comment")
@dataclass(frozen=True)
class Rollback:
    """That an upgrade is being undone: who requested it, why (empty if they did not say), to which version (None
    until Git has told), and in which comment (0 if unknown)."""

    requested_by: str
    why: str = ""
    to_version: Version | None = None
    comment_id: int = 0


@stored("upgrade.transition", stage="stage", at="at", by="by", why="reason", link="link")
@dataclass(frozen=True)
class StageTransition:
    """One step of an upgrade: the stage that it came to, when (UTC), who or what brought it there (a login, `mibot`),
    why, and where a person can look."""

    stage: Stage
    at: datetime
    by: str
    why: Reason | None = None
    link: str = ""


@stored(
    "upgrade",
    slug="slug",
    version="version",
    stage="stage",
    requested_by="requested_by",
    requested_at="requested_at",
    reason="reason",
    from_version="from_version",
    force="force",
    pull_request="pull_request",
    verification="verification",
    attempts="attempts",
    rollback="rollback",
    previous="previous",
    history="history",
)
@dataclass(frozen=True)
class Upgrade:
    """The record of one upgrade. Times are UTC; `reason` explains the stage.

    `force` is an operator's decision to let it go before its turn in the order, or in spite of its checks. The last
    of the `attempts` counts; the first one is there from the beginning. While an upgrade is undone, the record is
    about the rollback's pull request: `rollback` says so. `previous` is the record that this one replaced. `history`
    has every step with its cause.
    """

    slug: str
    version: Version
    stage: Stage
    requested_by: str
    requested_at: datetime
    reason: Reason | None = None
    from_version: Version | None = None
    force: Override | None = None
    pull_request: PullRequestState = field(default_factory=PullRequestState)
    verification: Verification = field(default_factory=Verification)
    attempts: tuple[DeploymentAttempt, ...] = field(default_factory=lambda: (DeploymentAttempt(),))
    rollback: Rollback | None = None
    previous: Upgrade | None = None
    history: tuple[StageTransition, ...] = ()

    def __post_init__(self) -> None:
        if not self.attempts:
            raise ValueError("an upgrade has its first attempt from the beginning")

    @property
    def kind(self) -> ChangeKind:
        return ChangeKind.UPGRADE if self.rollback is None else ChangeKind.ROLLBACK

    @property
    def branch(self) -> str:
        """The branch of its pull request (domain.md, "An upgrade of one instance")."""
        return branch_name(self.kind, self.slug, self.version)

    @property
    def key(self) -> str:
        return f"{self.slug}@{self.version}"

    @property
    def target(self) -> Version:
        """The version that the instance runs when this has succeeded."""
        return self.version if self.rollback is None or self.rollback.to_version is None else self.rollback.to_version

    @property
    def merged_at(self) -> datetime | None:
        return self.pull_request.merged_at

    @property
    def attempt(self) -> DeploymentAttempt:
        """The attempt that counts."""
        return self.attempts[-1]

    @property
    def deployment(self) -> Deployment | None:
        """The deployment of the attempt that counts."""
        return self.attempt.deployment

    @property
    def deployed(self) -> bool:
        """Whether its deployment is over, and was a success."""
        return self.deployment is not None and self.deployment.succeeded

    @property
    def backups(self) -> tuple[Backup, ...]:
        """The backups of the attempt that counts."""
        return self.attempt.backups

    @property
    def earlier_backups(self) -> tuple[Backup, ...]:
        """The backups that were made before those, oldest first: the first ones are from before any deployment."""
        earlier = (one for attempt in self.attempts[:-1] for one in (*attempt.superseded_backups, *attempt.backups))
        return (*earlier, *self.attempt.superseded_backups)

    @property
    def earlier_run_ids(self) -> tuple[int, ...]:
        """The runs that may be going on although none of them is the one that counts."""
        earlier = (run_id for attempt in self.attempts[:-1] for run_id in attempt.run_ids)
        return (*earlier, *self.attempt.extra_run_ids)

    def entered_at(self, stage: Stage) -> datetime | None:
        """When it came to that stage last."""
        return next((step.at for step in reversed(self.history) if step.stage is stage), None)

    def with_attempt(self, attempt: DeploymentAttempt) -> Upgrade:
        """The upgrade with its latest attempt changed."""
        return replace(self, attempts=(*self.attempts[:-1], attempt))

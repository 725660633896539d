"""A version's preparation: its states, and what each observation makes of it (domain.md, "An upgrade …", step 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.github_models import PullRequest, Review
from bot.domain.plans.change_set import ChangeKind, ChangeSet, branch_name
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.reasons import Reason
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.pull_request import PullRequestState
from bot.domain.upgrade.reasons.pull_requests import PullRequestEnd, PullRequestEnded
from bot.domain.versions import Version
from bot.formats.documents import stored


class PreparationStage(StrEnum):
    """Where a preparation stands. The wording is what people read on the tracker."""

    REQUESTED = "asked for"
    OPEN = "open"
    READY = "ready"
    CLOSED = "closed"
    FAILED = "failed"


UNPREPARED = frozenset({PreparationStage.REQUESTED, PreparationStage.OPEN})
"""The stages in which something remains to be done or waited for."""


@stored(
    "preparation",
    version="version",
    stage="stage",
    requested_by="requested_by",
    requested_at="requested_at",
    reason="reason",
    pull_request="pull_request",
    mistagged_images="mistagged_images",
    acceptance="acceptance",
    force="force",
)
@dataclass(frozen=True)
class Preparation:
    """The record of a version's preparation. Times are UTC; `reason` explains the stage.

    `mistagged_images` are the images of the publisher's that do not carry the version's tag; while nobody has
    accepted them (`acceptance`), the version is held. `force` is the decision of the person who wanted it although no
    instance may go there next.
    """

    version: Version
    stage: PreparationStage
    requested_by: str
    requested_at: datetime
    reason: Reason | None = None
    pull_request: PullRequestState = field(default_factory=PullRequestState)
    mistagged_images: tuple[MistaggedImage, ...] = ()
    acceptance: Override | None = None
    force: Override | None = None

    @property
    def branch(self) -> str:
        return branch_name(ChangeKind.PREPARATION, "", self.version)

    @property
    def needs_acceptance(self) -> bool:
        """Whether the version must not be upgraded to until an operator accepts its images, or a pull request that is
        not what was planned."""
        return self.pull_request.content.needs_acceptance or (bool(self.mistagged_images) and self.acceptance is None)


def request_preparation(existing: Preparation | None, version: Version, by: str, now: datetime) -> Preparation:
    """The record after a person requested the preparation: a new one, the same one, or one that had ended and begins
    anew."""
    if existing is not None and existing.stage not in {PreparationStage.CLOSED, PreparationStage.FAILED}:
        return existing
    fresh = Preparation(version, PreparationStage.REQUESTED, by, now)
    return fresh if existing is None else replace(fresh, acceptance=existing.acceptance, force=existing.force)


def accept(preparation: Preparation, by: str, now: datetime) -> Preparation:
    """The preparation whose images an operator accepted as they are; the first acceptance counts."""
    content = preparation.pull_request.content
    if content.needs_acceptance:
        accepted = replace(content, acceptance=Override(by, at=now))
        preparation = replace(preparation, pull_request=replace(preparation.pull_request, content=accepted))
    if preparation.acceptance is not None:
        return preparation
    return replace(preparation, acceptance=Override(by, at=now))


def force_preparation(preparation: Preparation, by: str, why: str, now: datetime) -> Preparation:
    """The preparation that a person wants although no instance may go there next; the last decision counts."""
    if preparation.force is not None and (preparation.force.by, preparation.force.why) == (by, why):
        return preparation
    return replace(preparation, force=Override(by, why, now))


def apply_plan(preparation: Preparation, change: ChangeSet) -> Preparation:
    """The preparation with what its change set says of images and warnings."""
    pull_request = replace(preparation.pull_request, warnings=change.warnings)
    return replace(preparation, mistagged_images=change.mistagged_images, pull_request=pull_request, reason=None)


def observe_preparation(
    preparation: Preparation, pull: PullRequest, reviews: Sequence[Review], now: datetime
) -> Preparation:
    """The preparation as GitHub shows its pull request now. What was merged stays ready."""
    if preparation.stage not in UNPREPARED:
        return preparation
    state = preparation.pull_request.observe(pull, reviews, None, now)
    if pull.merged and state.counts(pull):
        return replace(preparation, stage=PreparationStage.READY, pull_request=replace(state, note=None), reason=None)
    if not pull.open:
        reason = PullRequestEnded(PullRequestEnd.CLOSED)
        if pull.merged:
            reason = PullRequestEnded(PullRequestEnd.MERGED_ELSEWHERE, pull.base)
        return replace(preparation, stage=PreparationStage.CLOSED, pull_request=state, reason=reason)
    return replace(preparation, stage=PreparationStage.OPEN, pull_request=state, reason=None)

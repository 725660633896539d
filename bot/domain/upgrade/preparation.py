"""A version's preparation: its states, and what each observation makes of it (domain.md, "An upgrade …", step 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.domain.github_models import PullRequest, Review, ReviewState
from bot.domain.plans.change_set import ChangeKind, ChangeSet, branch_name
from bot.domain.plans.refusals import MistaggedImage
from bot.domain.versions import Version, parse_version


class PreparationStage(StrEnum):
    """Where a preparation stands. The wording is what people read on the tracker."""

    REQUESTED = "asked for"
    OPEN = "open"
    READY = "ready"
    CLOSED = "closed"
    FAILED = "failed"


UNPREPARED = frozenset({PreparationStage.REQUESTED, PreparationStage.OPEN})
"""The stages in which something is still to be done or waited for."""


@dataclass(frozen=True)
class Preparation:
    """The record of a version's preparation. Times are UTC; `number` is its pull request's.

    `stray` are the images of the publisher's that do not carry the version's tag; while nobody has accepted them
    (`accepted_by`), the version is held. `built`, `base`, `meaning` and `note` are as an upgrade's.
    """

    version: Version
    stage: PreparationStage
    asked_by: str
    asked_at: datetime
    reason: str = ""
    number: int | None = None
    url: str = ""
    head: str = ""
    built: str = ""
    base: str = ""
    meaning: str = ""
    note: str = ""
    warnings: tuple[str, ...] = ()
    stray: tuple[MistaggedImage, ...] = ()
    accepted_by: str = ""
    accepted_at: datetime | None = None
    approved_by: tuple[str, ...] = ()
    merged_by: str = ""
    merged_at: datetime | None = None

    @property
    def branch(self) -> str:
        return branch_name(ChangeKind.PREPARATION, "", self.version)

    @property
    def needs_acceptance(self) -> bool:
        """Whether the version must not be upgraded to until an operator accepts its images."""
        return bool(self.stray) and not self.accepted_by

    def to_json(self) -> dict[str, Any]:
        data = {field.name: getattr(self, field.name) for field in fields(self)}
        moments = ("asked_at", "accepted_at", "merged_at")
        return data | {
            "version": str(self.version),
            "stray": [[one.service, one.image] for one in self.stray],
            **{name: data[name].astimezone(UTC).isoformat() if data[name] else None for name in moments},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Preparation:
        moments = {
            name: datetime.fromisoformat(data[name]) if data[name] else None for name in ("accepted_at", "merged_at")
        }
        values = {
            **data,
            **moments,
            "version": parse_version(data["version"]),
            "stage": PreparationStage(data["stage"]),
            "asked_at": datetime.fromisoformat(data["asked_at"]),
            "stray": tuple(MistaggedImage(service, image) for service, image in data["stray"]),
            "warnings": tuple(data["warnings"]),
            "approved_by": tuple(data["approved_by"]),
        }
        return cls(**values)


def request_preparation(existing: Preparation | None, version: Version, by: str, now: datetime) -> Preparation:
    """What a person's asking makes of the record: a new one, the same one, or one that ended revived."""
    if existing is not None and existing.stage not in {PreparationStage.CLOSED, PreparationStage.FAILED}:
        return existing
    fresh = Preparation(version, PreparationStage.REQUESTED, by, now)
    if existing is None:
        return fresh
    return replace(fresh, accepted_by=existing.accepted_by, accepted_at=existing.accepted_at)


def accept(preparation: Preparation, by: str, now: datetime) -> Preparation:
    """The preparation whose images an operator accepted as they are; the first acceptance counts."""
    if preparation.accepted_by:
        return preparation
    return replace(preparation, accepted_by=by, accepted_at=now)


def apply_plan(preparation: Preparation, change: ChangeSet, warnings: Sequence[str] = ()) -> Preparation:
    """The preparation with the images of its change set, and with its warnings in words."""
    return replace(preparation, stray=change.mistagged_images, warnings=tuple(warnings), reason="")


def observe_preparation(preparation: Preparation, pull: PullRequest, reviews: Sequence[Review]) -> Preparation:
    """The preparation as GitHub shows its pull request now. What was merged stays ready."""
    if preparation.stage not in UNPREPARED:
        return preparation
    approved = tuple(sorted(review.reviewer for review in reviews if review.state is ReviewState.APPROVED))
    seen = replace(preparation, number=pull.number, url=pull.url, head=pull.head, approved_by=approved, reason="")
    if pull.merged:
        return replace(
            seen, stage=PreparationStage.READY, merged_at=pull.merged_at, merged_by=pull.merged_by or "", note=""
        )
    if not pull.open:
        reason = "its pull request was closed without a merge"
        return replace(seen, stage=PreparationStage.CLOSED, reason=reason)
    return replace(seen, stage=PreparationStage.OPEN)

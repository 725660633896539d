"""One instance's upgrade to one version: its states, and what each observation makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.domain.facts import CommitChecks, Conclusion, Opinion, Pull, Review
from bot.domain.health import Result, State, overall, worst_first
from bot.domain.versions import Version


class Stage(StrEnum):
    """Where an upgrade stands. The wording is what people read on the tracker."""

    WAITING = "waiting"
    PLANNED = "planned"
    OPEN = "open"
    CHANGES_REQUESTED = "changes requested"
    APPROVED = "approved"
    MERGED = "merged"
    DONE = "done"
    FAILED = "failed"
    CLOSED = "closed"


IN_REVIEW = frozenset({Stage.OPEN, Stage.CHANGES_REQUESTED, Stage.APPROVED})
IN_FLIGHT = IN_REVIEW | {Stage.PLANNED, Stage.MERGED}
"""The stages that count against `policy.max_in_flight` (domain.md, "Rules": blast radius)."""
UNFINISHED = IN_FLIGHT | {Stage.WAITING}


@dataclass(frozen=True)
class Upgrade:
    """The record of one upgrade. Times are UTC; `number` is the pull request's; `reason` explains the stage."""

    slug: str
    version: Version
    stage: Stage
    asked_by: str
    asked_at: datetime
    reason: str = ""
    from_version: Version | None = None
    number: int | None = None
    url: str = ""
    head: str = ""
    checks: Conclusion = Conclusion.NONE
    failing: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()
    objections_by: tuple[str, ...] = ()
    merged_by: str = ""
    merged_at: datetime | None = None
    before: tuple[Result, ...] = field(default_factory=tuple)
    after: tuple[Result, ...] = field(default_factory=tuple)

    @property
    def branch(self) -> str:
        """The branch of its pull request (domain.md, "An upgrade of one instance")."""
        return f"{self.slug}/upgrade-v{self.version}"

    @property
    def key(self) -> str:
        return f"{self.slug}@{self.version}"

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        data |= {"version": str(self.version), "from_version": str(self.from_version) if self.from_version else None}
        data |= {name: _moment(data[name]) for name in ("asked_at", "merged_at")}
        return data | {name: [result.to_json() for result in getattr(self, name)] for name in ("before", "after")}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Upgrade:
        values = dict(data)
        version = Version.parse(values["version"])
        if version is None:
            raise ValueError(f"{values['version']!r} is no version")
        values |= {
            "version": version,
            "from_version": Version.parse(values["from_version"] or ""),
            "stage": Stage(values["stage"]),
            "checks": Conclusion(values["checks"]),
            "asked_at": datetime.fromisoformat(values["asked_at"]),
            "merged_at": datetime.fromisoformat(values["merged_at"]) if values["merged_at"] else None,
        }
        values |= {name: tuple(values[name]) for name in ("failing", "approved_by", "objections_by")}
        values |= {name: tuple(map(Result.from_json, values[name])) for name in ("before", "after")}
        return cls(**values)


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None


def ask(existing: Upgrade | None, slug: str, version: Version, by: str, now: datetime) -> Upgrade:
    """What asking for an upgrade makes of its record: a new one, the same one, or a closed or failed one revived.

    A pull request that people closed is not opened again until somebody asks; this is the asking.
    """
    fresh = Upgrade(slug, version, Stage.WAITING, by, now)
    if existing is None or existing.stage is Stage.CLOSED:
        return fresh
    if existing.stage is Stage.FAILED and existing.merged_at is None:
        return replace(fresh, number=existing.number, url=existing.url, head=existing.head)
    return existing


def opened(upgrade: Upgrade, pull: Pull, from_version: Version | None) -> Upgrade:
    """The upgrade with its pull request, freshly made or found."""
    stage = Stage.OPEN if upgrade.stage in {Stage.WAITING, Stage.PLANNED} else upgrade.stage
    return replace(
        upgrade,
        stage=stage,
        reason="",
        from_version=from_version,
        number=pull.number,
        url=pull.url,
        head=pull.head,
    )


def observe(upgrade: Upgrade, pull: Pull, reviews: Sequence[Review], checks: CommitChecks) -> Upgrade:
    """The upgrade as GitHub shows its pull request now. What was merged stays merged."""
    if upgrade.merged_at or upgrade.stage is Stage.DONE or (upgrade.stage is Stage.FAILED and not pull.merged):
        return upgrade
    approved = tuple(sorted(r.reviewer for r in reviews if r.opinion is Opinion.APPROVED))
    objections = tuple(sorted(r.reviewer for r in reviews if r.opinion is Opinion.CHANGES_REQUESTED))
    seen = replace(
        upgrade,
        number=pull.number,
        url=pull.url,
        head=pull.head,
        approved_by=approved,
        objections_by=objections,
        checks=checks.conclusion,
        failing=checks.failed,
        reason="",
    )
    if pull.merged:
        return replace(seen, stage=Stage.MERGED, merged_at=pull.merged_at, merged_by=pull.merged_by or "")
    if not pull.open:
        return replace(seen, stage=Stage.CLOSED, reason="its pull request was closed without a merge")
    if objections:
        return replace(seen, stage=Stage.CHANGES_REQUESTED)
    return replace(seen, stage=Stage.APPROVED if approved else Stage.OPEN)


def conclude(upgrade: Upgrade, results: Iterable[Result]) -> Upgrade:
    """The upgrade after its post-upgrade checks: done when all are green, failed when one is red.

    `unknown` never counts as a pass: the upgrade then stays merged, and says what could not be found out.
    """
    ordered = tuple(worst_first(results))
    checked = replace(upgrade, after=ordered)
    state = overall(ordered)
    if state is State.PASS:
        return replace(checked, stage=Stage.DONE, reason="")
    titles = ", ".join(result.title for result in ordered if result.state is state) or "no check ran"
    if state is State.FAIL:
        return replace(checked, stage=Stage.FAILED, reason=f"red after the merge: {titles}")
    return replace(checked, stage=Stage.MERGED, reason=f"health unknown: {titles}; ask again with /check")

"""One instance's upgrade to one version: its states, and what each observation makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.domain.changeset import Kind, branch_of
from bot.domain.facts import CommitChecks, Conclusion, Opinion, Pull, Review
from bot.domain.health import Result, State, overall, worst_first
from bot.domain.versions import Version, version_of


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
    ROLLED_BACK = "rolled back"


IN_REVIEW = frozenset({Stage.OPEN, Stage.CHANGES_REQUESTED, Stage.APPROVED})
IN_FLIGHT = IN_REVIEW | {Stage.PLANNED, Stage.MERGED}
"""The stages that count against `policy.max_in_flight` (domain.md, "Rules": blast radius)."""
UNFINISHED = IN_FLIGHT | {Stage.WAITING}


@dataclass(frozen=True)
class Back:
    """That an upgrade is being undone: who asked, why (nothing when they did not say), back to which version (None
    until Git has told), and in which comment it was asked for (0 when that is not known)."""

    by: str
    why: str = ""
    to: Version | None = None
    comment: int = 0


@dataclass(frozen=True)
class Upgrade:
    """The record of one upgrade. Times are UTC; `number` is the pull request's; `reason` explains the stage.

    `forced` is why an operator (`forced_by`) let it go before its turn in the order. `built` is the commit that
    mibot put on the branch last, `base` the commit of the base branch below it, `meaning` what its change set
    means, and `note` what happened to the branch since. While an upgrade is undone, the record is about the
    rollback's pull request: `back` says so, and `earlier` keeps what the record was before.
    """

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
    forced: str = ""
    forced_by: str = ""
    built: str = ""
    base: str = ""
    meaning: str = ""
    note: str = ""
    warnings: tuple[str, ...] = ()
    back: Back | None = None
    earlier: Upgrade | None = None

    @property
    def kind(self) -> Kind:
        return Kind.UPGRADE if self.back is None else Kind.ROLLBACK

    @property
    def branch(self) -> str:
        """The branch of its pull request (domain.md, "An upgrade of one instance")."""
        return branch_of(self.kind, self.slug, self.version)

    @property
    def key(self) -> str:
        return f"{self.slug}@{self.version}"

    def to_json(self) -> dict[str, Any]:
        data = {field.name: getattr(self, field.name) for field in fields(self)}
        data |= {"version": str(self.version), "from_version": str(self.from_version) if self.from_version else None}
        data |= {name: _moment(data[name]) for name in ("asked_at", "merged_at")}
        data |= {name: [result.to_json() for result in getattr(self, name)] for name in ("before", "after")}
        data["back"] = asdict(self.back) | {"to": str(self.back.to or "")} if self.back else None
        return data | {"earlier": self.earlier.to_json() if self.earlier else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Upgrade:
        """The record of a document, of one that an older version wrote too."""
        values = dict(data)
        values |= {
            "version": version_of(values["version"]),
            "from_version": Version.parse(values["from_version"] or ""),
            "stage": Stage(values["stage"]),
            "checks": Conclusion(values["checks"]),
            "asked_at": datetime.fromisoformat(values["asked_at"]),
            "merged_at": datetime.fromisoformat(values["merged_at"]) if values["merged_at"] else None,
        }
        values |= {
            name: tuple(values.get(name, ())) for name in ("failing", "approved_by", "objections_by", "warnings")
        }
        values |= {name: tuple(map(Result.from_json, values[name])) for name in ("before", "after")}
        back, earlier = values.get("back"), values.get("earlier")
        values["back"] = Back(**back | {"to": Version.parse(back["to"])}) if back else None
        values["earlier"] = cls.from_json(earlier) if earlier else None
        return cls(**values)


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None


def ask(existing: Upgrade | None, slug: str, version: Version, by: str, now: datetime, forced: str = "") -> Upgrade:
    """What asking for an upgrade makes of its record: a new one, the same one, or one that ended revived.

    A pull request that people closed is not opened again until somebody asks; this is the asking. `forced` is the
    reason why it need not wait for its place in the order.
    """
    fresh = Upgrade(slug, version, Stage.WAITING, by, now, forced=forced, forced_by=by if forced else "")
    if existing is None:
        return fresh
    undone = existing.back is not None and existing.stage in {Stage.ROLLED_BACK, Stage.FAILED}
    if existing.stage is Stage.CLOSED or undone:
        return replace(fresh, earlier=existing)
    if existing.stage is Stage.FAILED and existing.merged_at is None:
        return replace(fresh, number=existing.number, url=existing.url, head=existing.head)
    if forced and existing.stage is Stage.WAITING:
        return replace(existing, forced=forced, forced_by=by, reason="")
    return existing


def undo(existing: Upgrade | None, slug: str, version: Version, back: Back, now: datetime) -> Upgrade:
    """The record of an upgrade that is to be undone, from now on about the rollback's pull request.

    Asking again while that is open is the same rollback, and so is the same asking afterwards. `existing` is None
    for an upgrade that mibot knows nothing of, such as one made by hand.
    """
    if existing is not None and existing.back is not None:
        same_asking = back.comment != 0 and existing.back.comment == back.comment
        if existing.stage in UNFINISHED or same_asking:
            return existing
    return Upgrade(slug, version, Stage.PLANNED, back.by, now, from_version=version, back=back, earlier=existing)


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
    ended = upgrade.stage in {Stage.DONE, Stage.ROLLED_BACK} or (upgrade.stage is Stage.FAILED and not pull.merged)
    if upgrade.merged_at or ended:
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
    if not pull.open and upgrade.back is not None and upgrade.earlier is not None:
        return replace(upgrade.earlier, note=f"its rollback by {upgrade.back.by} was closed without a merge")
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
        return replace(checked, stage=Stage.DONE if upgrade.back is None else Stage.ROLLED_BACK, reason="")
    titles = ", ".join(result.title for result in ordered if result.state is state) or "no check ran"
    if state is State.FAIL:
        return replace(checked, stage=Stage.FAILED, reason=f"red after the merge: {titles}")
    return replace(checked, stage=Stage.MERGED, reason=f"health unknown: {titles}; ask again with /check")

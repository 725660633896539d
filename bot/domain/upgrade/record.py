"""One instance's upgrade to one version: the record of it. What moves it stands in `transitions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from bot.domain.github_models import Conclusion
from bot.domain.health.model import CheckResult
from bot.domain.plans.change_set import ChangeKind, branch_name
from bot.domain.upgrade.backups import Backup
from bot.domain.upgrade.stages import IN_DEPLOYMENT, IN_FLIGHT, IN_REVIEW, UNFINISHED, Stage
from bot.domain.versions import Version, parse_version

__all__ = [
    "IN_DEPLOYMENT",
    "IN_FLIGHT",
    "IN_REVIEW",
    "UNFINISHED",
    "Deployment",
    "Rollback",
    "Stage",
    "StageTransition",
    "Upgrade",
]


@dataclass(frozen=True)
class Rollback:
    """That an upgrade is being undone: who asked, why (nothing when they did not say), back to which version (None
    until Git has told), and in which comment it was asked for (0 when that is not known)."""

    by: str
    why: str = ""
    to: Version | None = None
    comment: int = 0


@dataclass(frozen=True)
class StageTransition:
    """One step of an upgrade: the stage that it came to, when (UTC), who or what brought it there (a login, `mibot`),
    why, and where a person can look."""

    stage: Stage
    at: datetime
    by: str
    why: str = ""
    link: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": _isoformat(self.at)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StageTransition:
        return cls(**{**data, "stage": Stage(data["stage"]), "at": datetime.fromisoformat(data["at"])})


@dataclass(frozen=True)
class Deployment:
    """How a merged upgrade comes onto its VM. Times are UTC.

    `asked_at` is when mibot was about to ask for it, which is noted before it asks; `accepted` whether GitHub is
    known to have taken that, `tries` how often it was asked while nobody knew. `run` is the workflow run, `url` leads
    to it; `ended_at` when it was over, `conclusion` how (GitHub's word, or `by hand`), `failed` what in it failed.
    `by` is who said that it was deployed by hand.
    """

    asked_at: datetime
    accepted: bool = False
    tries: int = 1
    run: int | None = None
    url: str = ""
    conclusion: str = ""
    failed: str = ""
    ended_at: datetime | None = None
    by: str = ""

    @property
    def awaits_run(self) -> bool:
        """Whether a run may have been started that nobody has found yet."""
        return self.run is None and self.ended_at is None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"asked_at": _isoformat(self.asked_at), "ended_at": _isoformat(self.ended_at)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Deployment:
        ended = data["ended_at"]
        moments = {
            "asked_at": datetime.fromisoformat(data["asked_at"]),
            "ended_at": datetime.fromisoformat(ended) if ended else None,
        }
        return cls(**{**data, **moments})


@dataclass(frozen=True)
class Upgrade:
    """The record of one upgrade. Times are UTC; `number` is the pull request's; `reason` explains the stage.

    `forced` is why an operator (`forced_by`) let it go before its turn in the order or in spite of its checks.
    `built` is the commit that mibot put on the branch last, `base` the commit of the base branch below it, `meaning`
    what its change set means, and `note` what happened to the branch since. While an upgrade is undone, the record is
    about the rollback's pull request: `back` says so, and `earlier` keeps what the record was before.

    `history` has every step with its cause. `checked` says of what the results in `before` are (head commit and how
    its checks stood), `copies` are the backups of the `attempt` at deploying that counts now, `earlier_copies` those
    that were made before (the first ones are from before the upgrade), `deployment` how that
    goes, `loose` the runs of earlier attempts, which may still go on, `lost_since` since when a run may be about
    that nobody found. `green_since` is since when all checks pass, `accepted` what people vouched for where nobody
    could find out.
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
    before: tuple[CheckResult, ...] = field(default_factory=tuple)
    after: tuple[CheckResult, ...] = field(default_factory=tuple)
    forced: str = ""
    forced_by: str = ""
    built: str = ""
    base: str = ""
    meaning: str = ""
    note: str = ""
    warnings: tuple[str, ...] = ()
    back: Rollback | None = None
    earlier: Upgrade | None = None
    history: tuple[StageTransition, ...] = ()
    checked: str = ""
    merge_commit: str = ""
    attempt: int = 1
    copies: tuple[Backup, ...] = ()
    earlier_copies: tuple[Backup, ...] = ()
    deployment: Deployment | None = None
    loose: tuple[int, ...] = ()
    lost_since: datetime | None = None
    green_since: datetime | None = None
    accepted_by: str = ""
    accepted: str = ""

    @property
    def kind(self) -> ChangeKind:
        return ChangeKind.UPGRADE if self.back is None else ChangeKind.ROLLBACK

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
        return self.version if self.back is None or self.back.to is None else self.back.to

    @property
    def deployed(self) -> bool:
        """Whether its deployment is over, and was a success."""
        return self.deployment is not None and self.deployment.ended_at is not None and not self.deployment.failed

    def entered_at(self, stage: Stage) -> datetime | None:
        """When it came to that stage last."""
        return next((step.at for step in reversed(self.history) if step.stage is stage), None)

    def to_json(self) -> dict[str, Any]:
        data = {field.name: getattr(self, field.name) for field in fields(self)}
        data |= {"version": str(self.version), "from_version": str(self.from_version) if self.from_version else None}
        data |= {name: _isoformat(data[name]) for name in _DATETIME_FIELDS}
        data |= {name: [one.to_json() for one in getattr(self, name)] for name in _RECORD_LIST_FIELDS}
        data["back"] = asdict(self.back) | {"to": str(self.back.to or "")} if self.back else None
        data["deployment"] = self.deployment.to_json() if self.deployment else None
        return data | {"earlier": self.earlier.to_json() if self.earlier else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Upgrade:
        """The record of a document, of one that an older version wrote too."""
        values = {name: value for name, value in data.items() if name != "posted"}  # the outbox has it
        values |= {
            "version": parse_version(values["version"]),
            "from_version": Version.parse(values["from_version"] or ""),
            "stage": Stage(values["stage"]),
            "checks": Conclusion(values["checks"]),
        }
        moments = {name: values.get(name) for name in _DATETIME_FIELDS}
        values |= {name: datetime.fromisoformat(moment) if moment else None for name, moment in moments.items()}
        values |= {name: tuple(values.get(name, ())) for name in _TUPLE_FIELDS}
        values |= {
            name: tuple(map(kind.from_json, values.get(name, ()))) for name, kind in _RECORD_LIST_FIELDS.items()
        }
        back, earlier, deployment = (values.get(name) for name in ("back", "earlier", "deployment"))
        values["back"] = Rollback(**back | {"to": Version.parse(back["to"])}) if back else None
        values["earlier"] = cls.from_json(earlier) if earlier else None
        values["deployment"] = Deployment.from_json(deployment) if deployment else None
        return cls(**values)


_DATETIME_FIELDS = ("asked_at", "merged_at", "lost_since", "green_since")
_TUPLE_FIELDS = ("failing", "approved_by", "objections_by", "warnings", "loose")
_RECORD_LIST_FIELDS: Mapping[str, type[CheckResult] | type[Backup] | type[StageTransition]] = {
    "before": CheckResult,
    "after": CheckResult,
    "history": StageTransition,
    "copies": Backup,
    "earlier_copies": Backup,
}


def _isoformat(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None

"""The stories that a record holds: an upgrade, its rollback, the one after that; each as it may be told outside.

What is told leaves the deployment repository's readers (domain.md, "Rules"), so it is made private here, before
anybody writes it down: people's words are redacted, and only links that name nobody are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.fleet.redaction import Redact
from bot.domain.health.model import Result, State
from bot.domain.plans.change_set import Kind
from bot.domain.upgrade.backups import Copy
from bot.domain.upgrade.record import Deployment, Step, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import Version

_LINK = re.compile(
    r"https?://[\w.:-]+(?:/[\w.-]+){2,3}/(?:(?:pull|issues)/\d+(?:#issuecomment-\d+)?|actions/runs/\d+(?:/attempts/\d+)?)",
    re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Times:
    """When it was asked for, merged, deployed and proven healthy (UTC), and how long each took (seconds); None where
    that was not."""

    asked_at: datetime
    merged_at: datetime | None
    deployed_at: datetime | None
    proven_at: datetime | None

    @property
    def asked_to_merged(self) -> float | None:
        return _seconds(self.asked_at, self.merged_at)

    @property
    def merged_to_deployed(self) -> float | None:
        return _seconds(self.merged_at, self.deployed_at)

    @property
    def deployed_to_proven(self) -> float | None:
        return _seconds(self.deployed_at, self.proven_at)

    @property
    def asked_to_proven(self) -> float | None:
        return _seconds(self.asked_at, self.proven_at)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start is not None and end is not None else None


@dataclass(frozen=True)
class Story:
    """One upgrade or rollback as it may be told outside. `why` is a rollback's reason, `vouched` names the checks
    after the deployment that nobody could find out and `accepted_by` vouched for, `earlier_runs` and `earlier_copies`
    are the workflow runs and backups of attempts that do not count any more. Results and copies are without their
    links, which name the project."""

    kind: Kind
    stage: Stage
    reason: str
    note: str
    from_version: Version | None
    to_version: Version | None
    asked_by: str
    why: str
    forced_by: str
    forced: str
    number: int | None
    url: str
    approved_by: tuple[str, ...]
    objections_by: tuple[str, ...]
    merged_by: str
    merge_commit: str
    attempt: int
    earlier_runs: tuple[int, ...]
    deployment: Deployment | None
    copies: tuple[Copy, ...]
    earlier_copies: tuple[Copy, ...]
    before: tuple[Result, ...]
    after: tuple[Result, ...]
    vouched: tuple[str, ...]
    accepted_by: str
    accepted: str
    history: tuple[Step, ...]
    times: Times


def stories(upgrade: Upgrade) -> tuple[Upgrade, ...]:
    """Everything that was made for the version on this instance, oldest first: what a record kept as its `earlier`
    ones, and itself."""
    found: list[Upgrade] = []
    one: Upgrade | None = upgrade
    while one is not None:
        found.append(replace(one, earlier=None))
        one = one.earlier
    return tuple(reversed(found))


def proven_at(upgrade: Upgrade) -> datetime | None:
    """When it was proven healthy, or None when it was not."""
    end = Stage.DONE if upgrade.back is None else Stage.ROLLED_BACK
    return upgrade.since(end) if upgrade.stage is end else None


def story(upgrade: Upgrade, redact: Redact) -> Story:
    """An upgrade as it may be told outside."""
    back = upgrade.back
    deployment = upgrade.deployment
    deployed_at = deployment.ended_at if deployment is not None and upgrade.deployed else None
    return Story(
        kind=upgrade.kind,
        stage=upgrade.stage,
        reason=redact(upgrade.reason),
        note=redact(upgrade.note),
        from_version=upgrade.from_version,
        to_version=upgrade.version if back is None else back.to,
        asked_by=redact(upgrade.asked_by),
        why=redact(back.why) if back else "",
        forced_by=redact(upgrade.forced_by),
        forced=redact(upgrade.forced),
        number=upgrade.number,
        url=public_link(upgrade.url),
        approved_by=_each(redact, upgrade.approved_by),
        objections_by=_each(redact, upgrade.objections_by),
        merged_by=redact(upgrade.merged_by),
        merge_commit=upgrade.merge_commit if _COMMIT.fullmatch(upgrade.merge_commit) else "",
        attempt=upgrade.attempt,
        earlier_runs=upgrade.loose,
        deployment=_deployment(deployment, redact),
        copies=tuple(_copy(copy, redact) for copy in upgrade.copies),
        earlier_copies=tuple(_copy(copy, redact) for copy in upgrade.earlier_copies),
        before=tuple(_result(one, redact) for one in upgrade.before),
        after=tuple(_result(one, redact) for one in upgrade.after),
        vouched=_each(redact, (one.name for one in upgrade.after if _is_vouched(one, upgrade))),
        accepted_by=redact(upgrade.accepted_by),
        accepted=redact(upgrade.accepted),
        history=tuple(_step(step, redact) for step in upgrade.history),
        times=Times(upgrade.asked_at, upgrade.merged_at, deployed_at, proven_at(upgrade)),
    )


def _each(redact: Redact, words: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(redact, words))


def _is_vouched(result: Result, upgrade: Upgrade) -> bool:
    """Whether a result is a person's word (`deploying.vouched` wrote it so)."""
    said = f"{upgrade.accepted_by} vouches for it: {upgrade.accepted} ("
    return bool(upgrade.accepted) and result.state is State.PASS and result.sentence.startswith(said)


def _deployment(deployment: Deployment | None, redact: Redact) -> Deployment | None:
    if deployment is None:
        return None
    return replace(
        deployment,
        url=public_link(deployment.url),
        conclusion=redact(deployment.conclusion),
        failed=redact(deployment.failed),
        by=redact(deployment.by),
    )


def _copy(copy: Copy, redact: Redact) -> Copy:
    return replace(copy, of=redact(copy.of), name=redact(copy.name), said=redact(copy.said), link="")


def _result(result: Result, redact: Redact) -> Result:
    name, title, sentence = map(redact, (result.name, result.title, result.sentence))
    return replace(result, name=name, title=title, sentence=sentence, link="")


def _step(step: Step, redact: Redact) -> Step:
    return replace(step, by=redact(step.by), why=redact(step.why), link=public_link(step.link))


def public_link(url: str) -> str:
    """A link to a pull request, an issue or a workflow run: these name nobody. Any other is left out."""
    return url if _LINK.fullmatch(url) else ""

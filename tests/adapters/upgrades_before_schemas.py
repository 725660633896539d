"""What the upgrades and preparations of `tests/data/store_before_schemas` mean, in today's values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.domain.github_models import Conclusion
from bot.domain.health.model import CheckResult
from bot.domain.health.reasons import AcceptedByPerson
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.reasons import PlainText
from bot.domain.upgrade.attempts import Deployment, DeploymentAttempt
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.pull_request import BranchState, Merge, PullRequestState
from bot.domain.upgrade.record import Rollback, StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.verification import Verification
from bot.domain.versions import parse_version
from tests.adapters.before_schemas import Json, backup, certain_moment, moment, result


def upgrade(record: Json) -> Upgrade:
    return Upgrade(
        slug=record["slug"],
        version=parse_version(record["version"]),
        stage=Stage(record["stage"]),
        requested_by=record["asked_by"],
        requested_at=certain_moment(record["asked_at"]),
        reason=text(record["reason"]),
        from_version=parse_version(record["from_version"]) if record["from_version"] else None,
        force=override(record["forced_by"], record["forced"]),
        pull_request=pull_request(record, record["checks"], record["failing"], record["objections_by"]),
        verification=Verification(
            before=tuple(map(result, record["before"])),
            after=tuple(after(record)),
            checked_for=record["checked"],
            healthy_since=moment(record["green_since"]),
            acceptance=override(record["accepted_by"], record["accepted"]),
        ),
        attempts=(attempt(record),),
        rollback=rollback(record["back"]) if record["back"] else None,
        previous=upgrade(record["earlier"]) if record["earlier"] else None,
        history=tuple(map(transition, record["history"])),
    )


def after(record: Json) -> Iterator[CheckResult]:
    """The results after the deployment. That somebody accepted one stood in its sentence only."""
    words = f"{record['accepted_by']} vouches for it: {record['accepted']} (mibot could not find out: "
    for row in record["after"]:
        if record["accepted"] and row["state"] == "pass" and row["sentence"].startswith(words):
            unknown = PlainText(row["sentence"].removeprefix(words).removesuffix(")"))
            accepted = AcceptedByPerson(record["accepted_by"], record["accepted"], unknown)
            yield replace(result(row), finding=accepted)
        else:
            yield result(row)


def attempt(record: Json) -> DeploymentAttempt:
    return DeploymentAttempt(
        number=record["attempt"],
        backups=tuple(map(backup, record["copies"])),
        superseded_backups=tuple(map(backup, record["earlier_copies"])),
        deployment=deployment(record["deployment"]) if record["deployment"] else None,
        extra_run_ids=tuple(record["loose"]),
        run_missing_since=moment(record["lost_since"]),
    )


def deployment(record: Json) -> Deployment:
    return Deployment(
        requested_at=certain_moment(record["asked_at"]),
        confirmed=record["accepted"],
        tries=record["tries"],
        run_id=record["run"],
        run_url=record["url"],
        conclusion="" if record["conclusion"] == "by hand" else record["conclusion"],
        failure=text(record["failed"]),
        ended_at=moment(record["ended_at"]),
        deployed_by=record["by"],
    )


def rollback(record: Json) -> Rollback:
    return Rollback(
        requested_by=record["by"],
        why=record["why"],
        to_version=parse_version(record["to"]) if record["to"] else None,
        comment_id=record["comment"],
    )


def transition(record: Json) -> StageTransition:
    return StageTransition(
        stage=Stage(record["stage"]),
        at=certain_moment(record["at"]),
        by=record["by"],
        why=text(record["why"]),
        link=record["link"],
    )


def preparation(record: Json) -> Preparation:
    accepted = Override(record["accepted_by"], at=moment(record["accepted_at"]))
    return Preparation(
        version=parse_version(record["version"]),
        stage=PreparationStage(record["stage"]),
        requested_by=record["asked_by"],
        requested_at=certain_moment(record["asked_at"]),
        reason=text(record["reason"]),
        pull_request=pull_request(record, "none", (), ()),
        mistagged_images=tuple(MistaggedImage(service, image) for service, image in record["stray"]),
        acceptance=accepted if record["accepted_by"] else None,
    )


def pull_request(record: Json, checks: str, failing: Iterable[str], objections: Iterable[str]) -> PullRequestState:
    return PullRequestState(
        number=record["number"],
        url=record["url"],
        head=record["head"],
        checks=Conclusion(checks),
        failing_checks=tuple(failing),
        approved_by=tuple(record["approved_by"]),
        changes_requested_by=tuple(objections),
        merge=merge(record),
        branch=BranchState(record["built"], record["base"], record["meaning"]),
        warnings=tuple(map(PlainText, record["warnings"])),
        note=text(record["note"]),
    )


def merge(record: Json) -> Merge | None:
    at, by, commit = moment(record["merged_at"]), record["merged_by"], record.get("merge_commit", "")
    if at is None:
        assert (by, commit) == ("", ""), "nothing of it is lost"
        return None
    return Merge(at, by, commit)


def text(words: str) -> PlainText | None:
    """Old records say why in a sentence."""
    return PlainText(words) if words else None


def override(by: str, reason: str) -> Override | None:
    """Old records do not say when."""
    if not reason:
        assert by == "", "nothing of it is lost"
        return None
    return Override(by, reason)

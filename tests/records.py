"""Records with whatever in them, for tests of what is stored: one strategy for each field that there is."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from hypothesis import strategies as st

from bot.domain.github_models import Conclusion
from bot.domain.health.model import CheckResult, CheckState
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.reasons import PlainText
from bot.domain.upgrade.attempts import Deployment, DeploymentAttempt
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.pull_request import BranchState, Merge, PullRequestState
from bot.domain.upgrade.record import Rollback, Stage, StageTransition, Upgrade
from bot.domain.upgrade.verification import Verification
from bot.domain.versions import Version

Built = TypeVar("Built")
TextStrategy = st.SearchStrategy[str]
DatetimeStrategy = st.SearchStrategy[datetime]

DATETIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
VERSIONS = st.builds(Version, *[st.integers(0, 9999)] * 3, st.none() | st.integers(0, 9999))
NUMBERS = st.integers(0, 2**53)


def results(words: TextStrategy, moments: DatetimeStrategy = DATETIMES) -> st.SearchStrategy[CheckResult]:
    return st.builds(
        CheckResult,
        words,
        words,
        st.sampled_from(CheckState),
        st.builds(PlainText, words),
        words,
        moments,
        st.floats(0, 1e6),
    )


def backups(words: TextStrategy, moments: DatetimeStrategy = DATETIMES) -> st.SearchStrategy[tuple[Backup, ...]]:
    kinds, states = st.sampled_from(BackupKind), st.sampled_from(BackupState)
    return tuples_of(st.builds(Backup, kinds, words, words, states, moments, st.none() | texts(words), words))


def texts(words: TextStrategy) -> st.SearchStrategy[PlainText]:
    return st.builds(PlainText, words)


def tuples_of(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=3).map(tuple)


def upgrades(words: TextStrategy, moments: DatetimeStrategy = DATETIMES, **fixed: Any) -> st.SearchStrategy[Upgrade]:
    """Upgrades with whatever in every field; `fixed` are other strategies for some of them."""
    made: dict[str, st.SearchStrategy[Any]] = {
        "slug": words,
        "version": VERSIONS,
        "stage": st.sampled_from(Stage),
        "requested_by": words,
        "requested_at": moments,
        "reason": st.none() | texts(words),
        "from_version": st.none() | VERSIONS,
        "force": st.none() | overrides(words, moments),
        "pull_request": pull_requests(words, moments),
        "verification": _built(
            Verification,
            before=tuples_of(results(words, moments)),
            after=tuples_of(results(words, moments)),
            checked_for=words,
            healthy_since=st.none() | moments,
            acceptance=st.none() | overrides(words, moments),
        ),
        "attempts": st.lists(_attempts(words, moments), min_size=1, max_size=3).map(tuple),
        "rollback": st.none() | st.builds(Rollback, words, words, st.none() | VERSIONS, NUMBERS),
        "previous": st.none(),
        "history": tuples_of(_transitions(words, moments)),
    }
    return _built(Upgrade, **{**made, **fixed})


def _transitions(words: TextStrategy, moments: DatetimeStrategy) -> st.SearchStrategy[StageTransition]:
    stages, reasons = st.sampled_from(Stage), st.none() | texts(words)
    return _built(StageTransition, stage=stages, at=moments, by=words, why=reasons, link=words)


def preparations(words: TextStrategy, moments: DatetimeStrategy = DATETIMES) -> st.SearchStrategy[Preparation]:
    """Preparations with whatever in every field."""
    return _built(
        Preparation,
        version=VERSIONS,
        stage=st.sampled_from(PreparationStage),
        requested_by=words,
        requested_at=moments,
        reason=st.none() | texts(words),
        pull_request=pull_requests(words, moments),
        mistagged_images=tuples_of(st.builds(MistaggedImage, words, words)),
        acceptance=st.none() | overrides(words, moments),
        force=st.none() | overrides(words, moments),
    )


def overrides(words: TextStrategy, moments: DatetimeStrategy = DATETIMES) -> st.SearchStrategy[Override]:
    return _built(Override, by=words, why=words, at=st.none() | moments)


def pull_requests(
    words: TextStrategy, moments: DatetimeStrategy = DATETIMES, **fixed: Any
) -> st.SearchStrategy[PullRequestState]:
    made: dict[str, st.SearchStrategy[Any]] = {
        "number": st.none() | NUMBERS,
        "url": words,
        "head": words,
        "checks": st.sampled_from(Conclusion),
        "failing_checks": tuples_of(words),
        "approved_by": tuples_of(words),
        "changes_requested_by": tuples_of(words),
        "merge": st.none() | _built(Merge, at=moments, by=words, commit=words),
        "branch": _built(BranchState, built_commit=words, base_commit=words, change_fingerprint=words),
        "warnings": tuples_of(texts(words)),
        "note": st.none() | texts(words),
        "base": words,
        "stale_approvals": tuples_of(words),
        "contributors": tuples_of(words),
        "content": _built(
            PullRequestContent,
            commit=words,
            difference=st.none() | texts(words),
            acceptance=st.none() | overrides(words),
        ),
    }
    return _built(PullRequestState, **{**made, **fixed})


def _attempts(words: TextStrategy, moments: DatetimeStrategy) -> st.SearchStrategy[DeploymentAttempt]:
    return _built(
        DeploymentAttempt,
        number=NUMBERS,
        backups=backups(words, moments),
        superseded_backups=backups(words, moments),
        deployment=st.none() | _deployments(words, moments),
        extra_run_ids=tuples_of(NUMBERS),
        run_missing_since=st.none() | moments,
    )


def _deployments(words: TextStrategy, moments: DatetimeStrategy) -> st.SearchStrategy[Deployment]:
    return _built(
        Deployment,
        requested_at=moments,
        confirmed=st.booleans(),
        tries=NUMBERS,
        run_id=st.none() | NUMBERS,
        run_url=words,
        conclusion=words,
        failure=st.none() | texts(words),
        ended_at=st.none() | moments,
        deployed_by=words,
    )


def _built(cls: type[Built], **made: st.SearchStrategy[Any]) -> st.SearchStrategy[Built]:
    assert made.keys() == {field.name for field in fields(cls)}, "a new field is stored, too"  # type: ignore[arg-type]
    return st.builds(cls, **made)

"""Records with whatever in them, for tests of what is written down: one strategy for each field that there is."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from bot.domain.github_models import Conclusion
from bot.domain.health.model import CheckResult, CheckState
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState
from bot.domain.upgrade.record import Deployment, Rollback, Stage, StageTransition, Upgrade
from bot.domain.versions import Version

TextStrategy = st.SearchStrategy[str]
DatetimeStrategy = st.SearchStrategy[datetime]

DATETIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
VERSIONS = st.builds(Version, *[st.integers(0, 9999)] * 3, st.none() | st.integers(0, 9999))
NUMBERS = st.integers(0, 2**53)


def results(words: TextStrategy, moments: DatetimeStrategy = DATETIMES) -> st.SearchStrategy[CheckResult]:
    return st.builds(CheckResult, words, words, st.sampled_from(CheckState), words, words, moments, st.floats(0, 1e6))


def backups(words: TextStrategy, moments: DatetimeStrategy = DATETIMES) -> st.SearchStrategy[tuple[Backup, ...]]:
    kinds, states = st.sampled_from(BackupKind), st.sampled_from(BackupState)
    return tuples_of(st.builds(Backup, kinds, words, words, states, moments, words, words))


def tuples_of(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=3).map(tuple)


def fields_of_upgrade(
    words: TextStrategy, moments: DatetimeStrategy = DATETIMES
) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each field of an upgrade's record."""
    made: dict[str, st.SearchStrategy[Any]] = {
        "slug": words,
        "version": VERSIONS,
        "stage": st.sampled_from(Stage),
        "asked_by": words,
        "asked_at": moments,
        "reason": words,
        "from_version": st.none() | VERSIONS,
        "number": st.none() | NUMBERS,
        "url": words,
        "head": words,
        "checks": st.sampled_from(Conclusion),
        "failing": tuples_of(words),
        "approved_by": tuples_of(words),
        "objections_by": tuples_of(words),
        "merged_by": words,
        "merged_at": st.none() | moments,
        "before": tuples_of(results(words, moments)),
        "after": tuples_of(results(words, moments)),
        "forced": words,
        "forced_by": words,
        "built": words,
        "base": words,
        "meaning": words,
        "note": words,
        "warnings": tuples_of(words),
        "back": st.none() | st.builds(Rollback, words, words, st.none() | VERSIONS, NUMBERS),
        "earlier": st.none(),
        "history": tuples_of(st.builds(StageTransition, st.sampled_from(Stage), moments, words, words, words)),
        "checked": words,
        "merge_commit": words,
        "attempt": NUMBERS,
        "copies": backups(words, moments),
        "earlier_copies": backups(words, moments),
        "deployment": st.none() | _deployments(words, moments),
        "loose": tuples_of(NUMBERS),
        "lost_since": st.none() | moments,
        "green_since": st.none() | moments,
        "accepted_by": words,
        "accepted": words,
    }
    assert made.keys() == {field.name for field in fields(Upgrade)}, "a new field is to be written down, too"
    return made


def _deployments(words: TextStrategy, moments: DatetimeStrategy) -> st.SearchStrategy[Deployment]:
    return st.builds(
        Deployment,
        asked_at=moments,
        accepted=st.booleans(),
        tries=NUMBERS,
        run=st.none() | NUMBERS,
        url=words,
        conclusion=words,
        failed=words,
        ended_at=st.none() | moments,
        by=words,
    )

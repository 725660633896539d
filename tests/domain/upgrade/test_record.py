"""The record of an upgrade: what it says of itself, and that what is written down comes back as it was."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.health.model import CheckState
from bot.domain.plans.change_set import ChangeKind
from bot.domain.upgrade.record import (
    IN_DEPLOYMENT,
    IN_FLIGHT,
    IN_REVIEW,
    UNFINISHED,
    Deployment,
    Rollback,
    Stage,
    StageTransition,
    Upgrade,
)
from bot.domain.upgrade.transitions import request_rollback, request_upgrade
from tests.records import DATETIMES, fields_of_upgrade
from tests.samples import NOW, result, upgrade, version

LATER = NOW + timedelta(hours=1)
BACK = Rollback("lee", "search is slow", version("3.40.0"))


def test_what_counts_against_the_limit_and_what_the_sweep_takes_up() -> None:
    assert IN_REVIEW | IN_DEPLOYMENT | {Stage.PLANNED} == IN_FLIGHT
    assert IN_FLIGHT | {Stage.WAITING} == UNFINISHED
    ended = {Stage.DONE, Stage.FAILED, Stage.SKIPPED, Stage.CLOSED, Stage.ROLLED_BACK}
    assert set(Stage) - UNFINISHED == ended


def test_an_upgrade_and_its_rollback_have_one_key_and_a_branch_each() -> None:
    there, back = upgrade(), upgrade(back=BACK)
    assert there.key == back.key == "rctest@3.40.1"
    assert (there.branch, back.branch) == ("rctest/upgrade-v3.40.1", "rctest/rollback-v3.40.1")
    assert (there.kind, back.kind) == (ChangeKind.UPGRADE, ChangeKind.ROLLBACK)


def test_the_version_that_it_brings() -> None:
    assert upgrade().target == version("3.40.1")
    assert upgrade(back=BACK).target == version("3.40.0")
    assert upgrade(back=Rollback("lee")).target == version("3.40.1"), "until Git has told where it goes back to"


@pytest.mark.parametrize(
    ("deployment", "deployed", "unresolved"),
    [
        (None, False, False),
        (Deployment(NOW), False, True),
        (Deployment(NOW, accepted=True), False, True),
        (Deployment(NOW, accepted=True, run=5), False, False),
        (Deployment(NOW, run=5, ended_at=LATER, conclusion="success"), True, False),
        (Deployment(NOW, run=5, ended_at=LATER, conclusion="failure", failed="job upgrade"), False, False),
        (Deployment(NOW, ended_at=LATER, conclusion="by hand", by="lee"), True, False),
    ],
)
def test_whether_it_is_deployed(deployment: Deployment | None, deployed: bool, unresolved: bool) -> None:
    assert upgrade(deployment=deployment).deployed is deployed
    assert (deployment is not None and deployment.awaits_run) is unresolved


def test_when_it_came_to_a_stage_last() -> None:
    steps = [
        StageTransition(Stage.OPEN, NOW, "mibot"),
        StageTransition(Stage.APPROVED, NOW, "rio"),
        StageTransition(Stage.OPEN, LATER, ""),
    ]
    there = upgrade(history=tuple(steps))
    assert there.entered_at(Stage.OPEN) == LATER
    assert there.entered_at(Stage.APPROVED) == NOW
    assert there.entered_at(Stage.MERGED) is None


# Written down

EVERY = fields_of_upgrade(st.text(max_size=12))
NEW = {
    name: EVERY[name]
    for name in (
        "forced",
        "forced_by",
        "built",
        "base",
        "meaning",
        "note",
        "warnings",
        "back",
        "history",
        "checked",
        "merge_commit",
        "attempt",
        "copies",
        "earlier_copies",
        "deployment",
        "loose",
        "lost_since",
        "green_since",
        "accepted_by",
        "accepted",
    )
}
"""What records had not from the beginning on."""
PLAIN = Upgrade("rctest", version("3.40.1"), Stage.WAITING, "dana", NOW)
RECORDS = st.builds(
    upgrade,
    stage=st.sampled_from(Stage),
    merged_at=st.none() | DATETIMES,
    before=st.sampled_from([(), (result(),)]),
    after=st.sampled_from([(), (result(), result("front", CheckState.UNKNOWN))]),
    **NEW,
)
UPGRADES = st.builds(lambda record, earlier: replace(record, earlier=earlier), RECORDS, st.none() | RECORDS)


def written_down(data: Any) -> Any:
    return json.loads(json.dumps(data))


@given(UPGRADES)
def test_what_is_written_down_comes_back_as_it_was(record: Upgrade) -> None:
    assert Upgrade.from_json(written_down(record.to_json())) == record


def test_what_came_before_what_came_before_is_kept_too() -> None:
    closed = upgrade(stage=Stage.CLOSED)
    to = version("3.40.1")
    again = request_rollback(request_upgrade(closed, "rctest", to, "lee", LATER), "rctest", to, BACK, LATER)
    assert Upgrade.from_json(written_down(again.to_json())) == again
    assert again.earlier is not None
    assert again.earlier.earlier == closed


OLD_FIELDS = frozenset(field.name for field in fields(Upgrade)) - set(NEW) - {"earlier"}


@given(RECORDS)
def test_a_record_that_an_older_version_wrote_is_read(record: Upgrade) -> None:
    old = {name: value for name, value in written_down(record.to_json()).items() if name in OLD_FIELDS}
    plain = replace(record, earlier=None, **{name: getattr(PLAIN, name) for name in NEW})
    assert Upgrade.from_json(old) == plain


def test_the_oldest_document_there_is() -> None:
    document = """{"slug": "rctest", "version": "3.40.1", "stage": "approved", "asked_by": "dana",
        "asked_at": "2026-01-05T09:00:00+00:00", "reason": "", "from_version": null, "number": 7,
        "url": "https://github.com/sourcegraph/deploy-sourcegraph-managed/pull/7", "head": "", "checks": "none",
        "failing": [], "approved_by": ["rio"], "objections_by": [], "merged_by": "", "merged_at": null,
        "before": [], "after": []}"""
    expected = upgrade(stage=Stage.APPROVED, approved_by=("rio",), from_version=None)
    assert Upgrade.from_json(json.loads(document)) == expected

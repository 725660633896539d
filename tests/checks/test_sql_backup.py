"""The backup check: every database has a SUCCESSFUL backup younger than 24 hours, and its last one did not fail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.sql_backup import CHECK, NothingToBackUp
from bot.domain.health.model import CheckState, Phase, Verdict
from bot.domain.health.queries import Machines, SqlBackup, SqlBackupQuery, SqlBackups
from bot.domain.health.recovery import BackedUpResource, BackupFreshness, BackupsSeen
from bot.domain.reasons import Reason
from tests.checks.seen import AWAY, CONFIG, NOW, judge, make_context


def backup(
    hours: float, status: str = "SUCCESSFUL", instance: str = "acme-db", type_: str = "AUTOMATED"
) -> SqlBackup:
    """One that took ten minutes."""
    begun = NOW - timedelta(hours=hours)
    return SqlBackup(instance, "1", status, type_, begun, begun + timedelta(minutes=10), "of acme", "ACME")


def answer(*backups: SqlBackup, instances: tuple[str, ...] = ("acme-db",)) -> SqlBackups:
    return SqlBackups(instances, backups)


TWO = ("acme-db", "more")

CASES = [
    (
        answer(backup(5.5)),
        "pass",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 1, 1, 330),
    ),
    (
        answer(backup(2, type_="ON_DEMAND"), backup(23)),
        "pass",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 1, 1, 120),
    ),
    (
        answer(backup(24)),
        "fail",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.STALE, 1, 1, 1440),
    ),
    (
        answer(backup(24.1)),
        "fail",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.STALE, 1, 1, 1446),
    ),
    (
        answer(),
        "fail",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.NONE, 1, 1),
    ),
    (
        answer(backup(1, "FAILED"), backup(5)),
        "fail",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FAILED, 1, 1, 300),
    ),
    (
        answer(backup(1), backup(5, "FAILED")),
        "pass",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 1, 1, 60),
    ),
    (
        answer(backup(0, "RUNNING"), backup(5)),
        "pass",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 1, 1, 300),
    ),
    (
        answer(backup(0, "ENQUEUED"), backup(1, "FAILED"), backup(5)),
        "fail",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FAILED, 1, 1, 300),
    ),
    (
        answer(backup(0, "RUNNING")),
        "fail",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.NONE, 1, 1),
    ),
    (
        answer(backup(1, "SKIPPED"), backup(5)),
        "pass",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 1, 1, 300),
    ),
    (
        answer(backup(1, "ASTRAY"), backup(5)),
        "unknown",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.UNCLEAR, 1, 1, 300),
    ),
    (
        answer(backup(1, "ASTRAY"), backup(2, "FAILED"), backup(5)),
        "fail",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FAILED, 1, 1, 300),
    ),
    (
        answer(backup(1), backup(5, "ASTRAY")),
        "pass",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 1, 1, 60),
    ),
    (
        answer(backup(1, "DELETED"), backup(30)),
        "fail",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.STALE, 1, 1, 1800),
    ),
    (
        answer(backup(1, "OVERDUE"), backup(25)),
        "fail",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.STALE, 1, 1, 1500),
    ),
    (answer(backup(-1)), "unknown", BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.IN_FUTURE, 1, 1)),
    (
        answer(instances=()),
        "fail",
        NothingToBackUp(),
    ),
    (
        answer(backup(1), instances=TWO),
        "fail",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.NONE, 1, 2),
    ),
    (
        answer(backup(1), backup(3, instance="more"), instances=TWO),
        "pass",
        BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 2, 2, 180),
    ),
]


@pytest.mark.parametrize(("told_by_google", "state", "finding"), CASES)
def test_verdict(told_by_google: SqlBackups, state: str, finding: Reason) -> None:
    assert judge(CHECK.evaluate(make_context(), told_by_google)) == (state, finding)


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(make_context(), AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)
    with pytest.raises(TypeError):
        CHECK.evaluate(make_context(), Machines({}))


def test_it_asks_for_the_backups_of_the_instances_project() -> None:
    assert CHECK.query(make_context(), CONFIG) == SqlBackupQuery("sourcegraph-managed-acme")
    assert CHECK.phases == {Phase.BEFORE, Phase.NOW}


def test_the_link_leads_to_the_databases_in_the_console() -> None:
    assert CHECK.link(make_context(), CONFIG) == (
        "https://console.cloud.google.com/sql/instances?project=sourcegraph-managed-acme"
    )


NAMES = st.sampled_from(["acme-db", "more", "third"])
BACKUPS = st.builds(
    backup,
    st.floats(-48, 48),
    st.sampled_from(["SUCCESSFUL", "FAILED", "RUNNING", "ENQUEUED", "SKIPPED", "DELETED"]) | st.text(),
    NAMES,
)


@given(names=st.lists(NAMES, unique=True), backups=st.lists(BACKUPS))
def test_passes_only_when_every_database_is_covered(names: list[str], backups: list[SqlBackup]) -> None:
    """Whatever there is, in whatever order."""
    state, _ = judge(CHECK.evaluate(make_context(), SqlBackups(tuple(names), tuple(backups))))
    if state is CheckState.PASS:
        assert names
        for name in names:
            own = [one for one in backups if one.instance == name and one.status in {"SUCCESSFUL", "FAILED"}]
            newest = max(one.started_at for one in own)
            assert timedelta(minutes=-10) <= NOW - newest < timedelta(hours=24)
            assert "SUCCESSFUL" in {one.status for one in own if one.started_at == newest}

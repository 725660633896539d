"""The backup check: every database has a SUCCESSFUL backup younger than 24 hours, and its last one did not fail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.sql_backup import CHECK
from bot.domain.health.model import CheckState, Phase
from bot.domain.health.queries import Machines, SqlBackup, SqlBackupQuery, SqlBackups, Unavailable
from tests.checks.seen import CONFIG, NOW, make_context, state_and_sentence


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
        "The newest backup of the database instance is 5 h 30 min old, younger than 24 hours.",
    ),
    (answer(backup(2, type_="ON_DEMAND"), backup(23)), "pass", "is 2 h 0 min old"),
    (
        answer(backup(24)),
        "fail",
        "is 24 h 0 min old and must be younger than 24 hours: make a backup, and see whether",
    ),
    (answer(backup(24.1)), "fail", "is 24 h 6 min old"),
    (
        answer(),
        "fail",
        "The database instance has no backup: make a backup, and see whether automated backups are on.",
    ),
    (
        answer(backup(1, "FAILED"), backup(5)),
        "fail",
        "The last backup of the database instance failed: look in the Go",
    ),
    (answer(backup(1), backup(5, "FAILED")), "pass", "is 1 h 0 min old"),
    (answer(backup(0, "RUNNING"), backup(5)), "pass", "is 5 h 0 min old"),
    (answer(backup(0, "ENQUEUED"), backup(1, "FAILED"), backup(5)), "fail", "failed"),
    (answer(backup(0, "RUNNING")), "fail", "has no backup"),
    (answer(backup(1, "SKIPPED"), backup(5)), "pass", "is 5 h 0 min old"),
    (answer(backup(1, "DELETED"), backup(30)), "fail", "is 30 h 0 min old"),
    (answer(backup(1, "OVERDUE"), backup(25)), "fail", "is 25 h 0 min old"),
    (answer(backup(-1)), "unknown", "is dated in the future"),
    (
        answer(instances=()),
        "fail",
        "There is no Cloud SQL instance that has backups: create one, or correct the setting",
    ),
    (answer(backup(1), instances=TWO), "fail", "1 of 2 database instances has no backup"),
    (
        answer(backup(1), backup(3, instance="more"), instances=TWO),
        "pass",
        "of each of 2 database instances is up to 3",
    ),
]


@pytest.mark.parametrize(("told_by_google", "state", "says"), CASES)
def test_verdict(told_by_google: SqlBackups, state: str, says: str) -> None:
    judged, sentence = state_and_sentence(CHECK.evaluate(make_context(), told_by_google))
    assert judged == state
    assert says in sentence


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert state_and_sentence(CHECK.evaluate(make_context(), Unavailable("Google is away: come back later."))) == (
        CheckState.UNKNOWN,
        "Google is away: come back later.",
    )
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
    state, _ = state_and_sentence(CHECK.evaluate(make_context(), SqlBackups(tuple(names), tuple(backups))))
    if state is CheckState.PASS:
        assert names
        for name in names:
            own = [one for one in backups if one.instance == name and one.status in {"SUCCESSFUL", "FAILED"}]
            newest = max(one.started_at for one in own)
            assert timedelta(minutes=-10) <= NOW - newest < timedelta(hours=24)
            assert "SUCCESSFUL" in {one.status for one in own if one.started_at == newest}

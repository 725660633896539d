"""The snapshot check: every data disk has a READY snapshot younger than 24 hours, and its last one did not fail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.disk_snapshot import CHECK, NoDataDisk
from bot.domain.health.model import CheckState, CloudConfig, Phase, Verdict
from bot.domain.health.queries import DiskSnapshot, DiskSnapshots, Machines, SnapshotQuery
from bot.domain.health.recovery import BackedUpResource, BackupFreshness, BackupsSeen
from bot.domain.reasons import Reason
from tests.checks.seen import AWAY, CONFIG, NOW, judge, make_context


def snapshot(hours: float, status: str = "READY", disk: str = "acme-data") -> DiskSnapshot:
    return DiskSnapshot("acme-snapshot", disk, status, NOW - timedelta(hours=hours), {"slug": "acme"})


def answer(*snapshots: DiskSnapshot, disks: tuple[str, ...] = ("acme-data",)) -> DiskSnapshots:
    return DiskSnapshots(disks, snapshots)


TWO = ("acme-data", "more")

CASES = [
    (answer(snapshot(5.5)), "pass", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1, 330)),
    (answer(snapshot(0)), "pass", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1)),
    (answer(snapshot(23.999)), "pass", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1, 1439)),
    (answer(snapshot(24)), "fail", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.STALE, 1, 1, 1440)),
    (answer(snapshot(100)), "fail", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.STALE, 1, 1, 6000)),
    (
        answer(),
        "fail",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 1, 1),
    ),
    (
        answer(snapshot(5), snapshot(30)),
        "pass",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1, 300),
    ),
    (
        answer(snapshot(30), snapshot(5)),
        "pass",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1, 300),
    ),
    (
        answer(snapshot(1, "FAILED"), snapshot(5)),
        "fail",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FAILED, 1, 1, 300),
    ),
    (
        answer(snapshot(1), snapshot(5, "FAILED")),
        "pass",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1, 60),
    ),
    (
        answer(snapshot(0, "CREATING"), snapshot(5)),
        "pass",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1, 300),
    ),
    (
        answer(snapshot(0, "CREATING"), snapshot(1, "FAILED"), snapshot(5)),
        "fail",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FAILED, 1, 1, 300),
    ),
    (answer(snapshot(0, "UPLOADING")), "fail", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 1, 1)),
    (answer(snapshot(1, "DELETING")), "fail", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 1, 1)),
    (answer(snapshot(1, "ready")), "fail", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 1, 1)),
    (answer(snapshot(-0.1)), "pass", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1)),
    (
        answer(snapshot(-1)),
        "unknown",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.IN_FUTURE, 1, 1),
    ),
    (
        answer(disks=()),
        "fail",
        NoDataDisk(),
    ),
    (answer(snapshot(1), disks=TWO), "fail", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 1, 2)),
    (answer(disks=TWO), "fail", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 2, 2)),
    (
        answer(snapshot(1, disk="a"), disks=("a", "b", "c")),
        "fail",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 2, 3),
    ),
    (
        answer(snapshot(1), snapshot(7, disk="more"), disks=TWO),
        "pass",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 2, 2, 420),
    ),
    (
        answer(snapshot(1), snapshot(30, disk="more"), disks=TWO),
        "fail",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.STALE, 1, 2, 1800),
    ),
    (
        answer(snapshot(-1), snapshot(30, disk="more"), disks=TWO),
        "fail",
        BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.STALE, 1, 2, 1800),
    ),
    (answer(snapshot(1, disk="other")), "fail", BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 1, 1)),
]


@pytest.mark.parametrize(("told_by_google", "state", "finding"), CASES)
def test_verdict(told_by_google: DiskSnapshots, state: str, finding: Reason) -> None:
    assert judge(CHECK.evaluate(make_context(), told_by_google)) == (state, finding)


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(make_context(), AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)
    with pytest.raises(TypeError):
        CHECK.evaluate(make_context(), Machines({}))


def test_it_asks_for_the_snapshots_of_the_active_machine() -> None:
    places = CloudConfig("company-{slug}", "europe-west1-b")
    assert CHECK.query(make_context(), places) == SnapshotQuery(
        "company-acme", "europe-west1-b", "default-red-instance"
    )


def test_it_looks_before_the_upgrade_and_when_somebody_asks() -> None:
    assert CHECK.phases == {Phase.BEFORE, Phase.NOW}


def test_the_link_leads_to_the_snapshots_in_the_console() -> None:
    assert CHECK.link(make_context(), CONFIG) == (
        "https://console.cloud.google.com/compute/snapshots?project=sourcegraph-managed-acme"
    )


DISKS = st.sampled_from(["acme-data", "more", "third"])
SNAPSHOTS = st.builds(
    snapshot,
    st.floats(-48, 48),
    st.sampled_from(["READY", "FAILED", "CREATING", "UPLOADING", "DELETING"]) | st.text(),
    DISKS,
)


@given(disks=st.lists(DISKS, unique=True), snapshots=st.lists(SNAPSHOTS))
def test_passes_only_when_every_disk_is_covered(disks: list[str], snapshots: list[DiskSnapshot]) -> None:
    """Whatever there is, in whatever order."""
    state, _ = judge(CHECK.evaluate(make_context(), DiskSnapshots(tuple(disks), tuple(snapshots))))
    if state is CheckState.PASS:
        assert disks
        for disk in disks:
            own = [one for one in snapshots if one.disk == disk and one.status in {"READY", "FAILED"}]
            newest = max(one.taken_at for one in own)
            assert timedelta(minutes=-10) <= NOW - newest < timedelta(hours=24)
            assert "READY" in {one.status for one in own if one.taken_at == newest}

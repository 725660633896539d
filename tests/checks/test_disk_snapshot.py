"""The snapshot check: every data disk has a READY snapshot younger than 24 hours, and its last one did not fail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.disk_snapshot import CHECK
from bot.domain.health.model import CheckState, CloudConfig, Phase
from bot.domain.health.queries import DiskSnapshot, DiskSnapshots, Machines, SnapshotQuery, Unavailable
from tests.checks.seen import CONFIG, NOW, make_context, state_and_sentence


def snapshot(hours: float, status: str = "READY", disk: str = "acme-data") -> DiskSnapshot:
    return DiskSnapshot("acme-snapshot", disk, status, NOW - timedelta(hours=hours), {"slug": "acme"})


def answer(*snapshots: DiskSnapshot, disks: tuple[str, ...] = ("acme-data",)) -> DiskSnapshots:
    return DiskSnapshots(disks, snapshots)


TWO = ("acme-data", "more")

CASES = [
    (answer(snapshot(5.5)), "pass", "The newest snapshot of the data disk is 5 h 30 min old, younger than 24 hours."),
    (answer(snapshot(0)), "pass", "is 0 h 0 min old"),
    (answer(snapshot(23.999)), "pass", "is 23 h 59 min old, younger"),
    (answer(snapshot(24)), "fail", "is 24 h 0 min old and must be younger than 24 hours: take a snapshot, and see"),
    (answer(snapshot(100)), "fail", "is 100 h 0 min old"),
    (
        answer(),
        "fail",
        "The data disk has no snapshot: take a snapshot, and see whether the disk's snapshot schedule",
    ),
    (answer(snapshot(5), snapshot(30)), "pass", "is 5 h 0 min old"),
    (answer(snapshot(30), snapshot(5)), "pass", "is 5 h 0 min old"),
    (
        answer(snapshot(1, "FAILED"), snapshot(5)),
        "fail",
        "The last snapshot of the data disk failed: look in the Google",
    ),
    (answer(snapshot(1), snapshot(5, "FAILED")), "pass", "is 1 h 0 min old"),
    (answer(snapshot(0, "CREATING"), snapshot(5)), "pass", "is 5 h 0 min old"),
    (answer(snapshot(0, "CREATING"), snapshot(1, "FAILED"), snapshot(5)), "fail", "failed"),
    (answer(snapshot(0, "UPLOADING")), "fail", "has no snapshot"),
    (answer(snapshot(1, "DELETING")), "fail", "has no snapshot"),
    (answer(snapshot(1, "ready")), "fail", "has no snapshot"),
    (answer(snapshot(-0.1)), "pass", "is 0 h 0 min old"),
    (
        answer(snapshot(-1)),
        "unknown",
        "is dated in the future: set the clock of the machine that runs mibot, and check",
    ),
    (
        answer(disks=()),
        "fail",
        "The active VM has no data disk, or does not exist: attach one, or correct active_depl",
    ),
    (answer(snapshot(1), disks=TWO), "fail", "1 of 2 data disks has no snapshot"),
    (answer(disks=TWO), "fail", "Each of 2 data disks has no snapshot"),
    (answer(snapshot(1, disk="a"), disks=("a", "b", "c")), "fail", "2 of 3 data disks have no snapshot"),
    (
        answer(snapshot(1), snapshot(7, disk="more"), disks=TWO),
        "pass",
        "The newest snapshot of each of 2 data disks is up to 7 h 0 min old",
    ),
    (answer(snapshot(1), snapshot(30, disk="more"), disks=TWO), "fail", "of 1 of 2 data disks is 30 h 0 min old"),
    (answer(snapshot(-1), snapshot(30, disk="more"), disks=TWO), "fail", "of 1 of 2 data disks is 30 h 0 min old"),
    (answer(snapshot(1, disk="other")), "fail", "has no snapshot"),
]


@pytest.mark.parametrize(("told_by_google", "state", "says"), CASES)
def test_verdict(told_by_google: DiskSnapshots, state: str, says: str) -> None:
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
    state, _ = state_and_sentence(CHECK.evaluate(make_context(), DiskSnapshots(tuple(disks), tuple(snapshots))))
    if state is CheckState.PASS:
        assert disks
        for disk in disks:
            own = [one for one in snapshots if one.disk == disk and one.status in {"READY", "FAILED"}]
            newest = max(one.taken_at for one in own)
            assert timedelta(minutes=-10) <= NOW - newest < timedelta(hours=24)
            assert "READY" in {one.status for one in own if one.taken_at == newest}

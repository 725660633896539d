"""Change sets: what they are called, and which files they change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.flow.deliveries import event_for_branch
from bot.domain.flow.events import PreparationChanged, UpgradeChanged
from bot.domain.git_tree import FileChange
from bot.domain.plans.change_set import ChangeKind, ChangeSet, branch_name
from bot.domain.plans.reasons.changes import HotpatchRemoved, LinkRetargeted
from tests.samples import version

LINK = "rctest/red/docker-compose/docker-compose.yaml"
MOVED = LinkRetargeted(LINK, "../golden/old.yaml", "../golden/new.yaml")
PATCH = HotpatchRemoved("rctest/overrides/a.yaml", "searcher", "sourcegraph/searcher:x")
CHANGE = FileChange(LINK, "120000", "../golden/new.yaml")
OLD, NEW = version("3.40.0"), version("3.40.1")
UPGRADE = ChangeSet(ChangeKind.UPGRADE, NEW, (CHANGE,), "rctest", OLD, NEW, (MOVED, PATCH))
ROLLBACK = ChangeSet(ChangeKind.ROLLBACK, NEW, (CHANGE,), "rctest", NEW, OLD, (MOVED,))
PREPARATION = ChangeSet(ChangeKind.PREPARATION, NEW, (CHANGE,), reasons=(MOVED,))


@pytest.mark.parametrize(
    ("change", "branch", "title", "labels"),
    [
        (UPGRADE, "rctest/upgrade-v3.40.1", "rctest: upgrade to v3.40.1", ("mi-upgrade",)),
        (
            ROLLBACK,
            "rctest/rollback-v3.40.1",
            "rctest: roll back from v3.40.1 to v3.40.0",
            ("mi-upgrade", "mi-rollback"),
        ),
        (PREPARATION, "golden/v3.40.1", "golden: prepare v3.40.1", ("mi-upgrade",)),
    ],
)
def test_its_branch_title_and_labels_are_those_of_the_process(
    change: ChangeSet, branch: str, title: str, labels: tuple[str, ...]
) -> None:
    assert (change.branch, change.title, change.labels) == (branch, title, labels)


@pytest.mark.parametrize(
    ("kind", "touched"),
    [
        (ChangeKind.UPGRADE, UpgradeChanged("rctest", "3.41.0-rc.1")),
        (ChangeKind.ROLLBACK, UpgradeChanged("rctest", "3.41.0-rc.1")),
        (ChangeKind.PREPARATION, PreparationChanged("3.41.0-rc.1")),
    ],
)
def test_a_branch_tells_what_it_is_for(kind: ChangeKind, touched: UpgradeChanged | PreparationChanged) -> None:
    assert event_for_branch(branch_name(kind, "rctest", version("3.41.0-rc.1"))) == touched


def test_no_two_kinds_of_work_share_a_branch() -> None:
    assert len({branch_name(kind, "rctest", NEW) for kind in ChangeKind}) == len(ChangeKind)


def test_its_paths_are_those_of_its_changes() -> None:
    gone = FileChange("rctest/overrides/a.yaml", "100644", None)
    assert replace(UPGRADE, changes=(CHANGE, gone)).paths == {LINK, "rctest/overrides/a.yaml"}

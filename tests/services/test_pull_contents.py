"""What is in a pull request is compared with the plan for the commit that its branch begins at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from bot.domain.fleet.inventory import golden_link_target
from bot.domain.git_tree import Snapshot
from bot.domain.github_models import BranchOrigin, CommitRef, PullRequest
from bot.domain.plans.change_set import ChangeSet
from bot.domain.reasons import PlainText
from bot.domain.upgrade.reasons.pull_requests import ContentDiffers, NotComparable
from bot.ports.errors import PermanentError, TransientError
from bot.services.fleet_reader import FleetReader, FleetView
from bot.services.planner import Planner
from bot.services.pull_contents import ContentReader
from demo.fleet import File, SampleRepository, compose_file, make_fleet
from tests.ports import MemoryFleetSource, MemoryUpstream
from tests.samples import PULL, modify, preparation, upgrade, version

FLEET = make_fleet(8)
TO = version("3.40.1")
LINK = FLEET.by_slug["rctest"].link_path
STRANGE = File.plain("rctest/strange.sh", "#!/bin/sh\n")
OPEN = PullRequest(
    7, "", "", PULL, "rctest/upgrade-v3.40.1", "head", True, False, "mallory", frozenset(), base_commit="base"
)


def with_files(*files: File, without: str = "") -> SampleRepository:
    kept = {path: file for path, file in FLEET.files.items() if path != without}
    return replace(FLEET, files={**kept, **{file.path: file for file in files}})


@dataclass
class Repository:
    """The deployment repository at two commits."""

    base: SampleRepository = field(default_factory=lambda: FLEET)
    head: SampleRepository = field(default_factory=lambda: FLEET)
    error: Exception | None = None

    def origin(self, base: str, head: str) -> BranchOrigin:
        assert (base, head) == ("base", "head")
        if self.error:
            raise self.error
        return BranchOrigin("fork", frozenset({"mallory"}))

    def snapshot_at(self, commit: str) -> Snapshot:
        return MemoryFleetSource(self.base if commit == "fork" else self.head).snapshot()

    def contents(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        return MemoryFleetSource(self.base).contents(shas)

    def module_tags(self) -> frozenset[str]:
        return frozenset()

    def last_change(self, _path: str) -> CommitRef | None:
        return None


def compared(repository: Repository) -> Any:
    here = cast("Any", repository)
    reader = ContentReader(here, here, here, Planner(here, MemoryUpstream(), frozenset))
    return reader.compare(modify(upgrade(), head="head"), OPEN).pull_request


RIGHT = File.link(LINK, golden_link_target(TO))
ASIDE = "golden/docker-compose.3.40.0.yaml"


@pytest.mark.parametrize(
    ("head", "difference"),
    [
        (with_files(RIGHT), None),
        (with_files(STRANGE), ContentDiffers(unexpected=1, missing=1)),
        (with_files(RIGHT, STRANGE), ContentDiffers(unexpected=1)),
        (with_files(RIGHT, without="rctest/config.yaml"), ContentDiffers(unexpected=1)),
        (with_files(File.link(LINK, "../../../golden/other.yaml")), ContentDiffers(different=1)),
        (with_files(File.plain(LINK, golden_link_target(TO))), ContentDiffers(different=1)),
        (FLEET, ContentDiffers(missing=1)),
    ],
    ids=["planned", "another file only", "one more", "one less", "another golden file", "no link", "nothing"],
)
def test_what_is_there_is_compared_file_by_file(head: SampleRepository, difference: ContentDiffers | None) -> None:
    state = compared(Repository(head=head))
    assert (state.content.commit, state.content.difference) == ("head", difference)
    assert state.contributors == ("mallory",)
    assert not state.needs_comparison


def test_what_cannot_be_compared_is_not_taken_for_the_plan() -> None:
    why = PlainText("GitHub lists too many commits.")
    assert compared(Repository(error=PermanentError(why))).content.difference == NotComparable(why)
    upgraded = with_files(RIGHT)
    assert isinstance(compared(Repository(upgraded, upgraded)).content.difference, NotComparable)


def test_what_may_pass_is_tried_again() -> None:
    with pytest.raises(TransientError):
        compared(Repository(error=TransientError(PlainText("502"))))


def test_a_preparation_is_compared_too() -> None:
    new = version("3.40.2")
    here = Repository()
    planner = Planner(cast("Any", here), MemoryUpstream(files={new: compose_file("3.40.2")}), frozenset)
    source = MemoryFleetSource(FLEET)
    plan = planner.preparation(FleetView(FleetReader(source).recent(), source.snapshot()), new).plan
    assert isinstance(plan, ChangeSet)
    planned = [File.plain(change.path, change.content or "") for change in plan.changes]
    strange = [replace(file, content=file.content.replace("gitserver:3.40.2", "gitserver:evil")) for file in planned]

    def difference(*files: File) -> Any:
        here.head = with_files(*files)
        reader = ContentReader(cast("Any", here), cast("Any", here), cast("Any", here), planner)
        asked = modify(preparation("3.40.2"), number=7, head="head")
        return reader.compare_preparation(asked, OPEN).pull_request.content.difference

    assert difference(*planned) is None
    assert difference(*strange) == ContentDiffers(different=1)
    assert difference(*planned, STRANGE) == ContentDiffers(unexpected=1)

"""The executors modules of a preparation."""

from __future__ import annotations

import pytest

from bot.domain.plans.reasons.changes import ExecutorsPinned
from bot.domain.plans.reasons.warnings import (
    ExecutorsShared,
    ExecutorsUser,
    ModulePinnedNewer,
    ModulePinUnclear,
    ModuleVersionUnknown,
)
from tests.domain.plans.preparations import GOLDEN, MAIN, UPSTREAM, with_main
from tests.domain.plans.repositories import EXECUTORS, compose_text, planned_preparation, repository, text_after
from tests.samples import internal_instance, version


def test_the_versions_of_upstreams_executors_modules_move_and_nothing_else() -> None:
    before = with_main(MAIN)
    plan = planned_preparation(before, "3.41.10", compose_text("3.41.10"))
    head, _, rest = MAIN.partition('  version = "3.40.0"                       # with')
    mirror = 'docker-mirror"\n  version = "3.40.0"'
    wanted = head + '  version = "3.41.10"                      # with' + rest
    assert text_after(before, plan, EXECUTORS) == wanted.replace(mirror, mirror.replace("3.40.0", "3.41.10"))


@pytest.mark.parametrize(
    ("source", "moves"),
    [
        ("sourcegraph/executors/google", True),
        ("sourcegraph/executors/aws", True),
        ("registry.terraform.io/sourcegraph/executors/google//modules/executors", True),
        ("sourcegraph/executors/google//modules/docker-mirror", True),
        ("sourcegraph/executors", False),
        ("sourcegraph/other/google", False),
        ("example.com/sourcegraph/executors/google", False),
        ("notsourcegraph/executors/google", False),
        ("./sourcegraph/executors/google", False),
    ],
)
def test_upstreams_executors_modules_are_known_by_their_source(source: str, moves: bool) -> None:
    before = with_main(f'module "m" {{\n  version = "3.40.0"\n  source  = "{source}"\n}}\n')
    assert (EXECUTORS in planned_preparation(before, "3.41.1", UPSTREAM).paths) is moves


@pytest.mark.parametrize(
    "pinned",
    ["3.41.2", "3.42.0-rc.1", "v4.0.0", "3.100.0", "= 3.42.0", "=3.41.2", "3.42", "4", "5.3.12303"],
)
def test_a_module_that_is_newer_already_stays_with_a_warning(pinned: str) -> None:
    before = with_main(MAIN.replace('"3.40.0"', f'"{pinned}"'))
    plan = planned_preparation(before, "3.41.1", UPSTREAM)
    assert plan.paths == {GOLDEN}
    assert plan.warnings == tuple(
        ModulePinnedNewer(EXECUTORS, name, pinned) for name in ("executors", "docker-mirror")
    )


@pytest.mark.parametrize(
    ("pinned", "new"),
    [
        ("3.9.0", "3.41.1"),
        ("3.41.1-rc.1", "3.41.1"),
        ("v3.41.0", "3.41.1"),
        ("3.40", "3.41.1"),
        ("3", "3.41.1"),
        ("= 3.40.0", "= 3.41.1"),
        ("=3.40.0", "=3.41.1"),
    ],
)
def test_a_module_that_is_older_is_pinned(pinned: str, new: str) -> None:
    head = 'module "executors" {\n  source  = "sourcegraph/executors/google"\n'
    before = with_main(f'{head}  version = "{pinned}"\n}}\n')
    plan = planned_preparation(before, "3.41.1", UPSTREAM)
    assert ExecutorsPinned(EXECUTORS, "executors", pinned, new) in plan.reasons
    assert text_after(before, plan, EXECUTORS) == f'{head}  version = "{new}"\n}}\n'


@pytest.mark.parametrize("pinned", ["3.41.1", "= 3.41.1", "v3.41.1"])
def test_a_module_that_is_there_already_stays_as_it_is_written(pinned: str) -> None:
    plan = planned_preparation(with_main(MAIN.replace('"3.40.0"', f'"{pinned}"')), "3.41.1", UPSTREAM)
    assert plan.paths == {GOLDEN}
    assert plan.warnings == ()


@pytest.mark.parametrize(
    "constraint",
    ["~> 3.40", "~> 3.41.0", ">= 3.40.0, < 4.0.0", "> 3.40.0", "!= 3.41.0", "= 3.40.0, != 3.40.1", "3.40.x",
     "3.41.65536", "03.40.0", "3.40.0-beta", "3.40.0.1", "latest", "= "],
)  # fmt: skip
def test_what_is_not_exactly_one_version_stays_with_a_warning(constraint: str) -> None:
    plan = planned_preparation(with_main(MAIN.replace('"3.40.0"', f'"{constraint}"')), "3.41.1", UPSTREAM)
    assert plan.paths == {GOLDEN}
    assert plan.warnings == tuple(
        ModulePinUnclear(EXECUTORS, name, constraint) for name in ("executors", "docker-mirror")
    )


@pytest.mark.parametrize("line", ["", "  version = var.executors_version\n", '  version = "${var.version}"\n'])
def test_a_module_without_a_literal_version_is_a_warning(line: str) -> None:
    before = with_main(f'module "executors" {{\n  source  = "sourcegraph/executors/google"\n{line}}}\n')
    plan = planned_preparation(before, "3.41.1", UPSTREAM)
    assert plan.paths == {GOLDEN}
    assert plan.warnings == (ModuleVersionUnknown(EXECUTORS, "executors"),)


def test_who_uses_the_modules_is_told_when_they_move() -> None:
    users = (internal_instance("demo", executors=True), internal_instance("tpgi", version=version("3.39.1")))
    moved = planned_preparation(with_main(MAIN), "3.41.1", UPSTREAM, users=users)
    told = (ExecutorsUser("demo", version("3.40.0")), ExecutorsUser("tpgi", version("3.39.1")))
    assert moved.warnings == (ExecutorsShared(EXECUTORS, version("3.41.1"), told),)
    there = planned_preparation(with_main(MAIN.replace('"3.40.0"', '"3.41.1"')), "3.41.1", UPSTREAM, users=users)
    assert there.warnings == ()


def test_a_file_of_modules_keeps_its_mode() -> None:
    before = repository(changed={EXECUTORS: ("100755", MAIN.encode())})
    assert {change.path: change.mode for change in planned_preparation(before, "3.41.1", UPSTREAM).changes} == {
        GOLDEN: "100644",
        EXECUTORS: "100755",
    }

"""The module's reference and the executors of an upgrade."""

from __future__ import annotations

import pytest

from bot.domain.plans.module_refs import newest_module_tag
from bot.domain.plans.reasons.changes import ModuleRefUpdated
from bot.domain.plans.reasons.warnings import (
    ExecutorsAtOtherVersion,
    ExecutorsFileMissing,
    ModuleRefNewer,
    ModuleRefUnclear,
)
from bot.domain.plans.upgrade import PlanContext
from demo.fleet import make_fleet
from tests.domain.plans.repositories import (
    CASES,
    EXECUTORS,
    INFRASTRUCTURE,
    LINK,
    SLUG,
    instance_in,
    module_text,
    planned_upgrade,
    render_diff,
    repository,
    source,
    text_after,
)
from tests.domain.plans.upgrades import MODULE_TAGS
from tests.domain.upgrade.deployments import plain
from tests.samples import files, version

EXECUTOR_MODULES = """\
module "executors" {
  source  = "sourcegraph/executors/google"
  version = "3.40.1"
}

module "docker-mirror" {
  source  = "sourcegraph/executors/google//modules/docker-mirror"
  version = "3.40.1"
}
"""


@pytest.mark.parametrize(
    ("tags", "target", "newest"),
    [
        ("", "3.40.1", None),
        ("mi-module-v3.40.1-v1", "3.40.1", "mi-module-v3.40.1-v1"),
        ("mi-module-v3.40.1-v9 mi-module-v3.40.1-v10", "3.40.1", "mi-module-v3.40.1-v10"),
        ("mi-module-v3.40.0-v3 mi-module-v3.40.10-v7 mi-module-v3.41.0-v1", "3.40.1", None),
        ("mi-module-v3.40.1 mi-module-3.40.1-v2 x-mi-module-v3.40.1-v3 mi-module-v3.40.1-v4-x", "3.40.1", None),
        ("mi-module-v3.41.0-rc.1-v2 mi-module-v3.41.0-v1", "3.41.0-rc.1", "mi-module-v3.41.0-rc.1-v2"),
    ],
)
def test_the_newest_tag_of_a_version_is_the_one_with_the_greatest_number(
    tags: str, target: str, newest: str | None
) -> None:
    assert newest_module_tag(tags.split(), version(target)) == newest


def test_the_modules_reference_moves_to_the_newest_tag_of_the_target() -> None:
    before = repository(changed={INFRASTRUCTURE: plain(module_text(source("mi-module-v1.1.0-v2")))})
    plan = planned_upgrade(before, known=PlanContext(module_tags=MODULE_TAGS))
    assert ModuleRefUpdated(INFRASTRUCTURE, "mi-module-v1.1.0-v2", "mi-module-v3.40.1-v10") in plan.reasons
    wanted = module_text(source("mi-module-v3.40.1-v10"))
    assert text_after(before, plan, INFRASTRUCTURE) == wanted
    assert plan.paths == {LINK, INFRASTRUCTURE}


def test_a_module_moves_these_lines() -> None:
    before = files(make_fleet(8))
    plan = planned_upgrade(before, known=PlanContext(module_tags=MODULE_TAGS), instance=instance_in(before, "tpgi"))
    assert render_diff(before, plan) == (CASES / "upgrade-module-tag" / "expected.diff").read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (source("mi-module-v3.40.1-v9"), source("mi-module-v3.40.1-v10")),
        (source("mi-module-v3.40.0-v77"), source("mi-module-v3.40.1-v10")),
        (source("mi-module-v1.1.0-v2&depth=1"), source("mi-module-v3.40.1-v10&depth=1")),
        (
            source("x").replace("ref=x", "depth=1&ref=mi-module-v1.1.0-v2"),
            source("x").replace("ref=x", "depth=1&ref=mi-module-v3.40.1-v10"),
        ),
    ],
)
def test_only_the_reference_of_a_source_changes(old: str, new: str) -> None:
    before = repository(changed={INFRASTRUCTURE: plain(module_text(old))})
    plan = planned_upgrade(before, known=PlanContext(module_tags=MODULE_TAGS))
    assert text_after(before, plan, INFRASTRUCTURE) == module_text(new)


@pytest.mark.parametrize(
    "text",
    [
        module_text(source("main")),
        module_text("../modules/managed-instance"),
        module_text(source("${var.ref}")),
        f"# {source('mi-module-v1.1.0-v2')}\n" + module_text("../modules/managed-instance"),
        f'locals {{\n  source = "{source("mi-module-v1.1.0-v2")}"\n}}\n',
        "",
    ],
)
def test_what_refers_to_no_tag_of_the_module_stays(text: str) -> None:
    before = repository(changed={INFRASTRUCTURE: plain(text)})
    plan = planned_upgrade(before, known=PlanContext(module_tags=MODULE_TAGS))
    assert plan.paths == {LINK}
    assert plan.warnings == ()


@pytest.mark.parametrize(
    "ref",
    ["mi-module-v1.1.0-v2x", "x-mi-module-v1.1.0-v2", "refs/heads/mi-module-v1.1.0-v2", "mi-module-v1.1.0",
     "mi-module-v1.1.65536-v1", "mi-module-v01.1.0-v1", "mi-module-v1.1.0-v01", "mi-module-v1.1.0-v2~1",
     "mi%2Dmodule-v1.1.0", "mi-module-v1.1.0-v1//x"],
)  # fmt: skip
def test_a_reference_that_is_not_understood_stays_with_a_warning(ref: str) -> None:
    before = repository(changed={INFRASTRUCTURE: plain(module_text(source(ref)))})
    plan = planned_upgrade(before, known=PlanContext(module_tags=MODULE_TAGS))
    assert plan.paths == {LINK}
    assert plan.warnings == (ModuleRefUnclear("infrastructure.tf", "managed_instance"),)


@pytest.mark.parametrize(
    ("ref", "moved"),
    [
        ("refs/tags/mi-module-v1.1.0-v2", "refs/tags/mi-module-v3.40.1-v10"),
        ("tags/mi-module-v1.1.0-v2&depth=1", "tags/mi-module-v3.40.1-v10&depth=1"),
        ("refs%2Ftags%2Fmi-module-v1.1.0-v2", "refs%2Ftags%2Fmi-module-v3.40.1-v10"),
    ],
)
def test_a_reference_with_its_folder_moves(ref: str, moved: str) -> None:
    before = repository(changed={INFRASTRUCTURE: plain(module_text(source(ref)))})
    plan = planned_upgrade(before, known=PlanContext(module_tags=MODULE_TAGS))
    assert text_after(before, plan, INFRASTRUCTURE) == module_text(source(moved))


def test_every_module_block_that_refers_to_a_tag_moves_and_others_stay() -> None:
    sources = (source("mi-module-v1.1.0-v2"), source("main"), source("mi-module-v3.40.0-v1"), "../x")
    moved = (source("mi-module-v3.40.1-v10"), source("main"), source("mi-module-v3.40.1-v10"), "../x")
    before = repository(changed={INFRASTRUCTURE: plain(module_text(*sources))})
    plan = planned_upgrade(before, known=PlanContext(module_tags=MODULE_TAGS))
    assert text_after(before, plan, INFRASTRUCTURE) == module_text(*moved)
    assert [reason.old for reason in plan.reasons if isinstance(reason, ModuleRefUpdated)] == [
        "mi-module-v1.1.0-v2",
        "mi-module-v3.40.0-v1",
    ]


@pytest.mark.parametrize("ref", ["mi-module-v3.40.1-v11", "mi-module-v3.41.0-v1", "mi-module-v10.0.0-v1"])
def test_a_module_never_goes_down(ref: str) -> None:
    before = repository(changed={INFRASTRUCTURE: plain(module_text(source(ref)))})
    plan = planned_upgrade(before, known=PlanContext(module_tags=MODULE_TAGS))
    assert plan.paths == {LINK}
    assert plan.warnings == (ModuleRefNewer("infrastructure.tf", ref, "mi-module-v3.40.1-v10"),)


@pytest.mark.parametrize("tags", ["", "mi-module-v3.41.0-v1", "mi-module-v3.40.0-v9 v3.40.1"])
def test_without_a_tag_of_the_target_the_module_stays(tags: str) -> None:
    before = repository(changed={INFRASTRUCTURE: plain(module_text(source("mi-module-v1.1.0-v2")))})
    plan = planned_upgrade(before, known=PlanContext(module_tags=frozenset(tags.split())))
    assert plan.paths == {LINK}
    assert plan.warnings == ()


def test_a_module_that_is_there_already_stays() -> None:
    before = repository(changed={INFRASTRUCTURE: plain(module_text(source("mi-module-v3.40.1-v10")))})
    plan = planned_upgrade(before, known=PlanContext(module_tags=MODULE_TAGS))
    assert plan.paths == {LINK}
    assert plan.warnings == ()


def test_resources_that_terraform_will_replace_are_told_where_there_are_executors() -> None:
    tfvars = plain('active_deployment = "red"\nenable_executors = true\n')
    before = repository(changed={f"{SLUG}/terraform.tfvars": tfvars, EXECUTORS: plain(EXECUTOR_MODULES)})
    plan = planned_upgrade(before)
    assert len(plan.replaced_resources) == 3
    assert {address.split(".")[1] for address in plan.replaced_resources} == {"executors", "docker-mirror"}
    assert "module.docker-mirror.google_compute_instance.default" in plan.replaced_resources
    assert plan.warnings == ()
    assert plan.paths == {LINK}


def test_an_instance_without_executors_is_told_nothing_of_them() -> None:
    before = repository(changed={EXECUTORS: plain('module "executors" {')})
    plan = planned_upgrade(before)
    assert (plan.replaced_resources, plan.warnings) == ((), ())


def test_executors_of_another_version_are_a_warning() -> None:
    tfvars = plain("enable_executors = true\n")
    text = EXECUTOR_MODULES.replace('"3.40.1"', '"3.40.0"', 1).replace('  version = "3.40.1"\n', "")
    before = repository(changed={f"{SLUG}/terraform.tfvars": tfvars, EXECUTORS: plain(text)})
    assert planned_upgrade(before).warnings == (
        ExecutorsAtOtherVersion(EXECUTORS, "executors", "3.40.0", version("3.40.1")),
        ExecutorsAtOtherVersion(EXECUTORS, "docker-mirror", None, version("3.40.1")),
    )


def test_executors_that_no_file_pins_are_a_warning() -> None:
    before = repository(changed={f"{SLUG}/terraform.tfvars": plain("enable_executors = true\n")})
    plan = planned_upgrade(before)
    assert plan.warnings == (ExecutorsFileMissing(EXECUTORS),)

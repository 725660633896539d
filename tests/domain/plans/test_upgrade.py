"""What an upgrade of one instance changes: its link, its hotpatches, its module; and what it says of the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.fleet.model import DeploymentColor
from bot.domain.git_tree import FileChange, blob_sha
from bot.domain.plans.change_set import ChangeKind, Refusal
from bot.domain.plans.module_refs import newest_module_tag
from bot.domain.plans.reasons.changes import FileRemoved, HotpatchRemoved, LinkRetargeted, ModuleRefUpdated
from bot.domain.plans.reasons.file_problems import FileProblem, FileReason, InvalidTerraform, UnusableFile
from bot.domain.plans.reasons.refusals import MistaggedImage, NotPrepared, VersionHeld
from bot.domain.plans.reasons.warnings import (
    ExecutorsAtOtherVersion,
    ExecutorsFileMissing,
    ModuleRefNewer,
    OverrideIsLink,
    OwnServiceKept,
    ServiceGone,
)
from bot.domain.plans.upgrade import PlanContext, blobs_for_upgrade, plan_upgrade
from demo.fleet import Hotpatch, SampleInstance, make_fleet
from tests.domain.plans.repositories import (
    CASES,
    DIGEST,
    EXECUTORS,
    INFRASTRUCTURE,
    LINK,
    OVERRIDE,
    REGISTRY,
    SLUG,
    apply_changes,
    checkout,
    compose_text,
    instance_in,
    module_text,
    planned_upgrade,
    refused_upgrade,
    render_diff,
    repository,
    source,
    text_after,
)
from tests.domain.upgrade.deployments import golden, link, plain
from tests.samples import files, fleet_from, snapshot_of, version

GOLDEN = "golden/docker-compose.3.40.1.yaml"
FOLDER = f"{SLUG}/overrides"
MOVED = LinkRetargeted(
    LINK, "../../../golden/docker-compose.3.40.0.yaml", "../../../golden/docker-compose.3.40.1.yaml"
)
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
HOTPATCH = f"services:\n  searcher:\n    image: '{REGISTRY}/searcher:3.40.0-hotpatch.1@{DIGEST}'\n"
MODULE_TAGS = frozenset({"mi-module-v3.40.1-v1", "mi-module-v3.40.1-v9", "mi-module-v3.40.1-v10"})


def specimen(hotpatch: Hotpatch) -> tuple[SampleInstance, dict[str, tuple[str, bytes]]]:
    """The first instance of a fleet with such a hotpatch, and the fleet's files."""
    fleet = make_fleet(20)
    return next(one for one in fleet.instances if one.hotpatch is hotpatch), files(fleet)


def with_hotpatch(override: str, service: str = "searcher") -> tuple[str | None, list[object]]:
    """What is left of an override file, and the reasons besides the moved link."""
    before = repository(override)
    plan = planned_upgrade(before)
    assert plan.reasons[0] == MOVED
    return text_after(before, plan), list(plan.reasons[1:])


# The link


def test_an_upgrade_moves_the_active_deployments_link_and_nothing_else() -> None:
    before = repository(changed={f"{SLUG}/black/docker-compose/docker-compose.yaml": golden("3.39.1")})
    plan = planned_upgrade(before)
    assert plan.kind is ChangeKind.UPGRADE
    assert plan.changes == (FileChange(LINK, "120000", "../../../golden/docker-compose.3.40.1.yaml"),)
    assert plan.reasons == (MOVED,)
    assert (plan.slug, plan.version, plan.old, plan.new) == (SLUG, *map(version, ("3.40.1", "3.40.0", "3.40.1")))
    assert (plan.warnings, plan.replaced_resources, plan.mistagged_images) == ((), (), ())


def test_what_people_noted_on_the_instance_goes_with_it() -> None:
    config = plain("instanceType: internal\nupgrade:\n  note: tell the team first\n")
    assert planned_upgrade(repository(changed={f"{SLUG}/config.yaml": config})).note == "tell the team first"


def test_the_instances_that_were_changed_are_read_on_the_new_version() -> None:
    made = files(make_fleet(20))
    before = fleet_from(made)
    after = made
    for instance in before:
        plan = planned_upgrade(made, instance=instance_in(made, instance.slug))
        after = apply_changes(after, plan.changes)
    wanted = tuple(replace(instance, version=version("3.40.1")) for instance in before)
    assert fleet_from(after).instances == wanted


# Hotpatches


@pytest.mark.parametrize(
    ("name", "hotpatch"),
    [
        ("upgrade-hotpatch-among-overrides", Hotpatch.AMONG_OVERRIDES),
        ("upgrade-hotpatch-alone", Hotpatch.ALONE),
        ("upgrade-hotpatch-folder", Hotpatch.FOLDER),
    ],
)
def test_each_kind_of_hotpatch_goes_with_these_lines(name: str, hotpatch: Hotpatch) -> None:
    one, before = specimen(hotpatch)
    plan = planned_upgrade(before, "3.41.0", instance=instance_in(before, one.slug))
    assert render_diff(before, plan) == (CASES / name / "expected.diff").read_text()


@pytest.mark.parametrize(
    ("override", "left"),
    [
        # beside other settings
        (
            "services:\n  searcher:\n    image: sourcegraph/searcher:x\n    cpus: 8\n",
            "services:\n  searcher:\n    cpus: 8\n",
        ),
        (
            "services:\n  searcher:\n    cpus: 8\n    image: sourcegraph/searcher:x\n",
            "services:\n  searcher:\n    cpus: 8\n",
        ),
        # alone in its service, beside other services
        (
            "services:\n  searcher:\n    image: sourcegraph/searcher:x\n  gitserver:\n    cpus: 8\n",
            "services:\n  gitserver:\n    cpus: 8\n",
        ),
        (
            "services:\n  gitserver:\n    cpus: 8\n  searcher:\n    image: sourcegraph/searcher:x\nx-more: 1\n",
            "services:\n  gitserver:\n    cpus: 8\nx-more: 1\n",
        ),
        # alone in its file, but for what belongs to nobody's service
        ("services:\n  searcher:\n    image: sourcegraph/searcher:x\nvolumes:\n  d:\n", "volumes:\n  d:\n"),
        # flow mappings
        (
            "services:\n  searcher: {image: 'sourcegraph/searcher:x', cpus: 8} # both\n",
            "services:\n  searcher: {cpus: 8} # both\n",
        ),
        (
            "services:\n  searcher: {cpus: 8, image: 'sourcegraph/searcher:x'}\n",
            "services:\n  searcher: {cpus: 8}\n",
        ),
        (
            "services: {searcher: {image: 'sourcegraph/searcher:x'}, gitserver: {cpus: 8}}\n",
            "services: {gitserver: {cpus: 8}}\n",
        ),
        # comments above, inside and behind
        (
            "# top\nservices:\n  # above\n  searcher: # its own\n    # inside\n"
            "    image: sourcegraph/searcher:x # behind\n    # between\n    cpus: 8 # many\n  # at the end\n",
            "# top\nservices:\n  # above\n  searcher: # its own\n    # inside\n"
            "    # between\n    cpus: 8 # many\n  # at the end\n",
        ),
        # line ends, a byte order mark, no line end at all
        (
            "services:\r\n  searcher:\r\n    image: sourcegraph/searcher:x\r\n    cpus: 8\r\n",
            "services:\r\n  searcher:\r\n    cpus: 8\r\n",
        ),
        (
            "\ufeffservices:\n  searcher:\n    image: sourcegraph/searcher:x\n    cpus: 8\n",
            "\ufeffservices:\n  searcher:\n    cpus: 8\n",
        ),
        (
            "services:\n  searcher:\n    image: sourcegraph/searcher:x\n    cpus: 8",
            "services:\n  searcher:\n    cpus: 8",
        ),
        # quoting, blank lines and odd indentation of what stays
        (
            "services:\n\n    searcher:\n        image: >-\n            sourcegraph/searcher:x\n\n"
            '        mem_limit:   "8g"\n',
            'services:\n\n    searcher:\n\n        mem_limit:   "8g"\n',
        ),
        (
            "'services':\n  \"searcher\":\n    'image': sourcegraph/searcher:x\n    cpus: '8'\n",
            "'services':\n  \"searcher\":\n    cpus: '8'\n",
        ),
        # anchors: what only others say stays
        (
            "x-big: &big\n  cpus: 8\nservices:\n  searcher:\n    <<: *big\n    image: sourcegraph/searcher:x\n",
            "x-big: &big\n  cpus: 8\nservices:\n  searcher:\n    <<: *big\n",
        ),
        (
            "x-image: &image sourcegraph/searcher:x\nservices:\n  searcher:\n    image: *image\n    cpus: 8\n",
            "x-image: &image sourcegraph/searcher:x\nservices:\n  searcher:\n    cpus: 8\n",
        ),
    ],
)  # fmt: skip
def test_a_hotpatched_image_goes_and_the_rest_stays_as_people_wrote_it(override: str, left: str) -> None:
    text, reasons = with_hotpatch(override)
    assert text == left
    assert reasons == [HotpatchRemoved(OVERRIDE, "searcher", "sourcegraph/searcher:x")]


@pytest.mark.parametrize(
    "override",
    [
        HOTPATCH,
        f"# until the next release\nversion: '2.4'\n{HOTPATCH}",
        "services: {searcher: {image: 'sourcegraph/searcher:x'}}",
        "services:\n  searcher:\n    image: sourcegraph/searcher:x\n  frontend:\n    image: sourcegraph/frontend:x\n",
    ],
)
def test_a_file_in_which_nothing_is_left_goes(override: str) -> None:
    text, reasons = with_hotpatch(override)
    assert text is None
    assert reasons[-1] == FileRemoved(OVERRIDE)


def test_an_image_that_is_inherited_from_an_anchor_goes_too() -> None:
    override = "x-slow: &slow\n  image: sourcegraph/searcher:x\n  cpus: 8\nservices:\n  searcher:\n    <<: *slow\n"
    text, reasons = with_hotpatch(override)
    assert reasons == [HotpatchRemoved(OVERRIDE, "searcher", "sourcegraph/searcher:x")]
    assert text is not None
    assert text.startswith("x-slow: &slow\n  image: sourcegraph/searcher:x\n  cpus: 8\nservices:\n  searcher:\n")
    assert "    cpus: 8\n" in text.partition("services:")[2]
    assert "image" not in text.partition("services:")[2]


def test_an_anchored_service_takes_nothing_from_a_third_partys() -> None:
    override = "services:\n  searcher: &s\n    image: sourcegraph/searcher:x\n    cpus: 8\n  jaeger: *s\n"
    text, _ = with_hotpatch(override)
    assert text == (
        "services:\n  searcher: &s\n    cpus: 8\n  jaeger:\n    image: sourcegraph/searcher:x\n    cpus: 8\n"
    )


@pytest.mark.parametrize(
    "image",
    [
        "sourcegraph/searcher:3.40.0-hotpatch.1",
        f"index.docker.io/sourcegraph/searcher@{DIGEST}",
        "us.gcr.io/sourcegraph-dev/searcher:129393_2022-02-24",
        "registry.example.com:5000/mirror/searcher",
        "searcher-with-a-fix",
        "${REGISTRY}/searcher:${TAG}",
    ],
)
def test_a_publishers_service_is_one_by_its_golden_file_wherever_the_hotpatch_comes_from(image: str) -> None:
    text, reasons = with_hotpatch(f"services:\n  searcher:\n    image: '{image}'\n    cpus: 8\n")
    assert text == "services:\n  searcher:\n    cpus: 8\n"
    assert reasons == [HotpatchRemoved(OVERRIDE, "searcher", image)]


@pytest.mark.parametrize("image", ["jaegertracing/all-in-one:1.20", "sourcegraph/jaeger:3.40.0"])
def test_a_third_partys_service_keeps_its_image(image: str) -> None:
    before = repository(f"services:\n  jaeger:\n    image: {image}\n")
    plan = planned_upgrade(before)
    assert plan.paths == {LINK}
    assert plan.warnings == ()


def test_a_service_that_was_the_publishers_until_now_loses_its_hotpatch_too() -> None:
    before = repository(HOTPATCH, {GOLDEN: plain(compose_text("3.40.1", "frontend", "gitserver"))})
    plan = planned_upgrade(before)
    assert HotpatchRemoved(OVERRIDE, "searcher", f"{REGISTRY}/searcher:3.40.0-hotpatch.1@{DIGEST}") in plan.reasons
    assert text_after(before, plan) is None


def test_hotpatches_go_from_every_file_of_the_overrides_folder() -> None:
    others = {
        f"{FOLDER}/a.yaml": plain("services:\n  frontend:\n    image: sourcegraph/frontend:x\n    cpus: 1\n"),
        f"{FOLDER}/b.yml": plain(HOTPATCH),
        f"{FOLDER}/c.yaml": plain("services:\n  gitserver:\n    cpus: 8\n"),
        f"{FOLDER}/notes.md": plain("image: sourcegraph/frontend:x\n"),
        f"{FOLDER}/old/d.yaml": plain(HOTPATCH),
    }
    before = repository(HOTPATCH, others)
    plan = planned_upgrade(before)
    assert plan.paths == {LINK, OVERRIDE, f"{FOLDER}/a.yaml", f"{FOLDER}/b.yml"}
    assert text_after(before, plan, f"{FOLDER}/a.yaml") == "services:\n  frontend:\n    cpus: 1\n"
    assert {reason.path for reason in plan.reasons if isinstance(reason, FileRemoved)} == {
        OVERRIDE,
        f"{FOLDER}/b.yml",
    }


def test_overrides_of_the_inactive_deployment_stay() -> None:
    other = f"{SLUG}/black/docker-compose/docker-compose.override.yaml"
    assert planned_upgrade(repository(HOTPATCH, {other: plain(HOTPATCH)})).paths == {LINK, OVERRIDE}


def test_the_deployment_that_is_active_decides_which_override_counts() -> None:
    black = f"{SLUG}/black/docker-compose/docker-compose"
    changed = {
        f"{SLUG}/terraform.tfvars": plain('active_deployment = "black"\n'),
        f"{black}.yaml": golden("3.40.0"),
        f"{black}.override.yaml": plain(HOTPATCH),
    }
    before = repository(HOTPATCH, changed)
    assert instance_in(before).active is DeploymentColor.BLACK
    assert planned_upgrade(before).paths == {f"{black}.yaml", f"{black}.override.yaml"}


def test_an_override_keeps_its_mode() -> None:
    before = repository(changed={OVERRIDE: ("100755", f"{HOTPATCH}    cpus: 8\n".encode())})
    assert {change.mode for change in planned_upgrade(before).changes if change.path == OVERRIDE} == {"100755"}


# The module


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
        module_text(source("mi-module-v1.1.0-v2x")),
        module_text(source("x-mi-module-v1.1.0-v2")),
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


# Executors


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


# Warnings


def test_an_override_of_a_service_that_the_target_no_longer_has_is_a_warning() -> None:
    override = "services:\n  searcher:\n    cpus: 8\n  frontend:\n    cpus: 2\n"
    before = repository(override, {GOLDEN: plain(compose_text("3.40.1", "frontend"))})
    assert planned_upgrade(before).warnings == (
        ServiceGone("red/docker-compose/docker-compose.override.yaml", "searcher", version("3.40.1")),
    )


def test_what_a_removed_hotpatch_leaves_of_a_service_that_is_gone_is_a_warning_too() -> None:
    before = repository(f"{HOTPATCH}    cpus: 8\n", {GOLDEN: plain(compose_text("3.40.1", "frontend"))})
    plan = planned_upgrade(before)
    assert text_after(before, plan) == "services:\n  searcher:\n    cpus: 8\n"
    gone = ServiceGone("red/docker-compose/docker-compose.override.yaml", "searcher", version("3.40.1"))
    assert plan.warnings == (gone,)


def test_a_service_of_the_instances_own_with_a_publishers_image_is_a_warning() -> None:
    override = f"services:\n  cody:\n    image: sourcegraph/cody:3.40.0@{DIGEST}\n  proxy:\n    image: nginx:1\n"
    plan = planned_upgrade(repository(override))
    assert plan.paths == {LINK}
    name = "red/docker-compose/docker-compose.override.yaml"
    assert plan.warnings == (OwnServiceKept(name, "cody", f"sourcegraph/cody:3.40.0@{DIGEST}"),)


def test_an_override_that_is_a_symbolic_link_stays_with_a_warning() -> None:
    before = repository(changed={OVERRIDE: link("../../overrides/shared.yaml")})
    plan = planned_upgrade(before)
    assert plan.paths == {LINK}
    assert plan.warnings == (OverrideIsLink("red/docker-compose/docker-compose.override.yaml"),)


# What can't be read


@pytest.mark.parametrize(
    "content",
    [
        b"services: [\n",
        b"services:\n  searcher:\n    image: x\n   cpus: 8\n",
        b"- image\n",
        b"image\n",
        b"services: [image]\n",
        b"services:\n  searcher: image\n",
        b"services: {searcher: {image: x}}\n---\nservices: {}\n",
        b"services:\n  searcher:\n    image: a\n    image: b\n",
        b"services:\n  searcher:\n    image: *nothing\n",
        b"image: \xff\n",
        b"#" * 1_100_000,
    ],
)
@pytest.mark.parametrize("path", [OVERRIDE, f"{FOLDER}/hotpatch.yaml"])
def test_a_broken_override_is_named(path: str, content: bytes) -> None:
    refusal = refused_upgrade(repository(changed={path: plain(content)}))
    assert isinstance(refusal.reason, FileReason)
    assert refusal.reason.path == path.removeprefix(f"{SLUG}/")
    assert not refusal.needs_preparation
    assert not refusal.needs_acceptance


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'module "m" {\n  source = "mi-module-v1"\n', InvalidTerraform("infrastructure.tf", 3)),
        (b"mi-module-v \xff", UnusableFile("infrastructure.tf", FileProblem.NOT_UTF8)),
        (b"mi-module-v", InvalidTerraform("infrastructure.tf", 2)),
    ],
)
def test_a_broken_infrastructure_file_is_named(content: bytes, reason: FileReason) -> None:
    before = repository(changed={INFRASTRUCTURE: plain(content)})
    assert refused_upgrade(before, known=PlanContext(module_tags=MODULE_TAGS)).reason == reason


def test_a_broken_executors_module_is_named() -> None:
    tfvars = plain("enable_executors = true\n")
    before = repository(
        changed={f"{SLUG}/terraform.tfvars": tfvars, EXECUTORS: plain('module "executors" {\n  a =\n}\n')}
    )
    assert refused_upgrade(before).reason == InvalidTerraform(EXECUTORS, 2)


@pytest.mark.parametrize("path", [GOLDEN, "golden/docker-compose.3.40.0.yaml"])
@pytest.mark.parametrize("content", [b"services: [", b"- a\n", b"services: 1\n", b"\xff"])
def test_a_broken_golden_file_is_named(path: str, content: bytes) -> None:
    refusal = refused_upgrade(repository(changed={path: plain(content)}))
    assert isinstance(refusal.reason, FileReason)
    assert refusal.reason.path == path
    assert not refusal.needs_preparation


def test_a_file_that_was_not_fetched_is_asked_for_again() -> None:
    before = repository(HOTPATCH)
    instance, target = instance_in(before), version("3.40.1")
    wanted = blobs_for_upgrade(snapshot_of(before), instance, target) - {blob_sha(HOTPATCH.encode())}
    plan = plan_upgrade(instance, target, checkout(before, wanted), PlanContext())
    assert plan == Refusal(UnusableFile(OVERRIDE.partition("/")[2], FileProblem.UNREADABLE))


# Versions that are not ready


def test_a_target_without_golden_file_is_unprepared() -> None:
    refusal = refused_upgrade(repository(), "3.40.2")
    assert refusal.needs_preparation
    assert not refusal.needs_acceptance
    assert refusal.reason == NotPrepared(version("3.40.2"))


STRAY = compose_text("3.40.1").replace("searcher:3.40.1", "searcher:3.40.0")


def test_a_version_with_other_tags_is_held_until_it_is_accepted() -> None:
    before = repository(changed={GOLDEN: plain(STRAY)})
    refusal = refused_upgrade(before)
    assert refusal.needs_acceptance
    mistagged = (MistaggedImage("searcher", f"{REGISTRY}/searcher:3.40.0@{DIGEST}"),)
    assert refusal.reason == VersionHeld(version("3.40.1"), mistagged)
    plan = planned_upgrade(before, known=PlanContext(accepted=frozenset({version("3.40.1")})))
    assert plan.mistagged_images == mistagged
    assert refused_upgrade(before, known=PlanContext(accepted=frozenset({version("3.40.0")}))).needs_acceptance


def test_images_of_third_parties_carry_tags_of_their_own() -> None:
    assert planned_upgrade(repository(changed={GOLDEN: plain(compose_text("3.40.1"))})).mistagged_images == ()

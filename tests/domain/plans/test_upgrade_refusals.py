"""Files that an upgrade cannot read, and versions that are not ready."""

from __future__ import annotations

import pytest

from bot.domain.git_tree import blob_sha
from bot.domain.plans.change_set import Refusal
from bot.domain.plans.reasons.file_problems import FileProblem, FileReason, InvalidTerraform, UnusableFile
from bot.domain.plans.reasons.refusals import MistaggedImage, NotPrepared, VersionHeld
from bot.domain.plans.upgrade import PlanContext, blobs_for_upgrade, plan_upgrade
from tests.domain.plans.repositories import (
    DIGEST,
    EXECUTORS,
    INFRASTRUCTURE,
    OVERRIDE,
    REGISTRY,
    SLUG,
    checkout,
    compose_text,
    instance_in,
    planned_upgrade,
    refused_upgrade,
    repository,
)
from tests.domain.plans.upgrades import FOLDER, GOLDEN, HOTPATCH, MODULE_TAGS
from tests.domain.upgrade.deployments import plain
from tests.samples import snapshot_of, version


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
        (b"mi-module-v", InvalidTerraform("infrastructure.tf", 1)),
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

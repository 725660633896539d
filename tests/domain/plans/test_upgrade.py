"""What an upgrade changes, and what a reviewer is warned of."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.git_tree import FileChange
from bot.domain.plans.change_set import ChangeKind
from bot.domain.plans.reasons.warnings import OverrideIsLink, OwnServiceKept, ServiceGone
from demo.fleet import make_fleet
from tests.domain.plans.repositories import (
    DIGEST,
    LINK,
    OVERRIDE,
    SLUG,
    apply_changes,
    compose_text,
    instance_in,
    planned_upgrade,
    repository,
    text_after,
)
from tests.domain.plans.upgrades import GOLDEN, HOTPATCH, MOVED
from tests.domain.upgrade.deployments import golden, link, plain
from tests.samples import files, fleet_from, version


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

"""Rollbacks that restore the files before an upgrade."""

from __future__ import annotations

import pytest

from bot.domain.fleet.model import Channel
from bot.domain.git_tree import FileChange
from bot.domain.plans.change_set import ChangeKind
from bot.domain.plans.reasons.changes import FileRestored
from bot.domain.plans.upgrade import PlanContext
from demo.fleet import Hotpatch, make_fleet
from tests.domain.plans.repositories import (
    CASES,
    EXECUTORS,
    INFRASTRUCTURE,
    LINK,
    OVERRIDE,
    SLUG,
    apply_changes,
    instance_in,
    module_text,
    planned_rollback,
    planned_upgrade,
    render_diff,
    repository,
    source,
    text_after,
)
from tests.domain.plans.rollbacks import AFTER, BEFORE, FOLDER, TAGS
from tests.domain.upgrade.deployments import plain
from tests.samples import files, internal_instance, version


def test_the_upgrade_that_is_undone_changed_every_kind_of_file() -> None:
    changed = {path for path in BEFORE.keys() | AFTER.keys() if BEFORE.get(path) != AFTER.get(path)}
    assert changed == {LINK, OVERRIDE, FOLDER, INFRASTRUCTURE}
    assert FOLDER not in AFTER


def test_a_rollback_restores_every_byte_and_every_mode() -> None:
    plan = planned_rollback(BEFORE, AFTER)
    assert apply_changes(AFTER, plan.changes) == BEFORE
    assert plan.warnings == ()


def test_a_rollback_says_from_where_to_where_and_which_files() -> None:
    plan = planned_rollback(BEFORE, AFTER)
    assert (plan.kind, plan.slug) == (ChangeKind.ROLLBACK, SLUG)
    assert [plan.version, plan.old, plan.new] == [version(one) for one in ("3.40.1", "3.40.1", "3.40.0")]
    assert set(plan.reasons) == {FileRestored(path) for path in (LINK, OVERRIDE, FOLDER, INFRASTRUCTURE)}
    assert plan.branch == f"{SLUG}/rollback-v3.40.1"


def test_a_rollback_changes_these_lines() -> None:
    before = files(make_fleet(20))
    one = next(one for one in make_fleet(20).instances if one.hotpatch is Hotpatch.FOLDER)
    after = apply_changes(before, planned_upgrade(before, "3.41.0", instance=instance_in(before, one.slug)).changes)
    plan = planned_rollback(before, after, instance=instance_in(after, one.slug))
    assert render_diff(after, plan) == (CASES / "rollback" / "expected.diff").read_text()


def test_an_upgrade_that_moved_only_the_link_is_undone_alone() -> None:
    before = repository()
    after = apply_changes(before, planned_upgrade(before).changes)
    assert planned_rollback(before, after).changes == (
        FileChange(LINK, "120000", "../../../golden/docker-compose.3.40.0.yaml"),
    )


def test_every_reference_of_several_modules_goes_back() -> None:
    refs = ("mi-module-v1.1.0-v2", "mi-module-v3.40.0-v1", "mi-module-v1.1.0-v2")
    before = repository(changed={INFRASTRUCTURE: plain(module_text(*map(source, refs)))})
    after = apply_changes(before, planned_upgrade(before, known=TAGS).changes)
    assert apply_changes(after, planned_rollback(before, after).changes) == before


@pytest.mark.parametrize(
    "lines",
    [
        ['  source = "x?ref=mi-module-v1.1.0-v2" # a', "  zone   = var.zone                    # b"],
        ['  source = "x?ref=mi-module-v1.1.0-v2"  # a', "  zone   = var.zone                     # b"],
        ['  source = "x?ref=mi-module-v1.1.0-v2" # a', "  zone   = var.zone                      # b"],
        ['  source = "x?ref=mi-module-v1.1.0-v2" # a', "  zone   = var.zone                      # b", "  zo = 1"],
        ['  source = "x?ref=mi-module-v1.1.0-v2"   # a'],
    ],
)
def test_a_module_goes_back_with_its_comments_in_their_columns(lines: list[str]) -> None:
    text = "\n".join(['module "m" {', *lines, "}", ""])
    before = repository(changed={INFRASTRUCTURE: plain(text)})
    for known in (TAGS, PlanContext(module_tags=frozenset({"mi-module-v3.40.1-v1"}))):
        after = apply_changes(before, planned_upgrade(before, known=known).changes)
        assert text_after(after, planned_rollback(before, after), INFRASTRUCTURE) == text


def test_executors_and_golden_files_stay_as_they_are() -> None:
    before = {**BEFORE, EXECUTORS: plain("# older\n")}
    after = {**AFTER, EXECUTORS: plain("# newer\n"), "golden/docker-compose.3.42.0.yaml": plain("services: {}\n")}
    assert {path.partition("/")[0] for path in planned_rollback(before, after).paths} == {SLUG}


def test_the_other_deployments_and_other_instances_files_stay() -> None:
    others = {
        f"{SLUG}/black/docker-compose/docker-compose.override.yaml": plain("services: {}\n"),
        f"{SLUG}/config.yaml": plain("instanceType: internal\nupgrade:\n  note: careful\n"),
        "demo/overrides/x.yaml": plain("services: {}\n"),
    }
    plan = planned_rollback(BEFORE, {**AFTER, **others})
    assert plan.paths == {LINK, OVERRIDE, FOLDER, INFRASTRUCTURE}
    assert plan.note == "careful"


def test_an_instance_that_is_left_out_of_upgrades_can_go_back() -> None:
    instance = internal_instance(SLUG, version=version("3.40.1"), skip="frozen", channel=Channel.PAUSE)
    assert apply_changes(AFTER, planned_rollback(BEFORE, AFTER, instance=instance).changes) == BEFORE

"""Rollbacks of files that people changed since the upgrade."""

from __future__ import annotations

import pytest

from bot.domain.git_tree import FileChange
from bot.domain.plans.reasons.warnings import FileKept
from tests.domain.plans.repositories import (
    INFRASTRUCTURE,
    LINK,
    OVERRIDE,
    SLUG,
    apply_changes,
    planned_rollback,
    text_after,
)
from tests.domain.plans.rollbacks import (
    AFTER,
    BEFORE,
    FOLDER,
    HOTPATCH_AMONG_OTHERS,
    HOTPATCH_ONLY,
    after_with,
    module,
)
from tests.domain.upgrade.deployments import link, plain

NAME = "red/docker-compose/docker-compose.override.yaml"


def override_after() -> str:
    return AFTER[OVERRIDE][1].decode()


def test_what_people_changed_since_stays_where_it_does_not_meet_the_upgrade() -> None:
    now = after_with(override=f"{override_after()}  frontend:\n    cpus: 2 # added later\n")
    plan = planned_rollback(BEFORE, AFTER, now)
    assert text_after(now, plan) == f"{HOTPATCH_AMONG_OTHERS}  frontend:\n    cpus: 2 # added later\n"
    assert plan.warnings == ()


def test_what_people_changed_where_the_upgrade_did_stays_with_a_warning() -> None:
    now = after_with(override=override_after().replace("  searcher:\n    cpus: 8", "  searcher:\n    cpus: 16"))
    plan = planned_rollback(BEFORE, AFTER, now)
    assert OVERRIDE not in plan.paths
    assert plan.warnings == (FileKept(NAME),)
    assert plan.paths == {LINK, FOLDER, INFRASTRUCTURE}


@pytest.mark.parametrize("new", [HOTPATCH_ONLY.replace("hotpatch.1", "hotpatch.2"), "services: {}\n"])
def test_a_file_that_people_made_where_the_upgrade_removed_one_stays_with_a_warning(new: str) -> None:
    plan = planned_rollback(BEFORE, AFTER, after_with(folder=new))
    assert FOLDER not in plan.paths
    assert plan.warnings == (FileKept("overrides/hotpatch.yaml"),)


def test_a_file_that_people_removed_since_stays_away_with_a_warning() -> None:
    plan = planned_rollback(BEFORE, AFTER, after_with(override=None))
    assert OVERRIDE not in plan.paths
    assert plan.warnings == (FileKept(NAME),)


def test_an_override_that_people_made_a_link_since_stays_with_a_warning() -> None:
    plan = planned_rollback(BEFORE, AFTER, after_with(override=link("../../overrides/x.yaml")))
    assert OVERRIDE not in plan.paths
    assert plan.warnings == (FileKept(NAME),)


def test_a_mode_that_people_changed_since_stays() -> None:
    now = after_with(override=("100755", override_after().encode()))
    after = apply_changes(now, planned_rollback(BEFORE, AFTER, now).changes)
    assert after[OVERRIDE] == ("100755", HOTPATCH_AMONG_OTHERS.encode())


def test_what_people_restored_by_hand_needs_nothing() -> None:
    plan = planned_rollback(BEFORE, AFTER, after_with(override=HOTPATCH_AMONG_OTHERS, folder=BEFORE[FOLDER]))
    assert plan.paths == {LINK, INFRASTRUCTURE}
    assert plan.warnings == ()


def test_what_people_changed_in_the_infrastructure_stays() -> None:
    text = AFTER[INFRASTRUCTURE][1].decode().replace("  customer", "  zone = 1\n  customer")
    now = after_with(infrastructure=text)
    plan = planned_rollback(BEFORE, AFTER, now)
    assert text_after(now, plan, INFRASTRUCTURE) == text.replace("mi-module-v3.40.1-v10", "mi-module-v1.1.0-v2")


def test_what_people_changed_in_the_infrastructure_with_the_upgrade_stays_too() -> None:
    after = {**AFTER, INFRASTRUCTURE: plain(AFTER[INFRASTRUCTURE][1].decode().replace("customer =", "who ="))}
    plan = planned_rollback(BEFORE, after)
    assert text_after(after, plan, INFRASTRUCTURE) == BEFORE[INFRASTRUCTURE][1].decode().replace(
        "customer =", "who ="
    )


@pytest.mark.parametrize("infrastructure", [module("mi-module-v4.0.0-v1")[1].decode(), None])
def test_a_module_that_people_moved_or_removed_since_stays_with_a_warning(infrastructure: str | None) -> None:
    plan = planned_rollback(BEFORE, AFTER, after_with(infrastructure=infrastructure))
    assert plan.paths == {LINK, OVERRIDE, FOLDER}
    assert plan.warnings == (FileKept("infrastructure.tf"),)


def test_a_file_that_an_upgrade_added_goes() -> None:
    added = f"{SLUG}/overrides/added.yaml"
    assert (
        FileChange(added, "100644", None)
        in planned_rollback(BEFORE, {**AFTER, added: plain("services: {}\n")}).changes
    )

"""The golden file of a preparation."""

from __future__ import annotations

import pytest

from bot.domain.plans.change_set import ChangeKind
from bot.domain.plans.preparation import override_paths, previous_golden_version
from bot.domain.plans.reasons.changes import ExecutorsPinned, GoldenFileCreated, ImageRetagged
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.plans.reasons.warnings import ExecutorsNotPinned, GlobalOverrideIsLink, ServiceAdded
from demo.fleet import compose_file, make_fleet
from tests.domain.plans.preparations import CPUS, GOLDEN, MAIN, UPSTREAM, with_main, with_overrides
from tests.domain.plans.repositories import (
    CASES,
    DIGEST,
    EXECUTORS,
    REGISTRY,
    compose_text,
    load_yaml,
    planned_preparation,
    render_diff,
    repository,
    text_after,
)
from tests.domain.upgrade.deployments import link, plain
from tests.samples import files, snapshot_of, version


def test_a_preparation_makes_the_golden_file_and_pins_the_executors() -> None:
    before = repository(changed={EXECUTORS: plain(MAIN), "golden/overrides/cpus.yaml": plain(CPUS)})
    plan = planned_preparation(before, "3.41.1", UPSTREAM)
    assert (plan.kind, plan.slug, plan.version) == (ChangeKind.PREPARATION, "", version("3.41.1"))
    assert plan.branch == "golden/v3.41.1"
    assert {change.path: change.mode for change in plan.changes} == {GOLDEN: "100644", EXECUTORS: "100644"}
    assert plan.reasons == (
        GoldenFileCreated(GOLDEN, ("golden/overrides/cpus.yaml",)),
        ExecutorsPinned(EXECUTORS, "executors", "3.40.0", "3.41.1"),
        ExecutorsPinned(EXECUTORS, "docker-mirror", "3.40.0", "3.41.1"),
    )
    assert (plan.warnings, plan.mistagged_images) == ((), ())


def test_without_overrides_the_golden_file_is_upstreams_byte_for_byte() -> None:
    upstream = UPSTREAM.replace("\n", "\r\n")
    before = repository()
    plan = planned_preparation(before, "3.41.1", upstream)
    assert text_after(before, plan, GOLDEN) == upstream
    assert plan.reasons == (GoldenFileCreated(GOLDEN, ()),)


def test_a_preparation_changes_these_lines_of_upstreams_file() -> None:
    before = files(make_fleet(1))
    upstream = compose_file("3.41.1")
    plan = planned_preparation(before, "3.41.1", upstream)
    shown = render_diff(before, plan, {GOLDEN: upstream})
    assert shown == (CASES / "prepare" / "expected.diff").read_text()


def test_overrides_are_merged_in_the_order_of_their_names() -> None:
    first = "services:\n  searcher:\n    cpus: 1\n  frontend:\n    cpus: 1\n"
    before = with_overrides(**{"b": CPUS, "a": first, "B": "services:\n  frontend:\n    cpus: 2\n"})
    plan = planned_preparation(before, "3.41.1", UPSTREAM)
    assert plan.reasons == (
        GoldenFileCreated(GOLDEN, tuple(f"golden/overrides/{name}.yaml" for name in ("B", "a", "b"))),
    )
    services = load_yaml(text_after(before, plan, GOLDEN) or "")["services"]
    assert (services["searcher"]["cpus"], services["frontend"]["cpus"], services["pgsql"]["cpus"]) == (8, 1, 4)


def test_only_yaml_files_right_inside_the_folder_are_overrides() -> None:
    changed = {
        "golden/overrides/a.yml": plain(CPUS),
        "golden/overrides/README.md": plain("services: ["),
        "golden/overrides/old/b.yaml": plain("services: ["),
        "golden/b.yaml": plain("services: ["),
    }
    before = repository(changed=changed)
    assert override_paths(snapshot_of(before)) == ["golden/overrides/a.yml"]
    assert planned_preparation(before, "3.41.1", UPSTREAM).reasons == (
        GoldenFileCreated(GOLDEN, ("golden/overrides/a.yml",)),
    )


def test_an_override_that_is_a_symbolic_link_is_not_left_out_silently() -> None:
    before = repository(changed={"golden/overrides/a.yaml": link("../../shared.yaml")})
    assert planned_preparation(before, "3.41.1", UPSTREAM).warnings == (
        GlobalOverrideIsLink("golden/overrides/a.yaml"),
    )


def test_a_service_that_an_override_adds_is_a_warning() -> None:
    before = with_overrides(cody="services:\n  proxy:\n    image: nginx:1\n")
    assert planned_preparation(before, "3.41.1", UPSTREAM).warnings == (ServiceAdded("proxy"),)


def test_images_with_another_tag_are_told_and_stay() -> None:
    upstream = UPSTREAM.replace("pgsql:3.41.1", "pgsql:3.41.0").replace("searcher:3.41.1", "searcher")
    before = repository()
    plan = planned_preparation(before, "3.41.1", upstream)
    assert plan.mistagged_images == (
        MistaggedImage("searcher", f"{REGISTRY}/searcher@{DIGEST}"),
        MistaggedImage("pgsql", f"{REGISTRY}/pgsql:3.41.0@{DIGEST}"),
    )
    assert text_after(before, plan, GOLDEN) == upstream


def test_an_image_that_an_override_pins_is_judged_as_well() -> None:
    before = with_overrides(pin="services:\n  searcher:\n    image: sourcegraph/searcher:fixed\n")
    assert planned_preparation(before, "3.41.1", UPSTREAM).mistagged_images == (
        MistaggedImage("searcher", "sourcegraph/searcher:fixed"),
    )


def test_a_candidate_gets_its_own_tag_on_every_publishers_image_and_pins_nothing() -> None:
    upstream = compose_text("3.41.0").replace("searcher:3.41.0", "searcher")
    before = with_main(MAIN)
    plan = planned_preparation(before, "3.42.0-rc.1", upstream)
    path = "golden/docker-compose.3.42.0-rc.1.yaml"
    assert plan.paths == {path}
    wanted = upstream.replace(f"searcher@{DIGEST}", "searcher:3.42.0-rc.1")
    assert text_after(before, plan, path) == wanted.replace(f":3.41.0@{DIGEST}", ":3.42.0-rc.1")
    assert plan.mistagged_images == ()
    new = f"{REGISTRY}/gitserver:3.42.0-rc.1"
    assert ImageRetagged("gitserver", f"{REGISTRY}/gitserver:3.41.0@{DIGEST}", new) in plan.reasons
    assert [reason.service for reason in plan.reasons if isinstance(reason, ImageRetagged)] == [
        "frontend",
        "gitserver",
        "searcher",
        "pgsql",
    ]
    assert plan.warnings == (ExecutorsNotPinned(version("3.42.0-rc.1")),)


def test_a_candidate_whose_images_carry_its_tag_keeps_their_digests() -> None:
    upstream = compose_text("3.42.0-rc.1")
    before = repository()
    plan = planned_preparation(before, "3.42.0-rc.1", upstream)
    assert text_after(before, plan, "golden/docker-compose.3.42.0-rc.1.yaml") == upstream


def test_a_candidates_images_are_retagged_where_services_share_one() -> None:
    upstream = (
        "x-base: &base\n  image: sourcegraph/frontend:insiders\n  cpus: 4\n"
        "services:\n  frontend: *base\n  internal:\n    <<: *base\n    cpus: 2\n"
    )
    before = repository()
    plan = planned_preparation(before, "3.42.0-rc.1", upstream)
    services = load_yaml(text_after(before, plan, "golden/docker-compose.3.42.0-rc.1.yaml") or "")["services"]
    assert services["frontend"] == {"image": "sourcegraph/frontend:3.42.0-rc.1", "cpus": 4}
    assert services["internal"] == {"image": "sourcegraph/frontend:3.42.0-rc.1", "cpus": 2}


def test_a_candidates_image_that_can_not_be_read_stays_and_is_told() -> None:
    upstream = "services:\n  frontend:\n    image: ${REGISTRY}/sourcegraph/frontend:${TAG}\n"
    plan = planned_preparation(repository(), "3.42.0-rc.1", upstream)
    assert plan.mistagged_images == (MistaggedImage("frontend", "${REGISTRY}/sourcegraph/frontend:${TAG}"),)


@pytest.mark.parametrize(
    ("golden", "target", "earlier"),
    [
        ("", "3.41.0", None),
        ("3.41.0", "3.41.0", None),
        ("3.40.1 3.40.9 3.40.10 3.42.0", "3.41.0", "3.40.10"),
        ("3.40.1 3.41.0-rc.1", "3.41.0", "3.40.1"),
        ("3.40.1 3.41.0-rc.1 3.41.0-rc.2", "3.41.0-rc.2", "3.41.0-rc.1"),
        ("3.40.1 3.41.0", "3.41.0-rc.2", "3.40.1"),
        ("3.43.2 4.0.0", "4.0.1", "4.0.0"),
    ],
)
def test_the_new_file_is_compared_with_the_newest_before_it(golden: str, target: str, earlier: str | None) -> None:
    paths = {f"golden/docker-compose.{tag}.yaml": plain("services: {}\n") for tag in golden.split()}
    found = previous_golden_version(snapshot_of(paths), version(target))
    assert found == (version(earlier) if earlier else None)

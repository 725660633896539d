"""What preparing a version changes: its golden file and the executors modules; and when it can't be prepared."""

from __future__ import annotations

import pytest

from bot.domain.plans.change_set import ChangeKind
from bot.domain.plans.preparation import UPSTREAM_FILE, override_paths, previous_golden_version
from bot.domain.plans.reasons.changes import ExecutorsPinned, GoldenFileCreated, ImageRetagged
from bot.domain.plans.reasons.file_problems import FileProblem, InvalidComposeFile, InvalidTerraform, UnusableFile
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.plans.reasons.warnings import (
    ExecutorsNotPinned,
    GlobalOverrideIsLink,
    ModulePinnedNewer,
    ModuleVersionUnknown,
    ServiceAdded,
)
from bot.formats.compose import ComposeProblem
from bot.formats.yaml import YamlProblem
from demo.fleet import compose_file, make_fleet
from tests.domain.plans.repositories import (
    CASES,
    DIGEST,
    EXECUTORS,
    REGISTRY,
    apply_changes,
    compose_text,
    load_yaml,
    planned_preparation,
    refused_preparation,
    render_diff,
    repository,
    text_after,
)
from tests.domain.upgrade.deployments import Files, link, plain
from tests.samples import files, snapshot_of, version

GOLDEN = "golden/docker-compose.3.41.1.yaml"
UPSTREAM = compose_text("3.41.1")
CPUS = "# more for all\nservices:\n  searcher:\n    cpus: 8\n"
MAIN = """\
# version = "3.40.0" is what they all had
terraform {
  required_version = ">= 1.0"
}

module "executors" {
  source  = "sourcegraph/executors/google" # upstream's
  version = "3.40.0"                       # with the instances
  note    = "version = \\"3.40.0\\""

  machine {
    version = "3.40.0"
  }
  script = <<-EOT
    version = "3.40.0"
  EOT
}

module "docker-mirror" {
  source  = "sourcegraph/executors/google//modules/docker-mirror"
  version = "3.40.0"
}

module "network" {
  source  = "terraform-google-modules/network/google"
  version = "3.40.0"
}

module "local" {
  source  = "../executors"
  version = "3.40.0"
}
"""


def with_overrides(**overrides: str) -> Files:
    """A repository with these global overrides, `a` for golden/overrides/a.yaml."""
    return repository(changed={f"golden/overrides/{name}.yaml": plain(text) for name, text in overrides.items()})


def with_main(text: str) -> Files:
    return repository(changed={EXECUTORS: plain(text)})


# The golden file


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


# A release candidate


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


# The executors modules


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


@pytest.mark.parametrize("pinned", ["3.41.2", "3.42.0-rc.1", "v4.0.0", "3.100.0"])
def test_a_module_that_is_newer_already_stays_with_a_warning(pinned: str) -> None:
    before = with_main(MAIN.replace('"3.40.0"', f'"{pinned}"'))
    plan = planned_preparation(before, "3.41.1", UPSTREAM)
    assert plan.paths == {GOLDEN}
    assert plan.warnings == tuple(
        ModulePinnedNewer(EXECUTORS, name, pinned) for name in ("executors", "docker-mirror")
    )


@pytest.mark.parametrize("pinned", ["3.9.0", "3.41.1-rc.1", "~> 3.40", "v3.41.0"])
def test_a_module_that_is_older_or_constrained_is_pinned(pinned: str) -> None:
    head = 'module "executors" {\n  source  = "sourcegraph/executors/google"\n'
    before = with_main(f'{head}  version = "{pinned}"\n}}\n')
    plan = planned_preparation(before, "3.41.1", UPSTREAM)
    assert ExecutorsPinned(EXECUTORS, "executors", pinned, "3.41.1") in plan.reasons
    assert text_after(before, plan, EXECUTORS) == f'{head}  version = "3.41.1"\n}}\n'


@pytest.mark.parametrize("line", ["", "  version = var.executors_version\n", '  version = "${var.version}"\n'])
def test_a_module_without_a_literal_version_is_a_warning(line: str) -> None:
    before = with_main(f'module "executors" {{\n  source  = "sourcegraph/executors/google"\n{line}}}\n')
    plan = planned_preparation(before, "3.41.1", UPSTREAM)
    assert plan.paths == {GOLDEN}
    assert plan.warnings == (ModuleVersionUnknown(EXECUTORS, "executors"),)


def test_a_file_of_modules_keeps_its_mode() -> None:
    before = repository(changed={EXECUTORS: ("100755", MAIN.encode())})
    assert {change.path: change.mode for change in planned_preparation(before, "3.41.1", UPSTREAM).changes} == {
        GOLDEN: "100644",
        EXECUTORS: "100755",
    }


# What is there already


def test_a_golden_file_that_is_there_stays_and_the_rest_is_done() -> None:
    before = repository(changed={EXECUTORS: plain(MAIN), GOLDEN: plain(UPSTREAM)})
    plan = planned_preparation(before, "3.41.1", "no Compose file, but nobody looks at it")
    assert plan.paths == {EXECUTORS}
    assert {type(reason) for reason in plan.reasons} == {ExecutorsPinned}


def test_preparing_what_is_prepared_changes_nothing() -> None:
    before = repository(changed={EXECUTORS: plain(MAIN), "golden/overrides/cpus.yaml": plain(CPUS)})
    after = apply_changes(before, planned_preparation(before, "3.41.1", UPSTREAM).changes)
    assert planned_preparation(after, "3.41.1", "").changes == ()


def test_a_golden_file_that_is_there_is_judged_too() -> None:
    before = repository(changed={GOLDEN: plain(UPSTREAM.replace("pgsql:3.41.1", "pgsql:3.41.0"))})
    plan = planned_preparation(before, "3.41.1", "")
    assert (plan.changes, [stray.service for stray in plan.mistagged_images]) == ((), ["pgsql"])


# What can't be prepared


@pytest.mark.parametrize(
    ("upstream", "problem"),
    [
        ("", ComposeProblem.NO_SERVICES),
        ("404: Not Found", ComposeProblem.NO_SERVICES),
        ("- a\n", ComposeProblem.NOT_A_MAPPING),
        ("version: '2'\n", ComposeProblem.NO_SERVICES),
        ("services: [a]\n", ComposeProblem.SERVICES_NOT_A_MAPPING),
    ],
)
def test_what_is_no_compose_file_is_refused(upstream: str, problem: ComposeProblem) -> None:
    reason = refused_preparation(repository(), "3.41.1", upstream)
    assert reason == InvalidComposeFile(UPSTREAM_FILE, problem)


def test_what_is_no_yaml_is_refused_with_the_line() -> None:
    assert refused_preparation(repository(), "3.41.1", "a: [\n") == InvalidComposeFile(
        UPSTREAM_FILE, ComposeProblem.INVALID_YAML, "", YamlProblem.INVALID, 2
    )


def test_an_override_of_a_service_that_is_gone_is_refused() -> None:
    reason = refused_preparation(with_overrides(a=CPUS), "3.41.1", compose_text("3.41.1", "frontend"))
    assert reason == InvalidComposeFile("golden/overrides/a.yaml", ComposeProblem.UNKNOWN_SERVICE, "searcher")


@pytest.mark.parametrize(
    "text", ["services: [", "- a\n", "services: 1\n", "services:\n  searcher: 1\n", "services:\n  searcher: []\n"]
)
def test_an_override_that_is_no_compose_file_is_named(text: str) -> None:
    reason = refused_preparation(with_overrides(a=text, b=CPUS), "3.41.1", UPSTREAM)
    assert isinstance(reason, InvalidComposeFile)
    assert reason.path == "golden/overrides/a.yaml"


def test_an_override_that_does_not_fit_is_named() -> None:
    text = "services:\n  searcher:\n    cpus: [8]\n"
    assert refused_preparation(with_overrides(a=text), "3.41.1", UPSTREAM) == InvalidComposeFile(
        "golden/overrides/a.yaml", ComposeProblem.FORM_MISMATCH, "services.searcher.cpus"
    )


@pytest.mark.parametrize(
    ("content", "problem"), [(b"\xff", FileProblem.NOT_UTF8), (b"#" * 1_100_000, FileProblem.TOO_LARGE)]
)
def test_an_override_that_is_no_text_is_named(content: bytes, problem: FileProblem) -> None:
    before = repository(changed={"golden/overrides/a.yaml": plain(content)})
    assert refused_preparation(before, "3.41.1", UPSTREAM) == UnusableFile("golden/overrides/a.yaml", problem)


@pytest.mark.parametrize("target", ["3.41.1", "3.42.0-rc.1"])
def test_a_broken_file_of_modules_is_named_with_its_line(target: str) -> None:
    broken = MAIN.replace("terraform {", "terraform {{")
    assert refused_preparation(with_main(broken), target, UPSTREAM) == InvalidTerraform(EXECUTORS, 2)


# What a reviewer compares it with


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

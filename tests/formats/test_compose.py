"""Compose files: whose images run where, hotpatches that go, and what differs between two golden files."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats import compose
from bot.formats.compose import (
    ComposeError,
    ComposeProblem,
    ImageChange,
    SettingChange,
    difference,
    remove_images,
)
from bot.formats.yaml import YamlProblem, parse
from demo.fleet import compose_file, make_fleet

OVERRIDE = """\
# Overrides of this instance only.
version: '2.4'
services:
  gitserver-0:
    # slow clones, see the incident
    image: 'sourcegraph/gitserver:1-hotpatch' # goes with the next release
    cpus: 8   # big monorepo

  # more memory for the nightly syncs
  repo-updater:
    mem_limit: '6g'
  # hotpatch for slow searches
  searcher-0:
    image: "sourcegraph/searcher:1-hotpatch"
  proxy:
    image: example/proxy:2
"""


def test_images_and_names() -> None:
    text = compose_file("3.40.1")
    found = compose.images(text, "golden")
    assert found["worker"].startswith("index.docker.io/sourcegraph/worker:3.40.1@sha256:")
    assert compose.service_names(text, "golden") == set(found)
    assert compose.images(OVERRIDE, "o")["proxy"] == "example/proxy:2"
    assert compose.override_only_services(OVERRIDE, "o") == {"repo-updater"}


def test_what_has_no_services_has_no_images() -> None:
    for text in ("", "# nothing\n", "version: '2.4'\n", "services:\n", "volumes: {a: }\n"):
        assert compose.images(text, "o") == {}
        assert compose.service_names(text, "o") == frozenset()


def test_answers_can_be_changed_without_harm() -> None:
    compose.images(OVERRIDE, "o").clear()
    assert compose.images(OVERRIDE, "o")


def test_a_file_that_can_not_be_read_is_named() -> None:
    for ask in (compose.images, compose.service_names, compose.override_only_services):
        with pytest.raises(ComposeError) as raised:
            ask("a: [", "x/y.yaml")
        assert_invalid_yaml(raised.value, "x/y.yaml", YamlProblem.INVALID)
    with pytest.raises(ComposeError) as raised:
        remove_images("services: {a: {image: b, image: c}}", ["a"], "x.yaml")
    assert_invalid_yaml(raised.value, "x.yaml", YamlProblem.DUPLICATE_KEY)


def assert_invalid_yaml(error: ComposeError, file: str, problem: YamlProblem) -> None:
    assert (error.problem, error.file) == (ComposeProblem.INVALID_YAML, file)
    assert error.cause is not None
    assert (error.cause.problem, error.cause.line) == (problem, 1)


def test_asked_again_an_answer_costs_nothing() -> None:
    text = compose_file("3.40.1")
    compose.images(text, "golden")
    compose.service_names(text, "golden")
    start = perf_counter()
    for _ in range(1_000):
        compose.images(text, "golden")
        compose.service_names(text, "golden")
    assert perf_counter() - start < 0.5


def test_another_image_changes_its_own_line() -> None:
    changed = compose.set_images(OVERRIDE, {"gitserver-0": "a/b:2", "searcher-0": "c:3"})
    assert changed == OVERRIDE.replace("sourcegraph/gitserver:1-hotpatch", "a/b:2").replace(
        "sourcegraph/searcher:1-hotpatch", "c:3"
    )
    assert compose.set_images(OVERRIDE, {}) == OVERRIDE


def test_an_image_behind_an_anchor() -> None:
    text = "services:\n  a: &a\n    image: x:1\n  b:\n    <<: *a\n  c: *a\n"
    assert compose.set_images(text, {"a": "x:2", "b": "x:1", "c": "x:2"}) == (
        "services:\n  a: &a\n    image: x:2\n  b:\n    <<: *a\n    image: x:1\n  c: *a\n"
    )


def test_only_images_there_are_can_be_changed() -> None:
    with pytest.raises(ComposeError) as raised:
        compose.set_images(OVERRIDE, {"repo-updater": "x"})
    assert (raised.value.problem, raised.value.key) == (ComposeProblem.NO_IMAGE, "repo-updater")


def test_hotpatches_go_and_nothing_else() -> None:
    result = remove_images(OVERRIDE, ["gitserver-0", "searcher-0", "repo-updater", "unknown"], "o")
    lost = [
        "    image: 'sourcegraph/gitserver:1-hotpatch' # goes with the next release\n",
        '  searcher-0:\n    image: "sourcegraph/searcher:1-hotpatch"\n',
    ]
    expected = OVERRIDE
    for lines in lost:
        expected = expected.replace(lines, "")
    assert result.text == expected
    assert result.removed == (
        ("gitserver-0", "sourcegraph/gitserver:1-hotpatch"),
        ("searcher-0", "sourcegraph/searcher:1-hotpatch"),
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("version: '2.4'\nservices:\n  a:\n    image: x\n", None),
        ("services: {a: {image: x}}\n", None),
        ("services:\n  a:\n    image: x\nvolumes:\n  v:\n", "volumes:\n  v:\n"),
        ("services: {a: {image: x}, b: {cpus: 1}}\n", "services: {b: {cpus: 1}}\n"),
        ("services:\n  a: {image: x, cpus: 1}\n", "services:\n  a: {cpus: 1}\n"),
        ("services:\n  a:\n    image: x\n  b: {}\n", "services:\n  b: {}\n"),
        ("services:\n  a:\n    image: x\n    cpus: 1", "services:\n  a:\n    cpus: 1"),
        ("services:\r\n  a:\r\n    image: x\r\n    cpus: 1\r\n", "services:\r\n  a:\r\n    cpus: 1\r\n"),
        ("services:\n  b:\n    cpus: 1\n  # gone\n  a:\n    image: x", "services:\n  b:\n    cpus: 1\n  # gone"),
        ("x-a: &a\n  image: x\nservices:\n  a:\n    <<: *a\n    cpus: 1\n",
         "x-a: &a\n  image: x\nservices:\n  a:\n    cpus: 1\n"),
    ],
)  # fmt: skip
def test_what_is_left_of_a_file(text: str, left: str | None) -> None:
    result = remove_images(text, ["a"], "o")
    assert result.text == left
    assert result.removed == (("a", "x"),)


@pytest.mark.parametrize("text", ["", "services: {a: {cpus: 1}}", "services:\n  a: {}\n", "a: [ broken", OVERRIDE])
def test_a_file_without_these_images_stays(text: str) -> None:
    assert remove_images(text, ["a"], "o") == compose.ImageRemoval(text)


def test_the_hotpatches_of_a_fleet() -> None:
    """Whatever hotpatch an instance has: afterwards it is gone, and every other line is there."""
    repository = make_fleet(40)
    for specimen in repository.instances:
        for path, file in repository.files.items():
            if path.startswith(f"{specimen.slug}/") and "override" in path and not file.is_link:
                found = compose.images(file.content, path)
                result = remove_images(file.content, set(found), path)
                assert dict(result.removed) == found
                if result.text is not None:
                    assert compose.images(result.text, path) == {}
                    assert set(result.text.splitlines()) <= set(file.content.splitlines())


@given(st.sets(st.sampled_from(["gitserver-0", "searcher-0", "proxy", "repo-updater"])))
def test_the_rest_means_what_it_did(services: set[str]) -> None:
    result = remove_images(OVERRIDE, services, "o")
    assert result.text is not None
    left = compose.images(result.text, "o")
    assert left == {name: image for name, image in compose.images(OVERRIDE, "o").items() if name not in services}
    assert compose.override_only_services(result.text, "o") >= {"repo-updater"}
    assert parse(result.text)


def test_the_difference_of_two_versions() -> None:
    found = difference(compose_file("3.40.0"), compose_file("3.40.1"))
    assert (found.added, found.removed, found.settings) == ((), (), ())
    assert len(found.images) == len(compose.images(compose_file("3.40.1"), "x"))
    assert not difference(OVERRIDE, OVERRIDE)


OLD = """\
version: '2.4'
services:
  a:
    image: x:1
    environment:
      - PGHOST=pgsql
      - GONE=1
    cpus: 4
    volumes: ['v:/data', 'w:/more']
    networks: [n]
    ports: ['80:80']
    command: [run, --fast]
  b:
    image: y:1
volumes:
  v:
"""
NEW = """\
version: '2.4'
services:
  a:
    image: x:2
    environment:
      PGHOST: cloudsql
      NEW: "true"
    cpus: 8
    volumes: ['u:/data', 'w:/more']
    networks: {n: {aliases: [web]}}
    ports: ['80:80', '81:81']
    command: run --slow
  c:
    build: .
    cpus: 1
volumes:
  v:
    driver: local
  u:
"""


def test_a_difference_is_told_setting_by_setting() -> None:
    found = difference(OLD, NEW)
    assert found.added == ("c",)
    assert found.removed == ("b",)
    assert found.images == (ImageChange("a", "x:1", "x:2"),)
    assert found.settings == (
        SettingChange("a", "environment.PGHOST", "pgsql", "cloudsql"),
        SettingChange("a", "environment.GONE", "1", None),
        SettingChange("a", "cpus", "4", "8"),
        SettingChange("a", "volumes", "v:/data", "u:/data"),
        SettingChange("a", "command", "[run, --fast]", "run --slow"),
        SettingChange("a", "environment.NEW", None, "true"),
        SettingChange("a", "networks.n.aliases", None, "web"),
        SettingChange("a", "ports", None, "81:81"),
        SettingChange("volumes", "v.driver", None, "local"),
        SettingChange("volumes", "u", None, "null"),
    )


def test_long_values_are_cut_and_stay_on_one_line() -> None:
    new = 'services:\n  a:\n    image: x\n    command: "' + "word\\n" * 50 + '"\n'
    (change,) = difference("services:\n  a:\n    image: x\n", new).settings
    assert change.new is not None
    assert len(change.new) == 60
    assert change.new.startswith("word word ")
    assert change.new.endswith("…")


def test_a_service_that_is_built_instead() -> None:
    (change,) = difference("services: {a: {image: x}}", "services: {a: {build: .}}").images
    assert (change.old, change.new) == ("x", "")

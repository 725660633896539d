"""Preparations that are refused, and those of versions that are prepared."""

from __future__ import annotations

import pytest

from bot.domain.plans.preparation import UPSTREAM_FILE
from bot.domain.plans.reasons.changes import ExecutorsPinned
from bot.domain.plans.reasons.file_problems import FileProblem, InvalidComposeFile, InvalidTerraform, UnusableFile
from bot.formats.compose import ComposeProblem
from bot.formats.yaml import YamlProblem
from tests.domain.plans.preparations import CPUS, GOLDEN, MAIN, UPSTREAM, with_main, with_overrides
from tests.domain.plans.repositories import (
    EXECUTORS,
    apply_changes,
    compose_text,
    planned_preparation,
    refused_preparation,
    repository,
)
from tests.domain.upgrade.deployments import plain


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

"""The words for files that a plan can't use: one sentence that names the file and says what to do."""

from __future__ import annotations

import pytest

from bot.domain.plans.preparation import UPSTREAM_FILE
from bot.domain.plans.reasons.file_problems import (
    FileProblem,
    InvalidComposeFile,
    InvalidTerraform,
    UnusableFile,
    compose_reason,
)
from bot.formats.compose import ComposeError, ComposeProblem, merge_files
from bot.formats.yaml import YamlProblem
from bot.rendering.wording import describe

HEAD = "services:\n  a:\n    image: x:1\n"


def service(line: str) -> str:
    return f"{HEAD}    {line}\n"


def service_override(line: str) -> str:
    return f"services: {{a: {{{line}}}}}"


@pytest.mark.parametrize(
    ("upstream", "override", "sentence"),
    [
        ("[]", "", "upstream's Compose file is not a Compose file; write a mapping with `services` in it"),
        (
            "",
            "",
            "upstream's Compose file is not a Compose file: it has no `services`; check whether it is the right file",
        ),
        ("services:\n", "", "upstream's Compose file is not a Compose file: it has no `services`; check whether"),
        ("services: []", "", "upstream's Compose file is not a Compose file: `services` is not a mapping"),
        ("services: {a: 1}", "", "upstream's Compose file has a service `a` that is not a mapping"),
        (HEAD, "- a", "o.yaml is not a Compose file; write a mapping"),
        (HEAD, "services: [a]", "o.yaml is not a Compose file: `services` is not a mapping"),
        (
            HEAD,
            "services: {a: [b]}",
            "o.yaml has a service `a` that is not a mapping; write it as a mapping",
        ),
        (HEAD, "services: {a: 'b\n`c'}", "o.yaml has a service `a` that is not a mapping"),
        (HEAD, "a: [", "o.yaml is not valid YAML (line 1); correct it"),
        (HEAD, "a: 1\na: 2", "o.yaml has a key twice in one mapping (line 2); correct it"),
        (
            service("environment: [A=1]"),
            service_override("environment: 5"),
            "o.yaml writes `services.a.environment` in another form",
        ),
        (
            service("volumes: ['a:/b']"),
            service_override("volumes: {a: b}"),
            "o.yaml writes `services.a.volumes` in another form",
        ),
        (
            service("deploy: {x: {y: 1}}"),
            service_override("deploy: {x: [1]}"),
            "o.yaml writes `services.a.deploy.x` in another form",
        ),
        (
            service("cap_add: [A]"),
            service_override("cap_add: {A: B}"),
            "o.yaml writes `services.a.cap_add` in another form",
        ),
        (
            service("ports: ['80']"),
            service_override("ports: '80'"),
            "o.yaml writes `services.a.ports` in another form",
        ),
        (
            service("labels: [a]"),
            service_override("labels: [[b]]"),
            "o.yaml writes `services.a.labels` in another form",
        ),
    ],
)
def test_what_cant_be_merged_is_one_sentence(upstream: str, override: str, sentence: str) -> None:
    with pytest.raises(ComposeError) as raised:
        merge_files(upstream, [("o.yaml", override)], base_name=UPSTREAM_FILE)
    words = describe(compose_reason(raised.value))
    assert words.startswith(sentence)
    assert "; " in words
    assert "\n" not in words


def test_an_override_of_a_service_that_upstream_lost() -> None:
    reason = InvalidComposeFile("golden/overrides/b.yaml", ComposeProblem.UNKNOWN_SERVICE, "gone")
    assert describe(reason) == (
        "golden/overrides/b.yaml overrides the service `gone`, which upstream's file does not have (any more); "
        "remove it from that override, then prepare again."
    )


def test_a_key_in_a_sentence_cant_break_it() -> None:
    reason = InvalidComposeFile("o.yaml", ComposeProblem.SERVICE_NOT_A_MAPPING, "a`\n*b*" + "x" * 100)
    assert (
        describe(reason) == f"o.yaml has a service `a???b?{'x' * 73}…` that is not a mapping; write it as a mapping."
    )


@pytest.mark.parametrize("problem", ComposeProblem)
def test_every_problem_of_a_compose_file_has_words(problem: ComposeProblem) -> None:
    words = describe(InvalidComposeFile("", problem, "key"))
    assert words.startswith("the Compose file ")
    assert words.endswith(".")


@pytest.mark.parametrize("problem", YamlProblem)
def test_every_problem_of_a_yaml_file_has_words(problem: YamlProblem) -> None:
    words = describe(InvalidComposeFile("x.yaml", ComposeProblem.INVALID_YAML, "", problem, 7))
    assert words.startswith("x.yaml ")
    assert words.endswith(" (line 7); correct it.")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            UnusableFile("demo/infrastructure.tf", FileProblem.UNREADABLE),
            "demo/infrastructure.tf could not be read from the deployment repository; try again.",
        ),
        (UnusableFile("a.yaml", FileProblem.TOO_LARGE), "a.yaml is larger than 1 MiB; shorten it."),
        (UnusableFile("a.yaml", FileProblem.NOT_UTF8), "a.yaml is not UTF-8 text; save it as UTF-8."),
        (
            UnusableFile(UPSTREAM_FILE, FileProblem.NOT_UTF8),
            "Upstream's docker-compose/docker-compose.yaml is not UTF-8 text; save it as UTF-8.",
        ),
        (InvalidTerraform("main.tf", 2), "main.tf is not valid Terraform (line 2); correct its syntax."),
        (InvalidTerraform("main.tf", None), "main.tf is not valid Terraform; correct its syntax."),
    ],
)
def test_a_file_that_a_plan_cant_use(reason: UnusableFile | InvalidTerraform, words: str) -> None:
    assert describe(reason) == words

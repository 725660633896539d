"""Upstream's executors modules: which they are, and what another version of them replaces."""

from __future__ import annotations

import pytest

from bot.domain.plans.executors import is_executors_module, replaced_addresses
from bot.formats.terraform import Module, modules
from demo.fleet import make_fleet
from tests.domain.plans.repositories import EXECUTORS


def only_module(text: str) -> Module:
    (found,) = modules(text)
    return found


def test_the_modules_of_a_fleet() -> None:
    text = make_fleet(1).files[EXECUTORS].content
    assert [(one.name, is_executors_module(one), one.version and one.version.value) for one in modules(text)] == [
        ("executors", True, "3.40.0"),
        ("docker-mirror", True, "3.40.0"),
    ]
    assert [text[one.version.start : one.version.end] for one in modules(text) if one.version] == ["3.40.0"] * 2


@pytest.mark.parametrize(
    ("kind", "addresses"),
    [
        (
            "",
            (
                "module.m.module.gcp-executors.google_compute_instance_template.executor-instance-template",
                "module.m.module.gcp-docker-mirror.google_compute_instance.default",
            ),
        ),
        ("//modules/executors", ("module.m.google_compute_instance_template.executor-instance-template",)),
        ("//modules/docker-mirror", ("module.m.google_compute_instance.default",)),
        ("//modules/something-new", ()),
    ],
)
def test_what_another_version_of_an_executors_module_replaces(kind: str, addresses: tuple[str, ...]) -> None:
    module = only_module(f'module "m" {{\n  source = "sourcegraph/executors/google{kind}"\n}}\n')
    assert replaced_addresses(module) == addresses


def test_another_module_replaces_nothing_that_is_known() -> None:
    assert replaced_addresses(only_module('module "m" {\n  source = "../x"\n}\n')) == ()
    assert replaced_addresses(only_module('module "m" {\n}\n')) == ()

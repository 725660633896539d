"""Which versions are prepared: those that an instance runs or may go to next."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.fleet.model import Instance
from bot.domain.plans.preparation_policy import evaluate_preparation
from bot.domain.plans.reasons.refusals import NobodyGoesThere
from tests.samples import customer_instance, fleet, internal_instance, version

RELEASED = frozenset(
    version(text)
    for text in ("3.39.1", "3.40.0", "3.40.1", "3.41.0", "3.42.0", "3.42.1", "3.43.2", "4.0.0", "4.1.0", "5.3.12303")
)


def running(*versions: str, **settings: Any) -> list[Instance]:
    return [
        customer_instance(f"amber{number}", version=version(one), **settings) for number, one in enumerate(versions)
    ]


def evaluate(target: str, *instances: Instance) -> NobodyGoesThere | None:
    return evaluate_preparation(version(target), fleet(*instances, golden=("3.40.0",)), RELEASED)


@pytest.mark.parametrize(
    ("versions", "target"),
    [
        (["3.40.0"], "3.40.1"),
        (["3.40.0"], "3.41.0"),
        (["3.40.0"], "3.40.0"),
        (["3.39.1", "3.40.0", "3.43.2"], "4.0.0"),
        (["3.43.2"], "4.0.0"),
        (["3.41.0", "3.39.1"], "3.40.1"),
        ([], "4.0.0"),
    ],
)
def test_one_instance_that_may_go_there_is_enough(versions: list[str], target: str) -> None:
    assert evaluate(target, *running(*versions)) is None


@pytest.mark.parametrize(
    ("versions", "target", "oldest", "newest", "step"),
    [
        (["3.40.0"], "4.0.0", "3.40.0", "3.40.0", "3.41.0"),
        (["3.40.0", "3.41.0"], "4.0.0", "3.40.0", "3.41.0", "3.42.1"),
        (["3.43.2"], "4.1.0", "3.43.2", "3.43.2", "4.0.0"),
        (["4.1.0"], "5.3.12303", "4.1.0", "4.1.0", None),
        (["3.41.0", "3.42.0"], "3.40.1", "3.41.0", "3.42.0", None),
    ],
)
def test_where_nobody_may_go_next_is_refused(
    versions: list[str], target: str, oldest: str, newest: str, step: str | None
) -> None:
    expected = NobodyGoesThere(version(target), version(oldest), version(newest), version(step) if step else None, 0)
    assert evaluate(target, *running(*versions)) == expected


def test_instances_that_are_left_out_decide_nothing() -> None:
    assert evaluate("4.0.0", *running("3.43.2", suspended=True), internal_instance("rctest")) is not None
    assert evaluate("4.0.0", *running("3.43.2", skip="no"), internal_instance("rctest")) is not None
    assert evaluate("4.0.0", *running("3.40.0", skip="no")) is None, "nobody is left to decide"


def test_the_first_instance_decides_on_a_candidate() -> None:
    rctest = internal_instance("rctest", version=version("3.40.0"))
    assert evaluate("3.41.0-rc.1", rctest, *running("3.39.1")) is None
    refused = evaluate("4.0.0-rc.1", rctest, *running("3.43.2", executors=True))
    assert refused is not None
    assert (refused.oldest, refused.executors_users) == (version("3.40.0"), 0)
    assert evaluate("4.0.0-rc.1", *running("3.40.0")) is None


def test_the_instances_with_executors_are_counted() -> None:
    refused = evaluate("4.0.0", *running("3.40.0", "3.39.1", executors=True), internal_instance("rctest"))
    assert refused is not None
    assert refused.executors_users == 2

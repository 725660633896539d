"""Rollbacks that are refused."""

from __future__ import annotations

import pytest

from bot.domain.git_tree import blob_sha
from bot.domain.plans.change_set import Refusal
from bot.domain.plans.checkout import Checkout
from bot.domain.plans.reasons.file_problems import FileProblem, FileReason, InvalidTerraform, UnusableFile
from bot.domain.plans.reasons.refusals import (
    AlreadyRolledBack,
    HistoryProblem,
    RollbackGoldenMissing,
    RollbackTooFar,
    UnusableHistory,
)
from bot.domain.plans.rollback import LinkHistory, plan_rollback, previous_version
from bot.domain.plans.upgrade import PlanContext
from tests.domain.plans.repositories import (
    LINK,
    OVERRIDE,
    SLUG,
    apply_changes,
    checkout,
    compose_text,
    instance_in,
    planned_rollback,
    refused_rollback,
)
from tests.domain.plans.rollbacks import AFTER, BEFORE, after_with
from tests.domain.upgrade.deployments import Files, golden, link, plain
from tests.samples import internal_instance, snapshot_of, version


def test_an_instance_that_was_never_upgraded_is_refused() -> None:
    reason = UnusableHistory(HistoryProblem.NO_EARLIER_LINK)
    assert plan_rollback(instance_in(AFTER), None, checkout(AFTER), PlanContext()) == Refusal(reason)
    assert refused_rollback({path: file for path, file in BEFORE.items() if path != LINK}, AFTER) == reason


def test_what_was_a_rollback_is_not_undone() -> None:
    back = apply_changes(AFTER, planned_rollback(BEFORE, AFTER).changes)
    assert refused_rollback(AFTER, back) == AlreadyRolledBack(version("3.40.1"), version("3.40.0"))


@pytest.mark.parametrize(
    ("old", "new", "released", "goes"),
    [
        ("3.39.1", "3.40.1", "", True),
        ("3.39.1", "3.41.0", "", False),
        ("3.39.1", "4.0.0", "3.43.2", False),
        ("3.43.2", "4.0.0", "3.43.2", True),
        ("3.43.2", "4.0.0", "3.44.0", False),
        ("3.43.2", "4.1.0", "", False),
        ("3.41.0-rc.1", "3.41.0", "", True),
    ],
)
def test_a_rollback_goes_back_one_minor_version_at_most(old: str, new: str, released: str, goes: bool) -> None:
    texts = {f"golden/docker-compose.{one}.yaml": plain(compose_text(one)) for one in (old, new)}
    kept = {path: file for path, file in BEFORE.items() if not path.startswith("golden/")}
    before = {**kept, **texts, LINK: golden(old)}
    after = {**before, LINK: golden(new)}
    known = PlanContext(released=frozenset(map(version, released.split())))
    if goes:
        assert apply_changes(after, planned_rollback(before, after, known=known).changes) == before
    else:
        assert refused_rollback(before, after, known=known) == RollbackTooFar(version(old), version(new))


def test_a_golden_file_that_is_gone_must_be_restored_first() -> None:
    now = {path: file for path, file in AFTER.items() if path != "golden/docker-compose.3.40.0.yaml"}
    assert refused_rollback(BEFORE, AFTER, now) == RollbackGoldenMissing(version("3.40.0"))


@pytest.mark.parametrize(
    "was",
    [
        plain("services: {}\n"),
        link("../../../golden/docker-compose.latest.yaml"),
        link("../../golden/docker-compose.3.40.0.yaml"),
        link("../../../golden/docker-compose.3.40.0.yaml/"),
        link("../../../golden/docker-compose.v3.40.0.yaml"),
        plain(b"\xff"),
    ],
)
def test_what_was_no_golden_file_is_not_gone_back_to(was: tuple[str, bytes]) -> None:
    assert refused_rollback({**BEFORE, LINK: was}, AFTER) == UnusableHistory(HistoryProblem.NOT_GOLDEN)


def test_git_tells_what_an_instance_ran_before_its_link_was_changed() -> None:
    def told(before: Files, after: Files, now: Files) -> str:
        past = LinkHistory("c0ffee", snapshot_of(before), snapshot_of(after))
        contents = {blob_sha(content): content for _, content in (*before.values(), *after.values())}
        return str(previous_version(instance_in(now), past, Checkout(past.after, contents)))

    assert told(BEFORE, AFTER, AFTER) == "3.40.0"
    assert told(AFTER, BEFORE, BEFORE) == "3.40.1", "a rollback came from where it went back"
    assert told(BEFORE, AFTER, BEFORE) == "None", "it was another change than that one"
    assert told({**BEFORE, LINK: plain("services: {}")}, AFTER, AFTER) == "None"


def test_a_plain_file_with_a_links_words_in_it_is_no_golden_file() -> None:
    was = plain("../../../golden/docker-compose.3.40.0.yaml")
    assert refused_rollback({**BEFORE, LINK: was}, AFTER) == UnusableHistory(HistoryProblem.NOT_GOLDEN)


def test_a_history_that_does_not_lead_to_what_it_runs_is_refused() -> None:
    instance = internal_instance(SLUG, version=version("3.41.0"))
    reason = UnusableHistory(HistoryProblem.UNREADABLE_MERGE)
    assert refused_rollback(BEFORE, AFTER, instance=instance) == reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'module "m" {\n  source = "mi-module-v"\n', InvalidTerraform("infrastructure.tf", 3)),
        (b"mi-module-v\xff", UnusableFile("infrastructure.tf", FileProblem.NOT_UTF8)),
    ],
)
def test_a_broken_infrastructure_file_is_named(content: bytes, reason: FileReason) -> None:
    assert refused_rollback(BEFORE, AFTER, after_with(infrastructure=plain(content))) == reason


def test_an_override_that_was_no_text_is_named() -> None:
    reason = refused_rollback({**BEFORE, OVERRIDE: plain(b"\xff")}, AFTER)
    assert reason == UnusableFile(OVERRIDE.partition("/")[2], FileProblem.NOT_UTF8)


def test_what_was_not_fetched_is_asked_for_again() -> None:
    past = LinkHistory("commit", snapshot_of(BEFORE), snapshot_of(AFTER))
    links = {blob_sha(BEFORE[LINK][1]), blob_sha(AFTER[LINK][1])}
    partly = checkout({**AFTER, "old": BEFORE[LINK]}, links)
    plan = plan_rollback(instance_in(AFTER), past, partly, PlanContext())
    assert isinstance(plan, Refusal)
    assert isinstance(plan.reason, UnusableFile)
    assert plan.reason.problem is FileProblem.UNREADABLE

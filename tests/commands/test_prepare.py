"""`/prepare`: requests a version's golden file, and accepts its images."""

from __future__ import annotations

import pytest

from bot.domain.chat.replies import PreparationProgress
from bot.domain.upgrade.effects import Prepare
from tests.commands.harness import RCTEST, plan, reply_text
from tests.samples import fleet, internal_instance, version

USAGE = '/prepare [VERSION] [--accept-tags] [--force "reason"]'


@pytest.mark.parametrize("line", ["/prepare", "/prepare 3.40.1", "/prepare v3.40.1 3.40.1"])
def test_the_version_of_the_issue_or_of_the_command(line: str) -> None:
    found = plan(line)
    assert found.items == (PreparationProgress(version("3.40.1")),)
    assert found.effects == (Prepare("3.40.1", "dana", asked=True, accept=False),)


def test_another_version_than_the_issues() -> None:
    assert plan("/prepare 3.41.0").effects == (Prepare("3.41.0", "dana"),)
    assert plan("/prepare 3.41.0", on="").effects == (Prepare("3.41.0", "dana"),)


def test_the_newest_release() -> None:
    found = plan("/prepare latest", released="3.40.1 3.41.2 3.43.0-rc.1")
    assert found.items == (PreparationProgress(version("3.41.2")),)
    assert found.effects == (Prepare("3.41.2", "dana"),)


FAR = "3.40.1 3.41.2 3.42.0 3.43.2 4.0.0"


@pytest.mark.parametrize("line", ["/prepare latest", "/prepare 4.0.0", "/prepare 4.0.0 --accept-tags"])
def test_a_version_to_which_no_instance_may_go_next_is_refused(line: str) -> None:
    assert plan(line, released=FAR).effects == ()
    assert reply_text(line, released=FAR) == (
        "/prepare: no instance may go to 4.0.0 next: they run 3.39.1 to 3.40.0. Prepare 3.41.2 first."
    )


def test_the_refusal_counts_the_instances_with_executors() -> None:
    among = fleet(RCTEST, internal_instance("demo", executors=True), golden=("3.40.0",))
    assert reply_text("/prepare 4.0.0", among=among, released=FAR) == (
        "/prepare: no instance may go to 4.0.0 next: they run 3.40.0. Prepare 3.41.2 first. "
        "It would also pin the executors modules of 1 instance to 4.0.0."
    )


def test_an_operator_may_force_it_with_a_reason() -> None:
    found = plan('/prepare 4.0.0 --force "a new customer starts there"', released=FAR)
    assert found.effects == (Prepare("4.0.0", "dana", force="a new customer starts there"),)


def test_a_reason_that_is_not_needed_is_not_kept() -> None:
    assert plan('/prepare 3.40.1 --force "why not"').effects == (Prepare("3.40.1", "dana"),)


@pytest.mark.parametrize("line", ["/prepare --accept-tags", "/prepare 3.40.1 --accept-tags", "/prepare —accept-tags"])
def test_an_operator_accepts_images_without_the_versions_tag(line: str) -> None:
    assert plan(line).effects == (Prepare("3.40.1", "dana", asked=True, accept=True),)


def test_a_release_candidate_is_prepared_like_any_other() -> None:
    assert plan("/prepare 3.41.1-rc.1", released="3.41.1-rc.1").effects == (Prepare("3.41.1-rc.1", "dana"),)


def test_an_unknown_version_is_refused_with_the_nearest() -> None:
    assert reply_text("/prepare 3.99.0") == (
        "/prepare: upstream has no tag for version 3.99.0. The nearest version is 3.41.0."
    )
    assert plan("/prepare 3.99.0").effects == ()


def test_a_version_that_has_its_golden_file_may_lack_a_tag() -> None:
    assert plan("/prepare 3.40.1", released="3.99.0").effects == (Prepare("3.40.1", "dana"),)


def test_without_known_tags_no_version_is_refused_as_unknown() -> None:
    assert plan("/prepare 3.41.9", released="").effects == (Prepare("3.41.9", "dana"),)


@pytest.mark.parametrize(
    ("line", "on", "fault"),
    [
        ("/prepare rctest", "3.40.1", f"/prepare: write {USAGE}, without an instance."),
        ("/prepare all 3.40.1", "3.40.1", "without an instance"),
        ("/prepare", "", f"this issue's title names no version; add one: {USAGE}."),
        ("/prepare 3.40.1 3.41.0", "3.40.1", "name one version only"),
        ("/prepare --froce", "3.40.1", f"write {USAGE}."),
        ("/prepare --force", "3.40.1", "--force"),
    ],
)
def test_a_command_that_cannot_be_understood_shows_its_usage(line: str, on: str, fault: str) -> None:
    assert fault in reply_text(line, on=on)
    assert plan(line, on=on).effects == ()


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("3.41", "is no version; write X.Y.Z"),
        ("v3.41.x", "is no version; write X.Y.Z"),
        ("3.41.65536", "is no version; write X.Y.Z, with numbers up to 65535 and without zeros before them."),
        ("03.41.0", "is no version; write X.Y.Z, with numbers up to 65535 and without zeros before them."),
        ("latst", "is not understood; did you mean latest?"),
        ("now", "is no version, and the command takes no instance"),
    ],
)
def test_a_word_that_is_not_understood_is_told(word: str, told: str) -> None:
    assert plan(f"/prepare {word}").effects == ()
    assert reply_text(f"/prepare {word}").startswith(f"/prepare: “{word}” {told}")

"""`/prepare`: requests a version's golden file, and accepts its images."""

from __future__ import annotations

import pytest

from bot.domain.chat.replies import PreparationProgress
from bot.domain.upgrade.effects import Prepare
from tests.commands.harness import plan, reply_text
from tests.samples import version

USAGE = "/prepare [VERSION] [--accept-tags]"


@pytest.mark.parametrize("line", ["/prepare", "/prepare 3.40.1", "/prepare v3.40.1 3.40.1"])
def test_the_version_of_the_issue_or_of_the_command(line: str) -> None:
    found = plan(line)
    assert found.items == (PreparationProgress(version("3.40.1")),)
    assert found.effects == (Prepare("3.40.1", "dana", asked=True, accept=False),)


def test_another_version_than_the_issues() -> None:
    assert plan("/prepare 3.41.0").effects == (Prepare("3.41.0", "dana"),)
    assert plan("/prepare 3.41.0", on="").effects == (Prepare("3.41.0", "dana"),)


def test_the_newest_release() -> None:
    found = plan("/prepare latest", released="3.40.1 3.42.0 3.43.0-rc.1")
    assert found.items == (PreparationProgress(version("3.42.0")),)
    assert found.effects == (Prepare("3.42.0", "dana"),)


@pytest.mark.parametrize("line", ["/prepare --accept-tags", "/prepare 3.40.1 --accept-tags", "/prepare —accept-tags"])
def test_an_operator_accepts_images_without_the_versions_tag(line: str) -> None:
    assert plan(line).effects == (Prepare("3.40.1", "dana", asked=True, accept=True),)


def test_a_release_candidate_is_prepared_like_any_other() -> None:
    assert plan("/prepare 3.42.0-rc.1", released="3.42.0-rc.1").effects == (Prepare("3.42.0-rc.1", "dana"),)


def test_an_unknown_version_is_refused_with_the_nearest() -> None:
    assert reply_text("/prepare 3.99.0") == (
        "/prepare: upstream has no tag for version 3.99.0. The nearest version is 3.41.0."
    )
    assert plan("/prepare 3.99.0").effects == ()


def test_a_version_that_has_its_golden_file_may_lack_a_tag() -> None:
    assert plan("/prepare 3.40.1", released="3.99.0").effects == (Prepare("3.40.1", "dana"),)


def test_without_known_tags_no_version_is_refused_as_unknown() -> None:
    assert plan("/prepare 3.99.0", released="").effects == (Prepare("3.99.0", "dana"),)


@pytest.mark.parametrize(
    ("line", "on", "fault"),
    [
        ("/prepare rctest", "3.40.1", f"/prepare: write {USAGE}, without an instance."),
        ("/prepare all 3.40.1", "3.40.1", "without an instance"),
        ("/prepare", "", f"this issue's title names no version; add one: {USAGE}."),
        ("/prepare 3.40.1 3.41.0", "3.40.1", "name one version only"),
        ("/prepare --force", "3.40.1", f"its options are --accept-tags; write {USAGE}."),
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
        ("latst", "is not understood; did you mean latest?"),
        ("now", "is no version, and the command takes no instance"),
    ],
)
def test_a_word_that_is_not_understood_is_told(word: str, told: str) -> None:
    assert plan(f"/prepare {word}").effects == ()
    assert reply_text(f"/prepare {word}").startswith(f"/prepare: “{word}” {told}")

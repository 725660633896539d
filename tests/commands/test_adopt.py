"""`/adopt`: an operator says that an issue is a release issue or a tracker."""

from __future__ import annotations

import pytest

from bot.domain.tracker.effects import EnsureTracker
from tests.commands.harness import plan, reply_text

USAGE = "/adopt [VERSION]"


def test_the_issue_is_taken_for_the_version_that_it_names() -> None:
    assert plan("/adopt", on="3.41.0").effects == (EnsureTracker("3.41.0", 12, "dana", asked=True),)
    assert reply_text("/adopt", on="3.41.0") == (
        "/adopt: I take this issue for the 3.41.0 upgrade, and I link the tracker here."
    )


def test_or_for_the_version_of_the_command() -> None:
    assert plan("/adopt 3.41.0", on="").effects == (EnsureTracker("3.41.0", 12, "dana", asked=True),)


@pytest.mark.parametrize(
    ("line", "on", "answer"),
    [
        ("/adopt rctest", "3.41.0", f"/adopt: write {USAGE}, without an instance."),
        ("/adopt", "3.40.1", "/adopt: the tracker of the 3.40.1 upgrade is #12."),
        ("/adopt 3.99.0", "", "/adopt: upstream has no tag for version 3.99.0. The nearest version is 3.41.0."),
    ],
)
def test_what_is_refused(line: str, on: str, answer: str) -> None:
    assert plan(line, on=on).effects == ()
    assert reply_text(line, on=on) == answer

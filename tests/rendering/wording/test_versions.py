"""The words for steps between versions."""

from __future__ import annotations

import pytest

from bot.domain.reasons import Reason
from bot.domain.version_steps import Downgrade, NextMajor, OneStep, SameVersion, VersionJump
from bot.rendering.wording import describe
from tests.samples import version


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (SameVersion(version("3.40.1")), "it already runs 3.40.1."),
        (
            Downgrade(version("3.40.1"), version("3.40.0")),
            "it runs 3.40.1, and downgrades such as to 3.40.0 are refused. "
            "To undo its last upgrade, comment /rollback.",
        ),
        (
            VersionJump(version("3.40.0"), version("3.42.0"), "3.41", version("3.41.0")),
            "it runs 3.40.0, and 3.42.0 skips versions: upgrade one minor version at a time. Next step: 3.41.0.",
        ),
        (
            VersionJump(version("3.43.2"), version("3.45.0"), "3.44"),
            "it runs 3.43.2, and 3.45.0 skips versions: upgrade one minor version at a time. Next step: 3.44.x.",
        ),
        (OneStep(version("3.40.0"), version("3.40.1")), "3.40.0 to 3.40.1 is one step."),
        (
            NextMajor(version("3.43.2"), version("4.0.0")),
            "3.43 is the last minor version of 3.x, so 4.0.0 is the next step.",
        ),
    ],
)
def test_a_step_in_words(reason: Reason, words: str) -> None:
    assert describe(reason) == words

"""The words for refused plans: each says what to do instead."""

from __future__ import annotations

import pytest

from bot.domain.fleet.model import Channel
from bot.domain.fleet.skips import ExcludedByChannel, MarkedSkipped
from bot.domain.plans.refusals import CandidateRefused, LeftOut, UnknownVersion
from bot.domain.reasons import Reason
from bot.rendering.wording import describe
from tests.samples import version


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            LeftOut(MarkedSkipped("shared by engineering")),
            "it is left out of release upgrades: shared by engineering. "
            "To take it in, take upgrade.skip out of its config.yaml.",
        ),
        (
            LeftOut(ExcludedByChannel(Channel.PAUSE)),
            "it is left out of release upgrades: release channel is pause. "
            "To take it in, set releaseChannel to stable in its config.yaml.",
        ),
        (
            LeftOut(ExcludedByChannel(Channel.INSIDERS)),
            "it is left out of release upgrades: release channel is insiders. "
            "To take it in, set releaseChannel to stable in its config.yaml.",
        ),
        (CandidateRefused(), "release candidates go to rctest only; upgrade it to a release."),
        (
            CandidateRefused(version("3.40.1")),
            "release candidates go to rctest only; upgrade it to a release, such as 3.40.1.",
        ),
        (UnknownVersion(version("3.40.7")), "there is no version 3.40.7 among upstream's tags."),
        (
            UnknownVersion(version("3.40.7"), version("3.40.1")),
            "there is no version 3.40.7 among upstream's tags. The nearest that there is: 3.40.1.",
        ),
    ],
)
def test_policy_refuses_with_the_reason_and_what_to_do(reason: Reason, words: str) -> None:
    assert describe(reason) == words

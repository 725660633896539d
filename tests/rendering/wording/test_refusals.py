"""The words for refused plans: each says what to do instead."""

from __future__ import annotations

import pytest

from bot.domain.fleet.model import Channel, ExcludedByChannel, MarkedSkipped, Suspended
from bot.domain.plans.reasons.refusals import (
    AlreadyRolledBack,
    CandidateRefused,
    HistoryProblem,
    LeftOut,
    MistaggedImage,
    NobodyGoesThere,
    NotPrepared,
    RollbackGoldenMissing,
    RollbackTooFar,
    UnknownVersion,
    UnusableHistory,
    VersionHeld,
)
from bot.domain.reasons import Reason
from bot.rendering.wording import describe
from tests.samples import version


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            LeftOut(MarkedSkipped("shared by engineering")),
            "it is left out of release upgrades: shared by engineering. "
            "To include it, remove upgrade.skip from its config.yaml.",
        ),
        (
            NobodyGoesThere(version("4.0.0"), version("3.39.1"), version("3.40.0"), version("3.41.0"), 3),
            "no instance may go to 4.0.0 next: they run 3.39.1 to 3.40.0. Prepare 3.41.0 first. "
            "It would also pin the executors modules of 3 instances to 4.0.0.",
        ),
        (
            NobodyGoesThere(version("4.0.0"), version("4.1.0"), version("4.1.0")),
            "no instance may go to 4.0.0 next: they run 4.1.0.",
        ),
        (
            LeftOut(Suspended()),
            "it is left out of release upgrades: suspended. To include it, resume it, so that deployments in its "
            "terraform.tfvars is not empty.",
        ),
        (
            LeftOut(ExcludedByChannel(Channel.PAUSE)),
            "it is left out of release upgrades: release channel is pause. "
            "To include it, set releaseChannel to stable in its config.yaml.",
        ),
        (
            LeftOut(ExcludedByChannel(Channel.INSIDERS)),
            "it is left out of release upgrades: release channel is insiders. "
            "To include it, set releaseChannel to stable in its config.yaml.",
        ),
        (CandidateRefused(), "release candidates go to rctest only; upgrade it to a release."),
        (
            CandidateRefused(version("3.40.1")),
            "release candidates go to rctest only; upgrade it to a release, such as 3.40.1.",
        ),
        (UnknownVersion(version("3.40.7")), "upstream has no tag for version 3.40.7."),
        (
            UnknownVersion(version("3.40.7"), version("3.40.1")),
            "upstream has no tag for version 3.40.7. The nearest version is 3.40.1.",
        ),
        (
            NotPrepared(version("3.40.2")),
            "golden/docker-compose.3.40.2.yaml is not in the deployment repository yet.",
        ),
        (
            VersionHeld(
                version("3.40.1"), (MistaggedImage("searcher", "docker.io/sourcegraph/searcher:3.40.0@sha256:0a"),)
            ),
            "3.40.1 is held: images from the publisher do not have the tag 3.40.1: "
            "searcher (docker.io/sourcegraph/searcher:3.40.0). "
            "If this is intended, an operator comments /prepare 3.40.1 --accept-tags.",
        ),
        (
            UnusableHistory(HistoryProblem.NO_EARLIER_LINK),
            "Git shows no upgrade of it: its link never changed.",
        ),
        (
            UnusableHistory(HistoryProblem.UNREADABLE_MERGE),
            "its link was changed by a merge that mibot can't read; roll back by hand.",
        ),
        (
            UnusableHistory(HistoryProblem.NOT_GOLDEN),
            "what it ran before its last change is not a golden file; roll back by hand.",
        ),
        (
            AlreadyRolledBack(version("3.40.1"), version("3.40.0")),
            "its last change was already a rollback, from 3.40.1 to 3.40.0. To upgrade it again, comment /upgrade.",
        ),
        (
            RollbackGoldenMissing(version("3.40.0")),
            "golden/docker-compose.3.40.0.yaml, which it ran before, no longer exists; restore that file first.",
        ),
        (
            RollbackTooFar(version("3.38.0"), version("3.40.0")),
            "it went from 3.38.0 to 3.40.0, which is more than one minor version; rolling back that far is not safe.",
        ),
    ],
)
def test_a_refusal_says_why_and_what_to_do(reason: Reason, words: str) -> None:
    assert describe(reason) == words

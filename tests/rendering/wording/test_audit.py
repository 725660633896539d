"""What is missing of the evidence, in words: what it is, and after a colon what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.audit.gaps import (
    BackupIncomplete,
    BackupNotReady,
    BackupNotTaken,
    BackupTooLate,
    CheckNotPassed,
    Control,
    EarlierGap,
    FirstInstanceNotDone,
    MergedByBot,
    MergerUnknown,
    NoPreUpgradeChecks,
    NoPullRequest,
    NotApproved,
    NotFinished,
    NotMerged,
    NoTracker,
    UndoneUpgradeUnknown,
    UnhealthyAfter,
    UnhealthyBefore,
)
from bot.domain.fleet.model import UnreadableInstance
from bot.domain.fleet.problems import ConfigNotYaml
from bot.domain.health.failing import FailingChecks
from bot.domain.health.model import CheckState
from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import Reason
from bot.domain.upgrade.backups import BackupKind, BackupState
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import request_upgrade
from bot.rendering.evidence import to_document
from bot.rendering.wording import describe
from tests.domain.audit.evidences import TO, deployed, evidence, merged, rolled_back
from tests.samples import ACCOUNT, NOW, customer_instance, fleet, internal_instance, upgrade, version

RED = FailingChecks(("VM",), ("Uptime",))
TAKE_NOW = "name an earlier one that people or the workflow took, and comment /backup to take one now"


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            NoPullRequest(Stage.DONE),
            "There is no pull request, and the stage is done: make sure that one is opened.",
        ),
        (
            NotApproved(by_bots=False, merged=True),
            "Nobody approved the pull request before its merge: have a person review it now.",
        ),
        (
            NotApproved(by_bots=True, merged=True),
            "Only bots approved the pull request before its merge: have a person review it now.",
        ),
        (
            NotApproved(by_bots=False, merged=False),
            "Nobody approved the pull request yet: have a person review it.",
        ),
        (
            NotMerged(Stage.OPEN),
            "The pull request is not merged (stage: open): merge it, or close it.",
        ),
        (
            MergerUnknown(),
            "It is unknown who merged the pull request: look it up on GitHub, and record who it was.",
        ),
        (
            MergedByBot("mergify[bot]"),
            "The pull request was merged by mergify[bot], not by a person: record who decided that.",
        ),
        (
            NoPreUpgradeChecks(merged=True),
            "No health check ran before the upgrade, and nobody forced it: show its health at that time from the "
            "monitoring.",
        ),
        (
            NoPreUpgradeChecks(merged=False),
            "No health check ran before the upgrade, and nobody forced it: they run before the deployment.",
        ),
        (
            UnhealthyBefore(RED),
            "Before the upgrade, red: VM; unknown: Uptime, and nobody forced it: have an operator record why it "
            "could proceed.",
        ),
        (
            UnhealthyAfter(Stage.DONE, FailingChecks()),
            "It is done, but after the deployment, no check ran: fix the problem, and show with /check that the "
            "instance is healthy.",
        ),
        (
            FirstInstanceNotDone(),
            "No record shows that rctest was done before this was merged, and nobody forced it: show the state of "
            "rctest at that time, or have an operator record the reason.",
        ),
        (
            NoTracker(),
            "No tracker lists it: add mibot's label to the release issue.",
        ),
        (
            UndoneUpgradeUnknown(),
            "mibot has no record of the upgrade that was rolled back: show its pull request, approval and checks.",
        ),
        (
            NotFinished(Stage.VERIFYING, Stage.DONE, merged=True),
            "It is verifying, not done: complete it, or roll back with /rollback.",
        ),
        (
            NotFinished(Stage.FAILED, Stage.ROLLED_BACK, merged=False, checks=RED),
            "It is failed, not rolled back, and after the deployment, red: VM; unknown: Uptime: complete it, or "
            "close its pull request.",
        ),
        (
            CheckNotPassed(Control.UPTIME, "uptime", CheckState.UNKNOWN),
            "Nothing shows that the front page could be reached after the deployment, because the check uptime was "
            "unknown: fix it, then comment /check.",
        ),
        (
            CheckNotPassed(Control.MONITORING, "alerts", None),
            "Nothing shows that no critical alert was open after the deployment, because the check alerts did not "
            "run: fix it, then comment /check.",
        ),
        (
            CheckNotPassed(Control.PERFORMANCE, "alerts", None),
            "Nothing shows that search was fast enough (99th percentile) after the deployment, because the check "
            "alerts "
            "did not run: fix it, then comment /check.",
        ),
        (
            BackupNotReady(BackupKind.DATABASE, Stage.OPEN),
            "No Cloud SQL backup is ready, and the stage is open: make sure that there is one before the deployment.",
        ),
        (
            BackupNotTaken(BackupKind.DISK),
            f"No disk snapshot was taken before the deployment: {TAKE_NOW}.",
        ),
        (
            BackupIncomplete(BackupKind.DISK, "mibot-3-40-1-x", BackupState.FAILED),
            f"The disk snapshot mibot-3-40-1-x is failed, not ready: {TAKE_NOW}.",
        ),
        (
            BackupIncomplete(BackupKind.DATABASE, "", BackupState.RUNNING),
            f"The Cloud SQL backup without a name is running, not ready: {TAKE_NOW}.",
        ),
        (
            BackupTooLate(BackupKind.DISK),
            f"The disk snapshot was started after the deployment was requested: {TAKE_NOW}.",
        ),
        (
            EarlierGap(ChangeKind.UPGRADE, NoTracker()),
            "About the earlier upgrade: No tracker lists it: add mibot's label to the release issue.",
        ),
    ],
)  # fmt: skip
def test_a_gap_in_words(reason: Reason, sentence: str) -> None:
    assert describe(reason) == sentence


@pytest.mark.parametrize(
    "record",
    [request_upgrade(None, "rctest", TO, "dana", NOW), upgrade(stage=Stage.OPEN), deployed(merged()), rolled_back()],
    ids=lambda record: record.stage,
)
def test_every_gap_says_what_to_do(record: Upgrade) -> None:
    for entry in evidence(record, tracker=None).entries:
        assert entry.gaps
        for gap in entry.gaps:
            sentence = describe(gap.reason)
            assert sentence.count(": ") >= 1
            assert sentence.endswith(".")


def test_why_an_instance_has_no_record() -> None:
    known = fleet(
        internal_instance("s2", skip="takes nightly builds, like amberotter"),
        internal_instance("demo", version=TO),
        customer_instance("amberotter"),
        customer_instance("big-co", f"{ACCOUNT}1", version=version("3.41.0")),
    )
    known = replace(known, unreadable=(UnreadableInstance("jaderaven", ConfigNotYaml(3), account=f"{ACCOUNT}2"),))
    found = to_document(evidence(fleet=known))["without_record"]
    assert [(one["state"], one["reason"]) for one in found] == [
        ("skipped", f"takes nightly builds, like {ACCOUNT}"),
        ("already there", "it was upgraded to 3.40.1 by hand: show who did that, and who approved it"),
        ("not started", "it runs 3.40.0, and nobody has requested its upgrade"),
        ("already there", "it runs 3.41.0, which is newer"),
        ("can't be read", "config.yaml is not valid YAML (line 3); correct its syntax"),
    ]

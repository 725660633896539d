"""What can be proven of the upgrades to a version, and what is missing for which control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.checks import all_checks
from bot.domain.audit.controls import ALERTS, UPTIME
from bot.domain.audit.evidence import REMOVED_INSTANCE, BroughtByHand, NotRequested, RunsLater, UnrecordedState
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
from bot.domain.fleet.model import Fleet, MarkedSkipped, UnreadableInstance
from bot.domain.fleet.problems import InstanceFileProblem, UnusableInstanceFile
from bot.domain.health.failing import FailingChecks
from bot.domain.health.model import CheckState
from bot.domain.health.reasons import AcceptedByPerson
from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import PlainText, Reason
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.backups import BackupKind, BackupState
from bot.domain.upgrade.deployment import hold, mark_deployed_manually, retry
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.record import Rollback, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import Cause, mark_skipped, move, request_upgrade
from tests.domain.audit.evidences import (
    CONSOLE,
    FLEET,
    FROM,
    MERGE,
    NAMES,
    PULLS,
    RUN_URL,
    TO,
    TRACKER,
    accepted_by_person,
    after,
    backups,
    checks,
    complete,
    deployed,
    evidence,
    merged,
    rolled_back,
    verified,
)
from tests.samples import (
    ACCOUNT,
    NOW,
    customer_instance,
    fleet,
    internal_instance,
    modify,
    result,
    upgrade,
    version,
)

NO_CONFIG = UnusableInstanceFile("config.yaml", InstanceFileProblem.MISSING)

PAUSED = PlainText("its release channel is pause")


def gaps(*upgrades: Upgrade, tracker: TrackerRecord | None = TRACKER) -> list[tuple[Control, Reason]]:
    """What is missing of the last of these, as controls and reasons."""
    called = {"rctest": "rctest", "demo": "demo", "amberotter": ACCOUNT}.get(upgrades[-1].slug, REMOVED_INSTANCE)
    (entry,) = [one for one in evidence(*upgrades, tracker=tracker).entries if one.name.plain == called]
    return [(gap.control, gap.reason) for gap in entry.gaps]


NO_CHECKS = {
    Control.MONITORING: CheckNotPassed(Control.MONITORING, ALERTS, None),
    Control.UPTIME: CheckNotPassed(Control.UPTIME, UPTIME, None),
    Control.PERFORMANCE: CheckNotPassed(Control.PERFORMANCE, ALERTS, None),
}


# A perfect upgrade


def test_nothing_is_missing_of_a_complete_upgrade() -> None:
    everything = evidence(complete("rctest"), complete("demo"), complete("amberotter", after(120)))
    assert everything.incomplete == ()
    assert everything.counts == (("done", 3),)
    assert [entry.name.plain for entry in everything.entries] == ["rctest", "demo", ACCOUNT]
    assert everything.tracker == TRACKER.url


def test_a_record_has_people_times_and_durations() -> None:
    (entry,) = evidence(complete()).entries
    (story,) = entry.audit_records
    assert (story.requested_by, story.approved_by, story.merged_by) == ("dana", ("lee",), "rio")
    assert (story.number, story.url, story.merge_commit) == (7, f"{PULLS}/7", MERGE)
    assert (story.from_version, story.to_version, story.stage) == (FROM, TO, Stage.DONE)
    times = story.times
    assert (times.requested_at, times.merged_at) == (NOW, after(30))
    assert (times.deployed_at, times.proven_at) == (after(50), after(60))
    assert (times.requested_to_merged, times.merged_to_deployed) == (1800, 1200)
    assert (times.deployed_to_proven, times.requested_to_proven) == (600, 3600)
    assert [step.stage for step in story.history][-1] is Stage.DONE
    assert [copy.name for copy in story.backups] == ["1234", "mibot-3-40-1-x"]
    assert story.deployment is not None
    assert (story.deployment.run_url, story.deployment.conclusion) == (RUN_URL, "success")
    assert [one.name for one in story.after] == sorted(NAMES)


def test_a_forced_upgrade_needs_no_green_checks_and_no_order() -> None:
    forced = modify(
        complete("amberotter"), before=checks(NOW, state=CheckState.FAIL), force=Override("dana", "an outage")
    )
    assert gaps(forced) == []
    (entry,) = evidence(forced).entries
    assert (entry.last.forced, entry.last.forced_by) == ("an outage", "dana")


def test_the_checks_that_controls_ask_for_exist() -> None:
    assert {ALERTS, UPTIME} <= {check.name for check in all_checks()}


# Each gap alone


def unready(record: Upgrade, kind: BackupKind, state: BackupState) -> Upgrade:
    made = (replace(copy, state=state) if copy.kind is kind else copy for copy in record.backups)
    return modify(record, backups=tuple(made))


def without(record: Upgrade, name: str) -> Upgrade:
    return modify(record, after=tuple(one for one in record.verification.after if one.name != name))


def failing(record: Upgrade, name: str, state: CheckState) -> Upgrade:
    return modify(
        record,
        after=tuple(replace(one, state=state) if one.name == name else one for one in record.verification.after),
    )


@pytest.mark.parametrize(
    ("change", "control", "reasons"),
    [
        (lambda u: modify(u, number=None), Control.CHANGES, [NoPullRequest(Stage.DONE)]),
        (lambda u: modify(u, approved_by=()), Control.CHANGES, [NotApproved(by_bots=False, merged=True)]),
        (
            lambda u: modify(u, approved_by=("renovate[bot]", "mibot")),
            Control.CHANGES,
            [NotApproved(by_bots=True, merged=True)],
        ),
        (lambda u: modify(u, merged_by=""), Control.CHANGES, [MergerUnknown()]),
        (lambda u: modify(u, merged_by="mergify[bot]"), Control.CHANGES, [MergedByBot("mergify[bot]")]),
        (lambda u: modify(u, before=()), Control.RELEASES, [NoPreUpgradeChecks(merged=True)]),
        (
            lambda u: modify(u, before=(result("vm", CheckState.FAIL), result("uptime", CheckState.UNKNOWN))),
            Control.RELEASES,
            [UnhealthyBefore(FailingChecks(("Vm",), ("Uptime",)))],
        ),
        (
            lambda u: failing(u, "front_end", CheckState.FAIL),
            Control.HEALTH,
            [UnhealthyAfter(Stage.DONE, FailingChecks(("Front_End",)))],
        ),
        (lambda u: without(u, "uptime"), Control.UPTIME, [CheckNotPassed(Control.UPTIME, "uptime", None)]),
        (lambda u: modify(u, backups=u.backups[1:]), Control.RECOVERY, [BackupNotTaken(BackupKind.DATABASE)]),
        (lambda u: modify(u, backups=u.backups[:1]), Control.RECOVERY, [BackupNotTaken(BackupKind.DISK)]),
        (
            lambda u: unready(u, BackupKind.DISK, BackupState.FAILED),
            Control.RECOVERY,
            [BackupIncomplete(BackupKind.DISK, "mibot-3-40-1-x", BackupState.FAILED)],
        ),
        (
            lambda u: unready(u, BackupKind.DATABASE, BackupState.RUNNING),
            Control.RECOVERY,
            [BackupIncomplete(BackupKind.DATABASE, "1234", BackupState.RUNNING)],
        ),
        (
            lambda u: modify(u, backups=backups(after(45))),
            Control.RECOVERY,
            [BackupTooLate(BackupKind.DATABASE), BackupTooLate(BackupKind.DISK)],
        ),
    ],
)
def test_one_thing_is_missing(change: Callable[[Upgrade], Upgrade], control: Control, reasons: list[Reason]) -> None:
    assert gaps(change(complete())) == [(control, reason) for reason in reasons]


def test_without_the_alerts_neither_monitoring_nor_performance_is_shown() -> None:
    assert gaps(without(complete(), "alerts")) == [
        (control, NO_CHECKS[control]) for control in (Control.MONITORING, Control.PERFORMANCE)
    ]


def test_an_unknown_check_proves_nothing() -> None:
    assert gaps(failing(complete(), "uptime", CheckState.UNKNOWN)) == [
        (Control.HEALTH, UnhealthyAfter(Stage.DONE, FailingChecks(unknown=("Uptime",)))),
        (Control.UPTIME, CheckNotPassed(Control.UPTIME, "uptime", CheckState.UNKNOWN)),
    ]


def test_an_upgrade_that_is_not_done_yet() -> None:
    assert gaps(deployed(merged())) == [
        (Control.HEALTH, NotFinished(Stage.VERIFYING, Stage.DONE, merged=True)),
        *NO_CHECKS.items(),
    ]


def test_before_the_merge_every_reason_is_about_what_comes_next() -> None:
    found = gaps(upgrade(stage=Stage.OPEN))
    assert found[:3] == [
        (Control.CHANGES, NotApproved(by_bots=False, merged=False)),
        (Control.CHANGES, NotMerged(Stage.OPEN)),
        (Control.RELEASES, NoPreUpgradeChecks(merged=False)),
    ]
    assert (Control.RECOVERY, BackupNotReady(BackupKind.DATABASE, Stage.OPEN)) in found
    assert gaps(request_upgrade(None, "rctest", TO, "dana", NOW))[0] == (
        Control.CHANGES,
        NoPullRequest(Stage.WAITING),
    )


def test_without_a_tracker() -> None:
    assert gaps(complete(), tracker=None) == [(Control.TRACKING, NoTracker())]


# The order


ORDER = (Control.RELEASES, FirstInstanceNotDone())


def test_a_customer_before_the_first_instance() -> None:
    assert gaps(complete("amberotter")) == [ORDER], "there is no record of rctest at all"
    assert gaps(complete("rctest"), complete("amberotter")) == [ORDER], "it was done later"
    assert gaps(complete("rctest"), complete("amberotter", after(60))) == []
    assert gaps(complete("demo")) == [], "internal ones wait for nobody"


def test_a_customer_after_the_first_instance_was_undone() -> None:
    undone = verified(deployed(merged("rctest", after(100), Rollback("lee", "slow", FROM), complete("rctest"))))
    assert gaps(undone, complete("amberotter", after(61))) == [], "rctest was still well when this was merged"
    assert gaps(undone, complete("amberotter", after(200))) == [ORDER]


def test_an_instance_that_is_gone_counts_as_a_customers() -> None:
    assert gaps(complete("jaderaven")) == [ORDER]
    broken = Fleet(FLEET.instances, (UnreadableInstance("demo2", NO_CONFIG, internal=True),))
    (entry,) = evidence(complete("demo2"), fleet=broken).entries
    assert (entry.name.plain, entry.gaps) == ("demo2", ())


# Ends of other kinds


def test_a_rollback_has_both_records() -> None:
    (entry,) = evidence(rolled_back()).entries
    assert [(one.kind, one.stage) for one in entry.audit_records] == [
        ("upgrade", Stage.FAILED),
        ("rollback", Stage.ROLLED_BACK),
    ]
    upgraded, back = entry.audit_records
    assert (upgraded.from_version, upgraded.to_version, upgraded.url) == (FROM, TO, f"{PULLS}/7")
    assert (back.from_version, back.to_version, back.url) == (TO, FROM, f"{PULLS}/8")
    assert (back.requested_by, back.why, back.merged_by) == ("lee", "search is slow", "rio")
    assert entry.gaps == (), "the red checks were answered by the rollback"


def test_the_change_that_was_undone_has_to_be_shown() -> None:
    record = rolled_back()
    assert record.previous is not None
    unseen = replace(record, previous=modify(record.previous, approved_by=(), backups=()))
    (entry,) = evidence(unseen).entries
    assert [(gap.control, gap.reason) for gap in entry.gaps] == [
        (Control.CHANGES, EarlierGap(ChangeKind.UPGRADE, NotApproved(by_bots=False, merged=True))),
        (Control.RECOVERY, EarlierGap(ChangeKind.UPGRADE, BackupNotTaken(BackupKind.DATABASE))),
        (Control.RECOVERY, EarlierGap(ChangeKind.UPGRADE, BackupNotTaken(BackupKind.DISK))),
    ]


def test_a_rollback_that_is_not_proven() -> None:
    record = rolled_back()
    unproven = NotFinished(Stage.VERIFYING, Stage.ROLLED_BACK, merged=True)
    assert gaps(replace(record, stage=Stage.VERIFYING)) == [(Control.HEALTH, unproven)]


def test_a_rollback_of_an_unrecorded_upgrade() -> None:
    record = replace(rolled_back(), previous=None)
    assert gaps(record) == [(Control.TRACKING, UndoneUpgradeUnknown())]


def test_the_upgrade_after_a_rollback() -> None:
    again = verified(deployed(merged("demo", after(200), before=rolled_back())))
    (entry,) = evidence(again).entries
    assert [story.kind for story in entry.audit_records] == ["upgrade", "rollback", "upgrade"]
    assert (entry.last.stage, entry.gaps) == (Stage.DONE, ())


def test_an_upgrade_that_was_closed_after_a_rollback_hides_nothing() -> None:
    red = rolled_back()
    broken = modify(red, stage=Stage.FAILED, after=checks(NOW, state=CheckState.FAIL))
    closed = replace(request_upgrade(broken, "demo", TO, "dana", after(300)), stage=Stage.CLOSED)
    red_now = FailingChecks(tuple(name.title() for name in NAMES))
    assert (Control.HEALTH, NotFinished(Stage.FAILED, Stage.ROLLED_BACK, merged=True, checks=red_now)) in gaps(closed)


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.SKIPPED])
def test_an_upgrade_without_a_change_has_no_gaps(stage: Stage) -> None:
    assert gaps(upgrade(stage=stage)) == []


def test_a_deployment_by_hand_names_the_person_and_lacks_its_backup() -> None:
    hand = verified(mark_deployed_manually(hold(merged(), PlainText("it waits"), after(31)), "lee", after(40)))
    assert gaps(hand) == [
        (Control.RELEASES, NoPreUpgradeChecks(merged=True)),
        (Control.RECOVERY, BackupNotTaken(BackupKind.DATABASE)),
        (Control.RECOVERY, BackupNotTaken(BackupKind.DISK)),
    ]
    deployment = evidence(hand).entries[0].last.deployment
    assert deployment is not None
    assert (deployment.deployed_by, deployment.conclusion) == ("lee", "")


def test_only_the_last_attempt_counts() -> None:
    failed = move(deployed(merged()), Stage.FAILED, Cause(after(50)), PlainText("its deployment failed"))
    (entry,) = evidence(retry(failed, "lee", after(55))).entries
    assert (entry.last.attempt, entry.last.earlier_runs) == (2, (4711,))
    assert [copy.name for copy in entry.last.earlier_backups] == ["1234", "mibot-3-40-1-x"]
    assert Control.RECOVERY in {gap.control for gap in entry.gaps}


def test_an_accepted_check_is_marked() -> None:
    (entry,) = evidence(accepted_by_person()).entries
    assert (entry.gaps, entry.last.stage) == ((), Stage.DONE)
    assert entry.last.accepted_checks == ("front_end",)
    assert (entry.last.accepted_by, entry.last.accepted) == ("lee", "I signed in")
    finding = next(one.finding for one in entry.last.after if one.name == "front_end")
    assert finding == AcceptedByPerson("lee", "I signed in", PlainText("No answer."))


# Instances without a record


def test_instances_without_a_record() -> None:
    known = fleet(
        internal_instance("rctest"),
        internal_instance("s2", skip="takes nightly builds, like amberotter"),
        internal_instance("demo", version=TO),
        customer_instance("amberotter"),
        customer_instance("big-co", f"{ACCOUNT}1", version=version("3.41.0"), ordinal=2),
    )
    broken = replace(
        known, unreadable=(UnreadableInstance("jaderaven", NO_CONFIG, account=f"{ACCOUNT}2", ordinal=2),)
    )
    found = evidence(complete(), fleet=broken).unrecorded
    assert [(one.name.plain, one.state, one.reason) for one in found] == [
        ("s2", UnrecordedState.SKIPPED, MarkedSkipped(f"takes nightly builds, like {ACCOUNT}")),
        ("demo", UnrecordedState.ALREADY_THERE, BroughtByHand(TO)),
        (ACCOUNT, UnrecordedState.NOT_STARTED, NotRequested(version("3.40.0"))),
        (f"{ACCOUNT}1#2", UnrecordedState.ALREADY_THERE, RunsLater(version("3.41.0"))),
        (f"{ACCOUNT}2#2", UnrecordedState.UNREADABLE, NO_CONFIG),
    ]


def test_an_upgrade_that_was_skipped_while_it_waited() -> None:
    left_out = mark_skipped(request_upgrade(None, "rctest", TO, "dana", NOW), PAUSED, after(1))
    (entry,) = evidence(left_out).entries
    assert (entry.last.stage, entry.last.reason, entry.gaps) == (Stage.SKIPPED, PAUSED, ())


# What leaves


def test_names_and_links_are_private() -> None:
    record = modify(
        complete("amberotter"),
        note="tell Amber Otter",
        force=Override("amberotter-dev", "amberotter asked"),
        url=f"{PULLS}/7",
    )
    links = replace(record, history=tuple(replace(step, link=CONSOLE) for step in record.history))
    (entry,) = evidence(links).entries
    assert (entry.name.plain, entry.name.public) == (ACCOUNT, f"instance for {ACCOUNT}")
    assert entry.last.note == PlainText(f"tell {ACCOUNT}")
    assert (entry.last.forced, entry.last.forced_by) == (f"{ACCOUNT} asked", f"{ACCOUNT}-dev")
    assert {step.link for step in entry.last.history} == {""}
    assert "amberotter" not in str(entry).lower()
    assert "console.cloud" not in str(entry)


def test_an_instance_that_is_gone_is_not_named() -> None:
    record = replace(complete("jaderaven"), reason=PlainText("jaderaven is gone"), requested_by="jade-raven")
    (entry,) = evidence(record).entries
    assert (entry.name.plain, entry.last.reason, entry.last.requested_by) == (
        REMOVED_INSTANCE,
        PlainText("a customer is gone"),
        "a customer",
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://x/amberotter",
        "https://github.com/o/r/tree/amberotter/upgrade-v3.40.1",
        "https://github.com/o/r/pull/7?amberotter",
        "javascript:alert(1)",
        CONSOLE,
        "https://github.com/o/r/pull/7\n",
        "https://github.com/o/r/pull/7)",
    ],
)
def test_a_link_to_anything_else_is_left_out(url: str) -> None:
    record = complete()
    assert record.deployment is not None
    changed = modify(record, url=url, deployment=replace(record.deployment, run_url=url))
    story = evidence(changed, tracker=replace(TRACKER, url=url)).entries[0].last
    assert (story.url, story.deployment and story.deployment.run_url) == ("", "")
    assert evidence(tracker=replace(TRACKER, url=url)).tracker == ""


@pytest.mark.parametrize(
    "url",
    [
        f"{PULLS}/7",
        f"{PULLS}/7#issuecomment-12",
        f"{RUN_URL}/attempts/2",
        "http://127.0.0.1:8080/org-3/deploy.x/pull/7",
    ],
)
def test_a_link_to_a_pull_request_or_a_run_is_kept(url: str) -> None:
    assert evidence(modify(complete(), url=url)).entries[0].last.url == url

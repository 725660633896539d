"""Upgrades that went all the way, by mibot's own steps, for tests of what can be proven of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.audit.evidence import Evidence, collect_evidence
from bot.domain.fleet.model import Fleet
from bot.domain.github_models import CommitChecks, Conclusion, PullRequest, Review, ReviewState, WorkflowRun
from bot.domain.health.model import CheckResult, CheckState
from bot.domain.reasons import PlainText
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState
from bot.domain.upgrade.deploy_policy import DeployPolicy, VerifyPolicy
from bot.domain.upgrade.deployment import apply_backups, apply_run
from bot.domain.upgrade.dispatch import confirm_dispatch, prepare_dispatch
from bot.domain.upgrade.judgement import apply_pre_checks, judge, recheck
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.record import Rollback, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import attach_pull, mark_planned, observe, request_rollback, request_upgrade
from tests.samples import NOW, customer_instance, fleet, internal_instance, modify, result, version

FROM, TO = version("3.40.0"), version("3.40.1")
TRACKER = TrackerRecord(TO, 12, "https://github.com/sourcegraph/sourcegraph/issues/12", "dana")
PULLS = "https://github.com/sourcegraph/deploy-sourcegraph-managed/pull"
RUN_URL = "https://github.com/sourcegraph/deploy-sourcegraph-managed/actions/runs/4711"
CONSOLE = "https://console.cloud.google.com/x?project=sourcegraph-managed-amberotter"
FLEET = fleet(internal_instance("rctest"), internal_instance("demo"), customer_instance("amberotter"))
POLICY = DeployPolicy(verify=VerifyPolicy(stable_for=300))
HEAD, MERGE = "c" * 40, "d" * 40
LATER = NOW + timedelta(days=1)
NAMES = ("alerts", "front_end", "uptime", "vm")


def after(minutes: float, start: datetime = NOW) -> datetime:
    return start + timedelta(minutes=minutes)


def backups(at: datetime) -> tuple[Backup, ...]:
    """A database backup and a disk snapshot that are ready."""
    return (
        Backup(BackupKind.DATABASE, "sql-main", "1234", BackupState.READY, at, link=CONSOLE),
        Backup(BackupKind.DISK, "default-red-data-disk", "mibot-3-40-1-x", BackupState.READY, at, link=CONSOLE),
    )


def checks(
    at: datetime, names: tuple[str, ...] = NAMES, state: CheckState = CheckState.PASS
) -> tuple[CheckResult, ...]:
    return tuple(result(name, state, taken_at=at, link=CONSOLE) for name in names)


def merged(
    slug: str = "rctest", start: datetime = NOW, back: Rollback | None = None, before: Upgrade | None = None
) -> Upgrade:
    """Asked for by dana at `start`, approved by lee (a rollback: by sam), merged by rio half an hour later; with
    `back`, a rollback."""
    if back is None:
        asked = mark_planned(request_upgrade(before, slug, TO, "dana", start), start)
    else:
        asked = request_rollback(before, slug, TO, back, start)
    number = 7 if back is None else 8
    pull = PullRequest(
        number, "title", "", f"{PULLS}/{number}", "branch", HEAD, True, False, "mibot[bot]", frozenset(),
    )  # fmt: skip
    quiet = CommitChecks(Conclusion.SUCCESS)
    yes = [Review("lee" if back is None else "sam", ReviewState.APPROVED, HEAD)]
    shown = observe(
        attach_pull(asked, pull, TO if back else FROM, after(1, start)), pull, yes, quiet, after(10, start)
    )
    over = replace(pull, open=False, merged=True, merged_at=after(30, start), merged_by="rio", merge_commit=MERGE)
    return observe(shown, over, yes, quiet, after(30, start))


def deployed(record: Upgrade) -> Upgrade:
    """The merged record, backed up and deployed within twenty minutes."""
    start = record.merged_at or NOW
    ready = apply_pre_checks(record, () if record.rollback else checks(after(1, start)), POLICY, after(1, start))
    ready = apply_backups(ready, backups(after(2, start)), POLICY, after(5, start))
    begun = confirm_dispatch(prepare_dispatch(ready, after(6, start)), 4711)
    run = WorkflowRun(
        4711, RUN_URL, "", "mibot[bot]", "workflow_dispatch", "completed", "success", HEAD, after(6, start),
        after(20, start),
    )  # fmt: skip
    return apply_run(begun, run, (), POLICY, after(20, start))


def verified(record: Upgrade) -> Upgrade:
    """The deployed record, green for ten minutes."""
    ended = record.deployment.ended_at if record.deployment else None
    start = ended or NOW
    green = judge(record, checks(after(1, start)), POLICY, after(1, start))
    return judge(green, checks(after(10, start)), POLICY, after(10, start))


def complete(slug: str = "rctest", start: datetime = NOW) -> Upgrade:
    """Nothing is missing of this one, if rctest came first."""
    return verified(deployed(merged(slug, start)))


def rolled_back(slug: str = "demo") -> Upgrade:
    """One that was red after its deployment, and was brought back."""
    bad = deployed(merged(slug))
    red = judge(
        bad, checks(after(55), state=CheckState.FAIL), replace(POLICY, verify=VerifyPolicy(timeout=60)), after(55)
    )
    assert red.stage is Stage.FAILED
    return verified(deployed(merged(slug, after(60), Rollback("lee", "search is slow", FROM), red)))


def accepted_by_person(slug: str = "rctest") -> Upgrade:
    """One whose front end nobody could find out, and lee looked himself."""
    there = recheck(deployed(merged(slug)), after(51), "lee", "I signed in")
    results = (
        *checks(NOW, ("alerts", "uptime", "vm")),
        result("front_end", CheckState.UNKNOWN, finding=PlainText("No answer.")),
    )
    green = judge(there, results, POLICY, after(52))
    return judge(green, results, POLICY, after(60))


def evidence(*upgrades: Upgrade, fleet: Fleet = FLEET, tracker: TrackerRecord | None = TRACKER) -> Evidence:
    return collect_evidence(TO, fleet, upgrades, tracker, LATER)


def with_words(record: Upgrade, words: str) -> Upgrade:
    """The record with these words wherever a person's, a system's or a link's may be."""
    deployment = record.deployment
    backups = tuple(
        replace(one, source=words, name=words, problem=PlainText(words), link=words) for one in record.backups
    )
    return modify(
        record, reason=words, note=words, requested_by=words, force=Override(words, words), url=f"https://x/{words}",
        approved_by=(words, words), changes_requested_by=(words,), merged_by=words, merge_commit=words, head=words,
        failing_checks=(words,), warnings=(PlainText(words),), acceptance=Override(words, words), checked_for=words,
        change_fingerprint=words,
        before=tuple(_with_text(one, words) for one in record.verification.before),
        after=tuple(_with_text(one, words) for one in record.verification.after),
        backups=backups, superseded_backups=backups,
        deployment=deployment
        and replace(deployment, run_url=words, conclusion=words, failure=PlainText(words), deployed_by=words),
        history=tuple(replace(step, by=words, why=PlainText(words), link=words) for step in record.history),
        rollback=record.rollback and replace(record.rollback, requested_by=words, why=words),
        previous=record.previous and with_words(record.previous, words),
    )  # fmt: skip


def _with_text(one: CheckResult, words: str) -> CheckResult:
    return replace(one, name=words, title=words, finding=PlainText(words), link=words)

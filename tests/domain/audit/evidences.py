"""Upgrades that went all the way, by mibot's own steps, for tests of what can be proven of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.audit.evidence import Evidence, gather
from bot.domain.chat.replies import TrackerRecord
from bot.domain.fleet.model import Fleet
from bot.domain.github_models import CommitChecks, Conclusion, Opinion, Pull, Review, Run
from bot.domain.health.model import Result, State
from bot.domain.upgrade.backups import Copy, CopyKind, CopyState
from bot.domain.upgrade.deploy_policy import DeployPolicy
from bot.domain.upgrade.deployment import backed_up, examined, judged, looked_again, ran
from bot.domain.upgrade.dispatch import accepted, intended
from bot.domain.upgrade.record import Back, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import ask, observe, opened, planned, undo
from tests.samples import NOW, customer, fleet, internal, result, version

FROM, TO = version("3.40.0"), version("3.40.1")
TRACKER = TrackerRecord(TO, 12, "https://github.com/sourcegraph/sourcegraph/issues/12", "dana")
PULLS = "https://github.com/sourcegraph/deploy-sourcegraph-managed/pull"
RUN_URL = "https://github.com/sourcegraph/deploy-sourcegraph-managed/actions/runs/4711"
CONSOLE = "https://console.cloud.google.com/x?project=sourcegraph-managed-amberotter"
FLEET = fleet(internal("rctest"), internal("demo"), customer("amberotter"))
POLICY = DeployPolicy(stable_for=300)
HEAD, MERGE = "c" * 40, "d" * 40
LATER = NOW + timedelta(days=1)
NAMES = ("alerts", "front_end", "uptime", "vm")


def after(minutes: float, start: datetime = NOW) -> datetime:
    return start + timedelta(minutes=minutes)


def copies(at: datetime) -> tuple[Copy, ...]:
    """A database backup and a disk snapshot that are ready."""
    return (
        Copy(CopyKind.DATABASE, "sql-main", "1234", CopyState.READY, at, link=CONSOLE),
        Copy(CopyKind.DISK, "default-red-data-disk", "mibot-3-40-1-x", CopyState.READY, at, link=CONSOLE),
    )


def checks(at: datetime, names: tuple[str, ...] = NAMES, state: State = State.PASS) -> tuple[Result, ...]:
    return tuple(result(name, state, taken_at=at, link=CONSOLE) for name in names)


def merged(
    slug: str = "rctest", start: datetime = NOW, back: Back | None = None, before: Upgrade | None = None
) -> Upgrade:
    """Asked for by dana at `start`, approved by lee, merged by rio half an hour later; with `back`, a rollback."""
    if back is None:
        asked = planned(ask(before, slug, TO, "dana", start), start)
    else:
        asked = undo(before, slug, TO, back, start)
    number = 7 if back is None else 8
    pull = Pull(
        number, "title", "", f"{PULLS}/{number}", "branch", HEAD, True, False, "mibot[bot]", frozenset(),
    )  # fmt: skip
    quiet, yes = CommitChecks(Conclusion.SUCCESS), [Review("lee", Opinion.APPROVED)]
    shown = observe(opened(asked, pull, TO if back else FROM, after(1, start)), pull, yes, quiet, after(10, start))
    over = replace(pull, open=False, merged=True, merged_at=after(30, start), merged_by="rio", merge_commit=MERGE)
    return observe(shown, over, yes, quiet, after(30, start))


def deployed(record: Upgrade) -> Upgrade:
    """The merged record, backed up and deployed within twenty minutes."""
    start = record.merged_at or NOW
    ready = examined(record, () if record.back else checks(after(1, start)), POLICY, after(1, start))
    ready = backed_up(ready, copies(after(2, start)), POLICY, after(5, start))
    begun = accepted(intended(ready, after(6, start)), 4711)
    run = Run(
        4711, RUN_URL, "", "mibot[bot]", "workflow_dispatch", "completed", "success", HEAD, after(6, start),
        after(20, start),
    )  # fmt: skip
    return ran(begun, run, (), POLICY, after(20, start))


def proven(record: Upgrade) -> Upgrade:
    """The deployed record, green for ten minutes."""
    ended = record.deployment.ended_at if record.deployment else None
    start = ended or NOW
    green = judged(record, checks(after(1, start)), POLICY, after(1, start))
    return judged(green, checks(after(10, start)), POLICY, after(10, start))


def perfect(slug: str = "rctest", start: datetime = NOW) -> Upgrade:
    """Nothing is missing of this one, if rctest came first."""
    return proven(deployed(merged(slug, start)))


def rolled_back(slug: str = "demo") -> Upgrade:
    """One that was red after its deployment, and was brought back."""
    bad = deployed(merged(slug))
    red = judged(bad, checks(after(55), state=State.FAIL), replace(POLICY, verify_timeout=60), after(55))
    assert red.stage is Stage.FAILED
    return proven(deployed(merged(slug, after(60), Back("lee", "search is slow", FROM), red)))


def vouched(slug: str = "rctest") -> Upgrade:
    """One whose front end nobody could find out, and lee looked himself."""
    there = looked_again(deployed(merged(slug)), after(51), "lee", "I signed in")
    results = (*checks(NOW, ("alerts", "uptime", "vm")), result("front_end", State.UNKNOWN, sentence="No answer."))
    green = judged(there, results, POLICY, after(52))
    return judged(green, results, POLICY, after(60))


def evidence(*upgrades: Upgrade, fleet: Fleet = FLEET, tracker: TrackerRecord | None = TRACKER) -> Evidence:
    return gather(TO, fleet, upgrades, tracker, LATER)


def with_words(record: Upgrade, words: str) -> Upgrade:
    """The record with these words wherever a person's, a system's or a link's may be."""
    deployment = record.deployment
    return replace(
        record, reason=words, note=words, asked_by=words, forced=words, forced_by=words, url=f"https://x/{words}",
        approved_by=(words, words), objections_by=(words,), merged_by=words, merge_commit=words, head=words,
        failing=(words,), warnings=(words,), accepted=words, accepted_by=words, checked=words, meaning=words,
        before=tuple(_said(one, words) for one in record.before),
        after=tuple(_said(one, words) for one in record.after),
        copies=tuple(replace(one, of=words, name=words, said=words, link=words) for one in record.copies),
        earlier_copies=tuple(replace(one, of=words, name=words, said=words, link=words) for one in record.copies),
        deployment=deployment and replace(deployment, url=words, conclusion=words, failed=words, by=words),
        history=tuple(replace(step, by=words, why=words, link=words) for step in record.history),
        back=record.back and replace(record.back, by=words, why=words),
        earlier=record.earlier and with_words(record.earlier, words),
    )  # fmt: skip


def _said(one: Result, words: str) -> Result:
    return replace(one, name=words, title=words, sentence=words, link=words)

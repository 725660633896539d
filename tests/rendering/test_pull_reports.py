"""What mibot writes on a pull request: the pre-upgrade check run, and the evidence of what was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.chat import markers
from bot.domain.chat.comments import parse
from bot.domain.github_models import FailedJob, WorkflowRun
from bot.domain.health.model import CheckResult, CheckState
from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import PlainText
from bot.domain.upgrade.deploy_policy import VerifyPolicy
from bot.domain.upgrade.deployment import apply_backups, apply_run, mark_deployed_manually, retry
from bot.domain.upgrade.dispatch import confirm_dispatch, prepare_dispatch
from bot.domain.upgrade.judgement import apply_pre_checks, judge
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.record import Rollback, StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.formats.markdown import MAX_BODY_LENGTH
from bot.rendering.notifications import render_evidence_comment, render_pre_upgrade_check
from tests import rendered as rendering
from tests.domain.audit.evidences import (
    CONSOLE,
    FROM,
    POLICY,
    PULLS,
    RUN_URL,
    TRACKER,
    accepted_by_person,
    after,
    checks,
    complete,
    deployed,
    merged,
    rolled_back,
    verified,
    with_words,
)
from tests.domain.audit.evidences import backups as backups
from tests.rendering.test_privacy import HOSTILE
from tests.samples import NOW, modify, result, upgrade

RED, UNKNOWN = (
    result("vm", CheckState.FAIL, finding=PlainText("It is off.")),
    result("front", CheckState.UNKNOWN, finding=PlainText("No answer.")),
)
WORDS = st.lists(st.sampled_from([*HOSTILE, "words", " "]) | st.text(max_size=30), max_size=3).map("".join)


# The check run


@pytest.mark.parametrize(
    ("results", "conclusion", "title"),
    [
        ((result("disk"), result("vm")), "success", "2 of 2 health checks pass"),
        ((result("disk"), RED), "failure", "1 of 2 health checks pass"),
        ((UNKNOWN, result("disk")), "action_required", "1 of 2 health checks pass"),
        ((UNKNOWN, RED), "failure", "0 of 2 health checks pass"),
        ((), "action_required", "0 of 0 health checks pass"),
    ],
)
def test_a_check_run_concludes_as_its_checks_do_and_unknown_is_no_success(
    results: tuple[CheckResult, ...], conclusion: str, title: str
) -> None:
    report = render_pre_upgrade_check(upgrade(before=results))
    assert (report.name, report.conclusion, report.title) == ("mibot / pre-upgrade", conclusion, title)


@pytest.mark.parametrize("bad", [RED, UNKNOWN])
def test_what_an_operator_forces_stands_in_nobodys_way_and_says_who_and_why(bad: CheckResult) -> None:
    report = render_pre_upgrade_check(upgrade(before=(bad,), force=Override("lee", "an outage\n\nof search")))
    assert report.conclusion == "neutral"
    assert report.title == "0 of 1 health checks pass; forced by lee: an outage of search"


def test_where_all_is_green_nothing_was_forced() -> None:
    report = render_pre_upgrade_check(upgrade(before=(result(),), force=Override("lee", "an outage")))
    assert (report.conclusion, report.title) == ("success", "1 of 1 health checks pass")


def test_its_table_has_the_worst_first_and_where_to_look() -> None:
    report = render_pre_upgrade_check(upgrade(before=(result("disk"), UNKNOWN, replace(RED, link=CONSOLE))))
    assert report.summary.startswith(
        "**❌ 1 of 3 checks failed, ❔ 1 unknown** · Pre-upgrade checks · 2026-01-05 09:00:00 UTC\n"
    )
    assert rendering.list_items(report.summary) == [
        "❌ failed · Vm: It is off. details",
        "❔ unknown · Front: No answer.",
        "✅ passed · Disk: All is well.",
    ]
    assert f"[details]({CONSOLE})" in report.summary


def test_a_check_run_fits_githubs_limit() -> None:
    report = render_pre_upgrade_check(
        upgrade(before=tuple(result(f"c{n}", finding=PlainText("x" * 4000)) for n in range(30)))
    )
    assert len(report.summary) <= MAX_BODY_LENGTH
    assert report.summary.endswith("The rest does not fit here.")


# The evidence


def evidence(record: Upgrade) -> str:
    return render_evidence_comment(record, TRACKER.url)


def rows(record: Upgrade) -> list[list[str]]:
    return rendering.table_rows(evidence(record))


def failed_checks() -> Upgrade:
    """demo, red after its deployment for as long as it may be."""
    there = deployed(merged("demo"))
    return judge(
        there, checks(after(55), state=CheckState.FAIL), replace(POLICY, verify=VerifyPolicy(timeout=60)), after(55)
    )


def failed_deployment() -> Upgrade:
    """One whose deployment failed in a job."""
    ready = apply_backups(
        apply_pre_checks(merged(), checks(NOW), POLICY, after(31)), backups(after(32)), POLICY, after(35)
    )
    begun = confirm_dispatch(prepare_dispatch(ready, after(36)), 4711)
    run = WorkflowRun(
        4711, RUN_URL, "", "mibot[bot]", "workflow_dispatch", "completed", "failure", "c" * 40, after(36), after(50),
    )  # fmt: skip
    return apply_run(begun, run, (FailedJob("upgrade", "Restart", RUN_URL),), POLICY, after(51))


def test_what_is_proven_is_told_with_who_did_what_and_when() -> None:
    text = evidence(complete())
    assert text.startswith(f"{markers.evidence(ChangeKind.UPGRADE)}\n**rctest runs 3.40.1, verified healthy.**\n")
    found = rendering.table_rows(text)
    for row in (
        ["requested by", "dana, 2026-01-05 09:00:00 UTC"],
        ["tracker", TRACKER.url],
        ["approved by", "lee"],
        ["merged by", "rio, 2026-01-05 09:30:00 UTC"],
        ["Cloud SQL backup", "1234 of sql-main, ready, 2026-01-05 09:32:00 UTC details"],
        ["disk snapshot", "mibot-3-40-1-x of default-red-data-disk, ready, 2026-01-05 09:32:00 UTC details"],
        ["deployment", "run 4711, success, 2026-01-05 09:50:00 UTC"],
    ):
        assert row in found, row
    assert f"[run 4711]({RUN_URL})" in text
    after_it, _, before_it = text.partition("Health checks before the upgrade")
    assert "checks passed · Health checks after the deployment · 2026-01-05 10:00:00 UTC" in after_it
    assert "✅ passed · Vm: All is well. details" in rendering.list_items(after_it)
    assert " · 2026-01-05 09:31:00 UTC" in before_it
    assert "✅ passed · Vm: All is well. details" in rendering.list_items(before_it)
    steps = found[found.index(["when (UTC)", "stage", "by", "why"]) + 1 :]
    assert [row[1] for row in steps] == [str(step.stage) for step in complete().history]
    assert ["2026-01-05 09:30:00", "merged", "rio", "details"] in steps
    assert "forced" not in text
    assert "accepted by" not in text
    assert "attempt" not in text


def test_what_failed_is_told_with_what_was_red() -> None:
    text = evidence(failed_checks())
    assert "**demo: failed: after the deployment, red: Alerts, Front" in text
    assert "❌ failed · Vm (before: passed): All is well. details" in rendering.list_items(text)
    assert "checks failed** · Health checks after the deployment · 2026-01-05 09:55:00 UTC\n" in text
    failed = rows(failed_deployment())
    assert ["deployment", "run 4711, job upgrade, step Restart (failure), 2026-01-05 09:50:00 UTC"] in failed
    assert failed[-1][1:] == ["failed", "mibot[bot]", "its deployment failed: job upgrade, step Restart (failure)"]


def test_a_rollback_has_evidence_of_its_own_with_the_reason() -> None:
    text = evidence(rolled_back())
    assert text.startswith(
        f"{markers.evidence(ChangeKind.ROLLBACK)}\n**demo is back on 3.40.0, verified healthy.**\n"
    )
    assert ["requested by", "lee, 2026-01-05 10:00:00 UTC"] in rendering.table_rows(text)
    assert ["because", "search is slow"] in rendering.table_rows(text)
    assert f"{PULLS}/8" in text
    assert f"{PULLS}/7" not in text
    assert markers.evidence(ChangeKind.ROLLBACK) != markers.evidence(ChangeKind.UPGRADE), "each is found on its own"
    before = modify(rolled_back(), before=(result(),))
    assert "<summary>✅ 1 of 1 checks passed · Health checks before the rollback · " in evidence(before)
    wordless = verified(deployed(merged("demo", after(60), Rollback("lee", to_version=FROM), failed_checks())))
    assert "because" not in evidence(wordless)


def test_what_was_deployed_by_hand_says_whose_word_that_is() -> None:
    record = verified(mark_deployed_manually(merged(), "lee", after(40)))
    assert ["deployment", "by hand, reported by lee, 2026-01-05 09:40:00 UTC"] in rows(record)
    assert ["backup", "none was taken"] in rows(record)
    assert ["2026-01-05 09:40:00", "verifying", "lee", "deployed by hand"] in rows(record)


def test_attempts_vouching_and_force_are_told() -> None:
    again = verified(deployed(retry(failed_deployment(), "lee", after(60))))
    assert ["deployment", "run 4711, success, 2026-01-05 09:50:00 UTC, attempt 2"] in rows(again)
    assert ["2026-01-05 10:00:00", "merged", "lee", "to be deployed again"] in rows(again)
    assert "disk snapshot of an earlier attempt" in [row[0] for row in rows(again)]
    assert ["accepted by", "lee: I signed in"] in rows(accepted_by_person())
    assert ["forced by", "lee: an outage"] in rows(modify(complete(), force=Override("lee", "an outage")))


def test_what_nobody_knows_is_said_to_be_so() -> None:
    text = render_evidence_comment(upgrade(stage=Stage.FAILED, reason="it is red"), "")
    found = rendering.table_rows(text)
    for row in (["tracker", "none"], ["approved by", "nobody"], ["merged by", "unknown"]):
        assert row in found
    assert "Every step" not in text
    assert "Health checks" not in text


def long(words: str) -> Upgrade:
    """One with thirty checks that had much to say, and a long history."""
    results = tuple(result(f"check{n}", finding=PlainText(words), link=CONSOLE) for n in range(30))
    steps = tuple(
        StageTransition(Stage.HELD, NOW + timedelta(minutes=n), "mibot", PlainText(words), RUN_URL)
        for n in range(200)
    )
    return modify(complete(), before=results, after=results, history=(*complete().history, *steps))


@pytest.mark.parametrize("size", [10, 250, 1000, 5000])
def test_however_much_there_is_to_tell_it_fits_and_what_is_folded_stays_folded(size: int) -> None:
    text = evidence(long("word " * (size // 5)))
    assert len(text) <= MAX_BODY_LENGTH
    assert text.count("<details>") == text.count("</details>")
    assert ["merged by", "rio, 2026-01-05 09:30:00 UTC"] in rendering.table_rows(text)
    whole = text.endswith("</details>")
    assert whole == (size == 10)
    assert whole or text.endswith("The rest does not fit here; `mibot evidence` has all of it.")


def with_words_everywhere(record: Upgrade, words: str) -> Upgrade:
    """With these words everywhere; what was deployed by a run stays so."""
    said = with_words(record, words)
    if said.deployment is None or record.deployment is None or record.deployment.deployed_by:
        return said
    return modify(said, deployment=replace(said.deployment, deployed_by=""))


DEPLOYED_BY_HAND = verified(mark_deployed_manually(merged(), "lee", after(40)))


@pytest.mark.parametrize(
    "record",
    [complete(), failed_checks(), failed_deployment(), rolled_back(), accepted_by_person(), DEPLOYED_BY_HAND],
    ids=lambda one: one.slug,
)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_do_nothing_in_the_evidence(hostile: str, record: Upgrade) -> None:
    text, harmless = (
        evidence(with_words_everywhere(record, hostile)),
        evidence(with_words_everywhere(record, "words")),
    )
    assert rendering.element_types(text) == rendering.element_types(harmless), text
    assert [len(row) for row in rendering.table_rows(text)] == [len(row) for row in rendering.table_rows(harmless)]
    assert text.count("\n") == harmless.count("\n")
    assert text.count("<!--") == text.count("-->") == 1
    assert not rendering.mentions(text)
    assert not parse(text)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nor_in_the_check_run(hostile: str) -> None:
    said = with_words(modify(complete(), before=(RED, UNKNOWN)), hostile)
    report = render_pre_upgrade_check(said)
    assert "\n" not in report.title
    assert len(rendering.list_items(report.summary)) == 2
    assert not rendering.mentions(report.summary)
    assert not {"html_block", "html_inline"} & rendering.element_types(report.summary)


@settings(max_examples=50)
@given(WORDS)
def test_no_words_at_all_do_anything(words: str) -> None:
    text = evidence(with_words_everywhere(rolled_back(), words))
    assert not rendering.mentions(text)
    assert not parse(text)
    assert [line for line in text.splitlines() if line.startswith("#")] == []

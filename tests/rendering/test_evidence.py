"""The evidence as an auditor reads it: a summary, the gaps, every record; without customers' names in any form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.audit.evidence import Evidence
from bot.domain.chat.comments import parse
from bot.domain.reasons import PlainText
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.rendering.evidence import render_evidence_report
from bot.rendering.evidence.document import to_document
from bot.rendering.evidence.table import to_csv
from demo.fleet import Defect, make_fleet
from tests import rendered as rendering
from tests.domain.audit.evidences import (
    MERGE,
    PULLS,
    RUN_URL,
    TRACKER,
    accepted_by_person,
    complete,
    deployed,
    evidence,
    merged,
    rolled_back,
    with_words,
)
from tests.rendering.test_privacy import HOSTILE
from tests.samples import ACCOUNT, files, fleet_from, modify, upgrade


def report(*upgrades: Upgrade) -> str:
    return render_evidence_report(evidence(*upgrades))


def rows(*upgrades: Upgrade) -> list[list[str]]:
    return rendering.table_rows(report(*upgrades))


def test_the_summary_comes_first() -> None:
    text = report(complete(), complete("amberotter"))
    assert text.startswith("# Evidence of the upgrades to 3.40.1\n")
    assert text.index("## Summary") < text.index("## Without a record") < text.index("## [rctest")
    found = rendering.table_rows(text)
    assert ["tracker", TRACKER.url] in found
    assert ["generated", "2026-01-06 09:00:00 UTC"] in found
    assert ["instances with a record", "2: 2 done"] in found
    assert ["verdict", "something is missing for 1 of 2 instances; 1 instance of 3 is not upgraded"] in found
    assert [
        "rctest.sourcegraph.com", "1 of 1: upgrade", "done", "3.40.0", "3.40.1", "dana", "lee", "rio",
        "2026-01-05 10:00:00 UTC", "nothing",
    ] in found  # fmt: skip
    assert any(row[0] == f"instance for {ACCOUNT}" and row[-1] == "CI-100" for row in found)


def test_the_summary_has_one_row_for_each_change_and_no_blank_cell() -> None:
    again = modify(upgrade("demo", stage=Stage.WAITING, number=None, from_version=None), previous=rolled_back("demo"))
    found = rows(complete(), again)
    head = next(place for place, row in enumerate(found) if row[:2] == ["instance", "change"])
    summary = [row for row in found[head + 1 :] if len(row) == 10]
    assert [row[1:3] for row in summary] == [
        ["1 of 1: upgrade", "done"],
        ["1 of 3: upgrade", "failed"],
        ["2 of 3: rollback", "rolled back"],
        ["3 of 3: upgrade", "waiting"],
    ]
    assert not [row for row in summary if "" in row]
    assert summary[-1][3:9] == ["not known yet", "3.40.1", "dana", "nobody yet", "not merged", "not merged"]
    assert ["not upgraded", "2: 1 waiting, 1 not started"] in found
    assert ["instances in all", "3"] in found


def test_a_complete_upgrade() -> None:
    text = report(complete())
    assert "Nothing is missing." in text
    assert "all controls are satisfied for 1 instance" in text
    found = rendering.table_rows(text)
    for row in (
        ["stage", "done"],
        ["requested by", "dana, 2026-01-05 09:00:00 UTC"],
        ["pull request", "pull request 7"],
        ["approved by", "lee"],
        ["merged by", f"rio, 2026-01-05 09:30:00 UTC, {MERGE}"],
        ["Cloud SQL backup", "1234 of sql-main, ready, 2026-01-05 09:32:00 UTC"],
        ["disk snapshot", "mibot-3-40-1-x of default-red-data-disk, ready, 2026-01-05 09:32:00 UTC"],
        ["deployment", "run 4711, requested at 2026-01-05 09:36:00 UTC, ended at 2026-01-05 09:50:00 UTC: success"],
        ["requested → merged", "1800 s, until 2026-01-05 09:30:00 UTC"],
        ["requested → verified", "3600 s, until 2026-01-05 10:00:00 UTC"],
    ):
        assert row in found, row
    assert f"({PULLS}/7)" in text
    assert f"({RUN_URL})" in text
    assert text.count("✅ passed · ") == 8
    steps = found[found.index(["when", "stage", "by", "why"]) + 1 :]
    assert [row[1] for row in steps] == [str(step.stage) for step in complete().history]


def test_gaps_come_before_the_records() -> None:
    text = report(modify(complete(), approved_by=()))
    section = text[text.index("## [rctest") :]
    assert "**What is missing:**" in section[:120]
    assert "- **CI-98**: Nobody approved the pull request before its merge: have a person review it now." in section
    assert section.index("CI-98") < section.index("### The upgrade")
    assert any(row[-1] == "CI-98" for row in rendering.table_rows(text))


def test_a_rollback_comes_after_the_upgrade_that_it_undid() -> None:
    text = report(rolled_back())
    upgraded = text.index("### The upgrade from 3.40.0 to 3.40.1: failed")
    back = text.index("### The rollback from 3.40.1 to 3.40.0: rolled back")
    assert upgraded < back
    assert "❌ failed · " in text[upgraded:back]
    assert ["because", "search is slow"] in rendering.table_rows(text[back:])
    assert "No health check ran before the upgrade: not required for a rollback." in text[back:]


def test_accepted_checks_and_forced_upgrades() -> None:
    found = rows(accepted_by_person())
    assert ["accepted by", "lee: I signed in"] in found
    text = report(accepted_by_person())
    accepted = [
        item for item in rendering.list_items(text) if "accepted by a person · Front_End: Accepted by" in item
    ]
    assert len(accepted) == 1
    assert "of 4 checks passed, 1 accepted by a person" in text
    forced = rows(modify(complete(), force=Override("lee", "an outage")))
    assert ["forced by", "lee: an outage"] in forced


def test_deployments_by_hand_failed_ones_and_none() -> None:
    record = deployed(merged())
    assert record.deployment is not None
    hand = modify(
        record,
        deployment=replace(record.deployment, run_id=None, run_url="", deployed_by="lee"),
    )
    assert any("by hand, reported by lee, requested at" in row[1] for row in rows(hand) if row[0] == "deployment")
    failed = modify(
        record, deployment=replace(record.deployment, failure=PlainText("job upgrade"), conclusion="failure")
    )
    assert any("failure, what failed: job upgrade" in row[1] for row in rows(failed) if row[0] == "deployment")
    waiting = rows(merged())
    for row in (["deployment", "none"], ["backup", "not taken"], ["deployed → verified", "unknown, or not yet"]):
        assert row in waiting


def test_no_upgrade_was_requested_yet() -> None:
    text = report()
    assert "no instance has a record of an upgrade to 3.40.1" in text
    assert "## Summary" not in text
    assert [
        "rctest.sourcegraph.com",
        "no",
        "not started",
        "it runs 3.40.0, and nobody has requested its upgrade",
    ] in (rendering.table_rows(text))


# Nobody is named, and nobody's words do anything

REPOSITORY = make_fleet(12, name_customers_in_notes=True, broken=list(Defect))
FLEET = fleet_from(files(REPOSITORY))
GONE_SLUG = "jadelemur"
SECRETS = {
    *REPOSITORY.customers,
    GONE_SLUG,
    *(name.lower() for one in FLEET.customers for name in (one.slug, one.domain, one.customer) if name),
    *(problem.slug for problem in FLEET.unreadable if not problem.internal),
}


def all_formats(found: Evidence) -> Iterator[str]:
    yield json.dumps(to_document(found), ensure_ascii=False)
    yield to_csv(found)
    markdown = render_evidence_report(found)
    yield markdown
    yield rendering.reader_text(markdown)


def evidence_with(words: str) -> Evidence:
    """Evidence of every other instance of the fleet, and of one that is gone, with these words everywhere."""
    slugs = [one.slug for one in (*FLEET, *FLEET.unreadable)][::2]
    told = [with_words(rolled_back(slug) if len(slug) % 2 else complete(slug), words) for slug in (*slugs, GONE_SLUG)]
    tracker = replace(TRACKER, url=f"https://x/{words}", asked_by=words)
    return evidence(*told, fleet=FLEET, tracker=tracker)


NAMES = st.sampled_from(sorted(SECRETS))
SHAPES = st.sampled_from([str, str.upper, str.title, lambda name: f"sourcegraph-managed-{name}"])


@settings(max_examples=30)  # each is the evidence of a whole fleet
@given(st.lists(st.tuples(st.sampled_from(["", " ", "-", "(", "https://x/", "\u200b"]), SHAPES, NAMES), max_size=3))
def test_no_customer_is_named_in_any_form(parts: list[tuple[str, Callable[[str], str], str]]) -> None:
    words = " ".join(f"{before}{shape(name)}" for before, shape, name in parts)
    for text in all_formats(evidence_with(words)):
        assert not [secret for secret in SECRETS if secret in text.lower()]
        assert "console.cloud.google.com" not in text


def test_customers_are_named_by_their_account() -> None:
    for text in all_formats(evidence_with("words")):
        assert "https://github.com/sourcegraph/accounts/issues/" in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_have_no_effect(hostile: str) -> None:
    text = render_evidence_report(evidence_with(hostile))
    harmless = render_evidence_report(evidence_with("words"))
    assert rendering.element_types(text) == rendering.element_types(harmless)
    assert [len(row) for row in rendering.table_rows(text)] == [len(row) for row in rendering.table_rows(harmless)]
    assert text.count("\n") == harmless.count("\n")
    assert text.count("<!--") == text.count("-->") == 0
    assert not rendering.mentions(text)
    assert not parse(text)


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_no_words_have_an_effect(words: str) -> None:
    text = report(with_words(rolled_back("amberotter"), words))
    assert not rendering.mentions(text)
    assert not parse(text)
    assert "html_inline" not in rendering.element_types(text)
    assert rendering.html_blocks(text) == rendering.html_blocks(
        report(with_words(rolled_back("amberotter"), "words"))
    )

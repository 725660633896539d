"""Evidence for programs and for spreadsheets: complete, and without formulas, whatever people wrote."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit.evidence import Evidence
from bot.domain.audit.gaps import Control
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.rendering.evidence.document import iso, to_document
from bot.rendering.evidence.table import COLUMNS, to_csv
from tests.domain.audit.evidences import (
    LATER,
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
from tests.samples import ACCOUNT, modify, upgrade

EVERYTHING = evidence(complete(), rolled_back(), complete("amberotter"))
KEYS = {
    "format", "version", "tracker", "generated_at", "satisfied", "counts", "fleet", "instances", "without_record",
}  # fmt: skip
INSTANCE = {"instance", "ordinal", "type", "stage", "reason", "satisfied", "upgraded", "missing", "stories"}
STORY = {
    "kind", "stage", "reason", "note", "from_version", "to_version", "asked_by", "why", "forced", "pull_request",
    "approved_by", "stale_approvals", "changes_requested_by", "merged_by", "merge_commit", "attempt", "earlier_runs",
    "deployment", "backups", "earlier_backups", "checks_before", "checks_after", "vouched", "history", "times",
    "blank",
}  # fmt: skip


def read(found: Evidence) -> list[dict[str, str]]:
    """The table as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(to_csv(found), newline="")))


def written(found: Evidence) -> Any:
    """The document as a program reads it."""
    return json.loads(json.dumps(to_document(found), ensure_ascii=False))


# JSON


def test_the_keys_are_stable() -> None:
    found = written(EVERYTHING)
    assert set(found) == KEYS
    assert (found["format"], found["version"], found["tracker"]) == (1, "3.40.1", TRACKER.url)
    assert found["generated_at"] == "2026-01-06T09:00:00+00:00"
    assert found["counts"] == {"done": 2, "rolled back": 1}
    for instance in found["instances"]:
        assert set(instance) == INSTANCE
        assert all(set(story) == STORY for story in instance["stories"])
    assert {"name", "title", "state", "sentence", "taken_at", "seconds", "vouched"} == set(
        found["instances"][0]["stories"][0]["checks_after"][0]
    )


def test_a_complete_upgrade_in_json() -> None:
    (instance,) = written(evidence(complete()))["instances"]
    assert (instance["instance"], instance["type"], instance["stage"]) == ("rctest", "internal", "done")
    assert (instance["satisfied"], instance["missing"]) == (True, [])
    (story,) = instance["stories"]
    assert story["pull_request"] == {"number": 7, "url": f"{PULLS}/7"}
    assert story["times"] == {
        "asked_at": "2026-01-05T09:00:00+00:00",
        "merged_at": "2026-01-05T09:30:00+00:00",
        "deployed_at": "2026-01-05T09:50:00+00:00",
        "proven_at": "2026-01-05T10:00:00+00:00",
        "asked_to_merged_seconds": 1800,
        "merged_to_deployed_seconds": 1200,
        "deployed_to_proven_seconds": 600,
        "asked_to_proven_seconds": 3600,
    }
    assert story["deployment"]["url"] == RUN_URL
    assert [copy["state"] for copy in story["backups"]] == ["ready", "ready"]
    assert (story["forced"], story["vouched"], story["why"]) == (None, None, None)


def test_gaps_are_listed_by_control() -> None:
    (instance,) = written(evidence(modify(complete(), merged_by="")))["instances"]
    assert [gap["control"] for gap in instance["missing"]] == ["CI-98"]
    assert not written(evidence(modify(complete(), merged_by="")))["satisfied"]


def test_an_accepted_check() -> None:
    story = written(evidence(accepted_by_person()))["instances"][0]["stories"][0]
    assert story["vouched"] == {"by": "lee", "words": "I signed in"}
    assert {one["name"]: one["vouched"] for one in story["checks_after"]} == {
        "alerts": False, "front_end": True, "uptime": False, "vm": False,
    }  # fmt: skip


def test_every_time_is_utc() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    assert iso(datetime(2026, 1, 5, 14, 30, tzinfo=east)) == "2026-01-05T09:00:00+00:00"
    moved = replace(complete(), requested_at=complete().requested_at.astimezone(east))
    assert written(evidence(moved)) == written(evidence(complete()))


# CSV


def test_the_columns_are_stable() -> None:
    (head,) = list(csv.reader(io.StringIO(to_csv(evidence()))))[:1]
    assert tuple(head) == COLUMNS
    assert len(set(COLUMNS)) == len(COLUMNS)
    assert {control.value for control in Control} <= set(COLUMNS)


def test_one_row_an_instance() -> None:
    rows = read(evidence(complete(), complete("amberotter")))
    assert [(row["instance"], row["stage"]) for row in rows] == [
        ("rctest", "done"),
        (ACCOUNT, "done"),
        ("demo", "no record: not started"),
    ]
    first, customers, absent = rows
    assert (first["asked_by"], first["approved_by"], first["merged_by"]) == ("dana", "lee", "rio")
    assert (first["merged_at"], first["asked_to_proven_seconds"]) == ("2026-01-05T09:30:00+00:00", "3600.0")
    assert (first["pull_request"], first["run"], first["satisfied"]) == (f"{PULLS}/7", RUN_URL, "yes")
    assert "disk snapshot, mibot-3-40-1-x, default-red-data-disk, ready" in first["backups"]
    assert first["checks_after"].count("pass") == 4
    assert first["history"].count(" | ") == len(complete().history) - 1
    assert (customers["satisfied"], customers["type"]) == ("no", "production")
    assert customers["CI-100"].startswith("No record shows that rctest was done before")
    assert (absent["reason"], absent["satisfied"], absent["CI-98"]) == (
        "it runs 3.40.0, and nobody has requested its upgrade", "no record", "no record",
    )  # fmt: skip


def test_each_change_has_its_row_and_the_last_ones_has_the_earlier_ones_in_a_cell() -> None:
    upgraded, row = read(evidence(rolled_back()))[:2]
    assert (upgraded["kind"], upgraded["stage"], upgraded["why"]) == ("upgrade", "failed", "not required")
    assert (upgraded["story"], upgraded["stories"], upgraded["earlier"]) == ("1", "2", "no earlier change")
    assert upgraded["CI-98"] == "see the last row of the instance"
    assert (row["story"], row["stories"]) == ("2", "2")
    assert (row["kind"], row["stage"], row["why"]) == ("rollback", "rolled back", "search is slow")
    for words in ("stage: failed", "kind: upgrade", f"pull_request: {PULLS}/7", "approved_by: lee", "fail"):
        assert words in row["earlier"]


def test_an_unfinished_upgrade_says_what_is_not_there_yet() -> None:
    row = read(evidence(deployed(merged())))[0]
    assert (row["proven_at"], row["asked_to_proven_seconds"], row["satisfied"]) == (
        "not verified", "not verified", "no",
    )  # fmt: skip


def test_json_and_table_agree() -> None:
    told = written(EVERYTHING)
    rows = [row for row in read(EVERYTHING) if row["story"] == row["stories"]]
    assert [row["instance"] for row in rows] == [
        one["instance"] for one in (*told["instances"], *told["without_record"])
    ]
    for row, one in zip(rows, told["instances"], strict=False):
        for column in ("asked_by", "merged_by", "from_version", "to_version", "merge_commit"):
            story = one["stories"][-1]
            assert row[column] == (story[column] or story["blank"][column])
        assert {gap["control"] for gap in one["missing"]} == {
            c.value for c in Control if row[c.value] != "nothing is missing"
        }


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\u200b=1", "\u202e@x"])
def test_no_cell_is_a_formula(words: str) -> None:
    rows = read(evidence(with_words(complete(), words)))
    assert rows[0]["note"].startswith("'")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


@given(st.text(max_size=40), st.booleans())
def test_any_words_keep_the_forms_intact(words: str, undone: bool) -> None:
    junk: Upgrade = with_words(rolled_back() if undone else complete("demo"), words)
    found = evidence(junk, tracker=None)
    rows = read(found)
    assert len(rows) == (4 if undone else 3), "no line break makes a row"
    for row in rows:
        assert set(row) == set(COLUMNS)
        assert None not in row.values()
        assert "" not in row.values(), "a blank says what it means"
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    assert written(found) == to_document(found)
    json.dumps(to_document(found), ensure_ascii=False).encode()
    to_csv(found).encode()
    assert found.generated_at == LATER.astimezone(UTC)


def test_a_program_reads_what_a_blank_means() -> None:
    document = written(evidence(merged()))
    (story,) = document["instances"][0]["stories"]
    assert story["blank"]["backups"] == "not taken"
    assert story["blank"]["deployment"] == "not deployed"
    assert story["blank"]["proven_at"] == "not verified"
    assert story["blank"]["forced"] == "not forced"
    (undone, back) = written(evidence(rolled_back()))["instances"][0]["stories"]
    assert back["blank"]["checks_before"] == "not required for a rollback"
    assert undone["blank"]["why"] == "not required"
    unknown = written(evidence(modify(complete(), merged_by="")))["instances"][0]["stories"][0]
    assert unknown["blank"]["merged_by"] == "not recorded"
    closed = written(evidence(modify(upgrade(stage=Stage.CLOSED), approved_by=())))["instances"][0]["stories"][0]
    assert closed["blank"]["approved_by"] == "not required: it ended unmerged"


def test_the_instances_that_nobody_upgraded_are_counted() -> None:
    document = written(evidence(complete(), rolled_back("demo")))
    assert document["fleet"] == {
        "instances": 3,
        "upgraded": 1,
        "not_upgraded": 2,
        "not_upgraded_by_state": {"rolled back": 1, "not started": 1},
    }
    assert [one["upgraded"] for one in (*document["instances"], *document["without_record"])] == [True, False, False]

"""Evidence as one flat table of comma-separated values, for spreadsheets: one row for each upgrade and each rollback.

The columns are stable. Times are ISO 8601 in UTC, durations in seconds. No cell is empty: what is unknown or was not
done has words that say so. The rows where `story` is `stories` are the last ones of their instances.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.domain.audit.evidence import Evidence, InstanceEvidence, UnrecordedInstance
from bot.domain.audit.gaps import Control, Gap
from bot.rendering.evidence.blanks import NO_RECORD, explain_blank
from bot.rendering.evidence.document import entry_document, iso, unrecorded_document
from bot.rendering.wording import describe

CELL_SEPARATOR = " | "
"""Separates the items in one cell."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEAD = ("version", "tracker", "generated_at", "instance", "ordinal", "type", "stage", "reason", "satisfied")
_RECORD_COLUMNS = (
    "kind", "from_version", "to_version", "asked_by", "asked_at", "why", "forced_by", "forced", "pull_request",
    "approved_by", "merged_by", "merged_at", "merge_commit", "attempt", "deployment_asked_at", "deployment_ended_at",
    "run", "conclusion", "failed", "by_hand_by", "deployed_at", "proven_at", "asked_to_merged_seconds",
    "merged_to_deployed_seconds", "deployed_to_proven_seconds", "asked_to_proven_seconds", "backups", "checks_before",
    "checks_after", "vouched_by", "vouched", "note", "history",
)  # fmt: skip
_EXPLAINED = ("reason", *_RECORD_COLUMNS, "earlier")
COLUMNS = (*_HEAD, *(control.value for control in Control), *_RECORD_COLUMNS, "earlier", "story", "stories")
"""The columns of the table."""


def to_csv(evidence: Evidence) -> str:
    """The evidence as comma-separated values: the columns, then the rows of each instance, oldest change first. Those
    without a record come last.

    A cell that a spreadsheet could take for a formula begins with an apostrophe.
    """
    line = csv.writer(_Echo()).writerow
    rows = (
        *(row for entry in evidence.entries for row in _entry_rows(entry)),
        *map(_unrecorded_row, evidence.unrecorded),
    )
    head = {
        "version": str(evidence.version),
        "tracker": evidence.tracker or "none",
        "generated_at": iso(evidence.generated_at),
    }
    written = [line(COLUMNS)]
    written += [line([_cell({**row, **head}.get(column)) for column in COLUMNS]) for row in rows]
    return "".join(map(str, written))


class _Echo:
    """A file for `csv` that returns each line that is written."""

    def write(self, line: str) -> str:
        return line


def _entry_rows(entry: InstanceEvidence) -> Iterator[dict[str, object]]:
    document = entry_document(entry)
    stories = document.pop("stories")
    head = {**document, "type": document["type"] or "unknown", "satisfied": _yes_or_no(not entry.gaps)}
    for number, (story, record) in enumerate(zip(stories, entry.audit_records, strict=True), start=1):
        last = number == len(stories)
        row = _record_row(story)
        row["earlier"] = CELL_SEPARATOR.join(map(_summarize, stories[: number - 1]))
        blanks = {column: explain_blank(record, column) for column in _EXPLAINED if row.get(column) in {None, ""}}
        gaps = {control.value: _missing(entry.gaps, control) if last else _IN_LAST_ROW for control in Control}
        yield {**head, **gaps, **row, **blanks, "story": number, "stories": len(stories)}


_IN_LAST_ROW = "see the last row of the instance"


def _missing(gaps: Iterable[Gap], control: Control) -> str:
    return _sentences(gaps, control) or "nothing is missing"


def _unrecorded_row(unrecorded: UnrecordedInstance) -> dict[str, object]:
    document = unrecorded_document(unrecorded)
    known = {**document, "stage": f"no record: {document.pop('state')}", "story": 0, "stories": 0}
    known |= {"type": document["type"] or "unknown", "reason": document["reason"] or "none"}
    return {**dict.fromkeys(COLUMNS, NO_RECORD), **known}


def _record_row(record: Mapping[str, Any]) -> dict[str, object]:
    """The cells of one record, from its JSON."""
    deployment, forced, accepted, pull = (
        record[key] or {} for key in ("deployment", "forced", "vouched", "pull_request")
    )
    return {
        **record,
        **record["times"],
        "forced_by": forced.get("by"),
        "forced": forced.get("why"),
        "pull_request": pull.get("url") or pull.get("number"),
        "approved_by": ", ".join(record["approved_by"]),
        "deployment_asked_at": deployment.get("asked_at"),
        "deployment_ended_at": deployment.get("ended_at"),
        "run": deployment.get("url") or deployment.get("run"),
        "conclusion": deployment.get("conclusion"),
        "failed": deployment.get("failed"),
        "by_hand_by": deployment.get("by_hand_by"),
        "backups": _joined(record["backups"], "kind", "name", "of", "state", "made_at", "said"),
        "checks_before": _joined(record["checks_before"], "title", "state", "taken_at", "sentence"),
        "checks_after": _joined(record["checks_after"], "title", "state", "taken_at", "sentence"),
        "vouched_by": accepted.get("by"),
        "vouched": accepted.get("words"),
        "history": _joined(record["history"], "at", "stage", "by", "why"),
    }


def _summarize(record: Mapping[str, Any]) -> str:
    """An earlier record of the instance in one cell, because the table has no columns for it."""
    row = _record_row(record)
    return "; ".join(f"{column}: {row[column]}" for column in ("stage", "reason", *_RECORD_COLUMNS) if row[column])


def _sentences(gaps: Iterable[Gap], control: Control) -> str:
    return " ".join(describe(gap.reason) for gap in gaps if gap.control is control)


def _joined(rows: Iterable[Mapping[str, Any]], *keys: str) -> str:
    return CELL_SEPARATOR.join(", ".join(str(row[key]) for key in keys if row[key]) for row in rows)


def _yes_or_no(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text

"""The evidence in its three forms: a report for people, a document for programs, a table for spreadsheets."""

from bot.rendering.evidence.document import to_document
from bot.rendering.evidence.report import render_evidence_report, verdict
from bot.rendering.evidence.table import to_csv

__all__ = ["render_evidence_report", "to_csv", "to_document", "verdict"]

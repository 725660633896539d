"""Reads results of health checks of schema 1, which have a sentence in place of a finding."""

from __future__ import annotations

from typing import Any, Final

Document = dict[str, Any]

_NAMES: Final = {"name": "check", **{name: name for name in ("title", "state", "link", "taken_at", "seconds")}}


def read_result_v1(document: Document, accepted_by: str = "", accept_reason: str = "") -> Document:
    """The document of a result in schema 2. Raises KeyError for a name that schema 1 does not have.

    `accepted_by` and `accept_reason` are those of the upgrade: they tell a result that a person accepted, because
    schema 1 marks it by its words only.
    """
    values = {_NAMES[name]: value for name, value in document.items() if name != "sentence"}
    finding = _text(document["sentence"])
    if accept_reason and document["state"] == "pass":
        finding = _accepted(document["sentence"], accepted_by, accept_reason) or finding
    return {**values, "finding": finding}


def _accepted(sentence: str, by: str, reason: str) -> Document | None:
    before, after = f"{by} vouches for it: {reason} (mibot could not find out: ", ")"
    if not (sentence.startswith(before) and sentence.endswith(after)):
        return None
    unknown = _text(sentence[len(before) : -len(after)])
    return {"kind": "health.accepted", "accepted_by": by, "reason": reason, "finding": unknown}


def _text(words: str) -> Document:
    return {"kind": "reason.text", "text": words}

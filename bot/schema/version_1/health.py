"""Results of health checks, in replies and in upgrades. They have a sentence in place of a finding."""

from __future__ import annotations

from typing import Final

from bot.schema.version_1.names import Document, names, rename
from bot.schema.version_1.reasons import plain_text

_RESULT: Final = names("name:check title state link taken_at seconds")


def read_result(document: Document, accepted_by: str = "", accept_reason: str = "") -> Document:
    """The document of a result in schema 2. Raises KeyError for a name that schema 1 does not have.

    `accepted_by` and `accept_reason` are those of the upgrade: they tell a result that a person accepted, because
    schema 1 marks it by its words only.
    """
    values = rename({name: value for name, value in document.items() if name != "sentence"}, _RESULT)
    finding = plain_text(document["sentence"])
    if accept_reason and document["state"] == "pass":
        finding = _accepted(document["sentence"], accepted_by, accept_reason) or finding
    return {**values, "finding": finding}


def _accepted(sentence: str, by: str, reason: str) -> Document | None:
    before, after = f"{by} vouches for it: {reason} (mibot could not find out: ", ")"
    if not (sentence.startswith(before) and sentence.endswith(after)):
        return None
    unknown = plain_text(sentence[len(before) : -len(after)])
    return {"kind": "health.accepted", "accepted_by": by, "reason": reason, "finding": unknown}

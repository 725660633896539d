"""Results of health checks of schema 1, whose sentences become findings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.health.model import CheckResult, CheckState
from bot.domain.health.reasons import AcceptedByPerson
from bot.domain.reasons import PlainText
from bot.rendering.wording import describe
from bot.schema import CODEC
from bot.schema.version_1.health import read_result

ACCEPTED = "lee vouches for it: I signed in (mibot could not find out: No answer (503).)"


def result(sentence: str, state: str = "pass") -> dict[str, Any]:
    return {
        "name": "vm",
        "title": "Virtual machine",
        "state": state,
        "sentence": sentence,
        "link": "https://console",
        "taken_at": "2026-01-05T09:00:00+00:00",
        "seconds": 0.5,
    }


def read(document: dict[str, Any], *acceptance: str) -> CheckResult:
    return CODEC.decode(CheckResult, read_result(document, *acceptance))


def test_a_sentence_is_kept_as_it_was() -> None:
    taken_at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    finding = PlainText("It is off.")
    expected = CheckResult("vm", "Virtual machine", CheckState.FAIL, finding, "https://console", taken_at, 0.5)
    assert read(result("It is off.", "fail")) == expected


def test_what_a_person_accepted_is_told_by_its_words() -> None:
    finding = read(result(ACCEPTED), "lee", "I signed in").finding
    assert finding == AcceptedByPerson("lee", "I signed in", PlainText("No answer (503)."))
    assert describe(finding) == "Accepted by lee: I signed in (mibot could not determine it: No answer (503).)"


@pytest.mark.parametrize(
    ("document", "acceptance"),
    [
        (result(ACCEPTED), ()),
        (result(ACCEPTED), ("lee", "something else")),
        (result(ACCEPTED, "unknown"), ("lee", "I signed in")),
        (result("All is well."), ("lee", "I signed in")),
    ],
)
def test_anything_else_is_not_accepted(document: dict[str, Any], acceptance: tuple[str, ...]) -> None:
    assert read(document, *acceptance).finding == PlainText(document["sentence"])

"""The front end: it answers with the right version, is ready and healthy, and its certificate lasts."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.front_end import CHECK, parse_version
from bot.domain.health.model import CheckState, Phase
from bot.domain.health.queries import FrontEnd, FrontEndQuery, Unavailable
from bot.domain.versions import Version
from tests.checks.seen import ACME, CONFIG, NOW, PRIVATE, make_context, state_and_sentence

GOOD = FrontEnd(200, "3.40.1", 200, 200, NOW + timedelta(days=60))


def make_front_end(**changes: Any) -> FrontEnd:
    return dataclasses.replace(GOOD, **changes)


# what is different from a good answer, the verdict, and what is said
CASES: list[tuple[dict[str, Any], str, str]] = [
    (
        {},
        "pass",
        "The front end answers (200), is ready and healthy, reports version 3.40.1, and its certificate is valid for "
        "60 more days.",
    ),
    ({"status": 302}, "pass", "answers (302)"),
    ({"status": 0}, "fail", "The front end does not answer: look at its containers and their logs."),
    ({"status": 503}, "fail", "The front end answers with status 503: look at its containers"),
    ({"status": 404}, "fail", "answers with status 404"),
    ({"status": 101}, "fail", "answers with status 101"),
    ({"ready": 503}, "fail", "answers (200), but /ready answers with status 503: look at its containers"),
    ({"ready": 302}, "fail", "/ready answers with status 302"),
    ({"healthz": 0}, "fail", "but /healthz does not answer: look at its containers"),
    ({"ready": 500, "healthz": 500}, "fail", "/ready answers with status 500 and /healthz answers with status 500:"),
    (
        {"version": "3.40.0"},
        "fail",
        "it reports version 3.40.0 instead of 3.40.1: see whether its deployment has run",
    ),
    ({"version": "3.40.1-rc.1"}, "fail", "it reports version 3.40.1-rc.1 instead of 3.40.1"),
    ({"version": ""}, "fail", "it reports no version that mibot can read: look at what /__version answers."),
    ({"version": "<html>acme</html>"}, "fail", "it reports no version that mibot can read"),
    ({"version": "3.40.1+a1b2c3"}, "pass", "reports version 3.40.1"),
    ({"version": "Sourcegraph v3.40.1 (build 7)"}, "pass", "reports version 3.40.1"),
    ({"certificate_ends": NOW + timedelta(days=14)}, "pass", "valid for 14 more days"),
    (
        {"certificate_ends": NOW + timedelta(days=13, hours=23)},
        "fail",
        "but its certificate ends on 2026-01-19: renew it.",
    ),
    ({"certificate_ends": None}, "unknown", "mibot can't tell when its certificate ends"),
    (
        {"certificate_fault": "has expired", "status": 0},
        "fail",
        "The front end's certificate has expired: renew or correct it.",
    ),
    (
        {"refusal": "it answers 403", "status": 403},
        "fail",
        "The front end turns mibot away (it answers 403): look at",
    ),
    ({"refusal": "it refuses the connection", "status": 0}, "fail", "turns mibot away (it refuses the connection)"),
]


@pytest.mark.parametrize(("changes", "state", "says"), CASES)
def test_verdict(changes: dict[str, Any], state: str, says: str) -> None:
    found, sentence = state_and_sentence(CHECK.evaluate(make_context(), make_front_end(**changes)))
    assert found == state
    assert says in sentence


def test_a_private_instance_may_turn_mibot_away() -> None:
    state, sentence = state_and_sentence(
        CHECK.evaluate(make_context(PRIVATE), make_front_end(status=0, refusal="nothing answers at its address"))
    )
    assert state is CheckState.UNKNOWN
    assert (
        "does not let mibot in (nothing answers at its address): allow the address that mibot calls from" in sentence
    )


@pytest.mark.parametrize(("changes", "state", "says"), [case for case in CASES if "refusal" not in case[0]])
def test_a_private_instance_that_lets_mibot_in_is_judged_like_any(
    changes: dict[str, Any], state: str, says: str
) -> None:
    found, sentence = state_and_sentence(CHECK.evaluate(make_context(PRIVATE), make_front_end(**changes)))
    assert found == state
    assert says in sentence


def test_where_nobody_knows_the_version_it_is_unknown() -> None:
    state, sentence = state_and_sentence(CHECK.evaluate(make_context(version=None), GOOD))
    assert state is CheckState.UNKNOWN
    assert "mibot can't tell which version it should run" in sentence


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3.40.1", Version(3, 40, 1)),
        ("v3.40.1\n", Version(3, 40, 1)),
        ("3.41.0-rc.2+sha", Version(3, 41, 0, 2)),
        ("143281_2022-05-01_2f3a8b1", None),
        ("13.40.1x", None),
        ("dev", None),
    ],
)
def test_how_a_version_is_read(text: str, version: Version | None) -> None:
    assert parse_version(text) == version


def test_no_answer_is_unknown_with_the_reason() -> None:
    judgement = CHECK.evaluate(make_context(), Unavailable("There is no DNS: bring it back."))
    assert (judgement.state, judgement.sentence) == (CheckState.UNKNOWN, "There is no DNS: bring it back.")


def test_it_asks_the_domain_in_every_phase_and_leads_there() -> None:
    assert CHECK.phases == frozenset(Phase)
    assert CHECK.query(make_context(), CONFIG) == FrontEndQuery("acme.sourcegraph.com")
    assert CHECK.link(make_context(), CONFIG) == "https://acme.sourcegraph.com/"


STATUSES = st.sampled_from([0, 200, 302, 403, 500]) | st.integers(0, 999)
ANSWERS = st.builds(
    FrontEnd,
    status=STATUSES,
    version=st.sampled_from(["3.40.1", "3.40.1+sha", "3.40.2", "acme"]) | st.text(),
    ready=STATUSES,
    healthz=STATUSES,
    certificate_ends=st.none() | st.integers(-5, 60).map(lambda days: NOW + timedelta(days=days)),
    refusal=st.sampled_from(["", "", "it answers 403"]),
    certificate_fault=st.sampled_from(["", "", "has expired"]),
)


@given(answer=ANSWERS, public=st.booleans(), version=st.none() | st.just(Version(3, 40, 1)))
def test_passes_only_when_all_is_well(answer: FrontEnd, public: bool, version: Version | None) -> None:
    """Whatever the front end says."""
    instance = dataclasses.replace(ACME, public=public)
    state, _ = state_and_sentence(CHECK.evaluate(make_context(instance, version=version), answer))
    well = (
        200 <= answer.status < 400
        and (answer.ready, answer.healthz) == (200, 200)
        and not (answer.refusal or answer.certificate_fault)
        and answer.certificate_ends is not None
        and answer.certificate_ends >= NOW + timedelta(days=14)
        and version is not None
        and parse_version(answer.version) == version
    )
    assert (state is CheckState.PASS) == well

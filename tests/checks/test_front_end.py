"""The front end: it answers with the right version, is ready and healthy, and its certificate lasts."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.front_end import (
    CHECK,
    CertificateEnds,
    CertificateInvalid,
    FrontEndFails,
    FrontEndFaulty,
    FrontEndRefuses,
    FrontEndUndecided,
    FrontEndWell,
    NoVersion,
    PageFails,
    Undecided,
    WrongVersion,
    parse_version,
)
from bot.domain.health.model import CheckState, Phase, Verdict
from bot.domain.health.queries import CertificateFault, FrontEnd, FrontEndQuery, FrontEndRefusal
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from tests.checks.seen import ACME, AWAY, CONFIG, NOW, PRIVATE, judge, make_context

GOOD = FrontEnd(200, "3.40.1", 200, 200, NOW + timedelta(days=60))


def make_front_end(**changes: Any) -> FrontEnd:
    return dataclasses.replace(GOOD, **changes)


# what is different from a good answer, the verdict, and what it found
CASES: list[tuple[dict[str, Any], str, Reason]] = [
    (
        {},
        "pass",
        FrontEndWell(200, Version(3, 40, 1), 60),
    ),
    ({"status": 302}, "pass", FrontEndWell(302, Version(3, 40, 1), 60)),
    ({"status": 0}, "fail", FrontEndFails(0)),
    ({"status": 503}, "fail", FrontEndFails(503)),
    ({"status": 404}, "fail", FrontEndFails(404)),
    ({"status": 101}, "fail", FrontEndFails(101)),
    ({"ready": 503}, "fail", FrontEndFaulty(200, (PageFails("/ready", 503),))),
    ({"ready": 302}, "fail", FrontEndFaulty(200, (PageFails("/ready", 302),))),
    ({"healthz": 0}, "fail", FrontEndFaulty(200, (PageFails("/healthz", 0),))),
    (
        {"ready": 500, "healthz": 500},
        "fail",
        FrontEndFaulty(200, (PageFails("/ready", 500), PageFails("/healthz", 500))),
    ),
    (
        {"version": "3.40.0"},
        "fail",
        FrontEndFaulty(200, (WrongVersion(Version(3, 40, 0), Version(3, 40, 1)),)),
    ),
    (
        {"version": "3.40.1-rc.1"},
        "fail",
        FrontEndFaulty(200, (WrongVersion(Version(3, 40, 1, 1), Version(3, 40, 1)),)),
    ),
    ({"version": ""}, "fail", FrontEndFaulty(200, (NoVersion(),))),
    ({"version": "<html>acme</html>"}, "fail", FrontEndFaulty(200, (NoVersion(),))),
    ({"version": "3.40.1+a1b2c3"}, "pass", FrontEndWell(200, Version(3, 40, 1), 60)),
    ({"version": "Sourcegraph v3.40.1 (build 7)"}, "pass", FrontEndWell(200, Version(3, 40, 1), 60)),
    ({"certificate_ends": NOW + timedelta(days=14)}, "pass", FrontEndWell(200, Version(3, 40, 1), 14)),
    (
        {"certificate_ends": NOW + timedelta(days=13, hours=23)},
        "fail",
        FrontEndFaulty(200, (CertificateEnds(NOW + timedelta(days=13, hours=23)),)),
    ),
    ({"certificate_ends": None}, "unknown", FrontEndUndecided(200, Undecided.CERTIFICATE_END)),
    (
        {"certificate_fault": CertificateFault.EXPIRED, "status": 0},
        "fail",
        CertificateInvalid(CertificateFault.EXPIRED),
    ),
    (
        {"refusal": FrontEndRefusal.DENIED, "status": 403},
        "fail",
        FrontEndRefuses(FrontEndRefusal.DENIED, 403, False),
    ),
    (
        {"refusal": FrontEndRefusal.CONNECTION_REFUSED, "status": 0},
        "fail",
        FrontEndRefuses(FrontEndRefusal.CONNECTION_REFUSED, 0, False),
    ),
]


@pytest.mark.parametrize(("changes", "state", "finding"), CASES)
def test_verdict(changes: dict[str, Any], state: str, finding: Reason) -> None:
    assert judge(CHECK.evaluate(make_context(), make_front_end(**changes))) == (state, finding)


def test_a_private_instance_may_turn_mibot_away() -> None:
    answer = make_front_end(status=0, refusal=FrontEndRefusal.NOTHING_ANSWERS)
    expected = (CheckState.UNKNOWN, FrontEndRefuses(FrontEndRefusal.NOTHING_ANSWERS, 0, private=True))
    assert judge(CHECK.evaluate(make_context(PRIVATE), answer)) == expected


@pytest.mark.parametrize(("changes", "state", "finding"), [case for case in CASES if "refusal" not in case[0]])
def test_a_private_instance_that_lets_mibot_in_is_judged_like_any(
    changes: dict[str, Any], state: str, finding: Reason
) -> None:
    assert judge(CHECK.evaluate(make_context(PRIVATE), make_front_end(**changes))) == (state, finding)


def test_where_nobody_knows_the_version_it_is_unknown() -> None:
    expected = (CheckState.UNKNOWN, FrontEndUndecided(200, Undecided.EXPECTED_VERSION))
    assert judge(CHECK.evaluate(make_context(version=None), GOOD)) == expected


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
    assert CHECK.evaluate(make_context(), AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)


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
    refusal=st.sampled_from([None, None, FrontEndRefusal.DENIED]),
    certificate_fault=st.sampled_from([None, None, CertificateFault.EXPIRED]),
)


@given(answer=ANSWERS, public=st.booleans(), version=st.none() | st.just(Version(3, 40, 1)))
def test_passes_only_when_all_is_well(answer: FrontEnd, public: bool, version: Version | None) -> None:
    """Whatever the front end says."""
    instance = dataclasses.replace(ACME, public=public)
    state, _ = judge(CHECK.evaluate(make_context(instance, version=version), answer))
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

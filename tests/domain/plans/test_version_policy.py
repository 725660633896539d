"""Which version an instance may go to, and what the refusals say to do instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.fleet.model import Channel, ExcludedByChannel, Instance, MarkedSkipped
from bot.domain.plans.change_set import Refusal
from bot.domain.plans.reasons.refusals import CandidateRefused, LeftOut, UnknownVersion
from bot.domain.plans.version_policy import evaluate_policy, unknown_version
from bot.domain.reasons import Reason
from bot.domain.version_steps import Downgrade, SameVersion, VersionJump
from bot.domain.versions import Version
from bot.rendering.wording import describe
from tests.samples import customer_instance, internal_instance, version

GOLDEN = "3.40.0 3.40.1 3.41.0"


def evaluate(instance: Instance, target: str, golden: str = GOLDEN, released: str = "") -> Refusal | None:
    known, tags = ([version(text) for text in texts.split()] for texts in (golden, released))
    return evaluate_policy(instance, version(target), known, tags)


def refusal_reason(instance: Instance, target: str, golden: str = GOLDEN, released: str = "") -> Reason:
    refusal = evaluate(instance, target, golden, released)
    assert refusal is not None
    assert not refusal.needs_preparation
    assert not refusal.needs_acceptance
    return refusal.reason


@pytest.mark.parametrize("target", ["3.40.1", "3.41.0"])
@pytest.mark.parametrize(
    "instance", [internal_instance(), internal_instance("demo"), customer_instance()], ids=lambda one: one.slug
)
def test_one_step_is_allowed_to_all(instance: Instance, target: str) -> None:
    assert evaluate(instance, target) is None


@pytest.mark.parametrize(
    ("facts", "target", "why"),
    [
        ({"skip": "shared by engineering"}, "3.40.1", LeftOut(MarkedSkipped("shared by engineering"))),
        ({"channel": Channel.PAUSE}, "3.40.1", LeftOut(ExcludedByChannel(Channel.PAUSE))),
        ({"channel": Channel.INSIDERS}, "3.40.1", LeftOut(ExcludedByChannel(Channel.INSIDERS))),
        ({}, "3.40.0", SameVersion(version("3.40.0"))),
        ({"version": version("3.40.1")}, "3.40.0", Downgrade(version("3.40.1"), version("3.40.0"))),
        (
            {"version": version("3.39.1")},
            "3.41.0",
            VersionJump(version("3.39.1"), version("3.41.0"), "3.40", version("3.40.1")),
        ),
        ({}, "3.41.0-rc.1", CandidateRefused(version("3.40.1"))),
    ],
)
def test_policy_refuses_with_the_reason(facts: dict[str, object], target: str, why: Reason) -> None:
    assert refusal_reason(internal_instance("demo", **facts), target) == why


def test_a_version_without_a_golden_file_is_no_refusal() -> None:
    assert evaluate(internal_instance("demo"), "3.40.9") is None
    assert evaluate(internal_instance("demo"), "3.40.9", released="3.40.9") is None


def test_release_candidates_go_to_rctest() -> None:
    assert evaluate(internal_instance(), "3.41.0-rc.1", "3.40.0 3.41.0-rc.1") is None


def test_who_may_not_have_a_candidate_is_told_of_a_release_that_is_a_step() -> None:
    alone = CandidateRefused()
    such = CandidateRefused(version("3.40.1"))
    assert refusal_reason(customer_instance(), "3.41.0-rc.1") == such
    assert refusal_reason(customer_instance(), "3.41.0-rc.1", "3.40.0", "3.40.1 3.41.0-rc.1") == such
    assert refusal_reason(customer_instance(), "3.41.0-rc.1", "3.40.0 3.40.1-rc.1") == alone
    assert refusal_reason(customer_instance(version=version("3.40.1")), "3.41.0-rc.1") == alone


def test_the_last_minor_of_a_major_leads_to_the_next_major() -> None:
    at_the_end = internal_instance(version=version("3.43.2"))
    assert evaluate(at_the_end, "4.0.0", "3.43.2 4.0.0", released="3.43.2 4.0.0") is None
    assert refusal_reason(at_the_end, "4.0.0", "3.43.2 4.0.0", released="3.44.0") == VersionJump(
        version("3.43.2"), version("4.0.0"), "3.44", version("3.44.0")
    )


def test_what_upstream_released_tells_the_next_step() -> None:
    old = internal_instance("demo", version=version("3.39.0"))
    assert refusal_reason(old, "3.41.0", released="3.40.5") == VersionJump(
        version("3.39.0"), version("3.41.0"), "3.40", version("3.40.5")
    )


def test_a_version_that_nobody_knows_is_refused_with_the_nearest() -> None:
    assert refusal_reason(internal_instance(), "3.40.7", released="3.40.1 3.41.0") == UnknownVersion(
        version("3.40.7"), version("3.40.1")
    )
    assert refusal_reason(internal_instance(), "3.42.0-rc.1", released="3.41.0 3.42.0-rc.2") == UnknownVersion(
        version("3.42.0-rc.1"), version("3.42.0-rc.2")
    )


def test_a_golden_file_is_as_good_as_a_tag() -> None:
    assert evaluate(internal_instance(), "3.40.1", released="3.41.0") is None


def test_where_no_tag_is_known_nobody_says_that_a_version_does_not_exist() -> None:
    assert evaluate(internal_instance(), "3.40.7") is None
    assert unknown_version(version("3.40.7"), []) == UnknownVersion(version("3.40.7"))


def test_what_it_runs_is_no_unknown_version() -> None:
    odd = internal_instance(version=version("3.40.7"))
    assert refusal_reason(odd, "3.40.7", released="3.41.0") == SameVersion(version("3.40.7"))


VERSIONS = st.builds(Version, st.integers(3, 4), st.integers(0, 3), st.integers(0, 2), st.none() | st.integers(1, 2))
KNOWN = st.frozensets(VERSIONS, max_size=6)
INSTANCES = st.builds(
    internal_instance,
    st.sampled_from(["rctest", "demo"]),
    version=VERSIONS,
    skip=st.sampled_from([None, None, "frozen"]),
    channel=st.sampled_from([*[Channel.STABLE] * 3, *Channel]),
)


@given(INSTANCES, VERSIONS, KNOWN, KNOWN)
def test_whatever_is_known_no_rule_is_broken(
    instance: Instance, target: Version, golden: frozenset[Version], released: frozenset[Version]
) -> None:
    refusal = evaluate_policy(instance, target, golden, released)
    if refusal is not None:
        assert describe(refusal.reason).endswith(".")
        return
    assert not instance.skip_reason
    assert target > instance.version
    assert instance.slug == "rctest" or not target.is_candidate
    assert not released or target in golden | released
    minors = (target.major - instance.version.major, target.minor - instance.version.minor)
    assert minors in {(0, 0), (0, 1)} or (minors[0] == 1 and target.minor == 0)

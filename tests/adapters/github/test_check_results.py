"""Check runs and commit statuses make one conclusion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.github.check_results import Outcome, Signal, check_run, status, together
from bot.domain.github_models import CommitChecks, Conclusion

signals = st.lists(st.builds(Signal, st.sampled_from("abcd"), st.sampled_from(Outcome)), max_size=8)


def run(state: str, conclusion: str | None = None) -> Outcome:
    return check_run({"name": "ci", "status": state, "conclusion": conclusion, "app": None}).outcome


@pytest.mark.parametrize("conclusion", ["success", "neutral", "skipped"])
def test_a_check_run_may_end_well(conclusion: str) -> None:
    assert run("completed", conclusion) is Outcome.GOOD


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "timed_out", "action_required", "stale", None, "new"])
def test_any_other_end_is_a_failure(conclusion: str | None) -> None:
    assert run("completed", conclusion) is Outcome.BAD


@pytest.mark.parametrize("state", ["queued", "in_progress", "waiting", "requested", "pending"])
def test_what_has_not_ended_is_pending(state: str) -> None:
    assert run(state) is Outcome.PENDING


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("success", Outcome.GOOD), ("pending", Outcome.PENDING), ("failure", Outcome.BAD), ("error", Outcome.BAD)],
)
def test_a_status_says_how_it_stands(state: str, outcome: Outcome) -> None:
    assert status({"context": "ci", "state": state}) == Signal("ci", outcome)


def test_a_failure_names_what_failed_and_what_still_runs() -> None:
    found = together(
        [Signal("b", Outcome.BAD), Signal("a", Outcome.BAD), Signal("c", Outcome.PENDING), Signal("d", Outcome.GOOD)],
        "mibot",
    )
    assert found == CommitChecks(Conclusion.FAILURE, ("a", "b"), ("c",))


def test_the_bots_own_checks_do_not_count() -> None:
    own = [Signal("health", Outcome.BAD, app="mibot"), Signal("mibot / rctest", Outcome.PENDING, app="other")]
    assert together(own, "mibot") == CommitChecks(Conclusion.NONE)


@given(signals)
def test_success_means_that_something_ran_and_all_of_it_is_good(found: list[Signal]) -> None:
    good = bool(found) and all(signal.outcome is Outcome.GOOD for signal in found)
    assert (together(found, "mibot").conclusion is Conclusion.SUCCESS) == good


@given(signals, signals)
def test_the_order_does_not_matter(some: list[Signal], others: list[Signal]) -> None:
    assert together([*some, *others], "mibot") == together([*others, *some], "mibot")

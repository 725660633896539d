"""Check runs and commit statuses make one conclusion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.github.deployment.check_results import (
    StatusCheck,
    StatusCheckState,
    parse_check_run,
    parse_status,
    summarize,
)
from bot.domain.github_models import CommitChecks, Conclusion

signals = st.lists(st.builds(StatusCheck, st.sampled_from("abcd"), st.sampled_from(StatusCheckState)), max_size=8)


def run(state: str, conclusion: str | None = None) -> StatusCheckState:
    return parse_check_run({"name": "ci", "status": state, "conclusion": conclusion, "app": None}).state


@pytest.mark.parametrize("conclusion", ["success", "neutral", "skipped"])
def test_a_check_run_may_end_well(conclusion: str) -> None:
    assert run("completed", conclusion) is StatusCheckState.SUCCESS


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "timed_out", "action_required", "stale", None, "new"])
def test_any_other_end_is_a_failure(conclusion: str | None) -> None:
    assert run("completed", conclusion) is StatusCheckState.FAILURE


@pytest.mark.parametrize("state", ["queued", "in_progress", "waiting", "requested", "pending"])
def test_what_has_not_ended_is_pending(state: str) -> None:
    assert run(state) is StatusCheckState.PENDING


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("success", StatusCheckState.SUCCESS),
        ("pending", StatusCheckState.PENDING),
        ("failure", StatusCheckState.FAILURE),
        ("error", StatusCheckState.FAILURE),
    ],
)
def test_a_status_says_how_it_stands(state: str, outcome: StatusCheckState) -> None:
    assert parse_status({"context": "ci", "state": state}) == StatusCheck("ci", outcome)


def test_a_failure_names_what_failed_and_what_still_runs() -> None:
    found = summarize(
        [
            StatusCheck("b", StatusCheckState.FAILURE),
            StatusCheck("a", StatusCheckState.FAILURE),
            StatusCheck("c", StatusCheckState.PENDING),
            StatusCheck("d", StatusCheckState.SUCCESS),
        ],
        "mibot",
    )
    assert found == CommitChecks(Conclusion.FAILURE, ("a", "b"), ("c",))


def test_the_bots_own_checks_do_not_count() -> None:
    own = [
        StatusCheck("health", StatusCheckState.FAILURE, app="mibot"),
        StatusCheck("mibot / rctest", StatusCheckState.PENDING, app="other"),
    ]
    assert summarize(own, "mibot") == CommitChecks(Conclusion.NONE)


@given(signals)
def test_success_means_that_something_ran_and_all_of_it_is_good(found: list[StatusCheck]) -> None:
    good = bool(found) and all(signal.state is StatusCheckState.SUCCESS for signal in found)
    assert (summarize(found, "mibot").conclusion is Conclusion.SUCCESS) == good


@given(signals, signals)
def test_the_order_does_not_matter(some: list[StatusCheck], others: list[StatusCheck]) -> None:
    assert summarize([*some, *others], "mibot") == summarize([*others, *some], "mibot")

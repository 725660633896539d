"""Check runs and commit statuses make one conclusion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.github.deployment.check_results import (
    StatusCheck,
    StatusCheckState,
    keep_newest,
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


def listed(number: int, conclusion: str | None = "success", name: str = "ci", **changes: object) -> StatusCheck:
    """A check run as GitHub lists it; without a conclusion it goes on."""
    began = f"2022-06-01T10:{number:02}:00Z"
    return parse_check_run(
        {
            "id": number,
            "name": name,
            "status": "completed" if conclusion else "in_progress",
            "conclusion": conclusion,
            "started_at": began,
            "completed_at": began if conclusion else None,
            "app": {"id": 5, "slug": "actions"},
            "check_suite": {"id": number},
        }
        | changes
    )


def newest(*found: StatusCheck) -> list[tuple[str, StatusCheckState]]:
    return [(one.name, one.state) for one in keep_newest(found)]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("older", "newer", "state"),
    [
        (listed(10, "failure"), listed(20), StatusCheckState.SUCCESS),
        (listed(10), listed(20, "failure"), StatusCheckState.FAILURE),
        (listed(10), listed(20, None), StatusCheckState.PENDING),
        (listed(10, None), listed(20), StatusCheckState.SUCCESS),
        (listed(20), listed(10, None, started_at=None), StatusCheckState.PENDING),
        (listed(20), listed(10, "failure", started_at="2022-06-01T11:00:00Z"), StatusCheckState.FAILURE),
        (listed(10, started_at=None, completed_at=None), listed(20, "failure"), StatusCheckState.FAILURE),
        (listed(1, started_at="2022-06-01T10:00:00Z"), listed(2, "x", started_at="2022-06-01T10:00:00Z"),
         StatusCheckState.FAILURE),
    ],
    ids=["mended", "broken", "runs again", "abandoned", "queued again", "restarted", "no times", "one second"],
)  # fmt: skip
def test_the_newest_of_one_app_and_name_counts_whatever_it_says(
    older: StatusCheck, newer: StatusCheck, state: StatusCheckState, turned: bool
) -> None:
    pair = (newer, older) if turned else (older, newer)
    assert newest(*pair) == [("ci", state)]


def test_two_apps_with_checks_of_one_name_both_count() -> None:
    other = listed(20, app={"id": 6, "slug": "other"})
    assert newest(listed(10, "failure"), other) == [
        ("ci", StatusCheckState.FAILURE),
        ("ci", StatusCheckState.SUCCESS),
    ]


def test_the_newest_status_of_a_context_counts() -> None:
    old = parse_status({"id": 7, "context": "ci", "state": "success", "updated_at": "2022-06-01T10:00:00Z"})
    new = parse_status({"id": 3, "context": "ci", "state": "error", "updated_at": "2022-06-01T10:30:00Z"})
    assert newest(new, old) == newest(old, new) == [("ci", StatusCheckState.FAILURE)]


@pytest.mark.parametrize(("name", "own"), [("mibot", True), ("mibot / pre-upgrade", True), ("mibot-lint", False)])
def test_what_only_begins_like_the_bots_own_name_is_not_its_own(name: str, own: bool) -> None:
    conclusion = summarize([StatusCheck(name, StatusCheckState.FAILURE)], "mibot").conclusion
    assert conclusion is (Conclusion.NONE if own else Conclusion.FAILURE)

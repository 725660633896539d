"""mibot's own check runs and its comments on pull requests: found first, and written only when they differ."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.github import GitHubDeploymentRepository, Session
from bot.adapters.github.deployment.check_runs import MAX_SUMMARY_BYTES, truncate
from bot.domain.failures.github import GitHubRefused
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import CheckRun, Conclusion
from bot.ports.errors import PermanentError
from bot.services.own_check_runs import OwnCheckRuns
from demo.organization import BASE
from demo.world import World
from tests.adapters.github.conftest import FakeGitHub
from tests.adapters.github.samples import FORBIDDEN, MemoryBlobCache, check_run, comment, pull
from tests.failures import raises
from tests.ports import make_creator
from tests.world.proxy import Proxy

HERE = "/repos/fleet/deploy"
RUNS = f"{HERE}/commits/c1/check-runs"
NAME = "mibot / health"
REPORT = CheckRun(NAME, "success", "All is well", "| check | state |")
OUTPUT = {"title": "All is well", "summary": "| check | state |", "text": None, "annotations_count": 0}


def own_check_run(number: int = 7, **changes: Any) -> dict[str, Any]:
    return check_run(number, NAME, app={"slug": "mibot"}, external_id="mibot", output=OUTPUT) | changes


def publish(deployment: GitHubDeploymentRepository, commit: str, report: CheckRun) -> None:
    OwnCheckRuns(deployment.check_runs, make_creator()).publish(commit, report)


def writes(site: FakeGitHub) -> list[str]:
    return [line for line in site.requests() if not line.startswith("GET")]


def set_check_runs(site: FakeGitHub, *runs: dict[str, Any]) -> None:
    """What the commit has, and that GitHub takes whatever is written."""
    site.add_response("GET", RUNS, {"total_count": len(runs), "check_runs": list(runs)}, query={"check_name": NAME})
    site.add_response("POST", f"{HERE}/check-runs", own_check_run(), 201)
    for run in runs:
        site.add_response("GET", f"{HERE}/check-runs/{run['id']}", run)
        site.add_response("PATCH", f"{HERE}/check-runs/{run['id']}", run)


def test_a_report_is_made_where_there_is_none(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    set_check_runs(site)
    publish(deployment, "c1", REPORT)
    assert writes(site) == [f"POST {HERE}/check-runs"]
    assert site.sent() == {
        "name": NAME,
        "head_sha": "c1",
        "external_id": "mibot",
        "status": "completed",
        "conclusion": "success",
        "output": {"title": "All is well", "summary": "| check | state |"},
    }


def test_what_is_there_already_is_not_written_again(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    set_check_runs(site, own_check_run())
    publish(deployment, "c1", REPORT)
    assert writes(site) == []


@pytest.mark.parametrize(
    "there",
    [
        own_check_run(conclusion="failure"),
        own_check_run(status="in_progress", conclusion=None),
        own_check_run(output={**OUTPUT, "title": "Something is wrong"}),
        own_check_run(output={**OUTPUT, "summary": None}),
    ],
)
def test_what_says_something_else_is_put_right(
    site: FakeGitHub, deployment: GitHubDeploymentRepository, there: dict[str, Any]
) -> None:
    set_check_runs(site, there)
    publish(deployment, "c1", REPORT)
    assert writes(site) == [f"PATCH {HERE}/check-runs/7"]
    assert site.sent()["conclusion"] == "success"


def test_while_it_goes_on_there_is_no_conclusion(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    set_check_runs(site, own_check_run(status="queued", conclusion=None))
    goes_on = CheckRun(NAME, "", "Under way", "…")
    publish(deployment, "c1", goes_on)
    assert writes(site) == [f"PATCH {HERE}/check-runs/7"]
    assert site.sent()["status"] == "in_progress"
    assert "conclusion" not in site.sent()


def test_what_was_completed_does_not_go_on_but_is_made_anew(
    site: FakeGitHub, deployment: GitHubDeploymentRepository
) -> None:
    """GitHub takes no other status for a completed check run, and shows the newest of one name."""
    set_check_runs(site, own_check_run())
    publish(deployment, "c1", CheckRun(NAME, "", "Once more", "…"))
    assert writes(site) == [f"POST {HERE}/check-runs"]


def test_of_several_the_newest_counts(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    set_check_runs(site, own_check_run(8, conclusion="failure"), own_check_run(7))
    publish(deployment, "c1", REPORT)
    assert writes(site) == [f"PATCH {HERE}/check-runs/8"]


@pytest.mark.parametrize(
    "others",
    [
        own_check_run(app={"slug": "ci"}),
        own_check_run(app=None, external_id=""),
        own_check_run(name="mibot / health 2"),
    ],
)
def test_somebody_elses_is_left_alone(
    site: FakeGitHub, deployment: GitHubDeploymentRepository, others: dict[str, Any]
) -> None:
    set_check_runs(site, others)
    publish(deployment, "c1", REPORT)
    assert writes(site) == [f"POST {HERE}/check-runs"]


def test_where_no_app_is_told_ours_is_known_by_its_mark(
    site: FakeGitHub, deployment: GitHubDeploymentRepository
) -> None:
    set_check_runs(site, own_check_run(app=None))
    publish(deployment, "c1", REPORT)
    assert writes(site) == []


def test_long_texts_are_cut_and_then_recognized(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    long = CheckRun(NAME, "failure", "t" * 300, "| ä line of the table |\n" * 5_000)
    set_check_runs(site)
    publish(deployment, "c1", long)
    sent = site.sent()["output"]
    assert len(sent["title"]) == 255
    assert len(sent["summary"].encode()) <= MAX_SUMMARY_BYTES
    assert sent["summary"].endswith("|\n\n… shortened: GitHub takes no more.")


def test_a_summary_without_lines_is_cut_where_it_fits() -> None:
    assert truncate("x" * 100, 100) == "x" * 100
    assert len(truncate("ä" * 100, 100).encode()) <= 100


def test_a_missing_permission_is_named(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    site.add_response("GET", RUNS, {"total_count": 0, "check_runs": []})
    site.add_response("POST", f"{HERE}/check-runs", {"message": FORBIDDEN}, 403)
    with raises(PermanentError, GitHubRefused(GitHubAction.CREATE_CHECK_RUN, 403, FORBIDDEN, "checks=write")):
        publish(deployment, "c1", REPORT)


def test_the_comments_of_a_pull_request(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    late = comment(1, body="second", created_at="2022-06-01T11:00:00Z", updated_at="2022-06-01T11:00:00Z")
    site.add_response("GET", f"{HERE}/issues/5/comments", [late, comment(2, body="first"), late])
    assert [found.body for found in deployment.comments.comments(5)] == ["first", "second"]


@pytest.mark.parametrize(("merged_at", "commit"), [("2022-06-02T09:00:00Z", "m1"), (None, "")])
def test_the_merge_commit_of_a_merge_and_not_of_githubs_trial(
    site: FakeGitHub, deployment: GitHubDeploymentRepository, merged_at: str | None, commit: str
) -> None:
    site.add_response("GET", f"{HERE}/pulls/5", pull(5, merged_at=merged_at, merge_commit_sha="m1"))
    assert deployment.pull_requests.pull(5).merge_commit == commit


@pytest.mark.e2e
def test_a_report_on_the_emulated_github(world: World, proxy: Proxy, emulated: Session) -> None:
    world.build()
    commit = world.branches()[BASE]
    deployment = GitHubDeploymentRepository(emulated, world.org.deployment, MemoryBlobCache())
    for report in (CheckRun(NAME, "", "Under way", "…"), REPORT, REPORT, CheckRun(NAME, "failure", "Oh", "no")):
        publish(deployment, commit, report)
    (found,) = world.api("dana").call("GET", f"/repos/{world.org.deployment}/commits/{commit}/check-runs")[
        "check_runs"
    ]
    assert (found["name"], found["conclusion"], found["output"]["title"]) == (NAME, "failure", "Oh")
    assert found["app"]["slug"] == world.org.app_slug
    assert [exchange.request.method for exchange in proxy.writes()] == ["POST", "PATCH", "PATCH"]
    assert deployment.pull_requests.checks(commit).conclusion is Conclusion.NONE


@pytest.mark.e2e
def test_a_comment_on_a_pull_request_of_the_emulated_github(world: World, emulated: Session) -> None:
    world.build()
    deployment = GitHubDeploymentRepository(emulated, world.org.deployment, MemoryBlobCache())
    issue = world.api("dana").call("POST", f"/repos/{world.org.deployment}/issues", {"title": "stands for a pull"})
    made = deployment.comments.create_comment(issue["number"], "first words")
    deployment.comments.edit_comment(made.id, "other words")
    (found,) = deployment.comments.comments(issue["number"])
    assert (found.id, found.body, found.author) == (made.id, "other words", world.org.bot)

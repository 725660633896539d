"""GitHub Actions: a run is started once, found again, and tells what failed in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.adapters.github import GitHubWorkflows, Session
from bot.domain.failures.github import GitHubRefused, WorkflowFileMissing
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import FailedJob, WorkflowRun
from bot.ports.errors import NotFoundError, PermanentError, TransientError
from demo.world import World
from tests.adapters.github.conftest import FakeGitHub
from tests.adapters.github.samples import FORBIDDEN, run
from tests.failures import raises
from tests.world.proxy import Proxy

HERE = "/repos/fleet/deploy"
FILE = "mi_upgrade.yml"
WORKFLOW = f"{HERE}/actions/workflows/{FILE}"
DISPATCHES = f"{WORKFLOW}/dispatches"
INPUTS = {"customer": "rctest", "version": "3.40.1"}
TEN = datetime(2022, 6, 1, 10, 0, tzinfo=UTC)
UNKNOWN_KEY = {"message": 'Invalid request.\n\n"return_run_details" is not a permitted key.'}


@pytest.fixture
def warm(site: FakeGitHub, workflows: GitHubWorkflows) -> GitHubWorkflows:
    site.add_response("GET", HERE, {"default_branch": "main"})
    return workflows


def test_a_run_starts_on_the_base_branch_and_tells_its_number(site: FakeGitHub, warm: GitHubWorkflows) -> None:
    site.add_response("POST", DISPATCHES, {"workflow_run_id": 21_000_000_009, "run_url": "…", "html_url": "…"})
    assert warm.dispatch(FILE, INPUTS) == 21_000_000_009
    assert site.sent() == {"ref": "main", "inputs": INPUTS, "return_run_details": True}


@pytest.mark.parametrize(("answer", "status"), [("", 204), ({}, 200), ({"workflow_run_id": None}, 200), ([], 200)])
def test_a_server_that_tells_no_number_has_started_it_all_the_same(
    site: FakeGitHub, warm: GitHubWorkflows, answer: Any, status: int
) -> None:
    site.add_response("POST", DISPATCHES, answer, status)
    assert warm.dispatch(FILE, INPUTS) is None


@pytest.mark.parametrize("status", [400, 422])
def test_an_old_server_is_asked_once_more_without_the_key_it_does_not_know(
    site: FakeGitHub, warm: GitHubWorkflows, status: int
) -> None:
    site.add_response("POST", DISPATCHES, UNKNOWN_KEY, status)
    site.add_response("POST", DISPATCHES, "", 204)
    assert warm.dispatch(FILE, INPUTS) is None
    assert site.sent() == {"ref": "main", "inputs": INPUTS}
    assert site.requests().count(f"POST {DISPATCHES}") == 2


def test_a_workflow_that_is_not_there_is_named(site: FakeGitHub, warm: GitHubWorkflows) -> None:
    site.add_response("POST", DISPATCHES, {"message": "Not Found"}, 404)
    site.add_response("GET", f"{WORKFLOW}/runs", {"message": "Not Found"}, 404)
    with raises(NotFoundError, WorkflowFileMissing("mi_upgrade.yml")):
        warm.dispatch(FILE, INPUTS)
    with raises(NotFoundError, WorkflowFileMissing("mi_upgrade.yml")):
        warm.runs(FILE, "push", TEN)


def test_other_refusals_are_told_in_githubs_words_and_asked_once(site: FakeGitHub, warm: GitHubWorkflows) -> None:
    site.add_response("POST", DISPATCHES, {"message": 'Unexpected inputs provided: ["version"]'}, 422)
    with pytest.raises(PermanentError) as caught:
        warm.dispatch(FILE, INPUTS)
    assert "Unexpected inputs provided" in _quoted(caught.value)
    assert site.requests().count(f"POST {DISPATCHES}") == 1


def test_a_fault_is_not_tried_again_for_nobody_knows_whether_a_run_started(
    site: FakeGitHub, warm: GitHubWorkflows
) -> None:
    site.add_response("POST", DISPATCHES, {"message": "Server Error"}, 502)
    with pytest.raises(TransientError):
        warm.dispatch(FILE, INPUTS)
    assert site.requests().count(f"POST {DISPATCHES}") == 1


def test_a_missing_permission_is_named(site: FakeGitHub, warm: GitHubWorkflows) -> None:
    site.add_response("POST", DISPATCHES, {"message": FORBIDDEN}, 403)
    with raises(
        PermanentError,
        GitHubRefused(GitHubAction.START_WORKFLOW, 403, FORBIDDEN, "actions=write"),
    ):
        warm.dispatch(FILE, INPUTS)


def test_runs_are_asked_for_by_event_time_and_commit(site: FakeGitHub, workflows: GitHubWorkflows) -> None:
    site.add_response("GET", f"{WORKFLOW}/runs", {"total_count": 0, "workflow_runs": []})
    later = TEN.replace(microsecond=999_999).astimezone(UTC)
    assert workflows.runs(FILE, "push", later, "c1") == []
    query = parse_qs(urlsplit(site.urls()[-1]).query)
    assert query == {
        "event": ["push"],
        "created": [">=2022-06-01T10:00:00Z"],
        "head_sha": ["c1"],
        "per_page": ["100"],
    }


def test_a_server_that_takes_no_notice_of_the_filters_does_not_mislead(
    site: FakeGitHub, workflows: GitHubWorkflows
) -> None:
    answers = [
        run(5, created_at="2022-06-01T10:00:07Z"),
        run(4, created_at="2022-06-01T10:00:05Z"),
        run(4, created_at="2022-06-01T10:00:05Z"),
        run(3, created_at="2022-06-01T10:00:05Z", event="push"),
        run(2, created_at="2022-06-01T10:00:04Z"),
        run(1, created_at="2022-06-01T10:00:05Z", head_sha="c2"),
    ]
    site.add_response("GET", f"{WORKFLOW}/runs", {"total_count": 6, "workflow_runs": answers})
    since = TEN + timedelta(seconds=5.9)
    assert [one.id for one in workflows.runs(FILE, "workflow_dispatch", since, "c1")] == [4, 5]
    assert [one.id for one in workflows.runs(FILE, "workflow_dispatch", since)] == [1, 4, 5]


def test_a_run_is_read(site: FakeGitHub, workflows: GitHubWorkflows) -> None:
    done = run(status="completed", conclusion="failure", updated_at="2022-06-01T10:09:00Z", run_attempt=2)
    site.add_response("GET", f"{HERE}/actions/runs/9", done)
    assert workflows.run(9) == WorkflowRun(
        id=9,
        url="https://github.test/fleet/deploy/actions/runs/9",
        title="Upgrade rctest to 3.40.1",
        actor="mibot[bot]",
        event="workflow_dispatch",
        status="completed",
        conclusion="failure",
        commit="c1",
        created_at=TEN,
        updated_at=TEN + timedelta(minutes=9),
        attempt=2,
    )


def test_a_run_of_an_older_server_and_of_somebody_who_left(site: FakeGitHub, workflows: GitHubWorkflows) -> None:
    plain = {key: value for key, value in run(actor=None).items() if key not in {"display_title", "run_attempt"}}
    site.add_response("GET", f"{HERE}/actions/runs/9", plain)
    found = workflows.run(9)
    assert (found.title, found.actor, found.attempt, found.conclusion) == ("mi_upgrade", "ghost", 1, "")
    assert not found.completed


def test_what_failed_is_told_with_its_first_failed_step(site: FakeGitHub, workflows: GitHubWorkflows) -> None:
    def step(name: str, conclusion: str | None) -> dict[str, Any]:
        return {"name": name, "conclusion": conclusion}

    def job(name: str, conclusion: str | None, *steps: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": name,
            "conclusion": conclusion,
            "steps": list(steps),
            "html_url": f"https://github.test/{name}",
        }

    jobs = [
        job("lint", "success", step("ruff", "success")),
        job("upgrade", "failure", step("back up", "success"), step("copy", "failure"), step("up", "failure")),
        job("notify", "skipped"),
        job("watch", None, step("wait", None)),
        job("late", "timed_out"),
    ]
    site.add_response(
        "GET", f"{HERE}/actions/runs/9/jobs", {"total_count": 5, "jobs": jobs}, query={"filter": "latest"}
    )
    assert workflows.failed_jobs(9) == [
        FailedJob("upgrade", "copy", "https://github.test/upgrade"),
        FailedJob("late", "", "https://github.test/late"),
    ]


def test_who_starts_runs(site: FakeGitHub, workflows: GitHubWorkflows) -> None:
    assert workflows.bot_login == "mibot[bot]"


@pytest.mark.e2e
@pytest.mark.parametrize("details", ["told", "ignored", "refused"])
def test_a_whole_run_on_the_emulated_github(world: World, proxy: Proxy, emulated: Session, details: str) -> None:
    world.build()
    workflows = GitHubWorkflows(emulated, world.org.deployment)
    proxy.actions.run_details_mode = details
    before = datetime.now(UTC)
    number = workflows.dispatch(FILE, INPUTS)
    assert (number is None) == (details != "told")
    (found,) = workflows.runs(FILE, "workflow_dispatch", before)
    assert found.id == number or details != "told"
    assert (found.actor, found.commit) == (workflows.bot_login, world.branches()["main"])
    assert found.title == "Upgrade rctest to 3.40.1"
    proxy.actions.finish(conclusion="failure", failed_step="Back up")
    ended = workflows.run(found.id)
    assert (ended.completed, ended.succeeded, ended.conclusion) == (True, False, "failure")
    (failed,) = workflows.failed_jobs(found.id)
    assert (failed.job, failed.step) == ("upgrade", "Back up")
    with raises(NotFoundError, WorkflowFileMissing("other.yml")):
        workflows.dispatch("other.yml", INPUTS)
    with pytest.raises(PermanentError) as caught:
        workflows.dispatch(FILE, {**INPUTS, "color": "red"})
    assert "Unexpected inputs" in _quoted(caught.value)


def _quoted(error: PermanentError) -> str:
    """What GitHub said when it refused."""
    assert isinstance(error.reason, GitHubRefused)
    return error.reason.said


@pytest.mark.e2e
def test_more_runs_than_a_page_holds(world: World, proxy: Proxy, emulated: Session) -> None:
    world.build()
    commit = world.branches()["main"]
    before = datetime.now(UTC)
    pushed = [proxy.actions.push(commit) for _ in range(105)]
    proxy.actions.dispatch(FILE, INPUTS, "dana", commit, "main")
    workflows = GitHubWorkflows(emulated, world.org.deployment)
    found = workflows.runs(FILE, "push", before, commit)
    assert [one.id for one in found] == [one.id for one in pushed]
    assert workflows.runs(FILE, "push", before, "f" * 40) == []
    assert workflows.runs(FILE, "push", before + timedelta(hours=1)) == []

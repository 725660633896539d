"""GitHub Actions of the world: the routes as GitHub documents them, and what runners do to the runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from bot.domain.health.containers import parse_containers
from demo.actions import STEPS, Actions, ActionsApi, Workflow, WorkflowRun, container_table
from demo.actions.selection import matches_created
from demo.github_api import GitHubApi, GitHubError
from demo.organization import BASE, OUTSIDER
from demo.world import World
from tests.world.listener import Listener
from tests.world.proxy import Proxy

Json = dict[str, Any]
FILE = "mi_upgrade.yml"
INPUTS = {"customer": "rctest", "version": "3.40.1"}
DISPATCH_BODY = {"ref": "main", "inputs": INPUTS}
RUNS = f"actions/workflows/{FILE}/runs"


class Repository:
    """Actions by themselves: whoever asks is dana, and `main` is the only branch."""

    def __init__(self) -> None:
        self.delivered: list[str] = []
        self.published: list[Json] = []
        self.actions = Actions("acme/deploy", self._deliver, self.published.append, "http://github.test")

    def _deliver(self, event: str, facts: Json) -> None:
        run = facts["workflow_run"]
        self.delivered.append(f"{event} {facts['action']} {run['status']} {run['conclusion']}")

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Json]:
        answered = ActionsApi(self.actions).handle(
            method, f"/repos/acme/deploy/{path}", query, body, actor="dana", resolve_ref={"main": "c1"}.get
        )
        assert answered is not None
        return answered.status, answered.document or {}

    def dispatch(self, **more: Any) -> tuple[int, Json]:
        return self.ask("POST", f"actions/workflows/{FILE}/dispatches", {**DISPATCH_BODY, **more})

    def listed(self, **query: str) -> list[int]:
        """The numbers of the runs that a list shows, counted from 1."""
        status, document = self.ask("GET", RUNS, **query)
        assert status == 200
        return [run["run_number"] for run in document["workflow_runs"]]


@pytest.fixture
def here() -> Iterator[Repository]:
    repository = Repository()
    yield repository
    repository.actions.close()


def eventually(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_dispatch_answers_204_or_tells_the_run_as_it_is_asked_to(here: Repository) -> None:
    assert here.dispatch() == (204, {})
    status, told = here.dispatch(return_run_details=True)
    assert status == 200
    assert told["workflow_run_id"] == here.actions.runs[1].id > 2**32
    assert told["run_url"] == f"http://github.test/repos/acme/deploy/actions/runs/{told['workflow_run_id']}"
    here.actions.run_details_mode = "ignored"
    assert here.dispatch(return_run_details=True) == (204, {})
    here.actions.run_details_mode = "refused"
    assert here.dispatch(return_run_details=True)[0] == 422
    assert here.dispatch()[0] == 204
    assert len(here.actions.runs) == 4


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"inputs": {**INPUTS, "color": "red"}}, "Unexpected inputs provided: ['color']"),
        ({"inputs": {"customer": "rctest"}}, "Required input 'version' not provided"),
        ({"ref": "elsewhere"}, "No ref found for: elsewhere"),
    ],
)
def test_a_dispatch_that_github_refuses(here: Repository, order: Json, says: str) -> None:
    assert here.dispatch(**order) == (422, here.dispatch(**order)[1])
    assert here.dispatch(**order)[1]["message"] == says
    assert here.actions.runs == []


def test_workflows_that_are_not_there_or_cannot_be_dispatched(here: Repository) -> None:
    assert here.ask("POST", "actions/workflows/other.yml/dispatches", DISPATCH_BODY)[0] == 404
    assert here.ask("GET", "actions/workflows/other.yml/runs")[0] == 404
    assert here.ask("GET", "actions/runs/1")[0] == 404
    here.actions.workflows["deploy.yml"] = Workflow("deploy")
    assert here.ask("POST", "actions/workflows/deploy.yml/dispatches", {"ref": "main"})[0] == 422
    assert [one["path"] for one in here.ask("GET", "actions/workflows")[1]["workflows"]] == [
        ".github/workflows/mi_upgrade.yml",
        ".github/workflows/deploy.yml",
    ]
    number = here.ask("GET", "actions/workflows/deploy.yml")[1]["id"]
    assert here.ask("GET", f"actions/workflows/{number}")[1]["name"] == "deploy"


def test_other_paths_are_not_its_own(here: Repository) -> None:
    for path in ("/repos/acme/deploy/issues", "/repos/acme/other/actions/runs"):
        assert (
            ActionsApi(here.actions).handle("GET", path, {}, None, actor="dana", resolve_ref=lambda _: None) is None
        )


def test_a_run_from_its_beginning_to_its_end(here: Repository) -> None:
    here.dispatch()
    run = here.actions.start()
    here.actions.step("Back up")
    (job,) = here.ask("GET", f"actions/runs/{run.id}/jobs")[1]["jobs"]
    assert [step["status"] for step in job["steps"]] == ["completed", "in_progress", "queued", "queued"]
    here.actions.finish()
    assert here.delivered == [
        "workflow_run requested queued None",
        "workflow_run in_progress in_progress None",
        "workflow_run completed completed success",
    ]
    (job,) = here.ask("GET", f"actions/runs/{run.id}/jobs")[1]["jobs"]
    assert {step["conclusion"] for step in job["steps"]} == {"success"}
    document = here.ask("GET", f"actions/runs/{run.id}")[1]
    assert (document["actor"]["login"], document["head_sha"], document["event"]) == (
        "dana",
        "c1",
        "workflow_dispatch",
    )


def steps_of(here: Repository, run: WorkflowRun) -> list[tuple[str, str | None]]:
    (job,) = here.ask("GET", f"actions/runs/{run.id}/jobs")[1]["jobs"]
    return [(step["name"], step["conclusion"]) for step in job["steps"]]


def test_a_run_that_fails_at_a_step_publishes_nothing(here: Repository) -> None:
    here.dispatch()
    run = here.actions.finish(conclusion="failure", failed_step="Copy the files to the VM")
    assert steps_of(here, run) == list(zip(STEPS, ["success", "success", "failure", "skipped"], strict=True))
    assert here.published == []


def test_a_run_is_cancelled_before_anybody_took_it(here: Repository) -> None:
    here.dispatch()
    assert steps_of(here, here.actions.finish(conclusion="cancelled")) == []
    assert here.delivered[-1] == "workflow_run completed completed cancelled"


def test_a_second_attempt_is_the_same_run(here: Repository) -> None:
    here.dispatch()
    first = here.actions.finish(conclusion="failure", failed_step="Back up")
    again = here.actions.rerun()
    document = here.ask("GET", f"actions/runs/{first.id}")[1]
    assert (document["run_attempt"], document["status"], document["conclusion"]) == (2, "queued", None)
    here.actions.finish(again)
    assert (first.attempt, first.conclusion) == (2, "success")


def test_a_run_that_ended_well_publishes_its_containers(here: Repository) -> None:
    here.dispatch()
    run = here.actions.finish()
    (report,) = here.published
    assert (report["name"], report["head_sha"], report["external_id"]) == ("containers: rctest", "c1", str(run.id))
    assert report["details_url"] == f"http://github.test/acme/deploy/actions/runs/{run.id}"
    assert {one.product_tag for one in parse_containers([report["output"]["summary"]])} == {"3.40.1"}


def test_what_a_run_publishes_is_the_tests_to_say(here: Repository) -> None:
    here.dispatch()
    here.actions.finish(containers="")
    assert here.published == []
    here.actions.push("c2", inputs=INPUTS)
    sick = container_table("3.40.1", {"worker": "Restarting (1) 3 seconds ago"})
    here.actions.finish(conclusion="failure", containers=sick)
    assert [report["output"]["summary"] for report in here.published] == [sick]


def test_titles_hold_the_inputs_or_not(here: Repository) -> None:
    here.dispatch()
    here.actions.titles_have_inputs = False
    here.dispatch()
    here.actions.push("c1", title="Merge pull request #7")
    titles = [run["display_title"] for run in here.ask("GET", RUNS)[1]["workflow_runs"]]
    assert titles == ["Merge pull request #7", "mi_upgrade", "Upgrade rctest to 3.40.1"]


def test_runs_are_listed_by_what_they_are(here: Repository) -> None:
    here.dispatch()
    here.actions.push("c2")
    here.actions.finish()
    assert here.listed() == [2, 1]
    assert here.listed(event="push") == here.listed(head_sha="c2") == here.listed(status="completed") == [2]
    assert here.listed(status="queued") == here.listed(actor="dana") == [1]
    assert here.listed(branch="elsewhere") == []
    here.actions.runs[0].created_at -= timedelta(days=1)
    noon = (datetime.now(UTC) - timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert here.listed(created=f">={noon}") == [2]
    assert here.listed(created=f"<{noon}") == [1]
    assert here.ask("GET", RUNS, created=">=noon")[0] == 422


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        (">=2022-06-01T10:00:00Z", True),
        (">2022-06-01T10:00:00Z", False),
        ("<=2022-06-01T10:00:00+00:00", True),
        ("<2022-06-01T10:00:00Z", False),
        ("2022-06-01T09:00:00Z..2022-06-01T10:00:00Z", True),
        ("2022-06-01..2022-06-01", False),
        ("*..2022-06-02", True),
        ("2022-06-01T10:00:00Z..*", True),
        ("2022-06-01T10:00:00Z", True),
    ],
)
def test_githubs_dates(words: str, holds: bool) -> None:
    assert matches_created(datetime(2022, 6, 1, 10, 0, 0, 900_000, tzinfo=UTC), words) is holds


def test_runs_go_by_themselves_until_somebody_holds_them(here: Repository) -> None:
    here.actions.run_automatically(0.02)
    here.dispatch()
    eventually(lambda: here.actions.runs[0].completed)
    eventually(lambda: len(here.delivered) == 3)
    assert len(here.published) == 1
    here.actions.run_automatically(0.02, "failure")
    here.dispatch()
    eventually(lambda: here.actions.runs[1].conclusion == "failure")
    here.actions.run_manually()
    here.dispatch()
    time.sleep(0.05)
    assert here.actions.runs[2].status == "queued"


def test_a_dispatch_gets_lost(here: Repository) -> None:
    here.actions.lose_next()
    assert here.dispatch(return_run_details=True) == (204, {})
    assert here.actions.runs == []
    assert here.delivered == []
    here.dispatch()
    assert len(here.actions.runs) == 1


def test_somebody_is_told_of_every_dispatch(here: Repository) -> None:
    told: list[str] = []
    here.actions.on_dispatch = lambda run: told.append(run.inputs["customer"])
    here.dispatch()
    here.actions.push("c2")
    assert told == ["rctest"]


# --- in the world -------------------------------------------------------------------------------------------------


@pytest.fixture
def bot(proxy: Proxy) -> GitHubApi:
    """GitHub as the App's installation sees it."""
    now = int(time.time())
    claims = {"iss": str(proxy.org.app_id), "iat": now - 10, "exp": now + 300}
    app = GitHubApi(proxy.api_url, jwt.encode(claims, proxy.org.private_key, "RS256"))
    return GitHubApi(
        proxy.api_url, app.call("POST", f"/app/installations/{proxy.org.installation_id}/access_tokens")["token"]
    )


@pytest.mark.e2e
def test_mibot_and_people_start_runs_and_mibot_is_told(world: World, proxy: Proxy, bot: GitHubApi) -> None:
    world.build()
    path = f"/repos/{world.org.deployment}"
    with Listener() as listener:
        proxy.webhooks.target = listener.url
        for api in (bot, world.api("dana")):
            api.call("POST", f"{path}/actions/workflows/{FILE}/dispatches", DISPATCH_BODY)
        proxy.actions.finish()
        assert proxy.webhooks.drain()
        assert [event for event in listener.events if event.startswith("workflow_run")] == [
            "workflow_run requested",
            "workflow_run requested",
            "workflow_run in_progress",
            "workflow_run completed",
        ]
        ended = next(
            r.json
            for r in reversed(listener.requests)
            if r.json["action"] == "completed" and "workflow_run" in r.json
        )
    assert ended["repository"]["full_name"] == world.org.deployment
    assert ended["installation"]["id"] == world.org.installation_id
    assert ended["workflow_run"]["head_sha"] == world.branches()[BASE]
    runs = bot.call("GET", f"{path}/{RUNS}")["workflow_runs"]
    assert [run["actor"]["login"] for run in runs] == ["dana", world.org.bot]
    assert runs[0]["html_url"].startswith(proxy.api_url)
    (report,) = bot.call("GET", f"{path}/commits/{BASE}/check-runs")["check_runs"]
    assert (report["name"], report["app"]["slug"]) == ("containers: rctest", "github-actions")


@pytest.mark.e2e
def test_lists_come_in_pages(world: World, proxy: Proxy, bot: GitHubApi) -> None:
    head = world.branches()[BASE]
    for _ in range(3):
        proxy.actions.push(head)
    path = f"/repos/{world.org.deployment}/{RUNS}"
    pages = [bot.call("GET", path, per_page="2", page=page)["workflow_runs"] for page in ("1", "2", "3")]
    assert [len(page) for page in pages] == [2, 1, 0]


@pytest.mark.e2e
def test_who_may_not_see_the_fleet_sees_no_runs(world: World, proxy: Proxy) -> None:
    with pytest.raises(GitHubError, match="status 404"):
        world.api(OUTSIDER).call(
            "POST", f"/repos/{world.org.deployment}/actions/workflows/{FILE}/dispatches", DISPATCH_BODY
        )
    assert proxy.actions.runs == []


@pytest.mark.e2e
def test_a_check_run_tells_the_app_it_is_from(world: World, bot: GitHubApi) -> None:
    world.build()
    head, path = world.branches()[BASE], f"/repos/{world.org.deployment}"
    mine = bot.call("POST", f"{path}/check-runs", {"name": "mibot", "head_sha": head})
    theirs = world.check_run(head, "ci", "success")
    assert (mine["app"]["slug"], theirs["app"]["slug"]) == (world.org.app_slug, "ci")
    listed = bot.call("GET", f"{path}/commits/{head}/check-runs")["check_runs"]
    assert {run["name"]: run["app"]["slug"] for run in listed} == {"mibot": world.org.app_slug, "ci": "ci"}
    assert bot.call("GET", f"{path}/check-runs/{mine['id']}")["app"]["slug"] == world.org.app_slug


@pytest.mark.e2e
def test_what_the_base_branch_requires(world: World, bot: GitHubApi) -> None:
    world.build()
    world.require_checks("ci")
    protection = bot.call("GET", f"/repos/{world.org.deployment}/branches/{BASE}")["protection"]
    assert protection["required_status_checks"]["contexts"] == ["ci"]
    with pytest.raises(GitHubError, match="status 404"):
        bot.call("GET", f"/repos/{world.org.deployment}/rules/branches/{BASE}")

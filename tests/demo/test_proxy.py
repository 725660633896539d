"""The demo's GitHub: the emulator with a proxy that adds what it lacks."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
import requests

from bot.adapters.github import (
    GitHubDeploymentRepository,
    GitHubInspector,
    GitHubIssues,
    GitHubWorkflows,
    Session,
)
from bot.domain.chat.effects import HandleComment
from bot.domain.github_models import CheckRun
from bot.domain.health.queries import ContainerReports, ContainersQuery
from bot.services.own_check_runs import OwnCheckRuns
from bot.services.reconciler import Reconciler
from demo.emulator import Emulator, EmulatorError, free_port, private_key_pem
from demo.github_api import GitHubApi, GitHubError
from demo.organization import BASE, OUTSIDER, OWNER, make_orgs, make_seed
from demo.proxy import GitHubProxy
from demo.world import World
from tests.adapters.github.samples import MemoryBlobCache
from tests.ports import MemoryStore, make_creator
from tests.world.listener import Listener

pytestmark = pytest.mark.e2e
T = TypeVar("T")
LABEL = "team/cloud"
INPUTS = {"customer": "rctest", "version": "3.40.1"}


@pytest.fixture
def listener() -> Iterator[Listener]:
    """The receiver of the App's deliveries."""
    with Listener() as listener:
        yield listener


@pytest.fixture
def front(listener: Listener) -> Iterator[GitHubProxy]:
    (org,) = make_orgs(1, private_key_pem(), listener.url)
    with Emulator(make_seed([org])) as emulator, GitHubProxy(emulator.url, org) as front:
        yield front


@pytest.fixture
def world(front: GitHubProxy) -> World:
    (org,) = make_orgs(1, "", "")
    world = World(front.url, org)
    world.build()
    return world


@pytest.fixture
def session(front: GitHubProxy) -> Session:
    return Session(front.url, front.org.app_id, front.org.private_key, write_interval=0)


def eventually(what: Callable[[], T]) -> T:
    deadline = time.monotonic() + 10
    while not (answer := what()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return answer


def test_runs_go_by_themselves_and_mibot_is_told(
    front: GitHubProxy, world: World, session: Session, listener: Listener
) -> None:
    front.actions.run_automatically(0.1)
    workflows = GitHubWorkflows(session, world.org.deployment)
    number = workflows.dispatch("mi_upgrade.yml", INPUTS)
    assert number
    eventually(lambda: workflows.run(number).succeeded)
    answer = GitHubInspector(session, world.org.deployment).containers(ContainersQuery(number))
    assert isinstance(answer, ContainerReports)
    assert [report.name for report in answer.reports] == ["containers: rctest"]
    told = eventually(lambda: _completed(listener))
    (request,) = told
    signature = hmac.new(world.org.webhook_secret.encode(), request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-hub-signature-256"] == f"sha256={signature}"
    assert request.json["workflow_run"]["id"] == number
    assert request.json["repository"]["full_name"] == world.org.deployment
    assert request.json["workflow_run"]["actor"]["login"] == world.org.bot


def _completed(listener: Listener) -> list[Any]:
    events = zip(listener.events, listener.requests, strict=True)
    return [request for event, request in events if event == "workflow_run completed"]


def test_everything_else_is_the_emulators_at_this_address(front: GitHubProxy, world: World) -> None:
    issue = world.open_issue("dana", "3.40.1", labels=["team/cloud", "other"])
    assert issue["url"].startswith(front.url)
    world.unlabel("dana", issue["number"], "team/cloud")
    assert [label["name"] for label in world.issue(issue["number"])["labels"]] == ["other"]
    for _ in range(2):
        world.comment("dana", issue["number"], "hello")
    path = f"{front.url}/repos/{world.org.releases}/issues/{issue['number']}/comments"
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(path, params={"per_page": "1"}, timeout=10)
    assert answer.links["next"]["url"].startswith(front.url)
    with pytest.raises(GitHubError, match="status 404"):
        world.issue(4711)


def test_people_start_runs_by_their_token_and_outsiders_do_not(front: GitHubProxy, world: World) -> None:
    path = f"/repos/{world.org.deployment}/actions/workflows/mi_upgrade.yml/dispatches"
    order = {"ref": BASE, "inputs": INPUTS}
    GitHubApi(front.url, world.org.token("dana")).call("POST", path, order)
    assert [run.actor for run in front.actions.runs] == ["dana"]
    with pytest.raises(GitHubError, match=r"status 40[34]"):
        GitHubApi(front.url, world.org.token(OUTSIDER)).call("POST", path, order)
    with pytest.raises(GitHubError, match="status 404"):
        world.api("dana").call("POST", path.replace("mi_upgrade", "other"), order)
    assert len(front.actions.runs) == 1


def test_lists_of_runs_come_in_pages(front: GitHubProxy, world: World, session: Session) -> None:
    commit = world.branches()[BASE]
    pushed = [front.actions.push(commit) for _ in range(101)]
    found = GitHubWorkflows(session, world.org.deployment).runs("mi_upgrade.yml", "push", pushed[0].created_at)
    assert len(found) == 101


def test_mibots_own_check_run_is_known_where_no_app_is_told(
    front: GitHubProxy, world: World, session: Session
) -> None:
    commit = world.branches()[BASE]
    deployment = GitHubDeploymentRepository(session, world.org.deployment, MemoryBlobCache())
    for conclusion in ("", "success", "failure"):
        OwnCheckRuns(deployment.check_runs, make_creator()).publish(
            commit, CheckRun("mibot", conclusion, "a title", "a summary")
        )
    runs = world.api(OWNER).call("GET", f"/repos/{world.org.deployment}/commits/{commit}/check-runs", filter="all")
    assert [(run["name"], run["conclusion"]) for run in runs["check_runs"]] == [("mibot", "failure")]


def test_a_sweep_sees_everything_in_the_demo(front: GitHubProxy, world: World, session: Session) -> None:
    store, issues = MemoryStore(), GitHubIssues(session, front.org.releases)
    reconciler = Reconciler(issues, store, LABEL, lambda: datetime.now(UTC))
    reconciler.record_install()
    issue = world.open_issue(OWNER, "3.40.1 upgrade managed instances", labels=[LABEL])["number"]
    for number in range(3):
        world.comment(OWNER, issue, f"/status {number}")
    sweep = reconciler.sweep()
    assert sweep.failed == frozenset()
    found = [effect.body for effect in sweep.effects if isinstance(effect, HandleComment)]
    assert found == ["/status 0", "/status 1", "/status 2"]
    page = world.api(OWNER).call("GET", f"/repos/{front.org.releases}/issues/comments?per_page=2&page=2")
    assert [comment["body"] for comment in page] == ["/status 2"]


def test_a_port_that_is_taken_is_told() -> None:
    (org,) = make_orgs(1, "", "")
    port = free_port()
    with GitHubProxy("http://127.0.0.1:1", org, port), pytest.raises(EmulatorError, match=f"Port {port} is taken"):
        GitHubProxy("http://127.0.0.1:1", org, port)


def test_an_emulator_that_is_gone_is_a_fault_and_no_crash() -> None:
    (org,) = make_orgs(1, "", "")
    with GitHubProxy("http://127.0.0.1:1", org) as front, pytest.raises(GitHubError, match="status 502"):
        GitHubApi(front.url, "x").call("GET", "/zen")

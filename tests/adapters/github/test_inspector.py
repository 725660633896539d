"""What health checks learn from GitHub: a run's container reports, and what checks say of a commit."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.github import GitHubInspector, GitHubWorkflows, Session
from bot.domain.failures.github import GitHubFailed, GitHubNotJson, GitHubProblem, GitHubRefused
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import CommitChecks, Conclusion
from bot.domain.health.queries import (
    CheckRunOutput,
    CommitStatus,
    CommitStatusQuery,
    ContainerReports,
    ContainersQuery,
    Unavailable,
)
from bot.domain.reasons import Reason
from demo.organization import BASE
from demo.world import World
from tests.adapters.github.conftest import FakeGitHub
from tests.adapters.github.samples import FORBIDDEN, HTML, check_run, run
from tests.world.proxy import Proxy

READ_RUN = GitHubAction.READ_WORKFLOW_RUN
ACTIONS = {"id": 15368, "slug": "github-actions"}
HERE = "/repos/fleet/deploy"
RUNS = f"{HERE}/commits/c1/check-runs"
TABLE = {"title": "Containers", "summary": "| a |", "text": "more"}
OTHER_RUN = "https://github.test/fleet/deploy/actions/runs/10"
THIS_RUN = "https://github.test/fleet/deploy/actions/runs/9/job/1"


def containers(site: FakeGitHub, inspector: GitHubInspector, *check_runs: dict[str, Any]) -> list[str]:
    """The names of the check runs that belong to run 9."""
    site.add_response("GET", f"{HERE}/actions/runs/9", run(9))
    found = {"total_count": len(check_runs), "check_runs": list(check_runs)}
    site.add_response("GET", RUNS, found, query={"filter": "all"})
    answer = inspector.containers(ContainersQuery(9))
    assert isinstance(answer, ContainerReports)
    return [report.name for report in answer.reports]


def report(number: int = 1, name: str = "containers: rctest", **changes: Any) -> dict[str, Any]:
    return check_run(number, name, output=TABLE, **{"app": ACTIONS, **changes})


def test_a_report_has_all_its_words_and_leads_to_itself(site: FakeGitHub, inspector: GitHubInspector) -> None:
    site.add_response("GET", f"{HERE}/actions/runs/9", run(9))
    site.add_response("GET", RUNS, {"total_count": 1, "check_runs": [report(3, external_id="9")]})
    url = "https://github.test/fleet/deploy/runs/3"
    expected = ContainerReports((CheckRunOutput("containers: rctest", "Containers\n\n| a |\n\nmore", url),))
    assert inspector.containers(ContainersQuery(9)) == expected


@pytest.mark.parametrize("sign", [{"external_id": "9"}, {"details_url": THIS_RUN}, {"check_suite": {"id": 70}}])
def test_a_report_belongs_to_the_run_by_any_of_three_signs(
    site: FakeGitHub, inspector: GitHubInspector, sign: dict[str, Any]
) -> None:
    strangers = [report(2, "other"), report(3, "no suite", check_suite=None), report(4, "ninety", external_id="90")]
    assert containers(site, inspector, report(1, **sign), *strangers) == ["containers: rctest"]


def test_another_runs_report_in_the_same_check_suite_is_not_taken(
    site: FakeGitHub, inspector: GitHubInspector
) -> None:
    """GitHub may put what a workflow creates through the API into the suite of another run of the same commit."""
    strange = report(1, "containers: acme", details_url=OTHER_RUN, check_suite={"id": 70})
    assert containers(site, inspector, strange) == []
    claiming = report(1, "containers: acme", details_url=OTHER_RUN, external_id="9")
    assert containers(site, inspector, claiming) == [], "whatever it says itself"


@pytest.mark.parametrize("sign", [{"external_id": "9"}, {"details_url": THIS_RUN}, {"check_suite": {"id": 70}}])
def test_what_another_app_writes_about_the_run_is_not_its_report(
    site: FakeGitHub, inspector: GitHubInspector, sign: dict[str, Any]
) -> None:
    assert containers(site, inspector, report(1, app={"id": 6, "slug": "strange"}, **sign)) == []
    assert containers(site, inspector, report(1, app=None, **sign)) == ["containers: rctest"], "an older server"


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ({"path": ".github/workflows/mi_upgrade.yml@refs/heads/main", "workflow_id": 5}, True),
        ({"path": ".github/workflows/other.yml", "workflow_id": 6}, False),
        ({"path": ".github/workflows/other/mi_upgrade.yml.yml"}, False),
        ({}, True),
    ],
)
@pytest.mark.parametrize("workflow", ["mi_upgrade.yml", "5"])
def test_only_the_workflow_that_deploys_reports(
    site: FakeGitHub, session: Session, facts: dict[str, Any], counts: bool, workflow: str
) -> None:
    site.add_response("GET", f"{HERE}/actions/runs/9", run(9, **facts))
    site.add_response("GET", RUNS, {"total_count": 1, "check_runs": [report(3, external_id="9")]})
    answer = GitHubInspector(session, "fleet/deploy", workflow).containers(ContainersQuery(9))
    assert isinstance(answer, ContainerReports)
    assert bool(answer.reports) is counts


def test_the_second_attempts_report_takes_the_place_of_the_first_ones(
    site: FakeGitHub, inspector: GitHubInspector
) -> None:
    site.add_response("GET", f"{HERE}/actions/runs/9", run(9))
    first = report(1, external_id="9")
    second = report(2, external_id="9") | {"output": {**TABLE, "text": "second"}}
    site.add_response("GET", RUNS, {"total_count": 2, "check_runs": [second, first]})
    answer = inspector.containers(ContainersQuery(9))
    assert isinstance(answer, ContainerReports)
    assert [one.text for one in answer.reports] == ["Containers\n\n| a |\n\nsecond"]


def test_check_runs_without_words_are_no_reports(site: FakeGitHub, inspector: GitHubInspector) -> None:
    assert containers(site, inspector, check_run(1, "upgrade", external_id="9")) == []


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        ({"message": "Not Found"}, 404, GitHubFailed(READ_RUN, GitHubProblem.NOT_FOUND)),
        ({"message": FORBIDDEN}, 403, GitHubRefused(READ_RUN, 403, FORBIDDEN, "actions=read")),
        (HTML, 200, GitHubNotJson(READ_RUN, 200)),
        ({"id": 9}, 200, GitHubFailed(READ_RUN, GitHubProblem.UNEXPECTED_ANSWER)),
    ],
)
def test_what_cannot_be_read_is_unavailable_with_a_reason(
    site: FakeGitHub, inspector: GitHubInspector, answer: Any, status: int, reason: Reason
) -> None:
    site.add_response("GET", HERE, {"default_branch": "main"})
    site.add_response("GET", f"{HERE}/actions/runs/9", answer, status)
    assert inspector.containers(ContainersQuery(9)) == Unavailable(reason)


def commit(
    site: FakeGitHub,
    inspector: GitHubInspector,
    *check_runs: dict[str, Any],
    branch: dict[str, Any] | None = None,
    rules: tuple[Any, int] = ([], 200),
) -> CommitStatus | Unavailable:
    site.add_response("GET", HERE, {"default_branch": "main"})
    site.add_response("GET", RUNS, {"total_count": len(check_runs), "check_runs": list(check_runs)})
    statuses = [{"context": "terraform", "state": "pending"}, {"context": "mibot/old", "state": "failure"}]
    site.add_response("GET", f"{HERE}/commits/c1/status", {"state": "pending", "statuses": statuses})
    site.add_response("GET", f"{HERE}/branches/main", branch or {"name": "main", "protected": False})
    site.add_response("GET", f"{HERE}/rules/branches/main", rules[0], rules[1])
    return inspector.commit(CommitStatusQuery("c1"))


def protection(*contexts: str, checks: tuple[str, ...] = ()) -> dict[str, Any]:
    required = {"contexts": list(contexts), "checks": [{"context": name, "app_id": None} for name in checks]}
    return {"name": "main", "protected": True, "protection": {"enabled": True, "required_status_checks": required}}


def rule(*contexts: str) -> dict[str, Any]:
    checks = [{"context": name} for name in contexts]
    return {"type": "required_status_checks", "parameters": {"required_status_checks": checks}}


def test_the_signals_of_a_commit_without_mibots_own(site: FakeGitHub, inspector: GitHubInspector) -> None:
    own = [check_run(3, "health", conclusion="failure", app={"slug": "mibot"}), check_run(4, "mibot / x", app=None)]
    answer = commit(site, inspector, check_run(1, "ci"), check_run(2, "lint", conclusion="failure"), *own)
    checks = CommitChecks(Conclusion.FAILURE, ("lint",), ("terraform",))
    assert answer == CommitStatus(checks, seen=frozenset({"ci", "lint", "terraform"}))


def test_what_is_required_comes_from_protection_and_from_rules(site: FakeGitHub, inspector: GitHubInspector) -> None:
    answer = commit(
        site,
        inspector,
        branch=protection("ci", "mibot / health", checks=("ci", "lint")),
        rules=([rule("plan"), {"type": "deletion"}, rule("policy")], 200),
    )
    assert isinstance(answer, CommitStatus)
    assert answer.required == {"ci", "lint", "plan", "policy"}, "mibot does not wait for its own"


def test_what_one_app_has_to_report_another_one_does_not(site: FakeGitHub, inspector: GitHubInspector) -> None:
    bound = {"context": "ci", "app_id": 5}
    required = {"contexts": ["ci", "lint"], "checks": [bound, {"context": "lint", "app_id": -1}]}
    branch = {"name": "main", "protection": {"required_status_checks": required}}
    strange = check_run(1, "ci", app={"id": 6, "slug": "strange"})
    answer = commit(site, inspector, strange, check_run(2, "lint"), branch=branch)
    assert isinstance(answer, CommitStatus)
    assert answer.required - answer.seen == {"ci"}
    right = check_run(3, "ci", app={"id": 5, "slug": "ci"})
    answer = commit(site, inspector, strange, right, branch=branch)
    assert isinstance(answer, CommitStatus)
    assert answer.required - answer.seen == {"lint"}


def test_a_check_that_succeeded_in_a_later_suite_has_passed(site: FakeGitHub, inspector: GitHubInspector) -> None:
    first = check_run(1, "ci", conclusion="failure", check_suite={"id": 10})
    answer = commit(site, inspector, check_run(2, "ci", check_suite={"id": 20}), first)
    assert isinstance(answer, CommitStatus)
    assert answer.checks.failed == ()


@pytest.mark.parametrize(
    ("rules", "status"),
    [({"message": "Not Found"}, 404), ({"message": "Upgrade to GitHub Pro or make this repository public."}, 403)],
    ids=["an older server", "a plan without rules"],
)
def test_where_there_are_no_rules_none_is_required(
    site: FakeGitHub, inspector: GitHubInspector, rules: Any, status: int
) -> None:
    answer = commit(site, inspector, rules=(rules, status))
    assert isinstance(answer, CommitStatus)
    assert answer.required == frozenset()


def test_rules_that_may_not_be_read_are_not_taken_for_none(site: FakeGitHub, inspector: GitHubInspector) -> None:
    answer = commit(site, inspector, rules=({"message": FORBIDDEN}, 403))
    assert answer == Unavailable(GitHubRefused(GitHubAction.READ_BRANCH_RULES, 403, FORBIDDEN, "metadata=read"))


@pytest.mark.e2e
def test_a_run_of_the_emulated_github_publishes_its_containers(world: World, proxy: Proxy, emulated: Session) -> None:
    world.build()
    workflows = GitHubWorkflows(emulated, world.org.deployment)
    inspector = GitHubInspector(emulated, world.org.deployment)
    first, second = (
        workflows.dispatch("mi_upgrade.yml", {"customer": slug, "version": "3.40.1"}) for slug in ("rctest", "demo")
    )
    assert first
    assert second
    for started in proxy.actions.runs:
        proxy.actions.finish(started)
    for number, slug in ((first, "rctest"), (second, "demo")):
        answer = inspector.containers(ContainersQuery(number))
        assert isinstance(answer, ContainerReports)
        (found,) = answer.reports
        assert found.name == f"containers: {slug}"
        assert "| sourcegraph-frontend-0 | index.docker.io/sourcegraph/frontend:3.40.1@" in found.text


@pytest.mark.e2e
def test_what_the_emulated_github_requires_of_a_commit(world: World, emulated: Session) -> None:
    world.build()
    world.require_checks("ci", "terraform plan")
    head = world.branches()[BASE]
    world.check_run(head, "ci", None)
    world.status(head, "lint", "failure")
    answer = GitHubInspector(emulated, world.org.deployment).commit(CommitStatusQuery(head))
    assert answer == CommitStatus(
        CommitChecks(Conclusion.FAILURE, ("lint",), ("ci",)),
        required=frozenset({"ci", "terraform plan"}),
        seen=frozenset({"ci", "lint"}),
    )

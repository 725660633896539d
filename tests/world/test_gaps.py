"""What the emulator lacks, seen through the proxy: each as GitHub does it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from demo.fleet import File
from demo.github_api import GitHubApi, GitHubError
from demo.organization import BASE, OWNER, REVIEWER
from demo.world import World
from tests.world.listener import Listener
from tests.world.proxy import Proxy

pytestmark = pytest.mark.e2e


@pytest.fixture
def listener(proxy: Proxy) -> Iterator[Listener]:
    with Listener() as listener:
        proxy.webhooks.target = listener.url
        yield listener


@pytest.fixture
def app(proxy: Proxy) -> GitHubApi:
    """GitHub as the App itself sees it."""
    now = int(time.time())
    claims = {"iss": str(proxy.org.app_id), "iat": now - 10, "exp": now + 300}
    return GitHubApi(proxy.api_url, jwt.encode(claims, proxy.org.private_key, "RS256"))


@pytest.fixture
def bot(proxy: Proxy, app: GitHubApi) -> GitHubApi:
    """GitHub as the App's installation sees it."""
    path = f"/app/installations/{proxy.org.installation_id}/access_tokens"
    return GitHubApi(proxy.api_url, app.call("POST", path)["token"])


def branch(world: World, name: str, *files: File) -> None:
    ref = {"ref": f"refs/heads/{name}", "sha": world.branches()[BASE]}
    world.api(OWNER).call("POST", f"/repos/{world.org.deployment}/git/refs", ref)
    if files:
        world.commit("dana", files, branch=name)


def pull(api: GitHubApi, world: World, head: str) -> dict[str, Any]:
    body = {"title": "a title", "head": head, "base": BASE}
    made: dict[str, Any] = api.call("POST", f"/repos/{world.org.deployment}/pulls", body)
    return made


def test_labels_an_issue_is_opened_with_are_told_one_by_one(world: World, proxy: Proxy, listener: Listener) -> None:
    number = world.open_issue("dana", "3.40.1", labels=["team/cloud", "other"])["number"]
    assert proxy.webhooks.drain()
    assert listener.events == ["issues opened", "issues labeled", "issues labeled"]
    opened, first, second = (request.json for request in listener.requests)
    assert [first["label"]["name"], second["label"]["name"]] == ["team/cloud", "other"]
    assert {payload["issue"]["number"] for payload in (opened, first, second)} == {number}
    assert opened["installation"]["id"] == first["installation"]["id"]
    assert opened["repository"]["full_name"] == first["repository"]["full_name"] == world.org.releases
    assert first["sender"]["login"] == "dana"


def test_the_bots_own_issues_tell_their_labels_too(
    world: World, proxy: Proxy, bot: GitHubApi, listener: Listener
) -> None:
    world.build()
    bot.call("POST", f"/repos/{world.org.releases}/issues", {"title": "tracker", "labels": ["release-tracking"]})
    assert proxy.webhooks.drain()
    assert listener.events == ["issues opened", "issues labeled"]
    assert {request.json["sender"]["login"] for request in listener.requests} == {proxy.org.bot}


def test_deliveries_of_the_emulator_are_signed_and_numbered(world: World, proxy: Proxy, listener: Listener) -> None:
    issue = world.open_issue("dana", "3.40.1")["number"]
    for _ in range(5):
        world.comment("dana", issue, "/help")
    assert proxy.webhooks.wait_for(lambda _: len(proxy.webhooks.deliveries_of("issue_comment")) == 5)
    assert proxy.webhooks.drain()
    assert len(set(listener.guids)) == 6
    assert all(request.headers["x-hub-signature-256"].startswith("sha256=") for request in listener.requests)


def test_a_reaction_is_there_once(world: World, bot: GitHubApi) -> None:
    issue = world.open_issue("dana", "3.40.1")["number"]
    comment = world.comment("dana", issue, "/help")["id"]
    path = f"/repos/{world.org.releases}/issues/comments/{comment}/reactions"
    first, again = (bot.call("POST", path, {"content": "eyes"}) for _ in range(2))
    assert first == again
    assert [(reaction["content"], reaction["user"]["login"]) for reaction in world.reactions(comment)] == [
        ("eyes", world.org.bot)
    ]


@pytest.mark.parametrize(("comment", "content", "status"), [(4711, "eyes", 404), (0, "frown", 422)])
def test_a_reaction_to_nothing_or_with_nothing_is_refused(
    world: World, bot: GitHubApi, comment: int, content: str, status: int
) -> None:
    issue = world.open_issue("dana", "3.40.1")["number"]
    comment = comment or world.comment("dana", issue, "/help")["id"]
    with pytest.raises(GitHubError) as refusal:
        bot.call("POST", f"/repos/{world.org.releases}/issues/comments/{comment}/reactions", {"content": content})
    assert refusal.value.status == status


def test_commit_statuses_are_kept_combined_and_told(
    world: World, proxy: Proxy, bot: GitHubApi, listener: Listener
) -> None:
    sha = world.branches()[BASE]
    path = f"/repos/{world.org.deployment}/commits"
    assert bot.call("GET", f"{path}/{sha}/status")["state"] == "pending"
    world.status(sha, "lint", "failure")
    world.status(sha, "test", "success")
    assert bot.call("GET", f"{path}/{BASE}/status")["state"] == "failure"
    world.status(sha, "lint", "success")
    combined = bot.call("GET", f"{path}/{sha}/status")
    assert (combined["state"], combined["total_count"], combined["sha"]) == ("success", 2, sha)
    assert [status["context"] for status in bot.call("GET", f"{path}/{sha}/statuses")] == ["lint", "test", "lint"]
    assert proxy.webhooks.drain()
    told = [request.json for request in listener.requests]
    assert [(event["context"], event["state"]) for event in told[:2]] == [("lint", "failure"), ("test", "success")]
    assert {event["sha"] for event in told} == {sha}
    assert [head["name"] for head in told[0]["branches"]] == [BASE]


def test_the_app_learns_where_its_events_go(proxy: Proxy, app: GitHubApi, listener: Listener) -> None:
    assert app.call("GET", "/app/hook/config")["url"] == listener.url
    with pytest.raises(GitHubError, match="status 401"):
        GitHubApi(proxy.api_url, "no token").call("GET", "/app/hook/config")


def test_a_branch_has_one_open_pull_request(world: World, bot: GitHubApi) -> None:
    world.build()
    branch(world, "rctest/upgrade", File.plain("rctest/note", "x"))
    number = pull(bot, world, "rctest/upgrade")["number"]
    with pytest.raises(GitHubError, match="status 422"):
        pull(bot, world, f"{world.org.name}:rctest/upgrade")
    world.close_pull("dana", number)
    assert pull(bot, world, "rctest/upgrade")["number"] == number + 1


def test_a_pull_request_needs_a_branch_with_a_commit(world: World, bot: GitHubApi) -> None:
    world.build()
    branch(world, "empty")
    for head in ("empty", "missing"):
        with pytest.raises(GitHubError, match="status 422"):
            pull(bot, world, head)
    assert world.pulls() == []
    assert "missing" not in world.branches()


def test_a_pull_request_follows_its_branch(world: World, proxy: Proxy, bot: GitHubApi, listener: Listener) -> None:
    world.build()
    branch(world, "rctest/upgrade", File.plain("rctest/note", "x"))
    number = pull(bot, world, "rctest/upgrade")["number"]
    moved = world.commit("lee", [File.plain("rctest/note", "y")], branch="rctest/upgrade")
    assert world.pull(number)["head"]["sha"] == world.pulls()[0]["head"]["sha"] == moved
    assert proxy.webhooks.drain()
    assert listener.events[-1] == "pull_request synchronize"
    assert listener.requests[-1].json["pull_request"]["head"]["sha"] == moved


def test_a_merge_is_told_when_the_base_is_right(
    world: World, proxy: Proxy, bot: GitHubApi, listener: Listener
) -> None:
    world.build()
    numbers = []
    for slug in ("rctest", "tpgi"):
        branch(world, f"{slug}/upgrade", File.plain(f"{slug}/note", "x"))
        numbers.append(pull(bot, world, f"{slug}/upgrade")["number"])
    for number in numbers:
        world.merge(REVIEWER, number)
    assert proxy.webhooks.wait_for(lambda _: len(proxy.webhooks.deliveries_of("pull_request", "closed")) == 2)
    assert proxy.webhooks.drain()
    assert listener.events.count("pull_request closed") == 2
    assert world.read_file(BASE, "rctest/note").content == world.read_file(BASE, "tpgi/note").content == "x"


def test_a_concluded_check_run_is_told(world: World, proxy: Proxy, listener: Listener) -> None:
    world.build()
    sha = world.branches()[BASE]
    world.check_run(sha, "ci", "success")
    run = world.check_run(sha, "slow", None)
    world.conclude(run["id"], "failure")
    assert proxy.webhooks.wait_for(lambda _: len(proxy.webhooks.deliveries_of("check_run", "completed")) == 2)
    assert proxy.webhooks.drain()
    assert sorted(listener.events) == ["check_run completed"] * 2 + ["check_run created"] * 2


@pytest.mark.parametrize("field", ["title", "body"])
def test_texts_longer_than_github_takes_are_refused(world: World, field: str) -> None:
    longest = {"title": 256, "body": 65536}[field]
    texts = {"title": "a title", "body": "", field: "x" * longest}
    assert world.open_issue("dana", **texts)["number"] == 1
    with pytest.raises(GitHubError, match="status 422"):
        world.open_issue("dana", **(texts | {field: "x" * (longest + 1)}))


def test_since_a_second_includes_that_second(world: World, bot: GitHubApi) -> None:
    issue = world.open_issue("dana", "3.40.1")["number"]
    comment = world.comment("dana", issue, "/help")
    written = datetime.fromisoformat(comment["updated_at"]).astimezone(UTC)
    since = written.strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/repos/{world.org.releases}/issues"
    assert [each["id"] for each in bot.call("GET", f"{path}/comments", since=since)] == [comment["id"]]
    assert [each["number"] for each in bot.call("GET", path, since=since)] == [issue]


def test_all_comments_of_a_repository_are_listed_page_by_page(world: World, bot: GitHubApi) -> None:
    first, second = (world.open_issue("dana", title)["number"] for title in ("one", "two"))
    written = [world.comment("dana", issue, f"on {issue}")["id"] for issue in (second, first, second)]
    world.edit_comment("dana", written[0], "edited")
    path = f"/repos/{world.org.releases}/issues/comments"
    assert [each["id"] for each in bot.call("GET", path)] == written
    newest = bot.call("GET", path, sort="updated", direction="desc", per_page="2")
    assert [each["id"] for each in newest] == [written[0], written[2]]
    rest = bot.call("GET", path, sort="updated", direction="desc", per_page="2", page="2")
    assert [each["id"] for each in rest] == [written[1]]
    assert bot.call("GET", path, since="2099-01-01T00:00:00Z") == []


def test_a_new_comment_is_not_an_edited_one(world: World) -> None:
    issue = world.open_issue("dana", "3.40.1")["number"]
    for _ in range(20):
        world.comment("dana", issue, "/help")
    assert all(comment["created_at"] == comment["updated_at"] for comment in world.comments(issue))
    edited = world.edit_comment("dana", world.comments(issue)[0]["id"], "/status")
    assert edited["updated_at"] > edited["created_at"]

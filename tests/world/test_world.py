"""What people can do in a world, and that every world is its own."""

from __future__ import annotations

import pytest

from demo.fleet import File, make_fleet
from demo.github_api import GitHubError
from demo.merging import MergeError, three_way
from demo.organization import (
    BASE,
    EVENTS,
    OPERATORS,
    OUTSIDER,
    OWNER,
    PERMISSIONS,
    REVIEWER,
    make_orgs,
    make_seed,
)
from demo.world import TAGS, World

pytestmark = pytest.mark.e2e
NEW = "../../../golden/docker-compose.3.40.1.yaml"


def open_upgrade(world: World, slug: str) -> int:
    """A pull request as mibot opens it, but by the owner: branch, commit, pull request."""
    link = world.fleet.by_slug[slug].link_path
    owner, repo, branch = world.api(OWNER), world.org.deployment, f"{slug}/upgrade-v3.40.1"
    ref = {"ref": f"refs/heads/{branch}", "sha": world.branches()[BASE]}
    owner.call("POST", f"/repos/{repo}/git/refs", ref)
    world.commit(OWNER, [File.link(link, NEW)], branch=branch)
    pull = {"title": f"{slug}: upgrade to v3.40.1", "head": branch, "base": BASE}
    number: int = owner.call("POST", f"/repos/{repo}/pulls", pull)["number"]
    return number


def running(world: World, slug: str, ref: str = BASE) -> str:
    return world.read_file(ref, world.fleet.by_slug[slug].link_path).content


def test_a_symbolic_link_is_one_on_github(world: World) -> None:
    link = world.read_file(BASE, "rctest/red/docker-compose/docker-compose.yaml")
    assert link.mode == "120000"
    assert link.content == "../../../golden/docker-compose.3.40.0.yaml"


def test_github_has_exactly_the_files_of_the_fleet(world: World) -> None:
    world.build(make_fleet(20))
    tree = world.api(OWNER).call("GET", f"/repos/{world.org.deployment}/git/trees/{BASE}", recursive="1")["tree"]
    found = {entry["path"]: entry["mode"] for entry in tree if entry["type"] == "blob"}
    assert found == {path: file.mode for path, file in world.fleet.files.items()}
    assert world.read_file(BASE, "tpgi/config.yaml") == world.fleet.files["tpgi/config.yaml"]


def test_upstream_has_its_versions_as_tags(world: World) -> None:
    world.build()
    listed = world.api(OWNER).pages(f"/repos/{world.org.upstream}/tags")
    refs = world.api(OWNER).call("GET", f"/repos/{world.org.upstream}/git/matching-refs/tags/v")
    assert {tag["name"] for tag in listed} == {f"v{version}" for version in TAGS}
    assert {ref["ref"] for ref in refs} == {f"refs/tags/v{version}" for version in TAGS}


def test_the_operators_are_a_team_and_others_are_not_in_it(world: World) -> None:
    members = world.api(OWNER).call("GET", f"/orgs/{world.org.name}/teams/cloud/members")
    assert {member["login"] for member in members} == set(OPERATORS)


def test_an_outsider_comments_but_does_not_see_the_fleet(world: World) -> None:
    issue = world.open_issue("dana", "3.40.1", labels=["team/cloud"])["number"]
    world.comment(OUTSIDER, issue, "/upgrade rctest")
    assert [comment["user"]["login"] for comment in world.comments(issue)] == [OUTSIDER]
    with pytest.raises(GitHubError, match="status 403"):
        world.api(OUTSIDER).call("GET", f"/repos/{world.org.deployment}/git/trees/{BASE}")


def test_people_edit_label_and_close_issues(world: World) -> None:
    issue = world.open_issue("dana", "3.40.1", "first")["number"]
    world.label("lee", issue, "team/cloud", "managed-instances")
    world.unlabel("lee", issue, "team/cloud")
    world.edit_issue_body("lee", issue, "second")
    comment = world.comment("dana", issue, "hello")["id"]
    world.edit_comment("dana", comment, "goodbye")
    world.close_issue("dana", issue)
    found = world.issue(issue)
    assert (found["body"], found["state"]) == ("second", "closed")
    assert [label["name"] for label in found["labels"]] == ["managed-instances"]
    assert world.comments(issue)[0]["body"] == "goodbye"
    assert [each["number"] for each in world.issues("managed-instances")] == [issue]
    assert world.issues("managed-instances", state="open") == []


def test_a_pull_request_is_reviewed_and_merged(world: World) -> None:
    number = open_upgrade(world, "rctest")
    assert "-../../../golden/docker-compose.3.40.0.yaml" in world.pull_diff(number)
    assert f"+{NEW}" in world.pull_diff(number)
    world.check_run(world.pull(number)["head"]["sha"], "ci", "success")
    world.review(REVIEWER, number, "APPROVE", "fine")
    merged = world.merge(REVIEWER, number)
    assert world.pull(number)["merged"]
    assert world.pull(number)["merge_commit_sha"] == merged
    assert running(world, "rctest") == NEW


def test_the_second_merge_keeps_the_first(world: World) -> None:
    first, second = open_upgrade(world, "rctest"), open_upgrade(world, "tpgi")
    world.merge(REVIEWER, first)
    world.merge(REVIEWER, second)
    assert running(world, "rctest") == running(world, "tpgi") == NEW
    assert running(world, "demo") != NEW


def test_a_merge_brings_what_was_pushed_to_the_branch_later(world: World) -> None:
    number = open_upgrade(world, "rctest")
    note = File.plain("rctest/config.yaml", "customer: rctest\ninstanceType: internal\n")
    world.commit("dana", [note], branch="rctest/upgrade-v3.40.1", removed=["README.md"])
    world.merge(REVIEWER, number)
    assert running(world, "rctest") == NEW
    assert world.read_file(BASE, "rctest/config.yaml") == note
    with pytest.raises(FileNotFoundError, match=r"README\.md"):
        world.read_file(BASE, "README.md")


def test_both_sides_changing_a_file_is_a_conflict(world: World) -> None:
    number = open_upgrade(world, "rctest")
    link = world.fleet.by_slug["rctest"].link_path
    world.commit("dana", [File.link(link, "../../../golden/docker-compose.3.41.0.yaml")])
    with pytest.raises(MergeError, match=link):
        world.merge(REVIEWER, number)
    assert world.pull(number)["state"] == "open"


def test_a_pull_request_is_closed_without_merging(world: World) -> None:
    number = open_upgrade(world, "rctest")
    world.comment_on_pull("dana", number, "not today")
    world.close_pull("dana", number)
    assert (world.pull(number)["state"], world.pull(number)["merged"]) == ("closed", False)
    assert [pull["number"] for pull in world.pulls()] == [number]
    assert world.pulls(state="open") == []


def test_three_ways_meet() -> None:
    common = {"same": ("100644", "1"), "theirs": ("100644", "2"), "gone": ("100644", "3"), "both": ("100644", "4")}
    ours = {**common, "mine": ("100644", "5"), "both": ("100644", "6")}
    theirs = {"same": ("100644", "1"), "theirs": ("120000", "7"), "both": ("100644", "6"), "new": ("100644", "8")}
    expected = {"theirs": ("120000", "7"), "gone": None, "new": ("100644", "8")}
    assert three_way(common, ours, theirs) == expected


def test_organizations_share_nothing_that_must_differ() -> None:
    orgs = make_orgs(40, "key", "http://door/{org}")
    for name in ("name", "app_id", "installation_id", "app_slug", "webhook_secret", "webhook_url", "bot"):
        assert len({getattr(org, name) for org in orgs}) == 40, name
    assert len(make_seed(orgs)["tokens"]) == 40 * 5
    app = make_seed(orgs)["github"]["apps"][39]
    assert (app["permissions"], app["events"]) == (PERMISSIONS, list(EVENTS))

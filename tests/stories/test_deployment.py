"""From the merge to verified healthy, and what can go wrong in between."""

from __future__ import annotations

import itertools
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.cloud import Cloud
from demo.fleet import make_fleet
from demo.google import resources
from demo.world import World
from tests.stories.process import MibotProcess
from tests.stories.story import Story
from tests.world.exchange import HttpResponse, Request
from tests.world.proxy import Proxy

pytestmark = pytest.mark.e2e

FRONT_END_HOST = "rctest.sourcegraph.com"


@pytest.fixture
def tracker(story: Story) -> int:
    story.open_release_issue()
    return int(story.tracker()["number"])


def story_with_settings(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud, **settings: str) -> Story:
    """A story with other settings."""
    world.build(make_fleet(name_customers_in_notes=True))
    mibot = MibotProcess(tmp_path, proxy.org, proxy.api_url, cloud, **settings)
    proxy.webhooks.target = mibot.webhook_url
    mibot.start()
    return Story(world, proxy, mibot, cloud)


def runs_of(story: Story) -> list[str]:
    return [
        f"{run.inputs.get('customer')} {run.inputs.get('version')} {run.conclusion}" for run in story.actions.runs
    ]


def ticked(story: Story, name: str = "rctest") -> bool:
    return story.line("3.40.1", name).startswith("- [x]")


def test_a_green_upgrade_leaves_its_proof_where_people_look(story: Story, tracker: int) -> None:
    order, number = story.merge_upgrade(tracker)
    story.eventually(lambda: ticked(story))
    body = story.wait_for_reply(
        tracker, order, "done", "Verified healthy at", "Backup: Cloud SQL backup", "disk snapshot `mibot-3-40-1-"
    )
    assert "/actions/runs/" in body
    after, before = (
        body.index("Health checks after the deployment"),
        body.index("Health checks right before the deployment"),
    )
    assert after < before
    first, *_ = (line for line in body.splitlines() if "<details>" in line)
    assert re.match(r"<details><summary>✅ (\d+) of \1 checks passed · Health checks after the deployment · ", first)
    assert runs_of(story) == ["rctest 3.40.1 success"]
    evidence = story.evidence(number)
    for words in (
        "requested by | `dana`",
        "approved by | `rio`",
        "merged by | `dana`",
        "[run ",
        "disk snapshot",
        "Virtual machine",
    ):
        assert words in evidence
    story.eventually(lambda: len(story.world.pull(number)["labels"]) == 2)
    labels = {label["name"] for label in story.world.pull(number)["labels"]}
    assert labels == {"mi-upgrade", "mi-upgrade-done"}
    head = story.world.pull(number)["head"]["sha"]
    checks = story.world.api("olive").call("GET", f"/repos/{story.proxy.org.deployment}/commits/{head}/check-runs")
    (mine,) = [run for run in checks["check_runs"] if run["name"] == "mibot / pre-upgrade"]
    assert (mine["conclusion"], "health checks pass" in mine["output"]["title"]) == ("success", True)
    head_block = story.tracker()["body"]
    assert re.search(r"█*░+ \d+ % · \*\*1 of \d+ done\*\*", head_block)
    assert "✅ 1 done" in head_block
    assert "```" not in head_block
    assert story.alarms(tracker) == []


def test_a_deployment_that_fails_stops_the_line_until_a_person_retries_it(story: Story, tracker: int) -> None:
    story.actions.run_manually()
    order, number = story.merge_upgrade(tracker)
    story.eventually(lambda: story.actions.runs)
    story.actions.finish(conclusion="failure", failed_step="docker-compose up -d")
    story.wait_for_reply(
        tracker, order, "failed: its deployment failed: job", "step docker-compose up -d", "/actions/runs/"
    )
    (alarm,) = story.eventually(lambda: story.alarms(tracker))
    assert "@lee: the upgrade of [rctest.sourcegraph.com]" in alarm
    assert "failed" in story.evidence(number)
    waiting = story.comment(tracker, "/upgrade demo")
    story.wait_for_reply(
        tracker, waiting, "waiting: for rctest, whose upgrade to 3.40.1 failed: the rollout is halted"
    )
    assert not story.pulls("demo")
    story.wait_until_idle()
    assert len(story.actions.runs) == 1, "mibot itself does not try again"
    story.actions.run_automatically()
    retry = story.comment(tracker, "/retry rctest")
    story.wait_for_reply(tracker, retry, "done", "Attempt 2.")
    story.eventually(lambda: story.pulls("demo"))
    story.eventually(lambda: "verified healthy" in story.evidence(number))
    assert len(story.alarms(tracker)) == 1
    assert len(story.actions.runs) == 2


def test_a_run_that_never_starts(story: Story, tracker: int) -> None:
    story.actions.lose_next()
    order, _ = story.merge_upgrade(tracker)
    story.wait_for_reply(tracker, order, "failed: no run of mi\\_upgrade.yml started within 3 seconds")
    assert story.actions.runs == []
    deployed = story.comment(tracker, "/deployed rctest")
    story.cloud.front_ends.set(FRONT_END_HOST, version="3.40.1")
    story.wait_for_reply(tracker, deployed, "done", "Deployed by hand, reported by `dana`.")


def test_a_run_that_ends_while_the_bot_is_down(story: Story, tracker: int) -> None:
    story.actions.run_manually()
    order, _ = story.merge_upgrade(tracker)
    story.eventually(lambda: story.actions.runs)
    story.wait_for_reply(tracker, order, "deploying")
    story.mibot.kill()
    story.actions.finish()
    story.mibot.start()
    story.wait_for_reply(tracker, order, "done")
    assert len(story.actions.runs) == 1


def test_other_peoples_runs_are_not_taken_for_its_own(story: Story, tracker: int) -> None:
    """GitHub does not return the run's id, and the run's title does not name the instance."""
    story.actions.run_manually()
    story.actions.run_details_mode, story.actions.titles_have_inputs = "ignored", False
    base = story.world.branches()["main"]
    theirs = story.actions.dispatch("mi_upgrade.yml", {"customer": "demo", "version": "3.40.1"}, "lee", base, "main")
    order, _ = story.merge_upgrade(tracker)
    story.eventually(lambda: len(story.actions.runs) == 2)
    later = story.actions.dispatch("mi_upgrade.yml", {"customer": "tpgi", "version": "3.40.1"}, "lee", base, "main")
    for run in (theirs, later):
        story.actions.finish(run, "failure")
    story.wait_until_idle()
    assert "failed" not in story.reply(tracker, order)
    story.actions.finish(story.actions.runs[1])
    story.wait_for_reply(tracker, order, "done", str(story.actions.runs[1].id))


@pytest.mark.parametrize("details", ["told", pytest.param("ignored", marks=pytest.mark.slow), "refused"])
def test_an_answer_that_is_lost_starts_no_second_run(story: Story, tracker: int, details: str) -> None:
    story.actions.run_details_mode = details
    story.proxy.fail(502, method="POST", path="/dispatches$", forwarded=True)
    order, _ = story.merge_upgrade(tracker)
    story.wait_for_reply(tracker, order, "done")
    assert len([run for run in story.actions.runs if run.inputs["customer"] == "rctest"]) == 1


def test_an_uptime_check_that_flaps_has_to_hold(story: Story, tracker: int) -> None:
    project = story.project("rctest")
    story.after_deployment(lambda: story.cloud.monitoring.set_uptime(project, {"europe": False, "usa-iowa": True}))
    order, _ = story.merge_upgrade(tracker)
    story.wait_for_reply(tracker, order, "verifying", "red: Uptime check")
    assert not ticked(story)
    story.cloud.monitoring.set_uptime(project)
    story.wait_for_reply(tracker, order, "done")


def test_a_vm_that_never_comes_up(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud) -> None:
    story = story_with_settings(tmp_path, world, proxy, cloud, MIBOT_VERIFY__TIMEOUT="3")
    story.open_release_issue()
    tracker = story.tracker()["number"]
    story.after_deployment(lambda: story.compute.set(story.project("rctest"), {"default-red-instance": "STAGING"}))
    order, number = story.merge_upgrade(tracker)
    story.wait_for_reply(tracker, order, "failed: after the deployment, red: Virtual machine", "❌ fail")
    story.eventually(lambda: story.alarms(tracker))
    assert not ticked(story)
    assert "❌ fail" in story.evidence(number)
    story.mibot.kill()


def test_a_backup_that_fails_keeps_the_deployment_from_starting(story: Story, tracker: int) -> None:
    story.cloud.sql.set_outcome(status="FAILED")
    try:
        order, _ = story.merge_upgrade(tracker)
        story.wait_for_reply(tracker, order, "failed: its backup failed: Cloud SQL backup")
        assert story.actions.runs == []
    finally:
        story.cloud.sql.set_outcome()
    retry = story.comment(tracker, "/retry rctest")
    story.wait_for_reply(tracker, retry, "done", "Attempt 2.")


def test_a_permission_that_is_missing_holds_it_with_a_sentence(story: Story, tracker: int) -> None:
    project = story.project("rctest")
    story.cloud.sql.fail(project, "forbidden")
    order, _ = story.merge_upgrade(tracker)
    story.wait_for_reply(
        tracker, order, "held: before the deployment, unknown: Cloud SQL backup, Cloud SQL instance", "cloudsql."
    )
    assert story.actions.runs == []
    story.cloud.sql.stop_failing(project)
    story.wait_for_reply(tracker, order, "done")


def test_a_check_that_hangs_is_unknown_and_hurts_no_other(story: Story, tracker: int) -> None:
    story.cloud.front_ends.fail(FRONT_END_HOST, "hang", seconds=60)
    begun = time.monotonic()
    check = story.comment(tracker, "/check rctest")
    body = story.wait_for_reply(tracker, check, "✅ passed · **Virtual machine**")
    assert time.monotonic() - begun < 20
    assert "❌ failed · **Front end**: The front end does not answer" in body
    assert "❔ unknown · **Cloudflare**" in body
    assert "✅ passed · **Front end**" not in body
    story.cloud.front_ends.stop_failing(FRONT_END_HOST)


def test_an_operator_forces_an_upgrade_that_its_checks_hold_up(story: Story, tracker: int) -> None:
    project = story.project("rctest")
    story.compute.set_snapshots(project, [])
    order, number = story.merge_upgrade(tracker)
    story.wait_for_reply(tracker, order, "held: before the deployment, red: Disk snapshot", "--force")
    assert story.actions.runs == []
    forced = story.comment(tracker, '/upgrade rctest --force "the snapshots moved"', user="lee")
    story.wait_for_reply(tracker, forced, "done", "forced by `lee`: the snapshots moved")
    assert "forced by | `lee`: the snapshots moved" in story.evidence(number)


def test_two_upgrades_in_parallel_have_their_own_runs(story: Story, tracker: int) -> None:
    story.actions.run_details_mode = "ignored"
    orders = [story.comment(tracker, f"/upgrade {slug}") for slug in ("rctest", "demo")]
    numbers = [int(story.pull_from(f"{slug}/upgrade-v3.40.1")["number"]) for slug in ("rctest", "demo")]
    for number in numbers:
        story.world.merge("dana", number)
    for order in orders:
        story.wait_for_reply(tracker, order, "done")
    assert sorted(runs_of(story)) == ["demo 3.40.1 success", "rctest 3.40.1 success"]
    for number, run in zip(
        numbers, sorted(story.actions.runs, key=lambda r: r.inputs["customer"], reverse=True), strict=True
    ):
        assert str(run.id) in story.evidence(number)


def test_the_tracker_is_edited_by_a_person_throughout(story: Story, tracker: int) -> None:
    """Each time that mibot has edited the tracker, Lee adds a line before mibot knows; none of her lines is ever
    lost."""
    remarks: list[str] = []

    def add(request: Request, _answer: HttpResponse) -> None:
        if request.method == "PATCH" and request.path.endswith(f"/issues/{tracker}"):
            remarks.append(f"- remark {len(remarks)} of Lee's")
            body = str(story.world.issue(tracker)["body"])
            story.world.edit_issue_body("lee", tracker, f"{body}\n{remarks[-1]}")

    story.proxy.after = add
    order, _ = story.merge_upgrade(tracker)
    story.wait_for_reply(tracker, order, "done")
    story.eventually(lambda: ticked(story))
    story.wait_until_idle()
    story.proxy.after = None
    body = str(story.world.issue(tracker)["body"])
    assert len(remarks) >= 3
    assert [remark for remark in remarks if remark not in body] == []


def test_the_tracker_is_edited_at_most_once_in_its_interval(
    tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud
) -> None:
    story = story_with_settings(tmp_path, world, proxy, cloud, MIBOT_GITHUB__TRACKER_INTERVAL="3")
    story.open_release_issue()
    tracker = story.tracker()["number"]
    order, _ = story.merge_upgrade(tracker)
    story.wait_for_reply(tracker, order, "done")
    story.eventually(lambda: ticked(story))
    edits = [e.started_at for e in story.proxy.sent("PATCH", f"/issues/{tracker}$")]
    assert all(later - earlier >= 2.9 for earlier, later in itertools.pairwise(edits))
    story.mibot.kill()


def test_the_merge_itself_starts_the_deployment(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud) -> None:
    story = story_with_settings(tmp_path, world, proxy, cloud, MIBOT_DEPLOY__MODE="on_push")
    story.open_release_issue()
    tracker = story.tracker()["number"]
    order, number = story.merge_upgrade(tracker)
    story.wait_for_reply(tracker, order, "deploying")
    merge = story.world.pull(number)["merge_commit_sha"]
    story.actions.push(merge, inputs={"customer": "rctest", "version": "3.40.1"})
    story.wait_for_reply(tracker, order, "done")
    story.mibot.kill()


def test_people_deploy_by_hand(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud) -> None:
    story = story_with_settings(
        tmp_path, world, proxy, cloud, MIBOT_DEPLOY__MODE="manual", MIBOT_DEPLOY__BACKUP="false"
    )
    story.open_release_issue()
    tracker = story.tracker()["number"]
    order, _ = story.merge_upgrade(tracker)
    story.wait_for_reply(tracker, order, "deploying: deploy 3.40.1 by hand, then an operator comments /deployed")
    story.cloud.front_ends.set(FRONT_END_HOST, version="3.40.1")
    story.comment(tracker, "/deployed rctest", user="lee")
    story.wait_for_reply(tracker, order, "done", "Deployed by hand, reported by `lee`.")
    assert story.actions.runs == []
    story.mibot.kill()


def test_a_private_instance_that_refuses_us_is_vouched_for(story: Story, tracker: int) -> None:
    story.complete_upgrade(tracker)
    everyone = story.world.fleet.by_slug.values()
    private = next(i for i in everyone if i.account and not (i.public or i.skip) and i.channel == "stable")
    host = f"{private.slug}.sourcegraph.com"
    story.after_deployment(lambda: story.cloud.front_ends.fail(host, "forbidden"))
    order, _ = story.merge_upgrade(tracker, private.slug)
    story.wait_for_reply(tracker, order, "unknown: Front end")
    story.comment(tracker, f'/check {private.slug} --accept "looked at it from the office"', user="lee")
    story.wait_for_reply(
        tracker, order, "done", "`lee` accepted what mibot could not determine: looked at it from the office"
    )
    story.cloud.front_ends.stop_failing(host)


def test_a_backup_on_demand(story: Story, tracker: int) -> None:
    project = story.project("rctest")
    now = datetime.now(UTC)
    labels = {"mibot": "true"}
    ours = [
        resources.Snapshot(disk, now.replace(hour=0, minute=n), f"mibot-old-{n}", labels=labels)
        for disk in {shot.disk for shot in story.compute.snapshots(project)}
        for n in range(5)
    ]
    story.compute.set_snapshots(project, ours)
    order = story.comment(tracker, "/backup rctest")
    story.wait_for_reply(
        tracker, order, "Cloud SQL backup `", f"disk snapshot `mibot-backup-{order}-", ", ready", "older backups"
    )
    story.wait_until_idle()
    assert len(story.compute.snapshots(project)) == 6, "and none was deleted"


def test_a_rollback_while_the_deployment_runs_is_refused(story: Story, tracker: int) -> None:
    story.actions.run_manually()
    order, _ = story.merge_upgrade(tracker)
    story.eventually(lambda: story.actions.runs)
    story.wait_for_reply(tracker, order, "deploying")
    back = story.comment(tracker, "/rollback rctest")
    story.wait_for_reply(tracker, back, "its deployment is still running")
    story.actions.finish()
    story.wait_for_reply(tracker, order, "done")

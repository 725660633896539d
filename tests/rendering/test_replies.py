"""What the bot answers: one comment that says what was done, how things stand, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.commands import all_commands
from bot.domain.chat import markers
from bot.domain.chat.answers import InstanceMessage, NotAllowed, StatusTable, UnknownCommand
from bot.domain.chat.replies import BackupProgress, CheckTable, Paragraph, Reply, ReplyItem, UpgradeProgress
from bot.domain.fleet.model import Fleet, UnreadableInstance
from bot.domain.fleet.problems import ConfigNotMapping
from bot.domain.github_models import Conclusion
from bot.domain.health.model import CheckState
from bot.domain.reasons import PlainText
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.record import Deployment, Rollback, Stage, StageTransition, Upgrade
from bot.formats.markdown import MAX_BODY_LENGTH, Markdown
from bot.rendering import Renderer
from bot.rendering.answers import render_answer, render_command_list
from bot.rendering.notifications import render_mention
from bot.rendering.replies import MAX_LEFT_OUT, render_reply
from bot.rendering.status import render_status
from tests import rendered as rendering
from tests.samples import (
    ACCOUNT,
    NOW,
    PULL,
    customer_instance,
    fleet,
    internal_instance,
    modify,
    result,
    upgrade,
    version,
)

FLEET = fleet(
    internal_instance("rctest"),
    internal_instance("demo"),
    internal_instance("s2", skip="nightly"),
    customer_instance("amberotter"),
)
RENDERER = Renderer(FLEET)
TARGET = version("3.40.1")
RUN = "https://github.com/sourcegraph/deploy-sourcegraph-managed/actions/runs/5"
REQUESTED_RUN = Deployment(NOW, confirmed=True, run_id=5, run_url=RUN)
ENDED_RUN = replace(REQUESTED_RUN, conclusion="success", ended_at=NOW)
BY_HAND = Deployment(NOW, confirmed=True, ended_at=NOW, deployed_by="lee")
DATABASE = Backup(BackupKind.DATABASE, "sql-main", "1234", BackupState.READY, NOW)
DISK = Backup(BackupKind.DISK, "data", "mibot-3-40-1", BackupState.RUNNING, NOW)
SNAPSHOT = replace(DISK, state=BackupState.READY)


def reply_body(*items: ReplyItem, upgrades: tuple[Upgrade, ...] = ()) -> str:
    return render_reply(RENDERER, Reply(77, 12, "dana", items), {one.key: one for one in upgrades})


def test_a_reply_begins_with_its_mark_and_has_its_items_in_order() -> None:
    body = reply_body(Paragraph(Markdown("first **words**")), Paragraph(Markdown("second")))
    assert body.startswith(markers.reply(77))
    assert body.index("first **words**") < body.index("second")
    assert rendering.reader_text(body) == "first wordssecond"


def test_an_upgrade_that_was_just_asked_for() -> None:
    name = "[rctest.sourcegraph.com](https://rctest.sourcegraph.com)"
    assert f"**{name}**: upgrade to 3.40.1 requested." in reply_body(UpgradeProgress("rctest", TARGET))


def test_an_open_pull_request_with_its_checks() -> None:
    one = upgrade(before=(result(),), checks=Conclusion.PENDING)
    body = reply_body(UpgradeProgress("rctest", TARGET), upgrades=(one,))
    assert "3.40.0 → 3.40.1" in body
    assert f"[#7]({PULL}) open, waiting for a review, its checks are running" in body
    assert "Next: one approval, then merge." in body
    head = "✅ 1 of 1 checks passed · Health checks before the upgrade · 2026-01-05 09:00:00 UTC"
    assert f"<details><summary>{head}</summary>" in body
    assert "✅ passed · Vm: All is well." in rendering.list_items(body)


def test_a_finished_upgrade_shows_who_did_what_and_when() -> None:
    one = upgrade(
        stage=Stage.DONE,
        approved_by=("rio", "sam"),
        merged_by="lee",
        merged_at=NOW,
        before=(result(),),
        after=(result("front"),),
    )
    body = reply_body(UpgradeProgress("rctest", TARGET), upgrades=(one,))
    assert "Approved by `rio`, `sam`." in body
    assert "Merged by `lee` at 2026-01-05 09:00:00 UTC." in body
    after, before = "Health checks after the deployment", "Health checks right before the deployment"
    assert body.index(after) < body.index(before)
    assert [item for item in rendering.list_items(body) if "✅" in item] == [
        "✅ passed · Front: All is well.", "✅ passed · Vm: All is well.",
    ]  # fmt: skip


def merged(stage: Stage, **facts: Any) -> Upgrade:
    return upgrade(stage=stage, merged_by="lee", merged_at=NOW, **facts)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (upgrade(stage=Stage.WAITING, number=None, reason="for its turn"), "3.40.0 → 3.40.1, waiting: for its turn."),
        (upgrade(stage=Stage.PLANNED, number=None), "planned."),
        (upgrade(stage=Stage.APPROVED, approved_by=("rio",)), "#7 approved by rio."),
        (upgrade(stage=Stage.CHANGES_REQUESTED, changes_requested_by=("rio",)), "#7 changes requested by rio."),
        (upgrade(stage=Stage.CLOSED, reason="its pull request is gone"), "#7 closed: its pull request is gone."),
        (upgrade(stage=Stage.SKIPPED, number=None, reason="nightly"), "skipped: nightly."),
        (merged(Stage.MERGED), "#7 merged by lee."),
        (merged(Stage.HELD, reason="waits for demo"), "#7 held: waits for demo."),
        (merged(Stage.BACKING_UP, reason="1 of 2 is ready"), "#7 backing up: 1 of 2 is ready."),
        (merged(Stage.DEPLOYING), "#7 deploying."),
        (
            merged(Stage.DEPLOYING, deployment=REQUESTED_RUN, reason="its run is queued"),
            "deploying: its run is queued.",
        ),
        (merged(Stage.VERIFYING, deployment=ENDED_RUN, reason="red: VM"), "#7 verifying: red: VM."),
        (merged(Stage.VERIFYING, deployment=BY_HAND), "#7 verifying."),
        (merged(Stage.FAILED, reason="its deployment failed: job upgrade"), "failed: its deployment failed: job up"),
        (merged(Stage.DONE, deployment=ENDED_RUN), "#7 done."),
        (
            merged(Stage.DEPLOYING, rollback=Rollback("rio", "slow", version("3.40.0"))),
            "3.40.1 → 3.40.0, #7 rollback to 3.40.0 by rio (slow): deploying.",
        ),
        (
            merged(Stage.ROLLED_BACK, rollback=Rollback("rio", "", version("3.40.0"))),
            "#7 rolled back to 3.40.0 by rio.",
        ),
    ],
    ids=lambda given: str(given.stage) if isinstance(given, Upgrade) else "",
)
def test_every_stage_has_its_words(one: Upgrade, words: str) -> None:
    assert words in rendering.reader_text(reply_body(UpgradeProgress("rctest", TARGET), upgrades=(one,)))


def test_while_it_is_deployed_its_log_is_one_click_away() -> None:
    body = reply_body(
        UpgradeProgress("rctest", TARGET), upgrades=(merged(Stage.DEPLOYING, deployment=REQUESTED_RUN),)
    )
    assert f"[deploying]({RUN})" in body
    assert f"- Deployment: [run 5]({RUN})." in body
    over = reply_body(UpgradeProgress("rctest", TARGET), upgrades=(merged(Stage.VERIFYING, deployment=ENDED_RUN),))
    assert f"[verifying]({RUN})" in over
    assert f"- Deployment: [run 5]({RUN}), success at 2026-01-05 09:00:00 UTC." in over


def test_what_was_asked_for_and_has_no_run_yet_links_nothing() -> None:
    body = reply_body(
        UpgradeProgress("rctest", TARGET), upgrades=(merged(Stage.DEPLOYING, deployment=Deployment(NOW)),)
    )
    assert "Deployment:" not in body
    assert "run None" not in body


def test_what_was_done_after_the_merge_stands_there_in_its_order() -> None:
    one = merged(
        Stage.DONE,
        attempt=2,
        backups=(DATABASE, SNAPSHOT),
        deployment=ENDED_RUN,
        acceptance=Override("rio", "I signed in"),
        history=(
            StageTransition(Stage.VERIFYING, NOW, "mibot"),
            StageTransition(Stage.DONE, NOW.replace(hour=10), "mibot"),
        ),
    )
    body = reply_body(UpgradeProgress("rctest", TARGET), upgrades=(one,))
    steps = [line for line in body.splitlines() if line.startswith("- ")]
    assert steps[-5:] == [
        "- Attempt 2.",
        "- Backup: Cloud SQL backup `1234` ready; disk snapshot `mibot-3-40-1` ready.",
        f"- Deployment: [run 5]({RUN}), success at 2026-01-05 09:00:00 UTC.",
        "- `rio` accepted what mibot could not determine: I signed in.",
        "- Verified healthy at 2026-01-05 10:00:00 UTC.",
    ]


def test_a_first_attempt_is_not_counted_and_a_word_of_a_person_is_told_as_such() -> None:
    body = reply_body(UpgradeProgress("rctest", TARGET), upgrades=(merged(Stage.VERIFYING, deployment=BY_HAND),))
    assert "Attempt" not in body
    assert "- Deployed by hand, reported by `lee`." in body
    kept = reply_body(
        UpgradeProgress("rctest", TARGET),
        upgrades=(merged(Stage.VERIFYING, deployment=replace(BY_HAND, run_url=RUN)),),
    )
    assert "- Deployed by hand, reported by `lee`." in kept
    assert "run None" not in kept


def test_after_the_deployment_each_check_stands_beside_what_it_was_before() -> None:
    one = merged(
        Stage.FAILED,
        before=(result("front", CheckState.UNKNOWN), result("vm"), result("pull")),
        after=(result("vm", CheckState.FAIL), result("alerts"), result("front")),
    )
    body = reply_body(UpgradeProgress("rctest", TARGET), upgrades=(one,))
    head = "<details><summary>❔ 1 unknown · Health checks right before the deployment</summary>\n\n"
    after, _, before = body.partition(head)
    assert "**❌ 1 of 3 checks failed** · Health checks after the deployment · 2026-01-05 09:00:00 UTC\n" in after
    assert [item for item in rendering.list_items(after) if " · " in item] == [
        "❌ failed · Vm (before: passed): All is well.",
        "✅ passed · Alerts: All is well.",
        "✅ passed · Front (before: unknown): All is well.",
    ]
    assert after.index("❌ failed") < after.index("<details><summary>✅ 2 of 3 checks passed</summary>")
    assert before.rstrip().endswith("</details>")
    assert len(rendering.list_items(before)) == 3
    assert body.count(" · 2026-01-05 09:00:00") == 2, "one time for each group of checks"


def test_before_the_deployment_the_checks_are_not_folded_away() -> None:
    body = reply_body(
        UpgradeProgress("rctest", TARGET), upgrades=(merged(Stage.HELD, before=(result("vm", CheckState.FAIL),)),)
    )
    assert "<details>" not in body
    assert "**❌ 1 of 1 checks failed** · Health checks before the upgrade · 2026-01-05 09:00:00 UTC\n" in body
    assert "❌ failed · Vm: All is well." in rendering.list_items(body)


def test_without_results_from_before_nothing_is_said_of_them() -> None:
    body = reply_body(UpgradeProgress("rctest", TARGET), upgrades=(merged(Stage.DONE, after=(result(),)),))
    assert "✅ passed · Vm: All is well." in rendering.list_items(body)
    assert "before" not in body
    assert body.count("<details>") == 1


# Backups


def test_backups_are_being_begun_until_there_is_something_to_tell() -> None:
    body = reply_body(BackupProgress("rctest"))
    assert body.endswith("**[rctest.sourcegraph.com](https://rctest.sourcegraph.com)**, backup: starting …")


def test_each_copy_is_told_by_its_name_and_how_it_stands() -> None:
    body = reply_body(BackupProgress("amberotter", (DATABASE, DISK)))
    assert f"**instance for {ACCOUNT}**, backup:" in body
    assert [line for line in body.splitlines() if line.startswith("- ")] == [
        "- Cloud SQL backup `1234`, ready, 2026-01-05 09:00:00 UTC",
        "- disk snapshot `mibot-3-40-1`, running, 2026-01-05 09:00:00 UTC",
    ]
    failed = reply_body(
        BackupProgress(
            "rctest", (replace(DISK, state=BackupState.FAILED, problem=PlainText("The *quota* is used up")),)
        )
    )
    assert "failed, 2026-01-05 09:00:00 UTC: The *quota* is used up" in rendering.reader_text(failed)


def test_where_people_look_at_a_copy_is_not_told_outside_for_it_names_the_project() -> None:
    linked = replace(DATABASE, link="https://console.cloud.google.com/sql?project=sourcegraph-managed-secret")
    for body in (
        reply_body(BackupProgress("rctest", (linked,), (linked,))),
        reply_body(UpgradeProgress("rctest", TARGET), upgrades=(merged(Stage.DONE, backups=(linked,)),)),
    ):
        assert "console" not in body
        assert "secret" not in body


def test_why_there_are_no_backups() -> None:
    body = reply_body(BackupProgress("rctest", (), error=PlainText("Google does not let mibot do that: amberotter.")))
    assert f"The backup did not complete: Google does not let mibot do that: {ACCOUNT}." in rendering.reader_text(
        body
    )
    assert ": starting" not in body


def test_older_copies_are_listed_behind_a_fold_as_many_as_there_is_room_for() -> None:
    assert "<details>" not in reply_body(BackupProgress("rctest", (DATABASE,)))
    few = reply_body(BackupProgress("rctest", (DATABASE,), (SNAPSHOT, DATABASE)))
    assert (
        "<details><summary>2 older backups made by mibot, which are not deleted automatically</summary>\n\n- " in few
    )
    assert "more" not in few
    many = reply_body(BackupProgress("rctest", (DATABASE,), (SNAPSHOT,) * (MAX_LEFT_OUT + 5)))
    assert f"<summary>{MAX_LEFT_OUT + 5} older backups" in many
    assert "- and 5 more\n\n</details>" in many


# The people on call


def alarm(one: Upgrade, *on_call: str) -> str:
    return render_mention(RENDERER, one, on_call, Markdown(markers.mention(7, 3)))


def test_a_failure_mentions_the_people_on_call_and_nobody_else() -> None:
    one = merged(Stage.FAILED, reason="its deployment failed: job @olive", deployment=ENDED_RUN)
    words = alarm(one, "lee", "sourcegraph/cloud")
    assert words.startswith(f"{markers.mention(7, 3)}\n@lee, @sourcegraph/cloud: the upgrade of [rctest.")
    assert len(rendering.mentions(words)) == 2
    assert f"to 3.40.1 failed ([#7]({PULL})): its deployment failed: job @\u200bolive." in words
    assert f"[log]({RUN})" in words


def test_it_tells_what_a_person_can_do_and_names_a_customer_by_its_account_only() -> None:
    words = alarm(upgrade("amberotter", stage=Stage.FAILED, reason="amberotter is red", merged_at=NOW), "lee")
    assert f"the upgrade of instance for {ACCOUNT} to 3.40.1" in words
    for command in ("/retry", "/rollback", "/deployed"):
        assert f"`{command} {ACCOUNT}`" in words
    assert "amber" not in words
    assert "log" not in words.replace("rollback", ""), "there is none without a run"
    assert "`/retry rctest`" in alarm(merged(Stage.FAILED, reason="red"), "lee")


def test_a_failed_rollback_is_told_as_one_and_stops_the_line_of_what_it_undoes() -> None:
    words = alarm(merged(Stage.FAILED, reason="red", rollback=Rollback("rio", to_version=version("3.40.0"))), "lee")
    assert "the rollback of [rctest.sourcegraph.com](https://rctest.sourcegraph.com) to 3.40.0 failed" in words
    assert "The rollout of 3.40.1 is halted until this is resolved" in words


def test_of_one_that_left_the_fleet_no_name_is_told() -> None:
    words = alarm(upgrade("amber-gone", stage=Stage.FAILED, reason="red"), "lee")
    assert "an instance that is no longer in the fleet" in words
    assert "amber-gone" not in words


def test_many_approvals_and_failing_checks_are_counted() -> None:
    names = tuple(f"dev{number}" for number in range(40))
    one = upgrade(stage=Stage.APPROVED, approved_by=names, checks=Conclusion.FAILURE, failing_checks=names)
    body = reply_body(UpgradeProgress("rctest", TARGET), upgrades=(one,))
    assert "`dev4` and 35 more, its checks failed (`dev0`, " in body
    assert "dev5" not in body


def test_checks_that_run_and_that_are_taken() -> None:
    assert "running the health checks …" in reply_body(CheckTable("rctest"))
    results = (result("vm", CheckState.FAIL), result("front", CheckState.UNKNOWN), result("disk"))
    rows = rendering.list_items(reply_body(CheckTable("rctest", results)))
    assert [row.partition(" · ")[0] for row in rows] == ["❌ failed", "❔ unknown", "✅ passed"]
    assert "no check is configured" in reply_body(CheckTable("rctest", ()))


def test_where_a_person_can_look_is_not_told_outside_for_it_names_the_project() -> None:
    results = (result(link="https://console.cloud.google.com/compute?project=sourcegraph-managed-secret"),)
    for item in (CheckTable("rctest", results), UpgradeProgress("rctest", TARGET)):
        body = reply_body(item, upgrades=(upgrade(before=results, after=results),))
        assert "console" not in body
        assert "secret" not in body


def test_an_instance_that_left_the_fleet_has_no_name() -> None:
    assert "an instance that is no longer in the fleet" in reply_body(UpgradeProgress("amber-gone", TARGET))
    assert "amber-gone" not in reply_body(UpgradeProgress("amber-gone", TARGET), upgrades=(upgrade("amber-gone"),))


def many(count: int, size: int) -> tuple[Upgrade, ...]:
    results = tuple(result(f"check{n}", finding=PlainText("x" * size)) for n in range(5))
    return tuple(modify(upgrade("rctest", f"3.{n}.1"), before=results, after=results) for n in range(count))


def test_a_reply_that_is_too_long_leaves_the_tables_out_first() -> None:
    upgrades = many(20, 400)
    body = reply_body(*(UpgradeProgress("rctest", one.version) for one in upgrades), upgrades=upgrades)
    assert len(body) <= MAX_BODY_LENGTH
    assert "All" not in body
    assert body.count("Next: one approval") == 20
    assert "checks passed" not in body


def test_a_reply_that_is_still_too_long_is_cut_at_a_line_and_says_so() -> None:
    body = reply_body(*(Paragraph(Markdown(f"{n} {'word ' * 100}")) for n in range(500)))
    assert len(body) <= MAX_BODY_LENGTH
    assert body.startswith(markers.reply(77))
    assert body.endswith("The rest does not fit here; see the tracker.")


def test_a_command_nobody_knows() -> None:
    words = "There is no such command. Did you mean `/upgrade`? `/help` lists all commands."
    assert render_answer(RENDERER, UnknownCommand("", "upgrade")) == words
    assert render_answer(RENDERER, UnknownCommand("upgarde", "upgrade")) == words, "earlier versions kept it"
    both = render_answer(RENDERER, UnknownCommand("", "upgrade", ("check",)))
    assert "Did you mean `/upgrade` or `/check`?" in both


def test_somebody_who_may_not_is_told_who_may() -> None:
    words = render_answer(RENDERER, NotAllowed("upgrade", "olive", ("sourcegraph/cloud", "sourcegraph/devops")))
    expected = "Sorry, `/upgrade` is for members of `sourcegraph/cloud` or `sourcegraph/devops`."
    assert words == f"{expected} Please ask one of them."
    assert not rendering.mentions(words)


def test_a_refusal_names_the_instance_as_it_may_be_named() -> None:
    words = render_answer(RENDERER, InstanceMessage("amberotter", PlainText("amberotter already runs 3.40.1.")))
    assert rendering.reader_text(words) == f"instance for {ACCOUNT}: {ACCOUNT} already runs 3.40.1."


def test_help_is_a_table_of_commands() -> None:
    command = replace(all_commands()["upgrade"], usage="/upgrade A | B", summary="it *upgrades*")
    rows = rendering.table_rows(render_command_list(RENDERER, [command]))
    assert rows[1] == ["/upgrade A ¦ B", "it *upgrades*", "operators"]


def test_status_of_a_version() -> None:
    body = render_status(
        RENDERER, StatusTable(TARGET, 12), [upgrade(stage=Stage.DONE), upgrade("amberotter", from_version=None)]
    )
    assert "**3.40.1** (tracker #12): ███░░░░░░░ 33 % · 1 of 3 done" in body
    assert "👀 1 waiting for a person · ✅ 1 done · ⬜ 1 not requested" in body
    assert rendering.list_items(body) == [
        f"👀 open · instance for {ACCOUNT}, 3.40.1: #7 waiting for a review",
        "✅ done · rctest.sourcegraph.com, 3.40.0 → 3.40.1: #7",
    ]
    assert "<details><summary>✅ 1 done</summary>" in body


@pytest.mark.parametrize("named", [TARGET, None])
def test_status_before_anybody_asked(named: object) -> None:
    body = render_status(RENDERER, StatusTable(TARGET if named else None, None), [])
    assert "No upgrade has been requested yet." in body
    assert ("This issue names no version" in body) == (named is None)


@pytest.mark.parametrize(("count", "words"), [(1, "1 instance can't"), (2, "2 instances can't")])
def test_status_tells_of_instances_that_cannot_be_read(count: int, words: str) -> None:
    problems = tuple(UnreadableInstance(f"x{number}", ConfigNotMapping()) for number in range(count))
    assert f"{words} be read; see the end of the tracker for the reasons." in render_status(
        Renderer(Fleet((), problems)), StatusTable(TARGET, 12), []
    )

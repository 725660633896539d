"""`/upgrade`: the instances that it opens pull requests for, and its answers for the others."""

from __future__ import annotations

import pytest

from bot.domain.chat.answers import CommandMessage, InstanceMessage, LeftOutInstances
from bot.domain.chat.effects import PlanNow
from bot.domain.chat.replies import PlanPreview, PreparationProgress, UpgradeProgress
from bot.domain.effects import Effect
from bot.domain.plans.change_set import ChangeKind
from bot.domain.rollout.effects import StartUpgrades
from bot.domain.upgrade.changes import ChangeReference
from bot.domain.upgrade.record import Rollback, Stage
from tests.commands.harness import OTHER_ACCOUNT, answers_of, plan, reply_text
from tests.samples import ACCOUNT, NOW, upgrade, version

NEXT = ChangeReference(ChangeKind.UPGRADE)
THERE = ChangeReference(ChangeKind.UPGRADE, NOW)
USAGE = '/upgrade INSTANCE … [VERSION] [--dry-run] [--force "reason"].'
OPTIONS = f'its options are --dry-run and --force "reason"; write {USAGE}'


def start_upgrades(*slugs: str, to: str = "3.40.1", force: str = "") -> StartUpgrades:
    return StartUpgrades(slugs, to, "dana", 12, force)


def test_an_instance_is_upgraded_to_the_version_that_the_issue_names() -> None:
    found = plan("/upgrade rctest")
    assert found.items == (UpgradeProgress("rctest", version("3.40.1"), NEXT),)
    assert found.effects == (start_upgrades("rctest"),)


@pytest.mark.parametrize(
    "line", ["/upgrade rctest 3.41.0", "/upgrade 3.41.0 rctest", "/upgrade v3.41.0 rctest 3.41.0"]
)
def test_a_version_anywhere_in_the_command_overrides_the_issues(line: str) -> None:
    assert plan(line).effects == (start_upgrades("rctest", to="3.41.0"),)


def test_latest_is_the_newest_release_and_no_candidate() -> None:
    released = "3.40.1 3.41.0 3.42.0-rc.1"
    assert plan("/upgrade rctest latest", released=released).effects == (start_upgrades("rctest", to="3.41.0"),)
    assert plan("/upgrade LATEST rctest", released=released, on="").effects == (
        start_upgrades("rctest", to="3.41.0"),
    )


def test_several_instances_in_order_of_work() -> None:
    found = plan(f"/upgrade {OTHER_ACCOUNT}, rctest https://demo.sourcegraph.com {ACCOUNT}#2")
    slugs = ["rctest", "demo", "jaderaven", "amberotter-two"]
    assert found.effects == (start_upgrades(*slugs),), "in one effect, so that they are scheduled in this order"
    assert [item.slug for item in found.items if isinstance(item, UpgradeProgress)] == slugs


@pytest.mark.parametrize(
    ("word", "slugs"),
    [
        ("internal", ("rctest", "demo")),
        ("trial", ("jaderaven",)),
        ("production", ("amberotter", "amberotter-two")),
        ("all", ("rctest", "demo", "jaderaven", "amberotter", "amberotter-two")),
        ("Trial internal", ("rctest", "demo", "jaderaven")),
        (f"trial {OTHER_ACCOUNT}", ("jaderaven",)),
    ],
)
def test_a_group_selects_its_instances_in_order_of_work(word: str, slugs: tuple[str, ...]) -> None:
    assert plan(f"/upgrade {word}").effects == (start_upgrades(*slugs),)


def test_refused_instances_of_a_group_are_listed_together() -> None:
    found = plan("/upgrade all")
    assert [type(item) for item in found.items] == [UpgradeProgress] * 5 + [LeftOutInstances]
    words = answers_of(found.items)
    assert "<summary>1 left out</summary>" in words
    assert "it is left out of release upgrades: takes nightly builds." in words


def test_an_instance_that_is_also_named_gets_its_own_refusal() -> None:
    found = plan("/upgrade all s2")
    assert "left out</summary>" not in answers_of(found.items)
    assert reply_text("/upgrade all s2").startswith("s2.sourcegraph.com: it is left out of release upgrades")


def test_nothing_starts_if_policy_refuses_all_of_a_group() -> None:
    assert plan("/upgrade production 3.40.0").effects == ()
    words = answers_of(plan("/upgrade production 3.40.0").items)
    assert "<summary>2 left out</summary>" in words
    assert words.count("it already runs 3.40.0.") == 2


def test_an_instance_named_twice_is_upgraded_once() -> None:
    assert plan("/upgrade rctest rctest rctest.sourcegraph.com RCTEST").effects == (start_upgrades("rctest"),)


@pytest.mark.parametrize(
    ("line", "on", "fault"),
    [
        ("/upgrade", "3.40.1", f"/upgrade: name the instances to upgrade: {USAGE}"),
        ("/upgrade 3.41.0", "3.40.1", "name the instances to upgrade"),
        ("/upgrade --dry-run", "3.40.1", "name the instances to upgrade"),
        ("/upgrade rctest", "", f"this issue's title names no version; add one: {USAGE}"),
        ("/upgrade rctest 3.40.1 3.41.0", "3.40.1", "name one version only; use another command for the other."),
        ("/upgrade rctest 3.40.1 latest", "3.40.1", "name one version only; use another command for the other."),
        ("/upgrade rctest --yes", "3.40.1", OPTIONS),
        ("/upgrade -h", "3.40.1", OPTIONS),
        ("/upgrade rctest --dry-run=no", "3.40.1", OPTIONS),
        ("/upgrade rctest --force", "3.40.1", 'give the reason in quotation marks: --force "reason".'),
        ("/upgrade rctest --force --dry-run", "3.40.1", 'give the reason in quotation marks: --force "reason".'),
        ('/upgrade rctest --force " "', "3.40.1", 'give the reason in quotation marks: --force "reason".'),
        ("/upgrade rctest --force=", "3.40.1", 'give the reason in quotation marks: --force "reason".'),
    ],
)
def test_a_command_that_cannot_be_understood_shows_its_usage(line: str, on: str, fault: str) -> None:
    assert fault in reply_text(line, on=on)
    assert plan(line, on=on).effects == ()


def test_latest_without_a_release_is_explained() -> None:
    assert reply_text("/upgrade rctest latest", released="3.41.0-rc.1") == (
        "/upgrade: upstream has no release tag yet; name a version."
    )


def test_on_an_issue_without_a_version_one_can_be_given() -> None:
    assert plan("/upgrade rctest 3.40.1", on="").effects == (start_upgrades("rctest"),)


def test_one_unknown_word_stops_the_whole_line() -> None:
    found = plan("/upgrade rctest nobody-at-all demo")
    assert [type(item) for item in found.items] == [CommandMessage]
    assert found.effects == ()
    assert reply_text("/upgrade rctest nobody-at-all demo").startswith(
        "/upgrade: “nobody-at-all”: there is no such instance. So nothing was done; write /upgrade INSTANCE …"
    )


def test_a_mistyped_name_gets_a_suggestion() -> None:
    assert "Did you mean rctest?" in reply_text("/upgrade rctset")
    assert f"Did you mean {OTHER_ACCOUNT}?" in reply_text("/upgrade jaderavn")


def test_an_account_with_two_instances_asks_which() -> None:
    assert f"write {ACCOUNT}#1 or {ACCOUNT}#2" in reply_text(f"/upgrade {ACCOUNT}")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/upgrade s2", "it is left out of release upgrades: takes nightly builds."),
        ("/upgrade rctest 3.40.0", "it already runs 3.40.0."),
        ("/upgrade rctest 3.39.1", "downgrades such as to 3.39.1 are refused"),
        ("/upgrade demo 3.41.0", "upgrade one minor version at a time. Next step: 3.40.1."),
        ("/upgrade demo 3.41.0-rc.1", "release candidates go to rctest only"),
        (
            "/upgrade rctest 3.40.7",
            "upstream has no tag for version 3.40.7. The nearest version is 3.40.1.",
        ),
    ],
)
def test_policy_refuses_with_a_reason(line: str, reason: str) -> None:
    assert reason in reply_text(line)
    assert plan(line).effects == ()


def test_force_does_not_override_policy() -> None:
    assert plan('/upgrade s2 --force "they asked"').effects == ()
    assert "upgrade one minor version at a time" in reply_text('/upgrade demo 3.41.0 --force "they asked"')


def test_the_reply_shows_the_preparation_of_a_version_without_a_golden_file() -> None:
    found = plan("/upgrade rctest demo 3.40.2", released="3.40.1 3.40.2")
    to = version("3.40.2")
    assert found.items == (
        UpgradeProgress("rctest", to, NEXT),
        UpgradeProgress("demo", to, NEXT),
        PreparationProgress(to),
    )
    assert found.effects == (start_upgrades("rctest", "demo", to="3.40.2"),)


def test_nothing_is_prepared_if_every_instance_is_refused() -> None:
    found = plan("/upgrade s2 3.40.2", released="3.40.1 3.40.2")
    assert [type(item) for item in found.items] == [InstanceMessage]
    assert found.effects == ()


def test_without_known_tags_no_version_is_refused_as_unknown() -> None:
    assert plan("/upgrade rctest 3.40.2", released="").effects == (start_upgrades("rctest", to="3.40.2"),)


def test_a_release_candidate_goes_to_rctest() -> None:
    assert plan("/upgrade rctest 3.41.0-rc.1").effects == (start_upgrades("rctest", to="3.41.0-rc.1"),)


def test_a_refused_customer_is_named_by_its_account() -> None:
    assert reply_text(f"/upgrade {OTHER_ACCOUNT} 3.40.0") == f"instance for {OTHER_ACCOUNT}: it already runs 3.40.0."


@pytest.mark.parametrize(
    "line",
    [
        f'/upgrade {OTHER_ACCOUNT} --force "they asked for it, today"',
        f'/upgrade --force "they asked for it, today" {OTHER_ACCOUNT} 3.40.1',
        f"/upgrade {OTHER_ACCOUNT} --force=“they asked for it, today”",
        f'/upgrade {OTHER_ACCOUNT} —force "they asked for it, today"',
    ],
)
def test_an_operator_gives_a_reason_to_skip_the_order(line: str) -> None:
    assert plan(line).effects == (start_upgrades("jaderaven", force="they asked for it, today"),)


def test_a_dry_run_starts_nothing() -> None:
    found = plan(f"/upgrade {OTHER_ACCOUNT} rctest --dry-run")
    assert found.effects == (PlanNow(77, "rctest", "3.40.1"), PlanNow(77, "jaderaven", "3.40.1"))
    assert [type(item) for item in found.items] == [PlanPreview, PlanPreview]


def test_a_dry_run_also_shows_refused_upgrades() -> None:
    assert plan("/upgrade s2 --dry-run").effects == (PlanNow(77, "s2", "3.40.1"),), "the verdict is in what it shows"


@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.PLANNED, Stage.APPROVED, Stage.MERGED, Stage.DONE])
def test_a_second_request_shows_the_existing_upgrade(stage: Stage) -> None:
    found = plan("/upgrade demo", upgrade("demo", stage=stage))
    assert found.items == (UpgradeProgress("demo", version("3.40.1"), THERE),)
    assert found.effects == (start_upgrades("demo"),), "which finds the same upgrade"


def test_a_finished_upgrade_is_shown_although_the_instance_runs_the_version_already() -> None:
    assert plan("/upgrade rctest 3.40.0", upgrade("rctest", "3.40.0", Stage.DONE)).effects


def test_a_failed_upgrade_is_shown_again_after_its_merge() -> None:
    red = upgrade("rctest", "3.40.0", Stage.FAILED, merged_at=NOW)
    assert plan("/upgrade rctest 3.40.0", red).effects == (start_upgrades("rctest", to="3.40.0"),)


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.FAILED, Stage.WAITING, Stage.ROLLED_BACK])
def test_an_upgrade_that_ended_without_a_merge_is_evaluated_again(stage: Stage) -> None:
    assert plan("/upgrade rctest", upgrade(stage=stage)).effects == (start_upgrades("rctest"),)
    assert "it already runs 3.40.0" in reply_text("/upgrade rctest 3.40.0", upgrade("rctest", "3.40.0", stage))


def test_an_upgrade_that_was_rolled_back_can_be_requested_again() -> None:
    undone = upgrade(stage=Stage.ROLLED_BACK, merged_at=NOW, rollback=Rollback("lee", "slow", version("3.40.0")))
    assert plan("/upgrade rctest", undone).effects == (start_upgrades("rctest"),)


def test_the_same_command_yields_the_same_effects() -> None:
    effects: tuple[Effect, ...] = plan("/upgrade rctest").effects
    assert plan("/upgrade rctest").effects == effects


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("rctest 3.41", "“3.41” is no version; write X.Y.Z."),
        ("rctest `3.41`", "“`3.41`” is no version; write X.Y.Z."),
        ("rctest 3.41.x", "“3.41.x” is no version; write X.Y.Z."),
        ("rctest v3.41", "“v3.41” is no version; write X.Y.Z."),
        ("3.41.0.1 rctest", "“3.41.0.1” is no version; write X.Y.Z."),
        ("rctest 3.41.0-rc", "“3.41.0-rc” is no version; write X.Y.Z."),
        ("rctest 3,41", "“3” is no version; write X.Y.Z. “41” is no version; write X.Y.Z."),
        ("rctest 3.41.", "“3.41.” is no version; write X.Y.Z."),
        ("rctest to 3.41.0", "“to”: there is no such instance."),
        ("rctest and demo", "“and”: there is no such instance."),
        ("rctest lates", "“lates” is not understood; did you mean latest?"),
        ("interal", "“interal” is not understood; did you mean internal?"),
        ("rctest prodution 3.41.0", "“prodution” is not understood; did you mean production?"),
        ("rctset demo", "“rctset”: there is no such instance. Did you mean rctest?"),
        (f"rctest {ACCOUNT}", f"word 2: this account has 2 instances: write {ACCOUNT}#1 or {ACCOUNT}#2."),
        ("rctest jaderavn", f"word 2: there is no such instance. Did you mean {OTHER_ACCOUNT}?"),
        ("rctest jaderaven.example.com", "word 2: there is no such instance."),
        (
            "rctest --force because they asked",
            "“they”: there is no such instance. “asked”: there is no such instance.",
        ),
    ],
)
@pytest.mark.parametrize("dry_run", ["", " --dry-run"])
def test_one_word_that_is_not_understood_stops_the_whole_line(words: str, told: str, dry_run: str) -> None:
    line = f"/upgrade {words}{dry_run}"
    assert reply_text(line) == f"/upgrade: {told} So nothing was done; write {USAGE}"
    found = plan(line)
    assert found.effects == ()
    assert len(found.items) == 1


def test_a_customers_name_with_a_typo_is_not_repeated() -> None:
    for word in ("jaderavn", "jade-raven", "jaderaven2", "amberoter", "xjaderavenx"):
        assert word not in reply_text(f"/upgrade rctest {word}")
    gone = upgrade("opalheron", stage=Stage.DONE)
    assert "opalheron" not in reply_text("/upgrade rctest opalheron", gone)


def test_instances_by_the_names_that_the_tracker_and_github_show() -> None:
    lines = (
        f"/upgrade second instance for {ACCOUNT} [demo.sourcegraph.com](https://demo.sourcegraph.com)",
        "/upgrade demo second instance for sourcegraph/accounts#528",
        "/upgrade sourcegraph/accounts#528#2, demo",
        f"/upgrade [second instance for sourcegraph/accounts#528]({ACCOUNT}) <https://demo.sourcegraph.com>",
    )
    for line in lines:
        assert plan(line).effects == (start_upgrades("demo", "amberotter-two"),), line


@pytest.mark.parametrize("words", ["rctest `3.41.0`", "`rctest` **3.41.0**", "rctest (v3.41.0)", "rctest _latest_"])
def test_markdown_around_words_is_ignored(words: str) -> None:
    assert plan(f"/upgrade {words}").effects == plan("/upgrade rctest 3.41.0").effects
    assert plan("/upgrade **internal**").effects == plan("/upgrade internal").effects

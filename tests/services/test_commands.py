"""The command service: who may use commands, what the commands of a comment plan, and the reply."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.commands import all_commands
from bot.domain.chat.answers import NotAllowed, StatusTable, UnknownCommand
from bot.domain.chat.effects import CheckNow, HandleComment, PlanNow
from bot.domain.chat.replies import CheckTable, PlanPreview, PreparationProgress, Reply, UpgradeProgress
from bot.domain.chat.requests import Permission
from bot.domain.effects import Effect
from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import PlainText
from bot.domain.rollout.effects import StartUpgrades
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.changes import ChangeReference
from bot.domain.upgrade.effects import Prepare, StartRollback
from bot.domain.upgrade.record import Stage
from bot.ports.errors import ExternalError, PermanentError, TransientError
from bot.rendering import Renderer
from bot.rendering.replies import render_reply
from bot.services.commands import CommandService
from bot.services.fleet_reader import FleetReader
from demo.fleet import make_fleet
from tests import rendered as rendering
from tests.commands.harness import answers_of
from tests.ports import MemoryFleetSource, MemoryStore, MemoryTeams, MemoryUpstream
from tests.samples import fleet, internal_instance, upgrade, version

NEXT = ChangeReference(ChangeKind.UPGRADE)
NEXT_ROLLBACK = ChangeReference(ChangeKind.ROLLBACK)
OPERATORS = ("sourcegraph/cloud", "sourcegraph/devops")
MEMBERS = {"sourcegraph/cloud": frozenset({"dana"}), "sourcegraph/devops": frozenset({"lee"})}
NOT_DEPLOYING = sorted(set(Stage) - {Stage.DEPLOYING})
STARTED = StartUpgrades(("rctest",), "3.40.1", "dana", 12)


@dataclass
class CommandHarness:
    """A command service, and the external systems that it reads."""

    teams: MemoryTeams = field(default_factory=lambda: MemoryTeams(MEMBERS))
    store: MemoryStore = field(default_factory=MemoryStore)
    upstream: MemoryUpstream = field(default_factory=MemoryUpstream)
    fleets: FleetReader = field(default_factory=lambda: FleetReader(MemoryFleetSource(make_fleet(12))))

    def plan(self, body: str, author: str = "dana", on: str = "3.40.1") -> tuple[Reply, list[Effect]]:
        service = CommandService(self.teams, self.fleets, self.store, self.upstream, operators=OPERATORS)
        return service.plan(HandleComment(77, 12, on, body, author))

    def reply_text(self, body: str, author: str = "dana", on: str = "3.40.1") -> str:
        """The answers of the reply, as a reader reads them."""
        reply, _ = self.plan(body, author, on)
        return rendering.reader_text(answers_of(reply.items, *self.store.upgrades(), among=self.fleets.recent()))


def test_an_operator_requests_an_upgrade() -> None:
    reply, effects = CommandHarness().plan("Let's go!\n\n/upgrade rctest\n")
    assert reply == Reply(77, 12, "dana", (UpgradeProgress("rctest", version("3.40.1"), NEXT),))
    assert effects == [STARTED]


def test_members_of_any_operator_team_may_use_commands() -> None:
    assert CommandHarness().plan("/upgrade rctest", "lee")[1]


def test_an_outsider_gets_a_polite_refusal_and_nothing_starts() -> None:
    harness = CommandHarness()
    assert harness.plan("/upgrade rctest\n/check rctest", "olive")[1] == []
    text = harness.reply_text("/upgrade rctest", "olive")
    assert text == (
        "Sorry, /upgrade is for members of sourcegraph/cloud or sourcegraph/devops. Please ask one of them."
    )


@pytest.mark.parametrize("name", [c.name for c in all_commands().values() if c.permission is Permission.OPERATORS])
def test_operators_commands_are_refused_to_outsiders(name: str) -> None:
    reply, effects = CommandHarness().plan(f"/{name} rctest 3.40.1", "olive")
    assert effects == []
    (item,) = reply.items
    assert item == NotAllowed(name, "olive", OPERATORS)
    assert rendering.reader_text(answers_of([item])).startswith(f"Sorry, /{name} is for members of")


def test_help_and_status_need_no_look_up_of_the_teams() -> None:
    harness = CommandHarness()
    assert "/upgrade INSTANCE" in harness.reply_text("/help", "olive")
    assert "No upgrade has been requested" in harness.reply_text("/status", "olive")
    assert harness.teams.asked == []


def test_the_teams_are_looked_up_once_per_comment() -> None:
    harness = CommandHarness()
    harness.plan("/upgrade rctest\n/check rctest\n/upgrade demo")
    assert harness.teams.asked == [("sourcegraph/cloud", "dana")]


def test_an_outsiders_mistyped_command_also_gets_a_suggestion() -> None:
    harness = CommandHarness()
    assert harness.reply_text("/upgarde rctest", "olive") == (
        "There is no such command. Did you mean /upgrade? /help lists all commands."
    )
    assert harness.teams.asked == [], "the answer is the same for everybody"


def test_mistyped_commands_get_one_answer_and_others_commands_none() -> None:
    body = "/upgarde rctest\n/lgtm\n/chekc demo\n/upgarde demo\n/hold\n/close\n/etc\n/chekc"
    reply, effects = CommandHarness().plan(body, "olive")
    assert reply.items == (UnknownCommand("", "upgrade", ("check",)),)
    assert effects == []


@pytest.mark.parametrize("body", ["/lgtm", "/hold\n\n/close", "/home/dana is full", "```\n/upgrade rctest\n```"])
@pytest.mark.parametrize("author", ["dana", "olive"])
def test_silence_on_what_is_not_meant_for_mibot(body: str, author: str) -> None:
    assert CommandHarness().plan(body, author) == (Reply(77, 12, author, ()), [])


def test_others_commands_are_no_reason_to_look_at_the_teams_or_to_parse() -> None:
    harness = CommandHarness()
    harness.plan("/lgtm\n" + "[" * 60_000, "olive")
    assert harness.teams.asked == []


CUSTOMERS = FleetReader(MemoryFleetSource(make_fleet(12))).recent().customers
NAMES = [name for one in CUSTOMERS for name in (one.slug, one.domain, one.customer) if name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "line",
    [
        "/{}",
        "/{} rctest",
        "/status {}",
        "/status 3.40.1 {}",
        '/status "{}',
        "/status {}\n/{}",
        "/help {}",
        "/hepl {}",
        "/upgrade {}",
        "/upgarde {}",
        "/upgrade-{}",
        '/rollback rctest "{}"',
        "/check {}",
        "/plan {} latest",
        "/retry {} --force",
    ],
)
def test_a_customers_name_is_a_word_like_any_other_to_who_is_no_operator(line: str, name: str) -> None:
    """Whether somebody guessed a name must not show: neither in what is repeated nor in what is answered."""

    def answer(word: str) -> str:
        harness = CommandHarness()
        reply, effects = harness.plan(line.replace("{}", word), "olive")
        assert effects == []
        fleet = harness.fleets.recent()
        return render_reply(Renderer(fleet), reply, {upgrade.key: upgrade for upgrade in harness.store.upgrades()})

    assert answer(name) == answer("xyzzyplugh" if " " not in name else "xyzzy plugh")


def test_a_login_that_is_a_customers_name_changes_nothing() -> None:
    harness = CommandHarness()

    def answer(login: str) -> str:
        reply, _ = harness.plan("/upgrade rctest", login)
        return render_reply(Renderer(harness.fleets.recent()), reply, {})

    assert {answer(login) for login in NAMES} == {answer("olive")}


def test_several_commands_are_answered_in_one_reply_in_order() -> None:
    reply, effects = CommandHarness().plan("/upgrade rctest\n/chekc demo\n/check demo\n/status")
    assert [type(item) for item in reply.items] == [UpgradeProgress, UnknownCommand, CheckTable, StatusTable]
    assert effects == [STARTED, CheckNow(77, "demo")]


def test_a_repeated_command_is_answered_once() -> None:
    reply, effects = CommandHarness().plan(
        "/upgrade rctest\n/upgrade rctest 3.40.1\n/check demo\n/check demo\n/hlep\n/hlep"
    )
    assert len(reply.items) == 3
    assert effects == [STARTED, CheckNow(77, "demo")]


def test_everything_about_one_version_in_one_comment() -> None:
    harness = CommandHarness(upstream=MemoryUpstream(frozenset(map(version, ("3.40.1", "3.40.2")))))
    body = '/plan rctest\n/prepare\n/upgrade rctest\n\nand, for what was wrong:\n\n/rollback demo "slow, again"'
    reply, effects = harness.plan(body, on="3.40.2")
    to = version("3.40.2")
    assert reply.items == (
        PlanPreview("rctest", to),
        PreparationProgress(to),
        UpgradeProgress("rctest", to, NEXT),
        UpgradeProgress("demo", version("3.40.0"), NEXT_ROLLBACK),
    ), "the preparation that /upgrade shows too stands there once"
    assert effects == [
        PlanNow(77, "rctest", "3.40.2"),
        Prepare("3.40.2", "dana"),
        StartUpgrades(("rctest",), "3.40.2", "dana", 12),
        StartRollback("demo", "3.40.0", "dana", "slow, again", 77),
    ]


def test_a_command_that_cannot_be_parsed_is_explained() -> None:
    assert "/upgrade: a quotation mark is not closed" in CommandHarness().reply_text('/upgrade "rctest')


def test_the_version_is_that_of_the_command_or_of_the_issue() -> None:
    harness = CommandHarness()
    harness.store.save_tracker(TrackerRecord(version("3.40.1"), 12, "https://x", "dana"))
    harness.store.save_tracker(TrackerRecord(version("3.41.0"), 13, "https://y", "dana"))
    assert "(tracker #12)" in harness.reply_text("/status")
    assert "(tracker #13)" in harness.reply_text("/status 3.41.0")
    assert "This issue names no version" in harness.reply_text("/status", on="")
    assert "this issue's title names no version" in harness.reply_text("/upgrade rctest", on="")


def test_an_upgrade_that_is_under_way_is_started_again() -> None:
    harness = CommandHarness()
    harness.store.save_upgrade(upgrade("rctest", "3.40.0", Stage.OPEN))
    assert harness.plan("/upgrade rctest 3.40.0")[1] == [StartUpgrades(("rctest",), "3.40.0", "dana", 12)]


def test_the_reply_says_that_github_refuses_to_show_the_teams() -> None:
    harness = CommandHarness(
        teams=MemoryTeams(
            MEMBERS, down=PermanentError(PlainText("GitHub does not let mibot read the team's members"))
        )
    )
    text = harness.reply_text("/upgrade rctest\n\n/help")
    assert "/upgrade: this can't be done now: GitHub does not let mibot read the team's members" in text
    assert "Put each command on its own line." in text
    assert harness.plan("/upgrade rctest")[1] == []


def test_the_job_is_tried_again_while_github_is_down() -> None:
    harness = CommandHarness(teams=MemoryTeams(MEMBERS, down=TransientError(PlainText("GitHub answers 502"))))
    with pytest.raises(ExternalError, match="502"):
        harness.plan("/upgrade rctest")


FLEET = fleet(internal_instance("rctest"), internal_instance("demo"))


def test_upstreams_releases_tell_the_last_minor_of_a_major() -> None:
    releases = frozenset(map(version, ("3.40.1", "3.43.2", "4.0.0")))
    harness = CommandHarness(upstream=MemoryUpstream(releases))
    assert "Next step: 3.41.0." in harness.reply_text("/upgrade rctest 4.0.0")
    assert harness.plan("/upgrade rctest 4.0.0")[1] == []


def test_latest_is_the_newest_tag_of_upstream() -> None:
    releases = frozenset(map(version, ("3.40.1", "3.41.0", "3.42.0-rc.1")))
    harness = CommandHarness(upstream=MemoryUpstream(releases))
    assert harness.plan("/upgrade rctest latest")[1] == [StartUpgrades(("rctest",), "3.41.0", "dana", 12)]
    assert harness.plan("/upgrade rctest Latest", on="")[1] == [StartUpgrades(("rctest",), "3.41.0", "dana", 12)]
    assert harness.plan("/prepare latest")[1] == [Prepare("3.41.0", "dana")]


def test_a_version_that_upstream_never_tagged_is_refused_with_the_nearest() -> None:
    harness = CommandHarness(upstream=MemoryUpstream(frozenset(map(version, ("3.40.1", "3.41.0")))))
    for line in ("/upgrade rctest 3.40.9", "/prepare 3.40.9"):
        assert "upstream has no tag for version 3.40.9. The nearest version is 3.40.1." in harness.reply_text(line)
        assert harness.plan(line)[1] == []


def test_a_reason_may_contain_names_and_versions() -> None:
    body = '/upgrade rctest --force "3.41.0 is too late, and demo agrees"'
    assert CommandHarness().plan(body)[1] == [
        StartUpgrades(("rctest",), "3.40.1", "dana", 12, "3.41.0 is too late, and demo agrees")
    ]

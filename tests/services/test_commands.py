"""From what happened to what should happen: who may command, what a comment's commands plan, and the reply."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.commands import all_commands
from bot.domain.chat.answers import NotAllowed, StatusTable, UnknownCommand
from bot.domain.chat.effects import CheckNow, HandleComment, PlanNow
from bot.domain.chat.replies import CheckTable, PlanPreview, PreparationProgress, Reply, UpgradeProgress
from bot.domain.chat.requests import Permission
from bot.domain.effects import Effect
from bot.domain.rollout.effects import StartUpgrades
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.effects import Prepare, StartRollback
from bot.domain.upgrade.record import Stage
from bot.ports.errors import ExternalError, PermanentError, TransientError
from bot.services.commands import CommandService
from bot.services.fleet_reader import FleetReader
from demo.fleet import make_fleet
from tests import rendered as rendering
from tests.commands.orders import answers_of
from tests.ports import MemoryFleetSource, MemoryStore, MemoryTeams, MemoryUpstream
from tests.samples import fleet, internal_instance, upgrade, version

OPERATORS = ("sourcegraph/cloud", "sourcegraph/devops")
MEMBERS = {"sourcegraph/cloud": frozenset({"dana"}), "sourcegraph/devops": frozenset({"lee"})}
NOT_DEPLOYING = sorted(set(Stage) - {Stage.DEPLOYING})
STARTED = StartUpgrades(("rctest",), "3.40.1", "dana", 12)


@dataclass
class CommandHarness:
    """A commander, and the world that it looks at."""

    teams: MemoryTeams = field(default_factory=lambda: MemoryTeams(MEMBERS))
    ledger: MemoryStore = field(default_factory=MemoryStore)
    upstream: MemoryUpstream = field(default_factory=MemoryUpstream)
    fleets: FleetReader = field(default_factory=lambda: FleetReader(MemoryFleetSource(make_fleet(12))))

    def order(self, body: str, author: str = "dana", on: str = "3.40.1") -> tuple[Reply, list[Effect]]:
        commander = CommandService(self.teams, self.fleets, self.ledger, self.upstream, operators=OPERATORS)
        return commander.plan(HandleComment(77, 12, on, body, author))

    def said(self, body: str, author: str = "dana", on: str = "3.40.1") -> str:
        """What the reply says now, as a reader reads it."""
        reply, _ = self.order(body, author, on)
        return rendering.reader_text(answers_of(reply.items, *self.ledger.upgrades(), among=self.fleets.recent()))


def test_an_engineer_orders_an_upgrade() -> None:
    reply, effects = CommandHarness().order("Let's go!\n\n/upgrade rctest\n")
    assert reply == Reply(77, 12, "dana", (UpgradeProgress("rctest", version("3.40.1")),))
    assert effects == [STARTED]


def test_members_of_any_operator_team_may_command() -> None:
    assert CommandHarness().order("/upgrade rctest", "lee")[1]


def test_an_outsider_gets_a_polite_sentence_and_nothing_happens() -> None:
    desk = CommandHarness()
    assert desk.order("/upgrade rctest\n/check rctest", "olive")[1] == []
    said = desk.said("/upgrade rctest", "olive")
    assert said == (
        "Sorry, olive: /upgrade is for members of sourcegraph/cloud or sourcegraph/devops. Please ask one of them."
    )


@pytest.mark.parametrize("name", [c.name for c in all_commands().values() if c.permission is Permission.OPERATORS])
def test_no_command_that_changes_or_asks_anything_is_for_outsiders(name: str) -> None:
    reply, effects = CommandHarness().order(f"/{name} rctest 3.40.1", "olive")
    assert effects == []
    (item,) = reply.items
    assert item == NotAllowed(name, "olive", OPERATORS)
    assert rendering.reader_text(answers_of([item])).startswith(f"Sorry, olive: /{name} is for members of")


def test_an_outsider_may_ask_for_help_and_status_without_a_look_at_the_teams() -> None:
    desk = CommandHarness()
    assert "/upgrade INSTANCE" in desk.said("/help", "olive")
    assert "Nobody has asked" in desk.said("/status", "olive")
    assert desk.teams.asked == []


def test_the_teams_are_looked_at_once_a_comment() -> None:
    desk = CommandHarness()
    desk.order("/upgrade rctest\n/check rctest\n/upgrade demo")
    assert desk.teams.asked == [("sourcegraph/cloud", "dana")]


def test_an_outsiders_mistyped_command_gets_the_nearest_too() -> None:
    assert "I don't know /upgarde. The nearest command is /upgrade" in CommandHarness().said(
        "/upgarde rctest", "olive"
    )


def test_several_commands_are_answered_in_one_reply_in_order() -> None:
    reply, effects = CommandHarness().order("/upgrade rctest\n/nonsense\n/check demo\n/status")
    assert [type(item) for item in reply.items] == [UpgradeProgress, UnknownCommand, CheckTable, StatusTable]
    assert effects == [STARTED, CheckNow(77, "demo")]


def test_a_repeated_command_is_answered_once() -> None:
    reply, effects = CommandHarness().order(
        "/upgrade rctest\n/upgrade rctest 3.40.1\n/check demo\n/check demo\n/hlep\n/hlep"
    )
    assert len(reply.items) == 3
    assert effects == [STARTED, CheckNow(77, "demo")]


def test_everything_about_one_version_in_one_comment() -> None:
    desk = CommandHarness(upstream=MemoryUpstream(frozenset(map(version, ("3.40.1", "3.40.2")))))
    body = '/plan rctest\n/prepare\n/upgrade rctest\n\nand, for what was wrong:\n\n/rollback demo "slow, again"'
    reply, effects = desk.order(body, on="3.40.2")
    to = version("3.40.2")
    assert reply.items == (
        PlanPreview("rctest", to),
        PreparationProgress(to),
        UpgradeProgress("rctest", to),
        UpgradeProgress("demo", version("3.40.0")),
    ), "the preparation that /upgrade shows too stands there once"
    assert effects == [
        PlanNow(77, "rctest", "3.40.2"),
        Prepare("3.40.2", "dana"),
        StartUpgrades(("rctest",), "3.40.2", "dana", 12),
        StartRollback("demo", "3.40.0", "dana", "slow, again", 77),
    ]


def test_a_command_that_cannot_be_taken_apart_is_explained() -> None:
    assert "/upgrade: a quotation mark is not closed" in CommandHarness().said('/upgrade "rctest')


def test_the_sections_of_a_reply_know_the_version_of_the_issue_or_of_the_command() -> None:
    desk = CommandHarness()
    desk.ledger.save_tracker(TrackerRecord(version("3.40.1"), 12, "https://x", "dana"))
    desk.ledger.save_tracker(TrackerRecord(version("3.41.0"), 13, "https://y", "dana"))
    assert "(tracker #12)" in desk.said("/status")
    assert "(tracker #13)" in desk.said("/status 3.41.0")
    assert "No version is named here" in desk.said("/status", on="")
    assert "this issue's title names no version" in desk.said("/upgrade rctest", on="")


def test_an_upgrade_that_is_under_way_is_found_again() -> None:
    desk = CommandHarness()
    desk.ledger.save_upgrade(upgrade("rctest", "3.40.0", Stage.OPEN))
    assert desk.order("/upgrade rctest 3.40.0")[1] == [StartUpgrades(("rctest",), "3.40.0", "dana", 12)]


def test_when_github_refuses_to_say_who_may_the_reply_says_so() -> None:
    desk = CommandHarness(
        teams=MemoryTeams(MEMBERS, down=PermanentError("GitHub does not let mibot read the team's members"))
    )
    said = desk.said("/upgrade rctest\n\n/help")
    assert "/upgrade: this can't be done now: GitHub does not let mibot read the team's members" in said
    assert "Write commands on lines of their own" in said
    assert desk.order("/upgrade rctest")[1] == []


def test_when_github_is_down_it_is_tried_again_later() -> None:
    desk = CommandHarness(teams=MemoryTeams(MEMBERS, down=TransientError("GitHub answers 502")))
    with pytest.raises(ExternalError, match="502"):
        desk.order("/upgrade rctest")


FLEET = fleet(internal_instance("rctest"), internal_instance("demo"))


def test_the_last_minor_of_a_major_is_learnt_from_upstream() -> None:
    releases = frozenset(map(version, ("3.40.1", "3.43.2", "4.0.0")))
    desk = CommandHarness(upstream=MemoryUpstream(releases))
    assert "Next step: 3.41.0." in desk.said("/upgrade rctest 4.0.0")
    assert desk.order("/upgrade rctest 4.0.0")[1] == []


def test_latest_is_the_newest_tag_of_upstream() -> None:
    releases = frozenset(map(version, ("3.40.1", "3.41.0", "3.42.0-rc.1")))
    desk = CommandHarness(upstream=MemoryUpstream(releases))
    assert desk.order("/upgrade rctest latest")[1] == [StartUpgrades(("rctest",), "3.41.0", "dana", 12)]
    assert desk.order("/upgrade rctest Latest", on="")[1] == [StartUpgrades(("rctest",), "3.41.0", "dana", 12)]
    assert desk.order("/prepare latest")[1] == [Prepare("3.41.0", "dana")]


def test_a_version_that_upstream_never_tagged_is_refused_with_the_nearest() -> None:
    desk = CommandHarness(upstream=MemoryUpstream(frozenset(map(version, ("3.40.1", "3.41.0")))))
    for line in ("/upgrade rctest 3.40.9", "/prepare 3.40.9"):
        assert "there is no version 3.40.9 among upstream's tags. The nearest that there is: 3.40.1." in desk.said(
            line
        )
        assert desk.order(line)[1] == []


def test_a_reason_is_nobodys_name_and_may_name_a_version() -> None:
    order = '/upgrade rctest --force "3.41.0 is too late, and demo agrees"'
    assert CommandHarness().order(order)[1] == [
        StartUpgrades(("rctest",), "3.40.1", "dana", 12, "3.41.0 is too late, and demo agrees")
    ]

"""What the bot answers: one comment that says what was done, how things stand, and what to do next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain import markers
from bot.domain.facts import Conclusion
from bot.domain.health import State
from bot.domain.markdown import LIMIT, Markdown
from bot.domain.model import Fleet, Problem
from bot.domain.records import CheckTable, Item, Paragraph, Progress, Reply
from bot.domain.upgrade import Stage, Upgrade
from bot.voice import Voice
from bot.voice.replies import MOST_ROWS
from tests import rendering
from tests.samples import ACCOUNT, NOW, PULL, customer, fleet, internal, result, upgrade, version

FLEET = fleet(internal("rctest"), internal("demo"), internal("s2", skip="nightly"), customer("amberotter"))
VOICE = Voice(FLEET)
TO = version("3.40.1")


def said(*items: Item, upgrades: tuple[Upgrade, ...] = ()) -> str:
    return VOICE.reply(Reply(77, 12, "dana", items), {one.key: one for one in upgrades})


def test_a_reply_begins_with_its_mark_and_has_its_items_in_order() -> None:
    body = said(Paragraph(Markdown("first **words**")), Paragraph(Markdown("second")))
    assert body.startswith(markers.reply(77))
    assert body.index("first **words**") < body.index("second")
    assert rendering.text(body) == "first wordssecond"


def test_an_upgrade_that_was_just_asked_for() -> None:
    name = "[rctest.sourcegraph.com](https://rctest.sourcegraph.com)"
    assert f"**{name}**: upgrade to 3.40.1 asked for." in said(Progress("rctest", TO))


def test_an_open_pull_request_with_its_checks() -> None:
    one = upgrade(before=(result(),), checks=Conclusion.PENDING)
    body = said(Progress("rctest", TO), upgrades=(one,))
    assert "3.40.0 → 3.40.1" in body
    assert f"[#7]({PULL}) open, waiting for a review, its checks are running" in body
    assert "Next: one approval, then merge." in body
    assert rendering.cells(body) == [
        ["", "check", "result", "taken (UTC)", "took"],
        ["✅ pass", "Vm", "All is well.", "2026-01-05 09:00:00", "0.5 s"],
    ]


def test_a_finished_upgrade_shows_who_did_what_and_when() -> None:
    one = upgrade(
        stage=Stage.DONE,
        approved_by=("rio", "sam"),
        merged_by="lee",
        merged_at=NOW,
        before=(result(),),
        after=(result("front"),),
    )
    body = said(Progress("rctest", TO), upgrades=(one,))
    assert "Approved by `rio`, `sam`." in body
    assert "Merged by `lee` at 2026-01-05 09:00:00 UTC." in body
    assert body.index("Health checks after the merge") < body.index("Health checks before the upgrade")
    assert len(rendering.cells(body)) == 4


def test_many_approvals_and_failing_checks_are_counted() -> None:
    names = tuple(f"dev{number}" for number in range(40))
    one = upgrade(stage=Stage.APPROVED, approved_by=names, checks=Conclusion.FAILURE, failing=names)
    body = said(Progress("rctest", TO), upgrades=(one,))
    assert "`dev4` and 35 more, its checks failed (`dev0`, " in body
    assert "dev5" not in body


def test_checks_that_run_and_that_are_taken() -> None:
    assert "health checks are running …" in said(CheckTable("rctest"))
    results = (result("vm", State.FAIL), result("front", State.UNKNOWN), result("disk"))
    rows = rendering.cells(said(CheckTable("rctest", results)))
    assert [row[0] for row in rows[1:]] == ["❌ fail", "❔ unknown", "✅ pass"]
    assert "no check is set up" in said(CheckTable("rctest", ()))


def test_where_a_person_can_look_is_not_told_outside_for_it_names_the_project() -> None:
    results = (result(link="https://console.cloud.google.com/compute?project=sourcegraph-managed-secret"),)
    for item in (CheckTable("rctest", results), Progress("rctest", TO)):
        body = said(item, upgrades=(upgrade(before=results, after=results),))
        assert "console" not in body
        assert "secret" not in body


def test_an_instance_that_left_the_fleet_has_no_name() -> None:
    assert "an instance that is no longer in the fleet" in said(Progress("amber-gone", TO))
    assert "amber-gone" not in said(Progress("amber-gone", TO), upgrades=(upgrade("amber-gone"),))


def many(count: int, size: int) -> tuple[Upgrade, ...]:
    results = tuple(result(f"check{n}", sentence="x" * size) for n in range(5))
    return tuple(replace(upgrade("rctest", f"3.{n}.1"), before=results, after=results) for n in range(count))


def test_a_reply_that_is_too_long_leaves_the_tables_out_first() -> None:
    upgrades = many(20, 400)
    body = said(*(Progress("rctest", one.version) for one in upgrades), upgrades=upgrades)
    assert len(body) <= LIMIT
    assert "All" not in body
    assert body.count("Next: one approval") == 20
    assert not rendering.cells(body)


def test_a_reply_that_is_still_too_long_is_cut_at_a_line_and_says_so() -> None:
    body = said(*(Paragraph(Markdown(f"{n} {'word ' * 100}")) for n in range(500)))
    assert len(body) <= LIMIT
    assert body.startswith(markers.reply(77))
    assert body.endswith("The rest does not fit here; see the tracker.")


def test_a_command_nobody_knows() -> None:
    words = "I don't know `/upgarde`. The nearest command is `/upgrade`; `/help` lists them all."
    assert VOICE.unknown_command("upgarde", "upgrade") == words


def test_somebody_who_may_not_is_told_who_may() -> None:
    words = VOICE.not_allowed("upgrade", "olive", ["sourcegraph/cloud", "sourcegraph/devops"])
    expected = "Sorry, `olive`: `/upgrade` is for members of `sourcegraph/cloud` or `sourcegraph/devops`."
    assert words == f"{expected} Please ask one of them."
    assert not rendering.mentions(words)


def test_a_refusal_names_the_instance_as_it_may_be_named() -> None:
    words = VOICE.refusal(customer("amberotter"), "amberotter already runs 3.40.1.")
    assert rendering.text(words) == f"instance for {ACCOUNT}: {ACCOUNT} already runs 3.40.1."


def test_help_is_a_table_of_commands() -> None:
    rows = rendering.cells(VOICE.help([{"usage": "/upgrade A | B", "summary": "it *upgrades*", "who": "operators"}]))
    assert rows[1] == ["/upgrade A ¦ B", "it *upgrades*", "operators"]


def test_status_of_a_version() -> None:
    body = VOICE.status(TO, 12, [upgrade(stage=Stage.DONE), upgrade("amberotter", from_version=None)])
    assert "**3.40.1** (tracker #12): 1 of 3 done, 1 open." in body
    assert rendering.cells(body)[1:] == [
        ["rctest.sourcegraph.com", "3.40.0", "3.40.1", "#7 done"],
        [f"instance for {ACCOUNT}", "", "3.40.1", "#7 open, waiting for a review"],
    ]


@pytest.mark.parametrize("named", [TO, None])
def test_status_before_anybody_asked(named: object) -> None:
    body = VOICE.status(TO if named else None, None, [])
    assert "Nobody has asked for an upgrade yet." in body
    assert ("No version is named here" in body) == (named is None)


@pytest.mark.parametrize(("count", "words"), [(1, "1 instance can't"), (2, "2 instances can't")])
def test_status_tells_of_instances_that_cannot_be_read(count: int, words: str) -> None:
    problems = tuple(Problem(f"x{number}", "config.yaml is missing") for number in range(count))
    assert f"{words} be read; the end of the tracker says why." in Voice(Fleet((), problems)).status(TO, 12, [])


def test_a_long_status_says_how_many_are_left_out() -> None:
    body = VOICE.status(None, None, [upgrade("rctest", f"3.40.{n}") for n in range(MOST_ROWS + 5)])
    assert len(rendering.cells(body)) == MOST_ROWS + 1
    assert "5 more are not shown." in body
    assert len(body) < LIMIT

"""Each order keeps its own reply, and with many instances trouble comes first and is never cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.chat.replies import CheckTable, Reply, ReplyItem, UpgradeProgress
from bot.domain.health.model import CheckState
from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import PlainText
from bot.domain.upgrade.changes import ChangeReference, refer_to, refer_to_next
from bot.domain.upgrade.deployment import retry
from bot.domain.upgrade.record import Rollback, Stage, StageTransition, Upgrade
from bot.domain.upgrade.transitions import request_rollback, request_upgrade
from bot.formats.markdown import MAX_BODY_LENGTH
from bot.rendering import Renderer
from bot.rendering.replies import render_reply
from tests import rendered as rendering
from tests.samples import NOW, customer_instance, fleet, internal_instance, modify, result, upgrade, version

RENDERER = Renderer(fleet(internal_instance("rctest"), internal_instance("demo")))
TO, FROM = version("3.40.1"), version("3.40.0")
LATER = NOW + timedelta(hours=1)
NEW = ChangeReference(ChangeKind.UPGRADE)
ACCOUNTS = "https://github.com/sourcegraph/accounts/issues"


def text(record: Upgrade | None, change: ChangeReference | None, comment: int = 77) -> str:
    item = UpgradeProgress("rctest", TO, change)
    upgrades = {record.key: record} if record else {}
    return rendering.reader_text(render_reply(RENDERER, Reply(comment, 12, "dana", (item,)), upgrades))


DONE = upgrade(stage=Stage.DONE, merged_at=NOW, merged_by="lee", before=(result(),), after=(result("front"),))


def rolled_back(existing: Upgrade, comment: int = 78) -> Upgrade:
    back = request_rollback(existing, "rctest", TO, Rollback("rio", "slow", FROM, comment), LATER)
    return modify(back, number=8, url="https://github.com/x/y/pull/8", stage=Stage.OPEN)


def test_the_upgrades_reply_stays_the_upgrades_when_it_is_rolled_back() -> None:
    record = rolled_back(DONE)
    upgraded, back = text(record, NEW, 77), text(record, refer_to_next(DONE, ChangeKind.ROLLBACK), 78)
    assert "3.40.0 → 3.40.1, #7 done." in upgraded
    assert "Merged by lee" in upgraded
    assert "Front: All is well." in upgraded
    assert "Afterwards: #8 rollback to 3.40.0, 👀 rollback open; requested by rio." in upgraded
    assert "3.40.1 → 3.40.0, #8 rollback to 3.40.0 by rio (slow): open" in back
    assert "#7" not in back


def test_an_upgrade_that_is_requested_again_has_its_own_reply_and_leaves_the_first_ones_alone() -> None:
    closed = upgrade(stage=Stage.CLOSED, reason="its pull request was closed")
    again = request_upgrade(closed, "rctest", TO, "lee", LATER)
    assert "#7 closed: its pull request was closed." in text(again, NEW, 77)
    assert "Afterwards: upgrade to 3.40.1, 🕒 waiting; requested by lee." in text(again, NEW, 77)
    assert "3.40.1, waiting." in text(again, refer_to_next(closed, ChangeKind.UPGRADE), 79)
    assert "upgrade to 3.40.1 requested" in text(closed, refer_to_next(closed, ChangeKind.UPGRADE), 79)


def test_one_that_failed_before_its_merge_keeps_why_when_it_is_requested_again() -> None:
    failed = upgrade(stage=Stage.FAILED, reason="GitHub refused the branch")
    again = request_upgrade(failed, "rctest", TO, "lee", LATER)
    assert "failed: GitHub refused the branch." in text(again, NEW, 77)


def test_a_retry_has_its_own_reply_and_the_upgrades_says_how_the_first_attempt_ended() -> None:
    failed = modify(
        DONE,
        stage=Stage.FAILED,
        reason="job upgrade failed",
        history=(
            StageTransition(Stage.MERGED, NOW, "lee"),
            StageTransition(
                Stage.FAILED, NOW, "mibot", PlainText("job upgrade failed"), "https://github.com/x/y/actions/runs/5"
            ),
        ),
    )
    second = retry(failed, "rio", LATER)
    end = StageTransition(Stage.DONE, LATER, "mibot")
    done = replace(second, stage=Stage.DONE, reason=None, history=(*second.history, end))
    first = text(done, NEW, 77)
    assert (
        "Attempt 1: ❌ failed at 2026-01-05 09:00:00 UTC: job upgrade failed (run); requested again by rio." in first
    )
    assert "Attempt 2." in first
    assert "Attempt 2." in text(done, refer_to(failed, 2), 78)
    shown = text(done, refer_to(failed, 1), 79)
    assert "#7 failed: job upgrade failed." in shown
    assert "Afterwards: ✅ done, attempt 2; requested again by rio." in shown


def test_a_rollback_that_came_to_nothing_says_why() -> None:
    noted = modify(DONE, note="the rollback was closed")
    reply = text(noted, refer_to_next(DONE, ChangeKind.ROLLBACK), 78)
    assert "rollback: the rollback was closed; its upgrade stays: 3.40.0 → 3.40.1, #7 done." in reply
    assert "rollback from 3.40.1 requested." in text(DONE, refer_to_next(DONE, ChangeKind.ROLLBACK), 78)


def test_an_earlier_mibots_replies_keep_apart_by_what_they_started() -> None:
    from bot.domain.rollout.effects import StartUpgrades
    from bot.domain.upgrade.effects import StartRollback

    record = rolled_back(DONE)
    item = UpgradeProgress("rctest", TO)
    for effect, words in (
        (StartUpgrades(("rctest",), "3.40.1", "dana", 12), "#7 done"),
        (StartRollback("rctest", "3.40.1", "rio", "slow", 78), "#8 rollback to 3.40.0"),
    ):
        reply = Reply(77, 12, "dana", (item,), effects=(effect,))
        assert words in rendering.reader_text(render_reply(RENDERER, reply, {record.key: record}))


# Many instances


def fleet_of(stages: list[Stage], reason: str) -> tuple[Renderer, list[Upgrade]]:
    instances = [customer_instance(f"otter{n}", f"{ACCOUNTS}/{n + 1}") for n in range(len(stages))]
    pull = "https://github.com/sourcegraph/deploy-sourcegraph-managed/pull/7"
    upgrades = [upgrade(f"otter{n}", stage=stage, reason=reason, url=pull) for n, stage in enumerate(stages)]
    return Renderer(fleet(*instances)), upgrades


def bulk_reply(renderer: Renderer, upgrades: list[Upgrade]) -> str:
    items: tuple[ReplyItem, ...] = tuple(UpgradeProgress(one.slug, TO, NEW) for one in upgrades)
    return render_reply(renderer, Reply(77, 12, "dana", items), {one.key: one for one in upgrades})


@settings(max_examples=12)
@given(
    st.sampled_from([2, 25, 26, 169, 1000]),
    st.sampled_from([Stage.FAILED, Stage.HELD, Stage.OPEN]),
    st.sampled_from([Stage.DONE, Stage.WAITING, Stage.DEPLOYING, Stage.OPEN]),
    st.sampled_from(["", "word " * 100]),
)
def test_the_last_one_in_trouble_is_the_first_that_is_shown(
    size: int, last: Stage, others: Stage, reason: str
) -> None:
    renderer, upgrades = fleet_of([*([others] * (size - 1)), last], reason)
    body = bulk_reply(renderer, upgrades)
    assert len(body) <= MAX_BODY_LENGTH
    if others is not last:
        shown = [line for line in body.splitlines() if line]
        assert any(f"accounts/issues/{size}" in line or f"accounts#{size}" in line for line in shown[:3])
    assert "does not fit" not in body


@settings(max_examples=8, deadline=None)
@given(st.sampled_from([30, 169, 1000, 1800]), st.sampled_from(["", "red: " + "Virtual machine, " * 40]))
def test_however_many_failed_each_is_named(size: int, reason: str) -> None:
    renderer, upgrades = fleet_of([Stage.FAILED] * size, reason)
    body = bulk_reply(renderer, upgrades)
    assert len(body) <= MAX_BODY_LENGTH
    assert f"❌ {size} failed" in body
    for number in (1, size // 2, size):
        assert f"accounts/issues/{number}," in body or f"accounts#{number}" in body


def test_beyond_every_limit_the_number_is_still_right() -> None:
    renderer, upgrades = fleet_of([Stage.FAILED] * 4000, "red")
    body = bulk_reply(renderer, upgrades)
    assert len(body) <= MAX_BODY_LENGTH
    assert "❌ 4000 failed" in body
    assert " more" in body


def test_what_is_done_is_a_number_with_the_details_folded() -> None:
    renderer, upgrades = fleet_of([Stage.DONE, Stage.DONE, Stage.FAILED], "")
    body = bulk_reply(renderer, upgrades)
    assert "**3 upgrades**: ❌ 1 failed · ✅ 2 done" in body
    assert body.index("accounts/issues/3") < body.index("<details><summary>✅ 2 done</summary>")
    assert body.index("<details><summary>✅ 2 done</summary>") < body.index("accounts/issues/1")


def test_the_checks_of_many_instances_show_the_red_ones_first() -> None:
    instances = [customer_instance(f"otter{n}", f"{ACCOUNTS}/{n + 1}") for n in range(169)]
    green, red = (result(),), (result(state=CheckState.FAIL), result("front"))
    items = [CheckTable(one.slug, green) for one in instances[:-1]] + [CheckTable("otter168", red)]
    body = render_reply(Renderer(fleet(*instances)), Reply(77, 12, "dana", tuple(items)), {})
    assert len(body) <= MAX_BODY_LENGTH
    assert "accounts/issues/169" in "\n".join(body.splitlines()[:4])
    assert "<summary>✅ 168 of 169 instances: all checks passed</summary>" in body


def test_however_many_are_red_each_is_named() -> None:
    instances = [customer_instance(f"otter{n}", f"{ACCOUNTS}/{n + 1}") for n in range(1000)]
    red = (result(state=CheckState.FAIL, finding=PlainText("x" * 300)), result("front"))
    body = render_reply(
        Renderer(fleet(*instances)), Reply(77, 12, "dana", tuple(CheckTable(one.slug, red) for one in instances)), {}
    )
    assert len(body) <= MAX_BODY_LENGTH
    for number in (1, 500, 1000):
        assert f"accounts#{number}" in body or f"accounts/issues/{number}:" in body

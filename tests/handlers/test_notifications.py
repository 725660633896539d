"""What stands on an upgrade's pull request, and who is called: each once, whatever dies in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import structlog

from bot.domain.chat import markers
from bot.domain.github_models import Comment
from bot.domain.health.model import CheckState
from bot.domain.notifications.outbox import Outcome
from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import PlainText
from bot.domain.upgrade.deployment import retry
from bot.domain.upgrade.effects import Publish
from bot.domain.upgrade.record import Rollback, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import Cause, move
from bot.notifications.label import LABELS
from bot.ports.errors import PermanentError, TransientError
from tests.handlers.notification_scene import DONE, FAILED, HEAD, OPEN, STEP, TO, MemoryDeployment, Scene
from tests.samples import NOW, modify, result, version


class StaleComments(MemoryDeployment):
    """Comments that are still listed though people deleted them."""

    def comments(self, number: int) -> Sequence[Comment]:
        gone = Comment(9, number, markers.evidence(ChangeKind.UPGRADE), "mibot[bot]", True, "https://x", NOW, NOW)
        return [gone, *super().comments(number)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_the_checks_of_an_open_pull_request_are_a_check_run_on_its_head_commit(scene: Scene) -> None:
    scene.publish(OPEN)
    assert scene.deployment.wrote == ["report"]
    report = scene.deployment.reports[HEAD, "mibot / pre-upgrade"]
    assert (report.conclusion, report.title) == ("success", "1 of 1 health checks pass")
    assert not scene.pending


def test_what_went_well_gets_its_evidence_and_its_label(scene: Scene) -> None:
    scene.publish(DONE)
    (evidence,) = scene.evidence
    assert "**rctest runs 3.40.1, verified healthy.**" in evidence
    assert "https://github.test/12" in evidence, "the tracker"
    assert scene.deployment.labels == {7: {LABELS[Stage.DONE]}}
    assert scene.alarms == []


def test_a_rollback_gets_its_own(scene: Scene) -> None:
    scene.publish(DONE)
    back = Rollback("lee", to_version=version("3.40.0"))
    scene.store.save_upgrade(modify(DONE, stage=Stage.ROLLED_BACK, number=8, rollback=back))
    scene.publish()
    assert len(scene.evidence) == 1
    (evidence,) = scene.deployment.comments(8)
    assert markers.evidence(ChangeKind.ROLLBACK) in evidence.body
    assert scene.deployment.labels[8] == {LABELS[Stage.ROLLED_BACK]}


def test_what_failed_gets_its_evidence_and_calls_the_people_on_call(scene: Scene) -> None:
    scene.publish(FAILED)
    assert "**rctest: failed: its deployment failed.**" in scene.evidence[0]
    assert scene.deployment.labels == {}
    (alarm,) = scene.alarms
    assert "@lee, @sourcegraph/cloud: the upgrade of [rctest.sourcegraph.com]" in alarm


@pytest.mark.parametrize("there", [OPEN, DONE, FAILED], ids=lambda one: str(one.stage))
def test_publishing_again_writes_nothing(scene: Scene, there: Upgrade) -> None:
    scene.publish(there)
    wrote, alarms = list(scene.deployment.wrote), list(scene.alarms)
    for _ in range(3):
        scene.publish()
    scene.publish(replace(there, reason=PlainText("said otherwise")))
    assert scene.deployment.wrote == wrote
    assert scene.alarms == alarms


@pytest.mark.parametrize("there", [OPEN, DONE, FAILED], ids=lambda one: str(one.stage))
def test_what_was_written_and_not_noted_is_found_again(scene: Scene, there: Upgrade) -> None:
    for _ in range(3):
        scene.dies_publishing(there)
    scene.publish()
    for _ in range(2):  # and as if every note had been lost
        scene.forget()
        scene.publish(there)
    assert len(scene.evidence) == (there is not OPEN)
    assert len(scene.alarms) == (there is FAILED)
    assert len(scene.deployment.reports) == 1
    assert not scene.pending


def test_evidence_is_brought_up_to_date_where_it_stands(scene: Scene) -> None:
    scene.publish(FAILED)
    (first,) = scene.deployment.comments(7)
    again = move(retry(FAILED, "lee", NOW), Stage.FAILED, Cause(NOW), PlainText("red again"))
    scene.publish(again)
    (second,) = scene.deployment.comments(7)
    assert second.id == first.id
    assert "red again" in second.body


def test_what_others_wrote_is_not_taken_for_its_own(scene: Scene) -> None:
    mark = markers.evidence(ChangeKind.UPGRADE)
    quoted = scene.deployment.say(7, f"> {mark} is what they say")
    scene.issues.say(scene.tracker, f"{markers.mention(7, 2)} should do", "olive")
    scene.publish(FAILED)
    assert len(scene.evidence) == 2
    assert quoted in scene.deployment.comments(7), "unchanged"
    assert len(scene.alarms) == 2


def test_evidence_that_people_deleted_is_written_anew(scene: Scene) -> None:
    scene.publish(FAILED)
    scene.deployment.delete(scene.deployment.comments(7)[0].id)
    scene.publish(replace(FAILED, history=(*FAILED.history, STEP)))
    assert len(scene.evidence) == 1


def test_so_is_evidence_that_was_deleted_between_looking_and_writing() -> None:
    scene = Scene(StaleComments())
    scene.publish(DONE)
    assert sum("verified healthy" in body for body in scene.evidence) == 1


@pytest.mark.parametrize(
    ("refused", "left"), [("report", ["comment"]), ("comment", ["report"])], ids=["report", "comment"]
)
def test_a_refusal_is_in_the_log_and_stops_nothing_else(scene: Scene, refused: str, left: list[str]) -> None:
    scene.deployment.refuses = {refused: PermanentError(PlainText("GitHub does not let mibot do that"))}
    with structlog.testing.capture_logs() as lines:
        scene.publish(FAILED)
    told = [(line["event"], line["error"]) for line in lines]
    assert told == [("not_published", "GitHub does not let mibot do that")]
    assert scene.deployment.wrote == left
    assert len(scene.alarms) == 1
    scene.publish()
    assert scene.deployment.wrote == left, "nothing depends on it, so it is not tried for ever"


def test_what_may_pass_is_tried_again_from_where_it_was_left(scene: Scene) -> None:
    scene.deployment.refuses = {"comment": TransientError(PlainText("GitHub answered 502."))}
    with pytest.raises(TransientError):
        scene.publish(DONE)
    assert scene.pending
    scene.deployment.refuses = {}
    scene.publish()
    assert scene.deployment.wrote == ["report", "comment", "label"], "the report stood already"


def test_on_call_is_mentioned_once_for_each_failure(scene: Scene) -> None:
    there = FAILED
    for attempt in (1, 2, 3):
        scene.publish(there)
        scene.publish(replace(there, reason=PlainText("delayed: GitHub does not answer")))
        assert len(scene.alarms) == attempt
        again = retry(there, "lee", NOW)
        scene.publish(again)
        assert len(scene.alarms) == attempt, "trying again calls nobody"
        there = move(again, Stage.FAILED, Cause(NOW), PlainText("red again"))
    assert len({*scene.alarms}) == 3, "each has its own mark"


def test_without_names_nobody_is_mentioned() -> None:
    scene = Scene(on_call=())
    scene.publish(FAILED)
    assert scene.alarms == []
    assert len(scene.evidence) == 1
    assert not scene.pending


def test_without_a_tracker_there_is_no_place_to_call_from(scene: Scene) -> None:
    scene.store._trackers.clear()
    scene.publish(FAILED)
    assert scene.alarms == []
    assert ["| tracker | none |" in body for body in scene.evidence] == [True]


def test_a_check_run_changes_with_what_it_says_and_with_the_commit(scene: Scene) -> None:
    scene.publish(OPEN)
    scene.publish(modify(OPEN, before=(result(state=CheckState.FAIL),)))
    assert [report.conclusion for report in scene.deployment.reports.values()] == ["failure"]
    scene.publish(modify(OPEN, head="d" * 40))
    assert {commit for commit, _ in scene.deployment.reports} == {HEAD, "d" * 40}


def test_an_upgrade_that_is_gone_from_the_records_has_nothing_to_publish(scene: Scene) -> None:
    scene.publish()
    assert scene.deployment.wrote == []


def test_a_customer_is_called_for_by_its_account_only(scene: Scene) -> None:
    customer = next(one for one in scene.fleets.current() if not one.internal)
    there = replace(FAILED, slug=customer.slug, reason=PlainText(f"job {customer.slug} failed"))
    scene.store.save_upgrade(there)
    scene.handler.publish(Publish(customer.slug, "3.40.1"))
    (alarm,) = scene.alarms
    assert f"instance for {customer.account}" in alarm
    assert customer.slug not in alarm
    assert customer.slug in scene.evidence[0], "inside the deployment repository slugs are used freely"


def test_what_waits_is_published_late_as_it_was_and_a_state_only_as_it_is_now(scene: Scene) -> None:
    again = retry(FAILED, "lee", NOW)
    twice = move(again, Stage.FAILED, Cause(NOW), PlainText("red again"))
    for there in (FAILED, again, twice):
        scene.store.save_upgrade(there)
    scene.publish()
    first, second = scene.alarms
    assert "its deployment failed" in first
    assert "red again" in second
    assert scene.deployment.wrote.count("comment") == 1, "evidence shows a state"
    assert "red again" in scene.evidence[0]
    assert ("evidence", Outcome.UNNECESSARY) in scene.store.outcomes


def test_a_failure_is_mentioned_when_somebody_was_faster(scene: Scene) -> None:
    scene.store.save_upgrade(FAILED)
    scene.publish(retry(FAILED, "lee", NOW))
    assert len(scene.alarms) == 1


def test_a_channel_that_is_gone_is_in_the_log_and_waits_no_more(scene: Scene) -> None:
    scene.store.channels = lambda _: ("pager", "evidence")
    with structlog.testing.capture_logs() as lines:
        scene.publish(DONE)
    assert [line["event"] for line in lines] == ["no_such_channel"]
    assert not scene.pending
    assert len(scene.evidence) == 1


def test_where_the_tracker_is_gone_the_people_on_call_are_called_on_the_release_issue(scene: Scene) -> None:
    release = scene.issues.open("Release 3.40.1").number
    record = scene.store.tracker(TO)
    assert record is not None
    scene.store.save_tracker(replace(record, announced=(404, release)))
    scene.issues.delete(scene.tracker)
    scene.publish(FAILED)
    (alarm,) = [comment.body for comment in scene.issues.comments(release)]
    assert "@lee" in alarm
    assert not scene.pending

"""The check run on the head commit of a pull request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.health.model import CheckState
from bot.domain.reasons import PlainText
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.reasons.pull_requests import ContentDiffers, GoesElsewhere
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import IN_DEPLOYMENT, IN_REVIEW, Stage
from bot.notifications.check_run import CHANNEL, post
from bot.rendering.notifications import PRE_UPGRADE_CHECK
from tests.notifications.records import CONTEXT, HEAD, OPEN, wanted
from tests.samples import NOW, modify, result


@pytest.mark.parametrize("stage", sorted(IN_REVIEW | IN_DEPLOYMENT))
def test_its_checks_are_reported_on_its_head_commit(stage: Stage) -> None:
    there = modify(OPEN, stage=stage, merged_at=NOW if stage in IN_DEPLOYMENT else None)
    assert wanted(there) == ("check_run",)
    posted = post(there, CONTEXT)
    assert (posted.commit, posted.check_run.name) == (HEAD, PRE_UPGRADE_CHECK)


@pytest.mark.parametrize("there", [modify(OPEN, before=()), modify(OPEN, head=""), modify(OPEN, number=None)])
def test_without_results_or_a_commit_or_a_pull_request_there_is_nothing_to_report(there: Upgrade) -> None:
    assert wanted(there) == ()


@pytest.mark.parametrize(
    "changed",
    [
        modify(OPEN, head="d" * 40),
        modify(OPEN, before=(result(state=CheckState.FAIL),)),
        modify(OPEN, before=(result(), result("front"))),
        modify(OPEN, force=Override("lee", "they asked")),
        modify(OPEN, content=PullRequestContent(HEAD, ContentDiffers(unexpected=1))),
        modify(OPEN, note=GoesElsewhere("staging")),
    ],
)
def test_what_a_report_says_makes_it_new(changed: Upgrade) -> None:
    assert wanted(OPEN, OPEN) == ()
    assert wanted(changed, OPEN) == ("check_run",)
    assert wanted(OPEN, changed) == ("check_run",), "and back again"


@pytest.mark.parametrize(
    "same",
    [
        replace(OPEN, reason=PlainText("delayed")),
        modify(OPEN, before=(result(seconds=9.0, finding=PlainText("It runs since a minute ago.")),)),
    ],
)
def test_what_changes_with_every_look_does_not(same: Upgrade) -> None:
    assert wanted(same, OPEN) == ()


def test_what_is_not_what_was_planned_is_no_success_even_if_it_is_forced() -> None:
    differs = PullRequestContent(HEAD, ContentDiffers(unexpected=1))
    for there in (OPEN, modify(OPEN, force=Override("lee", "they asked"))):
        report = post(modify(there, content=differs), CONTEXT).check_run
        assert report.conclusion == "action_required"
        assert report.title.startswith("its pull request is not what was planned: 1 file changed besides")


def test_only_the_last_one_counts() -> None:
    assert CHANNEL.latest_only

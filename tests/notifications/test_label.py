"""The label of a pull request whose instance is verified healthy."""

from __future__ import annotations

import pytest

from bot.domain.notifications.posts import LabelPost
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.notifications.label import post
from tests.notifications.records import CONTEXT, merged


@pytest.mark.parametrize(("stage", "label"), [(Stage.DONE, "mi-upgrade-done"), (Stage.ROLLED_BACK, "mi-rolled-back")])
def test_it_says_how_it_went(stage: Stage, label: str) -> None:
    assert post(merged(stage), CONTEXT) == LabelPost(7, (label,))


@pytest.mark.parametrize("there", [merged(Stage.DONE, number=None), merged(Stage.FAILED)], ids=["no pull", "failed"])
def test_nothing_else_is_labeled(there: Upgrade) -> None:
    assert post(there, CONTEXT) is None

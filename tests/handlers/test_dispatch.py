"""Events and effects find their handlers by their type."""

from __future__ import annotations

import pytest

from bot.domain.effects import Effect
from bot.domain.reasons import PlainText, Reason
from bot.domain.upgrade.effects import Advance, Poll, Publish, Retry
from bot.handlers.dispatch import Dispatcher, handles, notes_delay

ADVANCE = Advance("rctest", "3.40.1")
POLL = Poll("rctest", "3.40.1")
PUBLISH = Publish("rctest", "3.40.1")
NO_ANSWER = PlainText("GitHub does not answer")


class Upgrades:
    """Handles two types with one method, and notes delays of one of them."""

    @handles
    def advance(self, effect: Advance | Poll) -> list[Effect]:
        return [effect, PUBLISH]

    @notes_delay
    def mark_delayed(self, effect: Advance, reason: Reason) -> list[Effect]:
        return [effect] if reason == NO_ANSWER else []


class Publications:
    """Handles another type."""

    @handles
    def publish(self, effect: Publish) -> list[Effect]:
        return [effect]

    def not_marked(self, effect: Retry) -> list[Effect]:
        return [effect]


def test_each_effect_is_carried_out_by_the_method_for_its_type() -> None:
    dispatcher = Dispatcher([Upgrades(), Publications()])
    assert dispatcher.apply(ADVANCE) == [ADVANCE, PUBLISH]
    assert dispatcher.apply(POLL) == [POLL, PUBLISH]
    assert dispatcher.apply(PUBLISH) == [PUBLISH]
    assert dispatcher.handled_types == {Advance, Poll, Publish}


def test_an_effect_without_a_handler_is_an_error() -> None:
    with pytest.raises(TypeError, match="no handler takes Retry"):
        Dispatcher([Upgrades(), Publications()]).apply(Retry("rctest", "3.40.1", "dana", 1))


def test_two_handlers_of_one_type_are_an_error() -> None:
    with pytest.raises(TypeError, match="two handlers take"):
        Dispatcher([Upgrades(), Upgrades()])


def test_a_delay_is_noted_by_the_method_for_its_type_if_there_is_one() -> None:
    dispatcher = Dispatcher([Upgrades(), Publications()])
    assert dispatcher.mark_delayed(ADVANCE, NO_ANSWER) == [ADVANCE]
    assert dispatcher.mark_delayed(POLL, NO_ANSWER) == []
    assert dispatcher.mark_delayed(PUBLISH, NO_ANSWER) == []

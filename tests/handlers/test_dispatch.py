"""Effects find their handlers by their type."""

from __future__ import annotations

import pytest

from bot.domain.effects import Effect
from bot.domain.reasons import PlainText, Reason
from bot.domain.upgrade.effects import Advance, Poll, Publish, Retry
from bot.handlers.dispatch import EffectDispatcher, handles, notes_delay

ADVANCE = Advance("rctest", "3.40.1")
POLL = Poll("rctest", "3.40.1")
PUBLISH = Publish("rctest", "3.40.1")


class Upgrades:
    """Handles two types with one method, and notes delays of one of them."""

    @handles
    def advance(self, effect: Advance | Poll) -> list[Effect]:
        return [effect, PUBLISH]

    @notes_delay
    def mark_delayed(self, effect: Advance, reason: Reason) -> list[Effect]:
        return [effect] if reason == PlainText("no answer") else []


class Publications:
    """Handles another type."""

    @handles
    def publish(self, effect: Publish) -> list[Effect]:
        return [effect]

    def not_marked(self, effect: Retry) -> list[Effect]:
        return [effect]


def test_each_effect_is_carried_out_by_the_method_for_its_type() -> None:
    dispatcher = EffectDispatcher([Upgrades(), Publications()])
    assert dispatcher.apply(ADVANCE) == [ADVANCE, PUBLISH]
    assert dispatcher.apply(POLL) == [POLL, PUBLISH]
    assert dispatcher.apply(PUBLISH) == [PUBLISH]
    assert dispatcher.effect_types == {Advance, Poll, Publish}


def test_an_effect_without_a_handler_is_an_error() -> None:
    with pytest.raises(TypeError, match="no handler carries out Retry"):
        EffectDispatcher([Upgrades(), Publications()]).apply(Retry("rctest", "3.40.1", "dana", 1))


def test_two_handlers_of_one_type_are_an_error() -> None:
    with pytest.raises(TypeError, match="two handlers take"):
        EffectDispatcher([Upgrades(), Upgrades()])


def test_a_delay_is_noted_by_the_method_for_its_type_if_there_is_one() -> None:
    dispatcher = EffectDispatcher([Upgrades(), Publications()])
    assert dispatcher.mark_delayed(ADVANCE, PlainText("no answer")) == [ADVANCE]
    assert dispatcher.mark_delayed(POLL, PlainText("no answer")) == []
    assert dispatcher.mark_delayed(PUBLISH, PlainText("no answer")) == []

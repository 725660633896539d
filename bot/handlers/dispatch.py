"""Finds the code that carries out an effect, by the effect's type."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, get_args, get_type_hints

from bot.domain.effects import Effect
from bot.domain.reasons import Reason

M = TypeVar("M", bound=Callable[..., list[Effect]])

_CARRIES_OUT = "_carries_out_effects"
_NOTES_DELAY = "_notes_delay_of_effects"


def handles(method: M) -> M:
    """Mark a method that carries out effects, of the type or union of types that its first parameter is annotated
    with. It returns the effects that follow."""
    setattr(method, _CARRIES_OUT, True)
    return method


def notes_delay(method: M) -> M:
    """Mark a method that notes, where people look, that effects of these types failed for now.

    It takes the effect and the reason, and returns the effects that follow.
    """
    setattr(method, _NOTES_DELAY, True)
    return method


class EffectDispatcher:
    """Passes each effect to the method that is marked for its type."""

    def __init__(self, handlers: Iterable[object]) -> None:
        """Raises TypeError if two methods carry out effects of one type."""
        handlers = tuple(handlers)
        self._methods = _marked_methods(handlers, _CARRIES_OUT)
        self._delay_methods = _marked_methods(handlers, _NOTES_DELAY)

    @property
    def effect_types(self) -> frozenset[type[Effect]]:
        """The types of effects that the handlers carry out."""
        return frozenset(self._methods)

    def apply(self, effect: Effect) -> list[Effect]:
        """Carry out one effect and return what follows from it.

        Raises TransientError if another try may help, other ExternalErrors if not, and TypeError if no handler takes
        the effect.
        """
        method = self._methods.get(type(effect))
        if method is None:
            raise TypeError(f"no handler carries out {type(effect).__name__}")
        return method(effect)

    def mark_delayed(self, effect: Effect, reason: Reason) -> list[Effect]:
        """Note where people look that an external system does not answer. The sweep will try again."""
        method = self._delay_methods.get(type(effect))
        return method(effect, reason) if method else []


def _marked_methods(handlers: Iterable[object], mark: str) -> dict[type[Effect], Callable[..., list[Effect]]]:
    found: dict[type[Effect], Callable[..., list[Effect]]] = {}
    for handler in handlers:
        for name, function in inspect.getmembers(type(handler), lambda member: hasattr(member, mark)):
            for effect_type in _effect_types(function):
                if effect_type in found:
                    raise TypeError(f"two handlers take {effect_type.__name__}; one is {function.__qualname__}")
                found[effect_type] = getattr(handler, name)
    return found


def _effect_types(function: Callable[..., Any]) -> tuple[type[Effect], ...]:
    """The types of effects that a method takes, by the annotation of its first parameter."""
    _, parameter, *_ = inspect.signature(function).parameters
    annotation = get_type_hints(function)[parameter]
    return get_args(annotation) or (annotation,)

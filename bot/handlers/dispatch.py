"""Finds the code that takes an event or carries out an effect, by its type."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, get_args, get_type_hints

from bot.domain.effects import Effect
from bot.domain.flow.events import Event
from bot.domain.reasons import Reason

Method = Callable[..., list[Effect]]
M = TypeVar("M", bound=Method)

_HANDLES = "_handles"
_NOTES_DELAY = "_notes_delay"


def handles(method: M) -> M:
    """Mark a method as the handler of the type, or the types of the union, that its first parameter is annotated
    with. It returns the effects that follow."""
    setattr(method, _HANDLES, True)
    return method


def notes_delay(method: M) -> M:
    """Mark a method that notes, where people look, that effects of these types failed for now.

    It takes the effect and the reason, and returns the effects that follow.
    """
    setattr(method, _NOTES_DELAY, True)
    return method


class Dispatcher:
    """Passes each event and effect to the method that is marked for its type."""

    def __init__(self, handlers: Iterable[object]) -> None:
        """Raises TypeError if two methods take the same type."""
        handlers = tuple(handlers)
        self._methods = _marked_methods(handlers, _HANDLES)
        self._delay_methods = _marked_methods(handlers, _NOTES_DELAY)

    @property
    def handled_types(self) -> frozenset[type]:
        """The types of events and effects that the handlers take."""
        return frozenset(self._methods)

    @property
    def types_with_delay_notes(self) -> frozenset[type]:
        """The types of effects whose delay is noted where people look."""
        return frozenset(self._delay_methods)

    def apply(self, content: Event | Effect) -> list[Effect]:
        """Take an event or carry out an effect, and return what follows from it.

        Raises TransientError if another attempt may help, other ExternalErrors if not, and TypeError if there is no
        handler.
        """
        method = self._methods.get(type(content))
        if method is None:
            raise TypeError(f"no handler takes {type(content).__name__}")
        return method(content)

    def mark_delayed(self, content: Event | Effect, reason: Reason) -> list[Effect]:
        """Note where people look why an effect failed for now. The sweep tries again."""
        method = self._delay_methods.get(type(content))
        return method(content, reason) if method else []


def _marked_methods(handlers: Iterable[object], mark: str) -> Mapping[type, Method]:
    found: dict[type, Method] = {}
    for handler in handlers:
        for name, function in inspect.getmembers(type(handler), lambda member: hasattr(member, mark)):
            for taken in _taken_types(function):
                if taken in found:
                    raise TypeError(f"two handlers take {taken.__name__}; one is {function.__qualname__}")
                found[taken] = getattr(handler, name)
    return found


def _taken_types(function: Callable[..., Any]) -> tuple[type, ...]:
    """The types that a method takes, by the annotation of its first parameter."""
    _, parameter, *_ = inspect.signature(function).parameters
    annotation = get_type_hints(function)[parameter]
    return get_args(annotation) or (annotation,)

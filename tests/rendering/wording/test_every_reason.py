"""Every reason that the product can give has words."""

from __future__ import annotations

import importlib
import pkgutil

import bot
from bot.domain.reasons import Reason
from bot.rendering.wording import describe

PURE = ("bot.domain", "bot.checks", "bot.commands")


def reasons(base: type[Reason] = Reason) -> set[type[Reason]]:
    """The classes below a base class that have no subclasses of their own."""
    return {found for cls in base.__subclasses__() for found in reasons(cls)} or {base}


def test_every_reason_has_words() -> None:
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if module.name.startswith(PURE):
            importlib.import_module(module.name)
    mine = {cls for cls in reasons() if cls.__module__.startswith("bot.")}
    wordless = {cls for cls in mine if describe.dispatch(cls) is describe.dispatch(Reason)}
    assert {f"{cls.__module__}.{cls.__qualname__}" for cls in wordless} == set()

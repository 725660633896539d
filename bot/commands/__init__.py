"""The slash-commands, one file each, discovered.

A command file has `COMMAND`, with everything about it: its name, its usage, its line in help, who may use it, and
`plan`, a pure function from a request and its context to what the command answers and what should happen. The reasons
that only this command gives stand in its file too; their words are in `bot/rendering/wording/commands/`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType, ModuleType

from rapidfuzz import fuzz, process

from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission


@dataclass(frozen=True)
class Command:
    """One command. `summary` is one line for help, `plan` is pure."""

    name: str
    usage: str
    summary: str
    permission: Permission
    plan: Callable[[CommandRequest, CommandContext], CommandPlan]


@lru_cache(maxsize=1)
def all_commands() -> Mapping[str, Command]:
    """All commands by name, in alphabetical order."""
    return discover(importlib.import_module(__name__))


def discover(package: ModuleType) -> Mapping[str, Command]:
    """The commands of a package, which has one `COMMAND` in each module.

    Raises TypeError for a module without one, ValueError for two of the same name.
    """
    found: dict[str, Command] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        command = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "COMMAND", None)
        if not isinstance(command, Command):
            raise TypeError(f"{package.__name__}.{module.name} holds no COMMAND.")
        if command.name in found:
            raise ValueError(f"Two command files define `/{command.name}`.")
        found[command.name] = command
    return MappingProxyType(dict(sorted(found.items())))


def nearest_command(name: str) -> str:
    """The name of the command nearest to a mistyped one."""
    return nearest_name(name, all_commands())


def nearest_name(typed: str, names: Collection[str]) -> str:
    """The first of `names` that begins with `typed`, else the most similar one."""
    completed = next((name for name in names if name.startswith(typed)), None)
    return completed or str(process.extractOne(typed, list(names), scorer=fuzz.WRatio)[0])

"""The slash-commands, one file each, discovered.

A command file has `COMMAND`, with everything about it: its name, its usage, its line in help, who may use it, and
`plan`, a pure function from a request and its context to what the command answers and what should happen. The reasons
that only this command gives stand in its file too; their words are in `bot/rendering/wording/commands/`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType, ModuleType

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission

_MIN_TYPO_LENGTH = 3
"""Shorter words are like too many others."""
_MAX_TYPO_LENGTH = 40
_LONG_NAME = 7


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
    """The command that a mistyped name means; empty if it is nobody's typo."""
    return nearest_name(name, _names())


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    return tuple(all_commands())


def is_addressed(name: str) -> bool:
    """Whether a line that begins with `/name` is meant for mibot: a command, or a typo of one."""
    return name in all_commands() or bool(nearest_command(name))


def needs_operator(name: str) -> bool:
    """Whether it is a command that only operators may use."""
    return name in all_commands() and all_commands()[name].permission is Permission.OPERATORS


def nearest_name(typed: str, names: Sequence[str]) -> str:
    """The name from which the typed one differs by a typo; empty if there is none.

    A typo is a letter too many, too few or wrong, or two that changed places; two of them in a long word that
    begins right. Whatever differs more is another bot's command, or a path.
    """
    if not _MIN_TYPO_LENGTH <= len(typed) <= _MAX_TYPO_LENGTH:
        return ""
    near = process.extractOne(typed, names, scorer=OSA.distance, score_cutoff=1)
    if near is None and len(typed) >= _LONG_NAME:
        long = [name for name in names if len(name) >= _LONG_NAME and name[0] == typed[0]]
        near = process.extractOne(typed, long, scorer=OSA.distance, score_cutoff=2)
    return str(near[0]) if near else ""

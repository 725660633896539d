"""The health checks: one file each with a module-level `CHECK`, found because it is here."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import sys
from types import ModuleType

from bot.domain.health.model import Check


@functools.cache
def all_checks() -> tuple[Check, ...]:
    """Every check of this package, sorted by name. Raises as `discover` does."""
    return discover(sys.modules[__name__])


def discover(package: ModuleType) -> tuple[Check, ...]:
    """The `CHECK` of every module in `package`, sorted by name.

    Raises TypeError for a module without one and ValueError for two of one name. A check that silently does not run
    looks like a check that passes, so the program must not start.
    """
    found: dict[str, tuple[str, Check]] = {}
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        check = getattr(importlib.import_module(info.name), "CHECK", None)
        if not isinstance(check, Check):
            raise TypeError(f"{info.name} has no CHECK: every module in {package.__name__} is one health check.")
        if check.name in found:
            raise ValueError(f"Two checks are named {check.name!r}: {found[check.name][0]} and {info.name}.")
        found[check.name] = (info.name, check)
    return tuple(found[name][1] for name in sorted(found))

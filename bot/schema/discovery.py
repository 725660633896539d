"""Imports the modules that define stored classes, so that the codec knows every member of its families."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable


def import_below(packages: Iterable[str]) -> None:
    """Import the packages and every module below them."""
    for name in packages:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)

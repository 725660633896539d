"""The words for every reason: one file per subject, one function per reason.

A file registers its functions with `describe.register`; every file below this folder is found and imported here.
"""

from __future__ import annotations

import importlib
import pkgutil

from bot.rendering.wording.dispatch import clause, describe, sentence

__all__ = ["clause", "describe", "sentence"]

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    importlib.import_module(_module.name)

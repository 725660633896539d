"""Properties are checked without a deadline for each example: a busy machine is a slow one, not a broken one."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

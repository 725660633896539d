"""The sections about how mibot works: deployments, their verification, the store, the sweep."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from bot.settings import problems
from bot.settings.section import Section


class DeploySettings(Section):
    """`[deploy]`: how a merged upgrade comes onto its VM. Times are in seconds.

    `mode` is `workflow_dispatch` (mibot starts `workflow`), `on_push` (the merge starts it) or `manual` (people
    deploy, and say `/deployed`). `start_timeout` limits the wait for a run to appear, `timeout` the wait for its end,
    `backup_timeout` the wait for the backups before it. mibot lists its own backups beyond the newest
    `keep_backups`. `poll` is the pause between two polls of what is under way.
    """

    mode: Literal["workflow_dispatch", "on_push", "manual"] = "workflow_dispatch"
    workflow: str = Field(default="mi_upgrade.yml", pattern=r"^[A-Za-z0-9._-]+\.ya?ml$")
    backup: bool = True
    backup_timeout: float = Field(default=1800.0, gt=0, le=86_400)
    keep_backups: int = Field(default=3, ge=1, le=100)
    start_timeout: float = Field(default=300.0, gt=0, le=3600)
    timeout: float = Field(default=3600.0, gt=0, le=86_400)
    poll: float = Field(default=15.0, gt=0, le=300)


class VerifySettings(Section):
    """`[verify]`: how long a deployed instance may take to become healthy, and how long green must hold (seconds)."""

    timeout: float = Field(default=1800.0, gt=0, le=86_400)
    stable_for: float = Field(default=300.0, ge=0, le=7200)
    interval: float = Field(default=30.0, gt=0, le=600)

    @model_validator(mode="after")
    def _validate_durations(self) -> VerifySettings:
        if self.stable_for >= self.timeout:
            raise ValueError(problems.STABLE_FOR)
        return self


class StoreSettings(Section):
    """`[store]`: one URL for the engine and our tables."""

    url: str = Field(default="sqlite:///mibot.sqlite", repr=False)  # it may hold a password

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if not re.match(r"(sqlite:///.|postgres(ql)?(\+psycopg)?://.)", value):
            raise ValueError(problems.STORE_URL)
        return value


class ReconcileSettings(Section):
    """`[reconcile]`: the sweep that makes up for lost webhooks; `interval` in seconds."""

    interval: float = Field(default=60.0, ge=1, le=3600)

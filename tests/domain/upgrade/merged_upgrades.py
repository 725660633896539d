"""Merged upgrades on their way, and runs on GitHub, as the tests of their rules need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.github_models import WorkflowRun
from bot.domain.health.model import CheckState
from bot.domain.upgrade.deploy_policy import DeployPolicy
from bot.domain.upgrade.record import Deployment, Rollback, StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from tests.samples import NOW, modify, result, upgrade, version

POLICY = DeployPolicy()
ME = "mibot[bot]"
BACK = Rollback("lee", "it is slow", version("3.40.0"))
GREEN, RED, UNKNOWN = result(), result(state=CheckState.FAIL), result(state=CheckState.UNKNOWN)
MERGED = upgrade("demo", stage=Stage.MERGED, merged_at=NOW)
BACKING_UP = replace(MERGED, stage=Stage.BACKING_UP, history=(StageTransition(Stage.BACKING_UP, NOW, "mibot"),))
DEPLOYING = replace(MERGED, stage=Stage.DEPLOYING)
DISPATCHED = modify(DEPLOYING, deployment=Deployment(NOW))
FINISHED = Deployment(NOW, True, 1, 5, "https://x/5", "success", ended_at=NOW)
VERIFYING = modify(
    MERGED, stage=Stage.VERIFYING, deployment=FINISHED, history=(StageTransition(Stage.VERIFYING, NOW, "mibot"),)
)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def stages(there: Upgrade) -> list[Stage]:
    return [step.stage for step in there.history]


def run(number: int = 5, title: str = "Upgrade demo to 3.40.1", at: float = 1, **facts: object) -> WorkflowRun:
    plain = {"actor": ME, "event": "workflow_dispatch", "status": "in_progress", "conclusion": "", "commit": ""}
    times = {"created_at": after(at), "updated_at": after(at)}
    return WorkflowRun(id=number, url=f"https://x/{number}", title=title, **{**plain, **times, **facts})  # type: ignore[arg-type]

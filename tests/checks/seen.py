"""The instance that the tests of checks are about, and what holds for every verdict."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from bot.domain.fleet.model import DeploymentColor, Instance, InstanceType
from bot.domain.health.model import CheckContext, CheckState, CloudConfig, Phase, Verdict
from bot.domain.health.queries import Unavailable
from bot.domain.reasons import PlainText, Reason
from bot.domain.versions import Version
from bot.rendering.wording import describe

ACME = Instance(
    slug="acme",
    type=InstanceType.PRODUCTION,
    domain="acme.sourcegraph.com",
    active=DeploymentColor.RED,
    version=Version(3, 40, 1),
    customer="acme",
    account="https://github.com/sourcegraph/accounts/issues/528",
)
PRIVATE = dataclasses.replace(ACME, public=False)
CONFIG = CloudConfig()
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


AWAY = Unavailable(PlainText("Google is away: come back later."))


def make_context(instance: Instance = ACME, phase: Phase = Phase.NOW, **others: Any) -> CheckContext:
    return CheckContext(instance, phase, NOW, **{"version": Version(3, 40, 1)} | others)


def judge(verdict: Verdict) -> tuple[CheckState, Reason]:
    """State and finding. The words of each finding are one sentence that names no customer."""
    sentence = describe(verdict.finding)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert ". " not in sentence
    assert "acme" not in sentence
    assert "sourcegraph-managed" not in sentence
    return verdict.state, verdict.finding

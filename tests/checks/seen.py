"""Whom the tests of checks are about, and what holds for every judgement."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from bot.domain.fleet.model import DeploymentColor, Instance, InstanceType
from bot.domain.health.model import CheckContext, CheckState, CloudConfig, Phase, Verdict
from bot.domain.versions import Version

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


def make_context(instance: Instance = ACME, phase: Phase = Phase.NOW, **others: Any) -> CheckContext:
    return CheckContext(instance, phase, NOW, **{"version": Version(3, 40, 1)} | others)


def state_and_sentence(judgement: Verdict) -> tuple[CheckState, str]:
    """State and sentence, after what holds for all: one sentence, and no customer in it."""
    sentence = judgement.sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert ". " not in sentence
    assert "acme" not in sentence
    assert "sourcegraph-managed" not in sentence
    return judgement.state, sentence

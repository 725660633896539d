"""Deployment repositories with two instances, for tests of what can and what can't be read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tests.samples import ACCOUNT

Files = dict[str, tuple[str, bytes]]
SLUG = "amberotter"
CONFIG = f"""\
customer: Amber Otter Ltd
domain: search.amberotter.example.com
instanceType: production
account: {ACCOUNT}
"""


def link(target: str) -> tuple[str, bytes]:
    return "120000", target.encode()


def plain(content: str | bytes) -> tuple[str, bytes]:
    return "100644", content if isinstance(content, bytes) else content.encode()


def golden(text: str = "3.40.0") -> tuple[str, bytes]:
    return link(f"../../../golden/docker-compose.{text}.yaml")


def repository(
    config: str | bytes = CONFIG,
    tfvars: str | bytes = "",
    slug: str = SLUG,
    changed: Mapping[str, tuple[str, bytes] | None] = MappingProxyType({}),
) -> Files:
    """Two instances: rctest, which is well, and a customer's, whose files the test is about; None takes one away."""
    made: dict[str, tuple[str, bytes] | None] = {
        "golden/docker-compose.3.40.0.yaml": plain("services: {}\n"),
        "golden/docker-compose.3.40.1.yaml": plain("services: {}\n# 3.40.1\n"),
        "rctest/config.yaml": plain("instanceType: internal\n"),
        "rctest/terraform.tfvars": plain(""),
        "rctest/red/docker-compose/docker-compose.yaml": golden(),
        f"{slug}/config.yaml": plain(config),
        f"{slug}/terraform.tfvars": plain(tfvars),
        f"{slug}/black/docker-compose/docker-compose.yaml": golden(),
        **changed,
    }
    return {path: file for path, file in made.items() if file}

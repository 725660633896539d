"""What the tests of rollback plans share."""

from __future__ import annotations

from bot.domain.plans.upgrade import PlanContext
from tests.domain.plans.repositories import (
    INFRASTRUCTURE,
    LINK,
    OVERRIDE,
    SLUG,
    apply_changes,
    module_text,
    planned_upgrade,
    repository,
    source,
)
from tests.domain.upgrade.deployments import Files, plain

TAGS = PlanContext(module_tags=frozenset({"mi-module-v3.40.1-v1", "mi-module-v3.40.1-v10"}))
HOTPATCH_AMONG_OTHERS = """\
# what this instance needs
services:
  searcher:
    image: sourcegraph/searcher:3.40.0-hotpatch.1 # until the next release
    cpus: 8

  # for the nightly syncs
  gitserver:
    mem_limit: '8g'
    cpus: 8
"""
HOTPATCH_ONLY = "services:\n  searcher:\n    image: sourcegraph/searcher:3.40.0-hotpatch.1\n"
FOLDER = f"{SLUG}/overrides/hotpatch.yaml"


def module(ref: str) -> tuple[str, bytes]:
    return plain(module_text(source(ref)))


BEFORE = repository(
    HOTPATCH_AMONG_OTHERS, {FOLDER: ("100755", HOTPATCH_ONLY.encode()), INFRASTRUCTURE: module("mi-module-v1.1.0-v2")}
)
AFTER = apply_changes(BEFORE, planned_upgrade(BEFORE, known=TAGS).changes)


def after_with(**changed: object) -> Files:
    """The files after the upgrade and what people changed then: `override`, `folder`, `infrastructure`, `link`."""
    paths = {"override": OVERRIDE, "folder": FOLDER, "infrastructure": INFRASTRUCTURE, "link": LINK}
    made = dict(AFTER)
    for name, content in changed.items():
        if content is None:
            made.pop(paths[name], None)
        else:
            made[paths[name]] = plain(content) if isinstance(content, str) else content  # type: ignore[assignment]
    return made

"""What the tests of upgrade plans share."""

from __future__ import annotations

from bot.domain.plans.reasons.changes import LinkRetargeted
from tests.domain.plans.repositories import DIGEST, LINK, REGISTRY, SLUG

GOLDEN = "golden/docker-compose.3.40.1.yaml"
FOLDER = f"{SLUG}/overrides"
MOVED = LinkRetargeted(
    LINK, "../../../golden/docker-compose.3.40.0.yaml", "../../../golden/docker-compose.3.40.1.yaml"
)
HOTPATCH = f"services:\n  searcher:\n    image: '{REGISTRY}/searcher:3.40.0-hotpatch.1@{DIGEST}'\n"
MODULE_TAGS = frozenset({"mi-module-v3.40.1-v1", "mi-module-v3.40.1-v9", "mi-module-v3.40.1-v10"})

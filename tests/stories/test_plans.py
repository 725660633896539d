"""What an upgrade would do, shown before it happens."""

from __future__ import annotations

import pytest

from demo.fleet import Hotpatch
from tests.stories.story import Story

pytestmark = pytest.mark.e2e


def test_a_plan_shows_diff_verdict_and_checks_and_does_nothing(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    story.wait_until_idle()
    order = story.comment(number, "/plan research 3.41.0\n/upgrade rctest --dry-run")
    body = story.wait_for_reply(
        number, order, "3.40.0 → 3.41.0 is allowed", "3.40.0 → 3.40.1 is allowed", "Pre-upgrade checks"
    )
    assert "../../../golden/docker-compose.3.40.0.yaml → ../../../golden/docker-compose.3.41.0.yaml" in body
    assert "-    image: 'index.docker.io/sourcegraph/searcher:3.40.0-hotpatch.1" in body
    assert "11 images move to the tag `3.41.0`" in body
    assert body.count("<details>") == body.count("</details>") >= 3
    assert "✅ pass" in body
    story.wait_until_idle()
    assert not story.world.pulls()
    assert list(story.world.branches()) == ["main"]


def test_a_plan_for_a_version_nobody_prepared_and_for_one_that_is_refused(story: Story) -> None:
    story.open_release_issue("3.40.2")
    number = story.tracker("3.40.2")["number"]
    order = story.comment(number, "/plan rctest\n/plan s2 rctest 3.43.2")
    story.wait_for_reply(
        number,
        order,
        "The golden file is merged first",
        "golden/docker-compose.3.40.2.yaml is upstream's file",
        "nightly builds",
        "skips versions",
    )
    story.wait_until_idle()
    assert not story.world.pulls()


def test_a_customers_plan_names_no_customer(story: Story) -> None:
    """The privacy fixture inspects every text; this test produces one with a customer's own file in it."""
    story.open_release_issue()
    number = story.tracker()["number"]
    patched = next(i for i in story.world.fleet.instances if not i.internal and i.hotpatch is not Hotpatch.NONE)
    order = story.comment(number, f"/plan {patched.account} {patched.slug}")
    story.wait_for_reply(number, order, "hotpatch.1", "Now it would wait for rctest")

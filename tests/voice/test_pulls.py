"""The body of an upgrade's pull request: it links the tracker and carries a test plan."""

from __future__ import annotations

from bot.domain.changeset import ChangeSet
from bot.domain.inventory import link_target
from bot.domain.model import FileChange
from bot.voice import pull_body
from tests import rendering
from tests.samples import customer, version

TRACKER = "https://github.com/sourcegraph/sourcegraph/issues/12"
OTTER = customer("amberotter")
TO = version("3.40.1")
CHANGE = ChangeSet(OTTER, TO, (FileChange(OTTER.link_path, "120000", link_target(TO)),))


def test_it_says_what_how_and_why() -> None:
    words = rendering.text(pull_body(CHANGE, TRACKER, "dana"))
    assert "moves amberotter from 3.40.0 to 3.40.1." in words
    link, golden = "amberotter/red/docker-compose/docker-compose.yaml", "../../../golden/docker-compose.3.40.1.yaml"
    assert f"the link {link} now points to {golden}. Nothing else changes." in words
    assert f"asked for by dana; tracked in {TRACKER}." in words


def test_compliance_finds_the_tracker_and_policy_finds_the_test_plan() -> None:
    body = pull_body(CHANGE, TRACKER, "dana")
    assert TRACKER in body
    assert "\n## Test plan\n" in body
    assert "golden/docker-compose.3.40.1.yaml" in body


def test_who_asked_is_not_notified_and_cannot_write_anything_else_into_it() -> None:
    plain = rendering.kinds(pull_body(CHANGE, TRACKER, "dana"))
    for hostile in ("@dana", "x`\n\n# gone <!--", "a|b"):
        body = pull_body(CHANGE, TRACKER, hostile)
        assert not rendering.mentions(body)
        assert rendering.kinds(body) == plain

"""The bodies of pull requests: what and why in three lines, the tracker, a test plan, checks, a way back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.fleet.inventory import golden_link_target
from bot.domain.git_tree import FileChange
from bot.domain.github_models import Head
from bot.domain.plans.change_set import ChangeKind, ChangeSet
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.plans.reasons.changes import (
    ExecutorsPinned,
    FileRemoved,
    FileRestored,
    GoldenFileCreated,
    HotpatchRemoved,
    ImageRetagged,
    LinkRetargeted,
    ModuleRefUpdated,
)
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.plans.reasons.warnings import FileKept, PlanWarning, ServiceGone
from bot.domain.reasons import Reason
from bot.domain.upgrade.reasons.pull_requests import BranchRebuilt
from bot.formats.compose import Difference, ImageChange, SettingChange
from bot.formats.markdown import MAX_BODY_LENGTH
from bot.rendering.pull_requests import render_pull_request_body
from tests import rendered as rendering
from tests.samples import customer_instance, version

TRACKER = "https://github.com/sourcegraph/sourcegraph/issues/12"
OTTER = customer_instance("amberotter")
FROM, TO = version("3.40.0"), version("3.40.1")
LINK = OTTER.link_path
OVERRIDE = "amberotter/red/docker-compose/docker-compose.override.yaml"
PATCH = "index.docker.io/sourcegraph/searcher:3.40.0-hotpatch.1@sha256:" + "a" * 64
PLAIN = ChangeSet(
    ChangeKind.UPGRADE,
    TO,
    (FileChange(LINK, "120000", golden_link_target(TO)),),
    "amberotter",
    FROM,
    TO,
    (LinkRetargeted(LINK, golden_link_target(FROM), golden_link_target(TO)),),
)
PATCHED = replace(
    PLAIN,
    changes=(*PLAIN.changes, FileChange(OVERRIDE, "100644", None)),
    reasons=(*PLAIN.reasons, HotpatchRemoved(OVERRIDE, "searcher-0", PATCH), FileRemoved(OVERRIDE)),
    warnings=(ServiceGone("docker-compose.override.yaml", "jaeger", TO),),
    note="tell #ce first",
)
MOVED = replace(
    PLAIN,
    reasons=(
        *PLAIN.reasons,
        ModuleRefUpdated("amberotter/infrastructure.tf", "mi-module-v1.1.0-v2", "mi-module-v3.40.1-v1"),
    ),
    replaced_resources=("module.executors.google_compute_instance_template.executor-instance-template",),
)
GOLDEN = ChangeSet(
    ChangeKind.PREPARATION,
    TO,
    (FileChange(TO.golden_path, "100644", "services: {}\n"), FileChange("modules/executors/main.tf", "100644", "")),
    reasons=(
        GoldenFileCreated(TO.golden_path, ("golden/overrides/a.yaml", "golden/overrides/b.yaml")),
        ExecutorsPinned("modules/executors/main.tf", "executors", "3.40.0", "3.40.1"),
        ExecutorsPinned("modules/executors/main.tf", "docker-mirror", "3.40.0", "3.40.1"),
    ),
)
ROLLBACK = ChangeSet(
    ChangeKind.ROLLBACK,
    TO,
    (FileChange(LINK, "120000", golden_link_target(FROM)),),
    "amberotter",
    TO,
    FROM,
    (FileRestored(LINK),),
)
DIFFERENCE = Difference(
    added=("otel-collector",),
    removed=("jaeger",),
    images=(ImageChange("caddy", "index.docker.io/caddy:2.4.6-alpine", "index.docker.io/caddy:2.5.1-alpine"),),
    settings=(SettingChange("worker", "environment.PGSSLMODE", None, "disable"),),
)
ALL_CHANGES = [
    PLAIN,
    PATCHED,
    MOVED,
    GOLDEN,
    ROLLBACK,
    replace(GOLDEN, mistagged_images=(MistaggedImage("symbols-0", "sourcegraph/symbols:3.40.0"),)),
]


def body(
    change: ChangeSet = PLAIN, asked_by: str = "dana", note: Reason | None = None, golden: Difference | None = None
) -> str:
    return render_pull_request_body(PullRequestSpec(change, Head("c", "t"), TRACKER, asked_by, note, FROM, golden))


def lines(text: str) -> list[str]:
    """The first paragraph, as a reader reads it at a glance."""
    return text.partition("\n\n")[0].splitlines()


@pytest.mark.parametrize("change", ALL_CHANGES)
def test_a_reviewer_reads_it_in_three_lines(change: ChangeSet) -> None:
    what, why, look = lines(body(change))
    assert what.startswith("**What**: ")
    assert why.startswith("**Why**: ")
    assert look.startswith("**Review**: ")
    assert f"tracked in {TRACKER}." in why


def test_it_says_what_how_and_why() -> None:
    what, why, look = lines(body())
    assert "`amberotter` from 3.40.0 to 3.40.1: " in what
    assert f"`{LINK}` → `golden/docker-compose.3.40.1.yaml`. 1 file, nothing else." in what
    assert "requested by `dana`" in why
    assert look == "**Review**: the symbolic link; nothing else changes."


@pytest.mark.parametrize("change", ALL_CHANGES)
def test_compliance_finds_the_tracker_and_policy_finds_the_test_plan(change: ChangeSet) -> None:
    text = body(change)
    assert TRACKER in text
    for chapter in ("Test plan", "Pre-upgrade checks", "Fallback"):
        assert f"\n## {chapter}\n" in text
    assert "golden/docker-compose.3.40." in text
    assert "{" not in text.replace("{usage}", "")


def test_a_hotpatch_that_goes_is_in_the_test_plan_and_comes_back_in_the_fallback() -> None:
    text = body(PATCHED)
    assert "hotpatch of `searcher-0` removed" in lines(text)[0]
    assert lines(text)[2] == "**Review**: the warnings below."
    plan, fallback = text.partition("## Test plan")[2].split("## Fallback")
    assert (
        "The fix that `index.docker.io/sourcegraph/searcher:3.40.0-hotpatch.1` made in `searcher-0` is part of 3.40.1"
        in plan
    )
    assert "restores the hotpatches" in fallback
    assert "overrides the service jaeger" in text
    assert "tell #\u200b" not in text
    assert "tell #ce first" in text


def test_terraform_says_what_it_replaces() -> None:
    text = body(MOVED)
    assert "## Terraform" in text
    assert "`module.executors.google_compute_instance_template.executor-instance-template`" in text
    assert "`terraform plan` with `mi-module-v3.40.1-v1`" in text
    assert "## Terraform" not in body(PLAIN)


def test_a_preparation_tells_what_its_golden_file_is_made_of_and_how_it_differs() -> None:
    text = body(GOLDEN, golden=DIFFERENCE)
    what, _, look = lines(text)
    assert "`golden/docker-compose.3.40.1.yaml` added; 2 executors modules pinned to 3.40.1. 2 files" in what
    assert look == (
        "**Review**: what changed since 3.40.0: "
        "1 service added, 1 service removed, 1 image changed, 1 setting changed."
    )
    assert text.index("`golden/overrides/a.yaml`") < text.index("`golden/overrides/b.yaml`")
    assert "`caddy` runs `index.docker.io/caddy:2.5.1-alpine`, not `index.docker.io/caddy:2.4.6-alpine`" in text
    assert "`worker environment.PGSSLMODE`: nothing → `disable`" in text


def test_images_with_another_tag_hold_the_version_in_bold() -> None:
    text = body(ALL_CHANGES[-1])
    assert "**the version is held**" in lines(text)[2]
    assert "- `symbols-0`: `sourcegraph/symbols:3.40.0`" in text
    assert "`/prepare 3.40.1 --accept-tags`" in text


def test_a_candidates_new_tags_are_told() -> None:
    candidate = replace(GOLDEN, reasons=(*GOLDEN.reasons, ImageRetagged("a", "sourcegraph/a:1", "sourcegraph/a:2")))
    assert "The 1 images with the candidate's tag exist." in body(candidate)


def test_reasons_that_people_gave_stand_beside_who_asked() -> None:
    for change, words in (
        (ROLLBACK, "`dana` (they are slow), tracked"),
        (PLAIN, "`dana`, out of order (they are slow),"),
        (GOLDEN, "`dana`, forced although no instance may go there next (they are slow), tracked"),
    ):
        order = PullRequestSpec(change, Head("c", "t"), TRACKER, "dana", reason="they are slow")
        assert words in lines(render_pull_request_body(order))[1]


def test_a_rollback_says_so() -> None:
    text = body(ROLLBACK)
    assert "`amberotter` is rolled back from 3.40.1 to 3.40.0" in lines(text)[0]
    assert "rollback requested by `dana`" in lines(text)[1]
    assert "`/upgrade amberotter 3.40.1` upgrades it again" in text


def test_a_body_that_is_too_long_keeps_what_policy_demands() -> None:
    long = Difference(
        settings=tuple(SettingChange("worker", f"environment.{'X' * 900}{n}", None, "y") for n in range(90))
    )
    text = body(GOLDEN, golden=long)
    assert len(text) <= MAX_BODY_LENGTH
    assert "## Test plan" in text
    assert TRACKER in text
    endless = render_pull_request_body(replace_warnings(GOLDEN, (FileKept("word " * 40),) * 900))
    assert len(endless) <= MAX_BODY_LENGTH
    assert endless.endswith("The rest does not fit here.")


def replace_warnings(change: ChangeSet, warnings: tuple[PlanWarning, ...]) -> PullRequestSpec:
    return PullRequestSpec(replace(change, warnings=warnings), Head("c", "t"), TRACKER, "dana")


def test_what_happened_to_the_branch_stands_above_the_rest() -> None:
    words = "rebuilt on 1234567 because the base branch moved; the change is the same"
    assert f"> {words}." in body(note=BranchRebuilt("1234567" + "8" * 33))


@pytest.mark.parametrize("change", ALL_CHANGES)
def test_who_asked_is_not_notified_and_cannot_write_anything_else_into_it(change: ChangeSet) -> None:
    plain = rendering.element_types(body(change, golden=DIFFERENCE))
    for hostile in ("@dana", "x`\n\n# gone <!--", "a|b"):
        text = body(change, hostile, golden=DIFFERENCE)
        assert not rendering.mentions(text)
        assert rendering.element_types(text) == plain


@pytest.mark.parametrize("commit", ["c" * 40, ""])
def test_what_mibot_verified_is_ticked_with_the_proof(commit: str) -> None:
    text = render_pull_request_body(PullRequestSpec(PATCHED, Head(commit, "t"), TRACKER, "dana"))
    where = commit or "the base branch"
    ticked = [line for line in text.splitlines() if line.startswith("- [x]")]
    assert len(ticked) == 2
    assert all(
        f"(verified by mibot{' at' if 'golden file' in line else ''}" in line and where in line for line in ticked
    )
    assert "- [ ] The fix that" in text, "mibot can't know that"


def test_a_golden_file_with_retagged_images_is_not_ticked() -> None:
    text = render_pull_request_body(PullRequestSpec(GOLDEN, Head("c" * 40, "t"), TRACKER, "dana"))
    assert ("- [x] The golden file is upstream's" in text) == (
        not any(isinstance(reason, ImageRetagged) for reason in GOLDEN.reasons)
    )
    assert "- [ ] `docker-compose -f" in text

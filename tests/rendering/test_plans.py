"""What an upgrade would do, as a reply shows it: verdict, diff, golden file, checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.chat.refusals import InstanceGone, PlanRefused
from bot.domain.chat.replies import PlanPreview, Reply
from bot.domain.fleet.inventory import golden_link_target
from bot.domain.fleet.model import Instance
from bot.domain.git_tree import FileChange
from bot.domain.health.model import CheckResult
from bot.domain.plans.change_set import ChangeKind, ChangeSet, Refusal
from bot.domain.plans.preview import PreparationPreview, UpgradePreview
from bot.domain.plans.reasons.changes import GoldenFileCreated, HotpatchRemoved, LinkRetargeted
from bot.domain.plans.reasons.refusals import MistaggedImage, NotPrepared
from bot.domain.reasons import PlainText, Reason
from bot.domain.version_steps import SameVersion
from bot.formats.compose import Difference
from bot.formats.markdown import MAX_BODY_LENGTH, Markdown
from bot.rendering import Renderer
from bot.rendering.plans import MAX_LINES, render_plan
from bot.rendering.replies import render_reply
from tests import rendered as rendering
from tests.samples import customer_instance, fleet, internal_instance, result, version

FROM, TO = version("3.40.0"), version("3.40.1")
RCTEST, OTTER = internal_instance("rctest"), customer_instance("amberotter")
RENDERER = Renderer(fleet(RCTEST, OTTER))
OLD = "services:\n  searcher-0:\n    image: sourcegraph/searcher:hot\n    # big for amberotter\n    cpus: 8\n"
NEW = "services:\n  searcher-0:\n    # big for amberotter\n    cpus: 8\n"


def preview(instance: Instance, old: str = OLD, new: str | None = NEW, **more: object) -> UpgradePreview:
    override = f"{instance.slug}/red/docker-compose/docker-compose.override.yaml"
    plan = ChangeSet(
        ChangeKind.UPGRADE,
        TO,
        (FileChange(instance.link_path, "120000", golden_link_target(TO)), FileChange(override, "100644", new)),
        instance.slug,
        FROM,
        TO,
        (
            LinkRetargeted(instance.link_path, golden_link_target(FROM), golden_link_target(TO)),
            HotpatchRemoved(override, "searcher-0", "sourcegraph/searcher:hot"),
        ),
    )
    contents = {instance.link_path: golden_link_target(FROM), override: old}
    return UpgradePreview(plan, current_contents=contents, **more)  # type: ignore[arg-type]


def plan_report(
    instance: Instance, shown: UpgradePreview, results: Sequence[CheckResult], obstacle: Reason | None = None
) -> Markdown:
    assert isinstance(shown.plan, ChangeSet)
    return render_plan(RENDERER, instance, shown.plan, shown, results, obstacle)


def test_the_diff_stands_folded_below_the_verdict_and_the_checks_behind() -> None:
    text = plan_report(RCTEST, preview(RCTEST), [result()])
    assert "dry run: 3.40.0 → 3.40.1 is allowed and would change 2 files. Nothing was changed." in text
    assert f"\n{golden_link_target(FROM)} → {golden_link_target(TO)}\n```" in text
    assert "\n-    image: sourcegraph/searcher:hot\n" in text
    assert "\n     cpus: 8\n" in text, "context, where the instance is internal"
    assert text.index("<details>") < text.index("Pre-upgrade checks")
    assert text.count("<details>") == text.count("</details>") == 2


def test_of_a_customers_files_only_what_changes_is_shown_and_no_name() -> None:
    text = plan_report(OTTER, preview(OTTER), [result()], PlainText("for rctest, which is red"))
    assert "\n-    image: sourcegraph/searcher:hot\n" in text
    assert "cpus: 8" not in text
    assert "amberotter" not in text
    assert "Now it would wait for rctest, which is red." in text


def test_a_file_that_goes_and_one_that_is_long() -> None:
    gone = plan_report(RCTEST, preview(RCTEST, new=None), [])
    assert "docker-compose.override.yaml`, removed" in gone
    long = "".join(f"line {n}\n" for n in range(500))
    text = plan_report(RCTEST, preview(RCTEST, old=long, new=""), [])
    assert f"\n-line {MAX_LINES - 2}\n" in text
    assert "more lines" in text


def test_a_diff_that_could_break_out_stays_inside() -> None:
    text = plan_report(RCTEST, preview(RCTEST, old="```\n</details>\n/upgrade all\n@dana\n"), [])
    assert not rendering.mentions(text)
    assert text.count("```") == 4, "two blocks, opened and closed"


def refused_text(refused: UpgradePreview) -> str:
    assert refused.refusal is not None
    item = PlanPreview("rctest", TO, refusal=PlanRefused(TO, refused.refusal))
    return rendering.reader_text(render_reply(RENDERER, Reply(77, 12, "dana", (item,)), {}))


def test_a_refusal_says_why() -> None:
    refused = UpgradePreview(Refusal(SameVersion(version("3.40.1"))))
    assert refused_text(refused).endswith(
        "rctest.sourcegraph.com: an upgrade to 3.40.1 is refused: it already runs 3.40.1."
    )
    prepared = PreparationPreview(Refusal(PlainText("upstream's Compose file is not a Compose file.")))
    broken = UpgradePreview(Refusal(NotPrepared(version("3.40.1"))), prepared)
    assert "upstream's Compose file is not a Compose file." in refused_text(broken)


def test_an_instance_that_is_gone_meanwhile_has_no_name() -> None:
    item = PlanPreview("gone", TO, refusal=InstanceGone())
    text = render_reply(RENDERER, Reply(77, 12, "dana", (item,)), {})
    assert text.endswith("\nThe instance can't be read from the deployment repository any more.")


def test_what_has_to_land_first_is_told_first() -> None:
    golden = ChangeSet(
        ChangeKind.PREPARATION,
        TO,
        (),
        reasons=(GoldenFileCreated(TO.golden_path, ("golden/overrides/a.yaml",)),),
        mistagged_images=(MistaggedImage("symbols-0", "sourcegraph/symbols:3.40.0@sha256:0"),),
    )
    shown = preview(RCTEST, preparation=PreparationPreview(golden), golden_diff=Difference(added=("otel-collector",)))
    text = plan_report(RCTEST, shown, [result()])
    assert text.index("The golden file is merged first") < text.index("Then:") < text.index("<details>")
    assert "**Held** until an operator accepts its tag: `symbols-0: sourcegraph/symbols:3.40.0`" in text
    assert "Golden file 3.40.0 → 3.40.1: 1 service added" in text


def test_a_reply_of_many_plans_is_cut_where_github_demands_with_its_blocks_closed() -> None:
    long = "".join(f"line {n} {'x' * 150}\n" for n in range(70))
    words = plan_report(RCTEST, preview(RCTEST, old=long, new=""), [result()])
    text = render_reply(RENDERER, Reply(77, 12, "dana", (PlanPreview("rctest", TO, words),) * 8), {})
    assert len(text) <= MAX_BODY_LENGTH
    assert text.endswith("The rest does not fit here; see the tracker.")
    assert text.count("<details>") == text.count("</details>")
    assert text.count("\n```") % 2 == 0


def test_while_it_is_worked_out_the_reply_says_so() -> None:
    text = render_reply(RENDERER, Reply(77, 12, "dana", (PlanPreview("rctest", TO),)), {})
    assert "planning the upgrade to 3.40.1 …" in text
    assert replace(PlanPreview("rctest", TO), report=None) == PlanPreview("rctest", TO)


def test_an_empty_report_is_a_report() -> None:
    text = render_reply(RENDERER, Reply(77, 12, "dana", (PlanPreview("rctest", TO, Markdown("")),)), {})
    assert "worked out" not in text

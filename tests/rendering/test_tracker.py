"""What the tracker says, in the words that the process prescribes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.chat import markers
from bot.domain.fleet.model import Fleet, InstanceType, Suspended, UnreadableInstance
from bot.domain.fleet.problems import ConfigNotYaml, InstanceFileProblem, UnusableInstanceFile
from bot.domain.github_models import Conclusion
from bot.domain.tracker.layout import Block, lay_out, with_block
from bot.domain.tracker.line import MAX_STATE_LENGTH, InstanceKey, render_line
from bot.domain.tracker.record import TrackerRecord
from bot.domain.tracker.text import looks_like_tracker, parse
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.reasons.pull_requests import ApprovalMissing, ContentDiffers, GoesElsewhere
from bot.domain.upgrade.record import Deployment, Rollback, Stage, Upgrade
from bot.formats.markdown import MAX_BODY_LENGTH, Markdown
from bot.rendering import Renderer
from bot.rendering.stages import progress_bar
from bot.rendering.tracker import (
    MAX_TROUBLE_LENGTH,
    format_tracker_title,
    render_announcement,
    render_tracker_end,
    render_tracker_head,
    render_tracker_part,
    tracker_items,
)
from demo.fleet import Defect, make_fleet
from tests import rendered as rendering
from tests.samples import (
    ACCOUNT,
    NOW,
    PULL,
    customer_instance,
    files,
    fleet,
    fleet_from,
    internal_instance,
    modify,
    upgrade,
    version,
)

TARGET = version("3.40.1")
RECORD = TrackerRecord(TARGET, 12, "https://github.com/sourcegraph/sourcegraph/issues/12", "dana", announced=(11,))
FLEET = fleet(
    internal_instance("rctest"),
    internal_instance("demo", note="tell #ce"),
    internal_instance("s2", skip="takes nightly builds"),
    customer_instance("amberotter", type=InstanceType.TRIAL),
    customer_instance("amberotter-two", ordinal=2, version=TARGET),
)
RENDERER = Renderer(FLEET)
RUNS = Deployment(NOW, confirmed=True, run_id=5, run_url="https://github.test/runs/5")
ACCOUNTS = "https://github.com/sourcegraph/accounts/issues"
NO_CONFIG = UnusableInstanceFile("config.yaml", InstanceFileProblem.MISSING)


def lines(*upgrades: Upgrade, renderer: Renderer = RENDERER) -> list[str]:
    """The lines as people read them in the issue's source, without mibot's marks."""
    items = tracker_items(renderer, TARGET, {one.slug: one for one in upgrades})
    return [re.sub(r" ?<!-- mibot:[^>]*-->| <!-- /mibot -->", "", render_line(item)) for item in items]


def render_tracker(renderer: Renderer, upgrades: list[Upgrade], body: str = "") -> str:
    head = with_block(body, Block.HEAD, render_tracker_head(renderer, RECORD, upgrades, []))
    framed = with_block(head, Block.END, render_tracker_end(renderer))
    return lay_out([framed], tracker_items(renderer, TARGET, {one.slug: one for one in upgrades}))[0]


def test_its_title_and_the_beginning_of_its_body() -> None:
    assert format_tracker_title(TARGET) == "3.40.1 upgrade managed instances tracking issue"
    body = render_tracker(RENDERER, [])
    assert body.startswith("<!-- mibot:head"), "no heading repeats the title"
    assert rendering.reader_text(body).startswith("░░░░░░░░░░ 0 % · 0 of 4 done · ⬜ 4 not requested")


def test_each_line_reads_as_the_process_has_it() -> None:
    assert lines() == [
        "- [ ] ⬜ not started · Upgrade [rctest.sourcegraph.com](https://rctest.sourcegraph.com) — `3.40.0`",
        "- [ ] ⬜ not started · Upgrade [demo.sourcegraph.com](https://demo.sourcegraph.com) — `3.40.0` · tell #ce",
        "- [ ] ⏭️ skipped · ~~Upgrade [s2.sourcegraph.com](https://s2.sourcegraph.com)~~ — "
        "takes nightly builds · `3.40.0`",
        f"- [ ] ⬜ not started · Upgrade instance for {ACCOUNT} — `3.40.0`",
        f"- [ ] ☑️ already there · Upgrade second instance for {ACCOUNT} — `3.40.1`",
    ]


@pytest.mark.parametrize(
    ("standing", "label", "words"),
    [
        (upgrade(stage=Stage.WAITING, number=None, reason="for its turn"), "🕒 waiting", "for its turn"),
        (upgrade(stage=Stage.PLANNED, number=None), "⏳ planned", ""),
        (upgrade(), "👀 open", f"[#7]({PULL}) waiting for a review"),
        (upgrade(checks=Conclusion.PENDING), "👀 open", "waiting for a review, its checks are running"),
        (
            upgrade(checks=Conclusion.FAILURE, failing_checks=("lint",)),
            "👀 open",
            "waiting for a review, its checks failed",
        ),
        (upgrade(stage=Stage.APPROVED, approved_by=("rio", "sam")), "👀 approved", "approved by `rio` and 1 more"),
        (upgrade(stage=Stage.CHANGES_REQUESTED, changes_requested_by=("sam",)), "👀 changes requested", "by `sam`"),
        (upgrade(stage=Stage.MERGED, merged_by="rio"), "⏳ merged", f"[#7]({PULL}) merged by `rio`"),
        (upgrade(stage=Stage.BACKING_UP, reason="1 of 2 ready"), "⏳ backing up", f"[#7]({PULL}) 1 of 2 ready"),
        (upgrade(stage=Stage.DEPLOYING, deployment=RUNS), "⏳ deploying", f"[#7]({PULL}) [run]({RUNS.run_url})"),
        (upgrade(stage=Stage.VERIFYING, deployment=RUNS), "⏳ verifying", f"[#7]({PULL}) [run]({RUNS.run_url})"),
        (upgrade(stage=Stage.HELD, reason="waits for demo"), "✋ held", f"[#7]({PULL}) waits for demo"),
        (
            upgrade(stage=Stage.MERGED, merged_by="rio", reason="health unknown: VM"),
            "⏳ merged",
            "merged by `rio`: health unknown: VM",
        ),
        (upgrade(stage=Stage.FAILED, reason="red after the merge: VM"), "❌ failed", "red after the merge: VM"),
        (upgrade(stage=Stage.CLOSED, reason="its pull request was closed"), "🚫 closed", "its pull request was cl"),
        (upgrade(stage=Stage.DONE), "✅ done", f"[#7]({PULL})"),
        (
            upgrade(stage=Stage.DONE, note=ApprovalMissing(stale=("rio",), merged=True)),
            "✅ done",
            f"[#7]({PULL}) ⚠️ no second person approved what was merged",
        ),
        (
            upgrade(note=GoesElsewhere("staging")),
            "👀 open",
            "waiting for a review; ⚠️ goes to another branch",
        ),
        (
            upgrade(stage=Stage.HELD, content=PullRequestContent("", ContentDiffers(unexpected=1))),
            "✋ held",
            "⚠️ not what was planned, and not accepted",
        ),
        (
            upgrade(stage=Stage.FAILED, reason="red", rollback=Rollback("lee", "slow", version("3.40.0"))),
            "❌ rollback failed",
            "to 3.40.0 by `lee` (slow): red",
        ),
        (
            upgrade(stage=Stage.ROLLED_BACK, rollback=Rollback("lee", "", version("3.40.0"))),
            "↩️ rolled back",
            "to 3.40.0 by `lee`",
        ),
    ],
)
def test_a_line_begins_with_its_state_and_ends_with_the_details(standing: Upgrade, label: str, words: str) -> None:
    line = lines(standing)[0]
    tick = "x" if standing.stage is Stage.DONE else " "
    assert line.startswith(
        f"- [{tick}] {label} · Upgrade [rctest.sourcegraph.com](https://rctest.sourcegraph.com) — "
    )
    assert words in line.partition(" — ")[2]


REPOSITORY = "https://github.com/sourcegraph/deploy-sourcegraph-managed"
UNPLANNED = upgrade(stage=Stage.VERIFYING, content=PullRequestContent("", ContentDiffers(unexpected=1)))


@pytest.mark.parametrize(
    ("standing", "warning"),
    [
        (upgrade(stage=Stage.VERIFYING, note=ApprovalMissing(merged=True)), "⚠️ no second approval: "),
        (UNPLANNED, "⚠️ not what was planned: "),
    ],
)
def test_a_warning_never_takes_the_place_of_the_reason(standing: Upgrade, warning: str) -> None:
    deployment = Deployment(NOW, run_id=5, run_url=f"{REPOSITORY}/actions/runs/21000000002")
    reason = "red: Virtual machine, Uptime check, Containers"
    there = modify(standing, url=f"{REPOSITORY}/pull/1234", deployment=deployment, reason=reason)
    assert f"{warning}red: Virtual machine, " in lines(there)[0].partition(" — ")[2]


def test_an_instance_that_is_further_says_so() -> None:
    ahead = Renderer(fleet(internal_instance(version=version("3.41.0"))))
    assert lines(renderer=ahead)[0].startswith("- [ ] ☑️ ahead · ")
    assert lines(renderer=ahead)[0].endswith(" — `3.41.0`")


def test_the_head_says_what_it_is_who_asked_how_it_stands_and_how_to_talk_to_the_bot() -> None:
    head = render_tracker_head(RENDERER, RECORD, [upgrade(stage=Stage.DONE), upgrade("demo")], [])
    assert markers.tracker_version(head) == TARGET
    for words in ("3.40.1", "`mibot[bot]`", "Requested by `dana` in #11", "██░░░░░░░░ 25 % · **1 of 4 done**",
                  "👀 1 waiting for a person",
                  "`/upgrade rctest`", "`/check rctest`", "`/status`", "`/help`"):  # fmt: skip
        assert words in head


STAGES = st.lists(st.sampled_from(Stage), max_size=len(FLEET.instances))


def at_stages(stages: list[Stage]) -> list[Upgrade]:
    return [upgrade(one.slug, stage=stage) for one, stage in zip(FLEET, stages, strict=False)]


@given(STAGES)
def test_the_numbers_count_every_instance_once(stages: list[Stage]) -> None:
    shown = at_stages(stages)
    head = render_tracker_head(RENDERER, RECORD, shown, [])
    assert "```" not in head
    numbers = re.findall(r"(\d+) (failed|held|waiting for a person|in progress|waiting|ended|done|not requested)\b",
                         head.splitlines()[1].partition("done**")[2])  # fmt: skip
    taking_part = {one.slug for one in FLEET if not one.skip_reason} | {one.slug for one in shown}
    assert sum(int(number) for number, _ in numbers) == len(taking_part)


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_bar_is_as_long_as_what_is_done_and_full_only_at_the_end(done: int, more: int) -> None:
    bar, _, percent = progress_bar(done, done + more).partition(" ")
    assert len(bar) == 10
    assert (bar == "█" * 10) == (done > 0 and more == 0)
    assert (percent == "100 %") == (done > 0 and more == 0)
    assert (percent == "0 %") == (done == 0 and more > 0)


def test_a_bar_in_words() -> None:
    assert progress_bar(3, 5) == "██████░░░░ 60 %"
    assert progress_bar(168, 169) == "█████████░ 99 %"
    assert progress_bar(1, 1000) == "░░░░░░░░░░ 1 %"


@pytest.mark.parametrize("stage", sorted(Stage))
def test_nothing_in_the_head_is_taken_for_an_instances_line(stage: Stage) -> None:
    head = render_tracker_head(RENDERER, RECORD, [upgrade(stage=stage)], [])
    assert parse(head).keys == []
    assert not any(line.heading for line in parse(head).lines)
    assert not looks_like_tracker(head)


@given(STAGES, STAGES)
def test_the_head_changes_and_no_line_is_lost(first: list[Stage], then: list[Stage]) -> None:
    body = render_tracker(
        RENDERER, [], f"People's words first.\n\n{render_tracker(RENDERER, [])}People's words last.\n"
    )
    for stages in (first, then, []):
        shown = at_stages(stages)
        body = render_tracker(RENDERER, shown, body)
        assert render_tracker(RENDERER, shown, body) == body, "what is up to date is not written again"
        assert len(parse(body).keys) == len(FLEET.instances)
        assert body.count("\n- [") == len(FLEET.instances)
        assert body.startswith("People's words first.\n")
        assert body.endswith("People's words last.\n")


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(Stage), st.integers(1, 90), min_size=1), st.text(max_size=300))
def test_what_failed_stands_at_the_head_at_any_size(counts: dict[Stage, int], reason: str) -> None:
    stages = [stage for stage, count in sorted(counts.items(), reverse=True) for _ in range(count)]
    instances = [customer_instance(f"otter{n}", f"{ACCOUNTS}/{n}") for n in range(len(stages))]
    upgrades = [upgrade(one.slug, stage=stage, reason=reason) for one, stage in zip(instances, stages, strict=True)]
    head = render_tracker_head(Renderer(fleet(*instances)), RECORD, upgrades, [])
    assert len(head) < MAX_TROUBLE_LENGTH + 2_000
    before, _, _ = head.partition("This is the tracker")
    for number, one in enumerate(upgrades):
        if one.stage is Stage.FAILED:
            assert re.search(rf"accounts(/issues/|#){number}\b", before)
    if {Stage.FAILED, Stage.HELD} & counts.keys():
        shown = [line for line in head.splitlines() if line]
        assert shown[2] == "**Needs a person:**"
        assert shown[3].startswith("- ❌ failed · " if Stage.FAILED in counts else "- ✋ held · ")


def test_a_head_without_trouble_lists_none() -> None:
    assert "Needs a person" not in render_tracker_head(RENDERER, RECORD, [upgrade(stage=Stage.DONE)], [])


def test_the_head_links_the_parts() -> None:
    head = render_tracker_head(RENDERER, RECORD, [], ["https://x.com/1", "https://x.com/2"])
    assert "The list continues in [part 2](https://x.com/1), [part 3](https://x.com/2)." in head
    part = render_tracker_part(RENDERER, RECORD, 2)
    assert markers.tracker_part(TARGET, 2) in part
    assert "[3.40.1 tracker](https://github.com/sourcegraph/sourcegraph/issues/12)" in part


def test_an_adopted_tracker_does_not_link_itself() -> None:
    assert "#11" not in render_tracker_head(RENDERER, replace(RECORD, adopted=True), [], [])


def test_more_done_than_take_part_is_never_said() -> None:
    everyone = [upgrade(instance.slug, stage=Stage.DONE) for instance in FLEET]
    assert "**5 of 5 done**" in render_tracker_head(RENDERER, RECORD, everyone, [])


def test_the_end_names_what_cannot_be_read_without_naming_anybody() -> None:
    problems = (
        UnreadableInstance("jaderaven", NO_CONFIG, "abc1234567"),
        UnreadableInstance(
            "opalwombat",
            UnusableInstanceFile("terraform.tfvars", InstanceFileProblem.MISSING),
            "x",
            account=ACCOUNT,
            ordinal=2,
        ),
        UnreadableInstance("tpgi", ConfigNotYaml(), "y", internal=True),
    )
    end = render_tracker_end(Renderer(Fleet((), problems)))
    assert rendering.reader_text(end).startswith(
        "Instances that can't be readfolder with tree abc1234567: config.yaml is missing; add it"
    )
    assert f"- second instance for {ACCOUNT}: terraform.tfvars is missing; add it" in end
    assert "- tpgi: config.yaml is not valid YAML" in end
    assert "raven" not in end
    assert "wombat" not in end


def test_suspended_instances_without_a_deployment_are_no_problem_but_named() -> None:
    suspended = UnreadableInstance("jaderaven", Suspended(), "abc1234567", account=ACCOUNT)
    end = render_tracker_end(Renderer(Fleet((), (suspended,))))
    assert rendering.reader_text(end).startswith(f"Suspended instancesinstance for {ACCOUNT}")
    assert "can't be read" not in end
    assert "raven" not in end


def test_nothing_is_said_at_the_end_when_everything_can_be_read() -> None:
    assert render_tracker_end(RENDERER) == ""


def test_a_fleet_that_cannot_be_read_at_all_still_fits() -> None:
    problems = tuple(UnreadableInstance(f"x{n}", NO_CONFIG, account=f"{ACCOUNT}{n}") for n in range(3000))
    end = render_tracker_end(Renderer(Fleet((), problems)))
    assert len(end) < 6_000
    assert "and 2975 more" in end


@pytest.mark.parametrize("broken", list(Defect))
def test_each_kind_of_broken_instance_has_its_sentence(broken: Defect) -> None:
    repository = make_fleet(12, broken=[broken])
    end = render_tracker_end(Renderer(fleet_from(files(repository))))
    assert sum(1 for line in end.splitlines() if line.startswith("- ")) == 1


def test_the_first_announcement_mentions_the_operators_and_the_others_nobody() -> None:
    first = render_announcement(RENDERER, TARGET, 12, ["sourcegraph/cloud"], first=True, adopted=False)
    assert first.startswith(markers.announcement(TARGET))
    assert "@sourcegraph/cloud: the tracker of the 3.40.1 upgrade is #12." in first
    second = render_announcement(RENDERER, TARGET, 12, ["sourcegraph/cloud"], first=False, adopted=False)
    assert "#12" in second
    assert not rendering.mentions(second)
    adopted = render_announcement(RENDERER, TARGET, 12, ["sourcegraph/cloud"], first=True, adopted=True)
    assert "@sourcegraph/cloud: comment `/help` here" in adopted
    assert "This issue is now the tracker" in adopted
    later = render_announcement(RENDERER, TARGET, 12, ["sourcegraph/cloud"], first=False, adopted=True)
    assert not rendering.mentions(later), "the teams are mentioned once"


LOGINS = st.text("abcdefgh-", min_size=1, max_size=39)
UPGRADES = st.builds(
    upgrade,
    stage=st.sampled_from(Stage),
    reason=st.text(max_size=900),
    url=st.sampled_from([PULL, "https://github.example.com/" + "x" * 300, ""]),
    number=st.none() | st.integers(1, 10**6),
    checks=st.sampled_from(Conclusion),
    failing_checks=st.lists(st.text(max_size=50), max_size=9).map(tuple),
    approved_by=st.lists(LOGINS, max_size=9).map(tuple),
    changes_requested_by=st.lists(LOGINS, max_size=9).map(tuple),
    merged_by=LOGINS,
    merged_at=st.none() | st.just(NOW),
    deployment=st.sampled_from([None, RUNS, replace(RUNS, run_url=f"https://github.example.com/{'x' * 300}")]),
)


@given(UPGRADES, st.text(max_size=900), st.text(max_size=900))
def test_no_state_is_longer_than_trackers_are_planned_with(one: Upgrade, note: str, skip: str) -> None:
    renderer = Renderer(fleet(internal_instance(note=note, skip=skip)))
    for upgrades in ({"rctest": one}, {}):
        (item,) = tracker_items(renderer, TARGET, upgrades)
        assert len(item.state) <= MAX_STATE_LENGTH
        assert rendering.element_types(item.state) <= {"code_inline", "link_open", "link_close"}
        assert not rendering.mentions(item.state)
        body = with_block(render_line(item), Block.HEAD, Markdown("head"))
        assert lay_out([body], [item]) == lay_out(lay_out([body], [item]), [item])
        assert len(body) < MAX_BODY_LENGTH


def test_the_keys_of_a_fleet_are_all_different() -> None:
    items = tracker_items(Renderer(fleet_from(files(make_fleet(200)))), TARGET, {})
    assert len({item.key for item in items}) == 200
    assert InstanceKey(ACCOUNT.removeprefix("https://"), 2) in {
        item.key for item in tracker_items(RENDERER, TARGET, {})
    }

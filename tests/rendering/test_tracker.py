"""What the tracker says, in the words that the process prescribes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat import markers
from bot.domain.fleet.model import Fleet, InstanceType, Suspended, UnreadableInstance
from bot.domain.fleet.problems import ConfigNotYaml, InstanceFileProblem, UnusableInstanceFile
from bot.domain.github_models import Conclusion
from bot.domain.tracker.layout import Block, lay_out, with_block
from bot.domain.tracker.line import MAX_STATE_LENGTH, InstanceKey, render_line
from bot.domain.tracker.record import TrackerRecord
from bot.domain.tracker.text import looks_like_tracker, parse
from bot.domain.upgrade.record import Deployment, Rollback, Stage, Upgrade
from bot.formats.markdown import MAX_BODY_LENGTH, Markdown
from bot.rendering import Renderer
from bot.rendering.tracker import (
    format_tracker_title,
    render_announcement,
    render_tracker_end,
    render_tracker_head,
    render_tracker_heading,
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
SLICE = re.compile(r' {4}"([a-z ]+)" : ([1-9]\d*)')
NO_CONFIG = UnusableInstanceFile("config.yaml", InstanceFileProblem.MISSING)


def lines(*upgrades: Upgrade, renderer: Renderer = RENDERER) -> list[str]:
    """The lines as people read them in the issue's source, without mibot's marks."""
    items = tracker_items(renderer, TARGET, {one.slug: one for one in upgrades})
    words = (render_line(item).replace(" <!-- /mibot -->", "").split(" <!-- mibot:") for item in items)
    return [f"{own} | {marked.partition(' --> — ')[2]}" for own, marked in words]


def render_tracker(renderer: Renderer, upgrades: list[Upgrade], body: str = "") -> str:
    head = with_block(
        body or render_tracker_heading(TARGET), Block.HEAD, render_tracker_head(renderer, RECORD, upgrades, [])
    )
    framed = with_block(head, Block.END, render_tracker_end(renderer))
    return lay_out([framed], tracker_items(renderer, TARGET, {one.slug: one for one in upgrades}))[0]


def test_its_title_and_the_beginning_of_its_body() -> None:
    assert format_tracker_title(TARGET) == "3.40.1 upgrade managed instances tracking issue"
    assert render_tracker(RENDERER, []).startswith("# 3.40.1 managed instances upgrade\n")


def test_each_line_reads_as_the_process_has_it() -> None:
    assert lines() == [
        "- [ ] Upgrade [rctest.sourcegraph.com](https://rctest.sourcegraph.com) | `3.40.0` · not started",
        "- [ ] Upgrade [demo.sourcegraph.com](https://demo.sourcegraph.com) | tell #ce · `3.40.0` · not started",
        "- [ ] ~~Upgrade [s2.sourcegraph.com](https://s2.sourcegraph.com)~~ | "
        "`3.40.0` · skipped: takes nightly builds",
        f"- [ ] Upgrade instance for {ACCOUNT} | `3.40.0` · not started",
        f"- [ ] Upgrade second instance for {ACCOUNT} | `3.40.1` · already on 3.40.1",
    ]


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (upgrade(stage=Stage.WAITING, number=None, reason="for its turn"), "waiting: for its turn"),
        (upgrade(stage=Stage.PLANNED, number=None), "planned"),
        (upgrade(), f"[#7]({PULL}) open, waiting for a review"),
        (upgrade(checks=Conclusion.PENDING), "open, waiting for a review, its checks are running"),
        (
            upgrade(checks=Conclusion.FAILURE, failing_checks=("lint",)),
            "open, waiting for a review, its checks failed",
        ),
        (upgrade(stage=Stage.APPROVED, approved_by=("rio", "sam")), "approved by `rio` and 1 more"),
        (upgrade(stage=Stage.CHANGES_REQUESTED, changes_requested_by=("sam",)), "changes requested by `sam`"),
        (upgrade(stage=Stage.MERGED, merged_by="rio"), f"[#7]({PULL}) merged by `rio`"),
        (upgrade(stage=Stage.BACKING_UP, reason="1 of 2 ready"), f"[#7]({PULL}) backing up: 1 of 2 ready"),
        (upgrade(stage=Stage.DEPLOYING, deployment=RUNS), f"[#7]({PULL}) [deploying]({RUNS.run_url})"),
        (upgrade(stage=Stage.VERIFYING, deployment=RUNS), f"[#7]({PULL}) [verifying]({RUNS.run_url})"),
        (upgrade(stage=Stage.HELD, reason="waits for demo"), f"[#7]({PULL}) held: waits for demo"),
        (
            upgrade(stage=Stage.MERGED, merged_by="rio", reason="health unknown: VM"),
            "merged by `rio`: health unknown: VM",
        ),
        (upgrade(stage=Stage.FAILED, reason="red after the merge: VM"), "failed: red after the merge: VM"),
        (upgrade(stage=Stage.CLOSED, reason="its pull request was closed"), "closed: its pull request was closed"),
        (upgrade(stage=Stage.DONE), f"[#7]({PULL}) done"),
    ],
)
def test_a_lines_state_follows_the_upgrade(standing: Upgrade, words: str) -> None:
    assert words in lines(standing)[0]
    assert lines(standing)[0].startswith("- [x]") == (standing.stage is Stage.DONE)


def test_an_instance_that_is_further_says_so() -> None:
    ahead = Renderer(fleet(internal_instance(version=version("3.41.0"))))
    assert lines(renderer=ahead)[0].endswith("| `3.41.0` · ahead of 3.40.1")


def test_the_head_says_what_it_is_who_asked_how_it_stands_and_how_to_talk_to_the_bot() -> None:
    head = render_tracker_head(RENDERER, RECORD, [upgrade(stage=Stage.DONE), upgrade("demo")], [])
    assert markers.tracker_version(head) == TARGET
    for words in ("3.40.1", "`mibot[bot]`", "Requested by `dana` in #11", "**1 of 4 done**", "1 open",
                  "`/upgrade rctest`", "`/check rctest`", "`/status`", "`/help`"):  # fmt: skip
        assert words in head


def picture(head: str) -> list[str]:
    """The lines of the head's picture, none where it has none."""
    _, _, behind = head.partition("```mermaid\n")
    return behind.partition("\n```")[0].splitlines()


@given(st.lists(st.sampled_from(Stage), max_size=len(FLEET.instances)))
def test_the_picture_shows_every_instance_once_and_nothing_that_is_not_there(stages: list[Stage]) -> None:
    shown = [upgrade(one.slug, stage=stage) for one, stage in zip(FLEET, stages, strict=False)]
    head = render_tracker_head(RENDERER, RECORD, shown, [])
    assert head.count("```") == (2 if stages else 0), "nobody looks at a picture of nothing"
    if not stages:
        return
    kind, title, *slices = picture(head)
    assert kind == "pie showData"
    assert re.fullmatch(r" {4}title 3\.40\.1: \d+ of [45] done", title), "no # and no ;, which end a title"
    found = [match.groups() for line in slices if (match := SLICE.fullmatch(line))]
    assert len(found) == len(slices)
    told = {name: int(count) for name, count in found}
    assert len(told) == len(slices)
    assert {name: count for name, count in told.items() if name != "not started"} == Counter(map(str, stages))
    taking_part = {one.slug for one in FLEET if not one.skip_reason} | {one.slug for one in shown}
    assert sum(told.values()) == len(taking_part)


def test_a_picture_of_a_tracker_whose_work_is_over_is_one_color() -> None:
    everyone = [upgrade(instance.slug, stage=Stage.DONE) for instance in FLEET]
    assert picture(render_tracker_head(RENDERER, RECORD, everyone, [])) == [
        "pie showData", "    title 3.40.1: 5 of 5 done", '    "done" : 5',
    ]  # fmt: skip


def test_the_picture_is_one_block_of_code_whatever_stands_around_it() -> None:
    fences = [token for token in rendering.tokens(render_tracker(RENDERER, [upgrade()])) if token.type == "fence"]
    assert [token.info for token in fences] == ["mermaid"]
    assert fences[0].content.startswith("pie showData\n")


@pytest.mark.parametrize("stage", sorted(Stage))
def test_nothing_in_the_picture_is_taken_for_an_instances_line(stage: Stage) -> None:
    head = render_tracker_head(RENDERER, RECORD, [upgrade(stage=stage)], [])
    assert parse(head).keys == []
    assert not any(line.is_item or line.heading for line in parse(head).lines)
    assert not looks_like_tracker(head)


@given(st.lists(st.sampled_from(Stage), max_size=5), st.lists(st.sampled_from(Stage), max_size=5))
def test_the_picture_comes_changes_and_goes_and_no_line_is_lost(first: list[Stage], then: list[Stage]) -> None:
    body = render_tracker(
        RENDERER, [], f"People's words first.\n\n{render_tracker(RENDERER, [])}People's words last.\n"
    )
    for stages in (first, then, []):
        shown = [upgrade(one.slug, stage=stage) for one, stage in zip(FLEET, stages, strict=False)]
        body = render_tracker(RENDERER, shown, body)
        assert render_tracker(RENDERER, shown, body) == body, "what is up to date is not written again"
        assert bool(picture(body)) == bool(stages)
        assert len(parse(body).keys) == len(FLEET.instances)
        assert body.count("\n- [") == len(FLEET.instances)
        assert body.startswith("People's words first.\n")
        assert body.endswith("People's words last.\n")


def test_a_rollback_has_its_slice_too() -> None:
    undone = upgrade(stage=Stage.ROLLED_BACK, rollback=Rollback("lee", to_version=version("3.40.0")))
    assert '    "rolled back" : 1' in picture(render_tracker_head(RENDERER, RECORD, [undone], []))


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

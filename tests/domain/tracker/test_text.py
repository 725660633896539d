"""A tracker's text: whose each line is, and how one line is brought up to date."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.tracker.line import (
    MAX_SEGMENT_LENGTH,
    MAX_STATE_LENGTH,
    SEGMENT,
    InstanceKey,
    TrackerItem,
    render_line,
    update_line,
)
from bot.domain.tracker.text import looks_like_tracker, parse, ticked_keys, update_lines
from bot.domain.upgrade.record import Stage
from bot.formats.markdown import Markdown
from tests.domain.tracker.trackers import FLEET, OTHER, at, customer_item, internal_item, written
from tests.samples import ACCOUNT

RCTEST = "- [ ] Upgrade [rctest.sourcegraph.com](https://rctest.sourcegraph.com)"
URL = ACCOUNT.removeprefix("https://")
PIECES = st.sampled_from(
    ["\n", "\r\n", "\r", "- [ ] ", "* [x] ", "1. [ ] ", "Upgrade ", "second instance for ", ACCOUNT, "> ", "```\n",
     "<!--", "-->", "    ", "## Upgrade internal managed instances", "<!-- mibot:open:0123456789ab -->",
     "<!-- /mibot -->", "<!-- mibot:head -->", "\0", "\u2028", "é", "9999999999th instance ", "# "]
)  # fmt: skip
TEXTS = st.text(max_size=100) | st.lists(PIECES, max_size=30).map("".join)


@given(TEXTS)
def test_parsing_loses_no_character(body: str) -> None:
    assert str(parse(body)) == body


@given(TEXTS)
def test_no_text_breaks_the_reader(body: str) -> None:
    looks_like_tracker(body)
    ticked_keys(body)
    text = parse(body, {URL})
    update_lines(text, FLEET)
    assert len(text.keys) == len(set(text.keys))


def keys(body: str) -> list[InstanceKey]:
    return parse(body, {item.key.url for item in FLEET}).keys


@pytest.mark.parametrize(
    "line",
    [
        RCTEST,
        RCTEST.replace("- [ ]", "* [x]"),
        RCTEST.replace("- [ ]", "+ [X]"),
        RCTEST.replace("- [ ]", "  - [ ]"),
        RCTEST.replace("- [ ]", "3. [ ]"),
        "- [ ] **Upgrade** ~~[the first one](https://rctest.sourcegraph.com/)~~, carefully",
        "- [ ] Upgrade https://RCTEST.sourcegraph.com.",
        "- [ ] Upgrade <https://rctest.sourcegraph.com>: tell dana",
        "- [ ] (blocked by https://github.com/x/y/issues/1) Upgrade https://rctest.sourcegraph.com",
        render_line(internal_item("rctest", "open")),
    ],
)
def test_an_instances_line_is_known_by_its_link(line: str) -> None:
    assert keys(f"# Tracker\n\n{line}\n") == [InstanceKey("rctest.sourcegraph.com")]


@pytest.mark.parametrize(
    "body",
    [
        "Upgrade https://rctest.sourcegraph.com",
        "- Upgrade https://rctest.sourcegraph.com",
        "- [ ] tell https://rctest.sourcegraph.com",
        "- [ ] Upgraded https://rctest.sourcegraph.com",
        "- [ ] Upgrade rctest",
        f"```\n{RCTEST}\n```",
        f"~~~\n{RCTEST}",
        f"    {RCTEST}",
        f"> {RCTEST}",
        f"<!--\n{RCTEST}\n-->",
        f"<!--\n\n{RCTEST}\n\n-->",
        f"<details>\n{RCTEST}\n</details>",
    ],
)
def test_what_is_no_instances_line(body: str) -> None:
    assert keys(body) == []


def test_a_comment_that_is_closed_on_its_line_hides_nothing_else() -> None:
    assert keys(f"words <!-- open\n{RCTEST}\n") == [InstanceKey("rctest.sourcegraph.com")]
    assert keys(f"<!-- a --> <!-- b -->\n{RCTEST}\n") == [InstanceKey("rctest.sourcegraph.com")]


def test_a_line_with_mibots_marks_is_its_instances_even_where_people_hid_it() -> None:
    mine = render_line(internal_item())
    assert keys(f"```\n{mine}\n```\n") == [InstanceKey("rctest.sourcegraph.com")]
    text = parse(f"```\n{mine}\n```\n\n{RCTEST}\n")
    assert [line.raw for line in text.lines if line.key] == [RCTEST], "the one that is seen counts"


@pytest.mark.parametrize(
    ("lines", "numbers"),
    [
        (["instance for"], [1]),
        (["instance for", "second instance for"], [1, 2]),
        (["second instance for", "instance for"], [2, 1]),
        (["instance for", "instance for"], [1, 2]),
        (["instance for", "2nd instance for", "instance for"], [1, 2, 3]),
        (["first instance for", "21st instance for", "third instance for"], [1, 21, 3]),
        (["second instance for", "second instance for"], [2]),
    ],
)
def test_which_of_an_accounts_instances(lines: list[str], numbers: list[int]) -> None:
    body = "\n".join(f"- [ ] Upgrade {words} {ACCOUNT}" for words in lines)
    assert keys(body) == [InstanceKey(URL, number) for number in numbers]


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        (RCTEST, True),
        ("Intro\n\n* [x] **Upgrade instance for** https://github.com/sourcegraph/accounts/issues/1\n", True),
        ("- [ ] Upgrade demo\n", True),
        ("- [ ] buy milk\n", False),
        ("Upgrade everything", False),
        (f"```\n{RCTEST}\n```", False),
        ("", False),
    ],
)
def test_a_tracker_that_people_wrote_is_told_from_other_issues(body: str, is_one: bool) -> None:
    assert looks_like_tracker(body) is is_one


def test_what_is_ticked() -> None:
    body = f"{RCTEST}\n- [x] Upgrade instance for {ACCOUNT}\n- [X] Upgrade instance for {OTHER}\n- [x] tea\n"
    assert ticked_keys(body) == {InstanceKey(URL), InstanceKey(OTHER.removeprefix("https://"))}


def after(raw: str, item: TrackerItem | None = None) -> str:
    return update_line(raw, item or internal_item("rctest", "open"))


MINE = render_line(internal_item("rctest", "not started"))
OPEN = render_line(internal_item("rctest", "open"))


def instead(words: str) -> str:
    """mibot's line, with other words where it said "not started"."""
    before, _, behind = MINE.rpartition("not started")
    return f"{before}{words}{behind}"


def test_mibots_own_line_is_brought_up_to_date() -> None:
    assert after(MINE) == OPEN
    assert after(OPEN) == OPEN


def test_a_line_of_peoples_gets_mibots_words_behind_theirs() -> None:
    line = "* [x] **Upgrade** [first](https://rctest.sourcegraph.com), done by hand"
    assert after(line).startswith(f"{line} <!-- mibot:open:")
    assert after(after(line)) == after(line)


@pytest.mark.parametrize(
    ("edited", "kept"),
    [
        (f"{MINE} tell Bob", "tell Bob"),
        (MINE.replace(" <!-- mibot", " (tell Bob) <!-- mibot"), "(tell Bob)"),
        (instead("not started tell Bob"), "tell Bob"),
        (instead("tell Bob not started"), "tell Bob"),
        (MINE.replace(" · ", " · tell Bob · "), "tell Bob"),
        (MINE.replace(" — ", " tell Bob — "), "tell Bob"),
        (MINE.replace(" — ", " "), ""),
        (instead("not started · done by Bob"), "done by Bob"),
        (instead("not started waiting for Bob"), "waiting for Bob"),
        (instead("not started (failed twice)"), "(failed twice)"),
        (instead("waiting for Bob"), "waiting for Bob"),
        (instead("not started, tell Bob"), "tell Bob"),
        (instead("tell Bob not started and Jo"), "tell Bob"),
        (MINE.replace(" <!-- /mibot -->", " tell Bob"), "tell Bob"),
        (MINE.replace("<!-- /mibot -->", ""), ""),
        (instead(""), ""),
        (MINE.replace("rctest.sourcegraph.com]", "Bob's]"), "Bob's]"),
        (f"{MINE}  ", ""),
    ],
)
def test_what_people_wrote_in_a_line_stays(edited: str, kept: str) -> None:
    line = after(edited)
    assert kept in line
    assert after(line) == line
    assert line.count("<!-- mibot:") == 1
    assert SEGMENT.search(line)
    assert not line.rstrip().endswith(("—", "·"))
    assert internal_item("rctest", "open").state in line
    if not kept:
        assert line.rstrip() == OPEN


def test_what_is_mibots_own_is_not_kept_as_if_it_were_peoples() -> None:
    assert "not started" not in after(instead("not started tell Bob"))
    assert "open" not in after(OPEN.replace("open,", "tell Bob open,"), internal_item("rctest", "done"))


def test_the_tick_is_set_once_when_it_is_done() -> None:
    done = internal_item("rctest", "done")
    assert after(OPEN, done).startswith("- [x] Upgrade")
    unticked = after(OPEN, done).replace("- [x]", "- [ ]")
    assert after(unticked, done) == unticked, "a person took the tick away"
    ticked_by_hand = OPEN.replace("- [ ]", "- [x]")
    assert after(ticked_by_hand).startswith("- [x]")
    assert after(after(unticked), done).startswith("- [x]"), "it was undone and done again"


def test_only_the_tick_of_the_line_is_set() -> None:
    line = after(RCTEST.replace("[ ]", "[x]") + " (see the [ ] below)", internal_item("rctest", "done"))
    assert "(see the [ ] below)" in line


def test_a_skipped_line_is_struck_through_until_it_is_not() -> None:
    plain, skipped = customer_item(), customer_item(skipped=True)
    struck = update_line(render_line(plain), skipped)
    assert struck.startswith(f"- [ ] ~~Upgrade instance for {ACCOUNT}~~ <!--")
    assert update_line(struck, plain) == render_line(plain)
    theirs = f"- [ ] Upgrade instance for {ACCOUNT} after lunch"
    assert update_line(theirs, skipped).startswith(f"{theirs} <!--"), "people's words are not struck through"


def test_a_segment_is_never_longer_than_planned() -> None:
    for stage in (*(stage.value for stage in Stage), "not started", "current", "skipped"):
        item = TrackerItem(
            InstanceKey("x"), FLEET[0].section, Markdown("Upgrade"), Markdown("x" * MAX_STATE_LENGTH), stage
        )
        assert len(render_line(item)) - len("- [ ] Upgrade") <= MAX_SEGMENT_LENGTH


def test_more_lines_than_instances_that_do_not_say_which_are_left_alone() -> None:
    body = f"- [ ] Upgrade instance for {ACCOUNT}\n" * 3
    text = parse(body)
    update_lines(text, [customer_item(ACCOUNT, 1, "done"), customer_item(ACCOUNT, 2, "done")])
    assert str(text) == body


def test_a_line_that_says_which_instance_is_kept_up_to_date_even_when_others_are_gone() -> None:
    body = written(items=FLEET)
    text = parse(body)
    update_lines(text, [customer_item(ACCOUNT, 1, "done")])
    assert ticked_keys(str(text)) == {InstanceKey(URL)}


def test_another_instances_line_is_not_touched() -> None:
    before = written()
    moved = written(before, at(FLEET, {1: "open"}))
    changed = [pair for pair in zip(before.split("\n"), moved.split("\n"), strict=True) if pair[0] != pair[1]]
    assert len(changed) == 1
    assert "demo.sourcegraph.com" in changed[0][0]


WORDS = (
    st.text("abc ·`[]()#:.,-<>!x", min_size=1, max_size=25)
    .map(str.strip)
    .filter(lambda words: words.strip(" ·") and "<!--" not in words and "-->" not in words)
)


@given(st.sampled_from(["not started", "open", "merged", "failed", "done"]), st.integers(0, 400), WORDS)
def test_whatever_is_written_anywhere_between_the_marks_is_kept(stage: str, place: int, words: str) -> None:
    line = render_line(internal_item("rctest", "merged"))
    start, end = line.index(" -->") + 4, line.rindex("<!-- /mibot")
    place = start + place % (end - start + 1)
    edited = f"{line[:place]} {words} {line[place:]}"
    updated = after(edited, internal_item("rctest", stage))
    squeezed = updated.replace(" ", "").replace("·", "")
    assert words.replace(" ", "").replace("·", "") in squeezed
    assert after(updated, internal_item("rctest", stage)) == updated

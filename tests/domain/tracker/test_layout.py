"""The tracker as a whole: laid out, adopted, kept up to date, and people's words in it kept."""

from __future__ import annotations

import time

import pytest

from bot.domain.tracker.layout import Block, TrackerTooLong, TrackerTooLongError, lay_out, with_block
from bot.domain.tracker.line import MAX_STATE_LENGTH, InstanceKey, Section, TrackerItem
from bot.domain.tracker.text import parse, ticked_keys
from bot.formats.markdown import MAX_BODY_LENGTH, Markdown
from tests.domain.tracker.trackers import (
    FLEET,
    OTHER,
    TITLE,
    at,
    customer_item,
    internal_item,
    lines_of,
    seen,
    written,
)
from tests.samples import ACCOUNT

NAMES = [
    "Upgrade rctest.sourcegraph.com",
    "Upgrade demo.sourcegraph.com",
    "Upgrade tpgi.sourcegraph.com",
    f"Upgrade instance for {OTHER}",
    f"Upgrade instance for {ACCOUNT}",
    f"Upgrade second instance for {ACCOUNT}",
]


def test_a_new_tracker_lists_the_fleet_in_order_of_work() -> None:
    body = written()
    assert body.startswith("# 3.40.1 managed instances upgrade\n\n<!-- mibot:head")
    assert [words.split(" — 3.40.0 ·")[0].rstrip() for _, words in seen(body)] == NAMES
    assert not any(done for done, _ in seen(body))
    headings = [line for line in body.splitlines() if line.startswith("#")]
    assert headings == [
        "# 3.40.1 managed instances upgrade",
        "## Upgrade internal managed instances",
        "## Upgrade customer managed instances",
        "### Instances that can't be read",
    ]


def test_nothing_changes_when_nothing_happened() -> None:
    assert written(written()) == written()


def test_what_happened_is_shown_and_what_is_done_is_ticked() -> None:
    body = written(written(), at(FLEET, {0: "done", 1: "open"}))
    assert ticked_keys(body) == {InstanceKey("rctest.sourcegraph.com")}
    assert "open, waiting for a review" in lines_of(body, "demo.sourcegraph.com")[0][1]
    assert written(body, at(FLEET, {0: "done", 1: "open"})) == body


def test_new_instances_come_to_stand_where_they_belong() -> None:
    before = written(items=[FLEET[0], FLEET[2], FLEET[5]])
    assert [words.split(" — 3.40.0 ·")[0].rstrip() for _, words in seen(written(before))] == NAMES


def test_an_instance_that_is_gone_keeps_its_line_as_it_was() -> None:
    body = written(written(), at(FLEET, {0: "done"})[:1])
    assert len(lines_of(body, "demo.sourcegraph.com")) == 1


HANDWRITTEN = """\
# 3.40.1 managed instances upgrade

Please be careful with **demo**, it has a talk at noon.

## Upgrade internal managed instances

* [x] Upgrade [rctest.sourcegraph.com](https://rctest.sourcegraph.com) done by hand on Monday
* [ ] **Upgrade** [demo](https://demo.sourcegraph.com/) *after lunch*
  * [ ] tell #ce
  and ask whether the talk is over
    - really

## Upgrade customer managed instances

Trials first!

- [ ] Upgrade instance for https://github.com/sourcegraph/accounts/issues/528
- [x] Upgrade instance for https://github.com/sourcegraph/accounts/issues/528

## Questions

* who tells #ce?
- [ ] buy milk
"""


def test_a_tracker_that_people_wrote_is_adopted_with_every_word() -> None:
    body = written(HANDWRITTEN)
    for line in HANDWRITTEN.splitlines():
        assert line in body
    assert [done for done, words in seen(body) if "Upgrade" in words] == [True, False, False, False, False, True]
    assert [words.split(" — 3.40.0 ·")[0].rstrip() for _, words in seen(body)] == [
        "Upgrade rctest.sourcegraph.com done by hand on Monday",
        "Upgrade demo after lunch",
        "tell #ce and ask whether the talk is over",
        "Upgrade tpgi.sourcegraph.com",
        f"Upgrade instance for {OTHER}",
        f"Upgrade instance for {ACCOUNT}",
        f"Upgrade instance for {ACCOUNT}",
        "buy milk",
    ]
    assert written(body) == body


def test_lines_are_added_to_peoples_own_list_and_not_to_one_beside_it() -> None:
    body = written(HANDWRITTEN)
    assert "\n* [ ] Upgrade [tpgi.sourcegraph.com]" in body
    assert "\n- [ ] Upgrade instance for https://github.com/sourcegraph/accounts/issues/611" in body


def test_an_issue_without_sections_gets_them() -> None:
    body = written("Upgrade these:\n\n- [ ] Upgrade https://demo.sourcegraph.com")
    assert len(lines_of(body, "demo.sourcegraph.com")) == 1
    assert body.index("Upgrade these") < body.index(Section.INTERNAL) < body.index(Section.CUSTOMERS)
    assert written(body) == body


def test_internal_instances_come_before_the_customers_that_are_there() -> None:
    body = written(f"{Section.CUSTOMERS}\n\n- [ ] Upgrade instance for {OTHER}\n")
    assert body.index(Section.INTERNAL) < body.index(Section.CUSTOMERS)
    assert written(body) == body


def test_a_section_that_people_emptied_is_filled_again() -> None:
    body = written(f"{Section.INTERNAL}\n<details>\n<summary>why</summary>\n\n{Section.CUSTOMERS}\n")
    assert len(seen(body)) == len(FLEET)
    assert written(body) == body


def test_line_ends_of_windows_are_kept() -> None:
    there = written().replace("\n", "\r\n")
    body = written(there, at(FLEET, {0: "done"}))
    assert body.count("\n") == body.count("\r\n") == there.count("\r\n")
    assert written(body, at(FLEET, {0: "done"})) == body


@pytest.mark.parametrize("opening", ["```\n", "~~~~\n", "<pre>\n"])
def test_a_code_block_that_is_never_closed_does_not_make_the_tracker_grow(opening: str) -> None:
    body = written().replace("## Upgrade customer", f"{opening}## Upgrade customer")
    once = written(body)
    assert written(once) == once
    assert once.count("https://rctest.sourcegraph.com") == 1
    assert once.count(OTHER) == 1


def test_headings_in_code_are_no_sections() -> None:
    body = written(f"```\n{Section.INTERNAL}\n```\n")
    assert len(seen(body)) == len(FLEET)
    assert written(body) == body


# mibot's blocks

HEAD = Markdown("mibot's head\n\nsecond line")


def test_a_block_is_replaced_as_a_whole() -> None:
    body = with_block(TITLE, Block.HEAD, HEAD)
    again = with_block(body, Block.HEAD, Markdown("another head"))
    assert "another head" in again
    assert "second line" not in again
    assert with_block(again, Block.HEAD, Markdown("another head")) == again


def test_what_people_wrote_inside_a_block_is_put_behind_it() -> None:
    body = with_block(TITLE, Block.HEAD, HEAD)
    theirs = "Remember the freeze!\n\n- [ ] and the milk\n- [ ] and the eggs"
    edited = body.replace("second line", f"second line\n\n{theirs}")
    again = with_block(edited, Block.HEAD, Markdown("another head"))
    assert f"<!-- /mibot:head -->\n\n{theirs}\n" in again
    assert with_block(again, Block.HEAD, Markdown("another head")) == again


def test_a_line_of_mibots_that_people_changed_is_theirs() -> None:
    body = with_block(TITLE, Block.HEAD, HEAD).replace("second line", "second line, but wait")
    assert "second line, but wait" in with_block(body, Block.HEAD, HEAD)


@pytest.mark.parametrize("block", list(Block))
@pytest.mark.parametrize("mark", ["opening", "closing"])
def test_a_block_that_lost_a_mark_takes_nothing_with_it(block: Block, mark: str) -> None:
    lines = with_block(f"{TITLE}\nbefore\n", block, HEAD).splitlines()
    broken = [line for line in lines if not line.startswith(getattr(block, mark))]
    theirs = "\nRemember the freeze!\n\n\nAnd the milk.\n"
    body = "\n".join([*broken, theirs])
    for _ in range(3):
        body = with_block(body, block, HEAD)
        assert theirs in body
        assert "before" in body
    assert with_block(body, block, HEAD) == body


def test_an_end_block_is_there_only_when_there_is_something_to_say() -> None:
    assert with_block("words\n", Block.END, Markdown("")) == "words\n"
    told = with_block("words\n", Block.END, Markdown("one can't be read"))
    assert "one can't be read" not in with_block(told, Block.END, Markdown(""))


def test_new_sections_stay_above_the_end_block() -> None:
    body = written()
    assert body.rstrip().endswith("<!-- /mibot:end -->")


# A thousand instances


def crowd(size: int, stage: str = "not started", words: str = "`3.40.0` · not started") -> list[TrackerItem]:
    inside = [internal_item(f"internal{number}", "not started") for number in range(6)]
    accounts = [f"https://github.com/sourcegraph/accounts/issues/{1000 + number}" for number in range(size - 6)]
    outside = [
        TrackerItem(InstanceKey(url.removeprefix("https://")), Section.CUSTOMERS,
                    Markdown(f"Upgrade instance for {url}"), Markdown(words), stage)
        for url in accounts
    ]  # fmt: skip
    return [*inside, *outside]


def laid_out(parts: list[str], items: list[TrackerItem]) -> list[str]:
    """All parts with mibot's blocks in them, as the tracker's keeper writes them."""
    links = ", ".join(
        f"[part {n + 1}](https://github.com/x/y/issues/1#issuecomment-{10**9 + n})" for n in range(len(parts))
    )
    head = with_block(parts[0], Block.HEAD, Markdown(f"Head of mine. The list continues in {links}."))
    texts = lay_out([with_block(head, Block.END, Markdown("no problems")), *parts[1:]], items)
    return [texts[0], *(with_block(text, Block.HEAD, Markdown("Part of the tracker.")) for text in texts[1:])]


@pytest.mark.parametrize("size", [1000, 3000])
def test_thousands_fit_and_still_fit_when_all_are_done_with_long_notes(size: int) -> None:
    parts = laid_out([TITLE], crowd(size))
    parts = laid_out(parts, crowd(size))
    assert laid_out(parts, crowd(size)) == parts, "it is stable"
    assert len(parts) > size // 200
    everything = crowd(size, "done", "x" * MAX_STATE_LENGTH)
    grown = laid_out(parts, everything)
    assert max(map(len, grown)) <= MAX_BODY_LENGTH
    assert len(grown) == len(parts), "no line had to move"
    for text in (parts, grown):
        found = [key for part in text for key in parse(part).keys]
        assert len(found) == len(set(found)) == size
        assert found == [item.key for item in everything]
    assert all(len(ticked_keys(part)) == len([k for k in parse(part).keys if "accounts" in k.url]) for part in grown)


def test_every_part_is_filled_before_the_next() -> None:
    parts = laid_out([TITLE], crowd(1000))
    assert all(len(parse(part).keys) > 100 for part in parts[:-1])


def test_an_instance_that_joins_later_is_put_where_there_is_room() -> None:
    items = crowd(1000)
    parts = laid_out([TITLE], items[:7] + items[8:])
    joined = laid_out(parts, items)
    assert len(joined) == len(parts)
    assert [key for part in joined for key in parse(part).keys].count(items[7].key) == 1
    assert laid_out(joined, items) == joined


def test_the_second_instance_of_a_customer_is_known_in_another_part() -> None:
    items = [customer_item(), *crowd(400)[6:], customer_item(ACCOUNT, 2)]
    parts = lay_out([TITLE], items)
    assert lay_out(parts, items) == parts
    assert ACCOUNT in parts[0]
    assert f"second instance for {ACCOUNT}" in parts[-1]


def test_people_who_write_a_novel_into_it_are_told() -> None:
    with pytest.raises(TrackerTooLongError) as caught:
        lay_out([TITLE + "novel " * 12_000], FLEET)
    assert caught.value.reason == TrackerTooLong(65_536)


def test_a_long_text_of_peoples_makes_the_list_go_on_elsewhere() -> None:
    texts = lay_out([TITLE + "novel " * 9_000], FLEET)
    assert len(texts) == 2
    assert [key for text in texts for key in parse(text).keys] == [item.key for item in FLEET]


def test_four_times_as_many_take_about_four_times_as_long() -> None:
    def seconds(size: int) -> float:
        items = crowd(size)
        start = time.process_time()
        lay_out([TITLE], items)
        return time.process_time() - start

    few, many = min(seconds(250) for _ in range(3)), seconds(1000)
    assert many < 12 * few + 0.1  # sixteen times as long would be quadratic


def test_a_full_part_is_brought_up_to_date_in_good_time() -> None:
    def seconds(lines: int) -> float:
        body = "\n".join(f"- [ ] Upgrade https://h{number % 700}.io" for number in range(lines))
        items = [
            TrackerItem(InstanceKey(f"h{n}.io"), Section.INTERNAL, Markdown("x"), Markdown("y"), "open")
            for n in range(lines)
        ]
        start = time.process_time()
        parse(body)
        lay_out([body], items[: lines // 4])
        return time.process_time() - start

    few, many = min(seconds(200) for _ in range(3)), seconds(1600)
    assert many < 40 * few + 0.1

"""People and mibot write in the tracker by turns, in any order, and no word, tick or line of people's is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.tracker.text import InstanceKey, parse
from tests.domain.tracker.trackers import FLEET, STATES, at, lines_of, written
from tests.samples import ACCOUNT

TASK = re.compile(r"\s*[-*+] \[[ xX]\] .*")
SEGMENT = re.compile(r"<!-- mibot:[a-z ]+:[0-9a-f]+ -->(.*?)<!-- /mibot -->")
NAMED = {item.key: item.key.url for item in FLEET}


@dataclass
class Draft:
    """The tracker in somebody's editor; `word` is what this edit writes, `pick` where."""

    body: str
    word: str
    pick: int

    @property
    def lines(self) -> list[str]:
        return self.body.split("\n")

    def on_a_task(self, edit: Callable[[str], str | list[str]]) -> str:
        lines = self.lines
        tasks = [number for number, line in enumerate(lines) if TASK.match(line)]
        if tasks:
            number = tasks[self.pick % len(tasks)]
            edited = edit(lines[number])
            lines[number : number + 1] = [edited] if isinstance(edited, str) else edited
        return "\n".join(lines)

    def between_lines(self, *added: str) -> str:
        place = self.pick % (len(self.lines) + 1)
        return "\n".join([*self.lines[:place], *added, *self.lines[place:]])


def at_the_end(draft: Draft) -> str:
    return draft.on_a_task(lambda line: f"{line.rstrip()} {draft.word}")


def before_the_marks(draft: Draft) -> str:
    return draft.on_a_task(lambda line: line.replace(" <!-- mibot:", f" ({draft.word}) <!-- mibot:", 1))


def between_the_marks(draft: Draft) -> str:
    def edit(line: str) -> str:
        found = SEGMENT.search(line)
        if found is None:
            return line
        place = found.start(1) + draft.pick % (len(found.group(1)) + 1)
        return f"{line[:place]} {draft.word} {line[place:]}"

    return draft.on_a_task(edit)


def instead_of_mibots_words(draft: Draft) -> str:
    return draft.on_a_task(lambda line: re.sub(r" --> .*? <!-- /mibot", f" --> {draft.word} <!-- /mibot", line))


def ticked(draft: Draft) -> str:
    return draft.on_a_task(lambda line: line.replace("[ ]", "[x]", 1))


def unticked(draft: Draft) -> str:
    return draft.on_a_task(lambda line: line.replace("[x]", "[ ]", 1))


def link_renamed(draft: Draft) -> str:
    return draft.on_a_task(lambda line: re.sub(r"\] *\[[^\]]+\]\(", f"] Upgrade [{draft.word}](", line, count=1))


def in_bold(draft: Draft) -> str:
    return draft.on_a_task(lambda line: re.sub(r"\] Upgrade", f"] **Upgrade {draft.word}**", line, count=1))


def another_bullet(draft: Draft) -> str:
    return draft.on_a_task(lambda line: line.replace("- [", "* [", 1))


def nested_list(draft: Draft) -> str:
    return draft.on_a_task(lambda line: [line, f"  - [ ] ask {draft.word}", "    about it"])


def lines_swapped(draft: Draft) -> str:
    lines = draft.lines
    pairs = [n for n in range(len(lines) - 1) if TASK.match(lines[n]) and TASK.match(lines[n + 1])]
    if pairs:
        number = pairs[draft.pick % len(pairs)]
        lines[number : number + 2] = reversed(lines[number : number + 2])
    return "\n".join(lines)


def line_deleted(draft: Draft) -> str:
    return draft.on_a_task(lambda _: [])


def prose(draft: Draft) -> str:
    return draft.between_lines(f"Mind {draft.word}.")


def prose_apart(draft: Draft) -> str:
    return draft.between_lines("", f"Mind {draft.word}.", "")


def own_section(draft: Draft) -> str:
    return f"{draft.body.rstrip()}\n\n## {draft.word}\n\n- [ ] buy milk\n"


def own_section_first(draft: Draft) -> str:
    return draft.body.replace("## Upgrade customer", f"## {draft.word}\n\n1. [x] tea\n\n## Upgrade customer", 1)


def example_in_code(draft: Draft) -> str:
    return f"{draft.body}\n```\n- [ ] Upgrade https://demo.sourcegraph.com {draft.word}\n```\n"


def hidden_remark(draft: Draft) -> str:
    return draft.between_lines("", f"<!-- {draft.word}", "not for now", "-->", "")


def mark_deleted(draft: Draft) -> str:
    marks = list(re.finditer(r"<!-- /?mibot[^>]*-->", draft.body))
    mark = marks[draft.pick % len(marks)] if marks else None
    return f"{draft.body[: mark.start()]}{draft.body[mark.end() :]}" if mark else draft.body


def windows(draft: Draft) -> str:
    return draft.body.replace("\r\n", "\n").replace("\n", "\r\n")


EDITS = [
    at_the_end, before_the_marks, between_the_marks, instead_of_mibots_words, ticked, unticked, link_renamed, in_bold,
    another_bullet, nested_list, lines_swapped, line_deleted, prose, prose_apart, own_section, own_section_first,
    example_in_code, hidden_remark, mark_deleted, windows,
]  # fmt: skip
STAGES = st.dictionaries(st.integers(0, len(FLEET) - 1), st.sampled_from(sorted(STATES)), max_size=4)
TURNS = st.lists(
    st.tuples(st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 500)), max_size=4), STAGES), max_size=6
)


def ticks(body: str) -> dict[InstanceKey, bool]:
    found = parse(body, set(NAMED.values()))
    return {line.key: "[ ]" not in line.raw[:12] for line in found.lines if line.key}


def done_by_marks(body: str) -> set[InstanceKey]:
    found = parse(body, set(NAMED.values()))
    return {line.key for line in found.lines if line.key and "<!-- mibot:done:" in line.raw}


def play(turns: list[tuple[list[tuple[Callable[[Draft], str], int]], dict[int, str]]]) -> str:
    """Turns of several edits by people and one update by mibot each; what has to hold is checked after each."""
    words: list[str] = []
    stages: dict[int, str] = {}
    body = written()
    for edits, moved in turns:
        for edit, pick in edits:
            words.append(f"word{len(words)}word")
            body = edit(Draft(body, words[-1], pick))
        stages |= moved
        items = at(FLEET, stages)
        there, ticked_before, done_before = {w for w in words if w in body}, ticks(body), done_by_marks(body)
        body = written(body, items)
        assert {word for word in words if word in body} == there
        ticked_now = ticks(body)
        said = {line.key: line.raw for line in parse(body, set(NAMED.values())).lines if line.key}
        for item in items:
            assert str(item.state) in said[item.key]
            if item.key in ticked_before:
                newly_done = item.done and item.key not in done_before
                assert ticked_now[item.key] == (ticked_before[item.key] or newly_done), item
        assert written(body, items) == body
    return body


@settings(max_examples=120)
@given(TURNS)
def test_nothing_of_peoples_is_ever_lost(
    turns: list[tuple[list[tuple[Callable[[Draft], str], int]], dict[int, str]]],
) -> None:
    play(turns)


@pytest.mark.slow
@settings(max_examples=5_000)
@given(TURNS)
def test_nothing_of_peoples_is_ever_lost_however_long_they_write(
    turns: list[tuple[list[tuple[Callable[[Draft], str], int]], dict[int, str]]],
) -> None:
    play(turns)


@pytest.mark.parametrize("edit", EDITS)
def test_after_any_one_edit_every_instance_still_has_its_one_line(edit: Callable[[Draft], str]) -> None:
    for pick in range(40):
        body = written(edit(Draft(written(), "word", pick)), at(FLEET, {0: "done", 4: "open"}))
        shown = body.replace("```\n- [ ] Upgrade https://demo", "")
        for url in ("https://rctest.sourcegraph.com", "https://demo.sourcegraph.com", "https://tpgi.sourcegraph.com"):
            assert len(lines_of(shown, url)) == 1, (edit.__name__, pick, body)
        assert len(lines_of(shown, ACCOUNT)) == 2

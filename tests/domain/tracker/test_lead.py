"""The state that a line begins with: mibot's, and replaced whole, whatever people write around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.tracker.blocks import Block, with_block, without_title
from bot.domain.tracker.layout import lay_out
from bot.domain.tracker.lead import MARK, NO_UPGRADE, put_lead, without_lead
from bot.domain.tracker.line import TrackerItem, render_line, update_line
from bot.domain.tracker.text import parse
from bot.domain.upgrade.stages import Stage
from bot.formats.markdown import Markdown
from tests.domain.tracker.trackers import customer_item, internal_item
from tests.samples import version

WORDS = (*NO_UPGRADE, *(stage.value for stage in Stage), *(f"rollback {stage}" for stage in Stage))
LEADS = st.builds(
    lambda icon, words: Markdown(f"{icon} {words}"), st.sampled_from("❌✋👀⏳🕒✅⬜"), st.sampled_from(WORDS)
)


def led(item: TrackerItem, lead: str) -> TrackerItem:
    return TrackerItem(item.key, item.section, item.text, item.state, item.stage, item.skipped, Markdown(lead))


OPEN, FAILED = led(internal_item(stage="open"), "👀 open"), led(internal_item(stage="open"), "❌ failed")


def test_a_line_begins_with_its_state() -> None:
    assert render_line(OPEN).startswith("- [ ] 👀 open · <!-- mibot:state --> Upgrade [rctest")
    assert update_line(render_line(OPEN), FAILED) == render_line(FAILED)


def test_a_line_of_an_earlier_mibot_gets_its_state() -> None:
    assert update_line(render_line(internal_item(stage="open")), OPEN) == render_line(OPEN)


@given(LEADS, LEADS, st.sampled_from(["Upgrade https://x.y", "~~Upgrade x~~ **later**", "[Upgrade](https://x.y)"]))
def test_only_the_last_state_stays(first: Markdown, second: Markdown, words: str) -> None:
    once = put_lead(words, first)
    assert without_lead(once) == words
    assert put_lead(once, second) == f"{second} · {MARK} {words}"


@pytest.mark.parametrize(
    ("edited", "kept"),
    [
        ("👀 open, dana looks · <!-- mibot:state --> Upgrade x", "👀 open, dana looks · Upgrade x"),
        ("TODO 👀 open · <!-- mibot:state --> Upgrade x", "TODO Upgrade x"),
        ("👀 open · (see #5) <!-- mibot:state --> Upgrade x", "(see #5) Upgrade x"),
        ("~~👀 open · <!-- mibot:state --> Upgrade x~~", "~~Upgrade x~~"),
        ("👀 open · Upgrade x", "Upgrade x"),
        ("<!-- mibot:state --> Upgrade x", "Upgrade x"),
        ("🎉 finally · Upgrade x", "🎉 finally · Upgrade x"),
        ("done · Upgrade x", "done · Upgrade x"),
    ],
)
def test_what_people_write_at_the_start_stays(edited: str, kept: str) -> None:
    assert without_lead(edited) == kept
    assert put_lead(edited, Markdown("❌ failed")) == f"❌ failed · {MARK} {kept}"


def test_the_state_never_decides_whose_line_it_is() -> None:
    items = [OPEN, led(customer_item(), "↩️ rolled back"), led(customer_item(ordinal=2), "✅ already there")]
    body = lay_out([""], items)[0]
    assert parse(body).keys == [item.key for item in items]
    assert lay_out([body], items) == [body]


PIE = """This is the tracker of the 3.40.1 upgrade.

**1 of 4 done**

```mermaid
pie showData
    title 3.40.1: 1 of 4 done
    "done" : 1
    "not started" : 3
```"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_posted_pie_is_replaced_and_what_people_wrote_into_it_stays(newline: str) -> None:
    posted = with_block(
        f"# 3.40.1 managed instances upgrade\n\nTeam words\n\n{render_line(OPEN)}\n", Block.HEAD, Markdown(PIE)
    )
    edited = posted.replace('    "done" : 1\n', '    "done" : 1\n    "tea" : 7\n').replace("\n", newline)
    body = with_block(without_title(edited, version("3.40.1")), Block.HEAD, Markdown("██░ 25 %"))
    assert body.startswith("<!-- mibot:head")
    assert "mermaid" not in body
    assert "pie" not in body
    assert '"tea" : 7' in body
    assert "Team words" in body
    assert render_line(OPEN) in body


def test_only_the_heading_that_mibot_wrote_is_taken_away() -> None:
    assert without_title("# 3.40.1 managed instances upgrade\n\nwords", version("3.40.1")) == "words"
    for theirs in ("# 3.40.1 managed instances upgrade, with tea\n", "words\n# 3.40.1 managed instances upgrade\n",
                   "# 3.40.0 managed instances upgrade\n"):  # fmt: skip
        assert without_title(theirs, version("3.40.1")) == theirs

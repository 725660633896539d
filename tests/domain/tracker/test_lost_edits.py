"""People's edits that somebody overwrote are merged back, each as a change of the text that it was made from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.github_models import Revision
from bot.domain.tracker.lost_edits import edited_by_people, find_known, find_written, restore_edits, same_text

NOW = datetime(2022, 6, 1, tzinfo=UTC)
HEAD = "mibot: "


def render(text: str, state: int = 99) -> str:
    """mibot's part is the first line."""
    return "\n".join([f"{HEAD}{state}", *(line for line in text.split("\n") if not line.startswith(HEAD))])


def history(*texts: tuple[str, str | None]) -> list[Revision]:
    return [
        Revision(str(number), text, who == "mibot", who, NOW + timedelta(seconds=number))
        for number, (who, text) in enumerate(texts)
    ]


def restored(*texts: tuple[str, str | None], start: int = 0) -> list[str]:
    return restore_edits(history(*texts), start, render).split("\n")[1:]


READ = ("mibot", "mibot: 1\na\nb")


def test_an_edit_between_mibots_read_and_its_write_comes_back() -> None:
    assert restored(READ, ("dana", "mibot: 1\na\nb\nnew"), ("mibot", "mibot: 2\na\nb")) == ["a", "b", "new"]


def test_a_tick_and_a_remark_in_one_line_both_stay() -> None:
    read = ("mibot", "mibot: 1\n- [ ] Upgrade demo")
    ticked, remark = ("dana", "mibot: 1\n- [x] Upgrade demo"), ("lee", "mibot: 2\n- [ ] Upgrade demo, mine")
    assert restored(read, ticked, ("mibot", "mibot: 2\n- [ ] Upgrade demo"), remark) == ["- [x] Upgrade demo, mine"]


def test_two_people_add_at_the_same_place() -> None:
    first, second = ("dana", "mibot: 1\na\nb\nfirst"), ("lee", "mibot: 2\na\nb\nsecond")
    assert restored(READ, first, ("mibot", "mibot: 2\na\nb"), second) == ["a", "b", "first", "second"]


def test_an_edit_of_an_old_text_takes_nothing_back() -> None:
    """Lee read before mibot merged Dana's words back, and saved after."""
    assert restored(
        READ,
        ("dana", "mibot: 1\na\nb\nfirst"),
        ("mibot", "mibot: 2\na\nb"),
        ("mibot", "mibot: 2\na\nb\nfirst"),
        ("lee", "mibot: 2\na\nb\nsecond"),
    ) == ["a", "b", "first", "second"]


def test_what_people_take_away_on_purpose_stays_away() -> None:
    added, merged = ("dana", "mibot: 1\na\nb\nnew"), ("mibot", "mibot: 2\na\nb\nnew")
    assert restored(READ, added, merged, ("dana", "mibot: 2\na\nb")) == ["a", "b"]
    assert restored(READ, added, merged, ("dana", "mibot: 2\na\nnew")) == ["a", "new"]


def test_a_tick_that_is_set_and_taken_back_is_taken_back() -> None:
    off, on = "mibot: 1\n- [ ] a", "mibot: 1\n- [x] a"
    assert restored(("mibot", off), ("dana", on), ("dana", off)) == ["- [ ] a"]


def test_who_rewords_a_line_replaces_it() -> None:
    asked, answered = "mibot: 1\na\nb\nask lee", "mibot: 1\na\nb\nlee says yes"
    assert restored(READ, ("dana", asked), ("dana", answered)) == ["a", "b", "lee says yes"], "their own line"
    later = [*history(READ, ("dana", asked)), Revision("2", answered, False, "lee", NOW + timedelta(minutes=9))]
    assert restore_edits(later, 0, render).split("\n")[1:] == ["a", "b", "lee says yes"], "one that they have seen"


def test_a_revision_that_people_deleted_from_the_history_is_passed_over() -> None:
    assert restored(READ, ("dana", None), ("dana", "mibot: 1\na\nb\nnew")) == ["a", "b", "new"]
    assert restored(("mibot", None), ("dana", "mibot: 1\na")) == ["a"]


def test_the_line_ends_of_a_browser_are_no_changes() -> None:
    text = restore_edits(history(READ, ("dana", "mibot: 1\r\na\r\nb\r\nnew")), 0, render)
    assert text == "mibot: 99\r\na\r\nb\r\nnew"
    assert same_text("a\r\nb", "a\nb")


def test_where_it_is_looked_from() -> None:
    texts = history(READ, ("dana", "x"), ("mibot", "y"), ("dana", "z"), ("mibot", "w"))
    assert find_written(texts, "w") == 4
    assert find_written(texts, "z") is None, "not mibot's"
    assert find_known(texts, "", read="x") == 1
    assert find_known(texts, "0", read="x") == 0
    assert find_known(texts, "3", read="gone") == 3
    assert find_known(texts, "", read="gone") == 2
    assert find_known(texts[:1], "") == 0
    assert edited_by_people(texts, 2)
    assert not edited_by_people(texts, 3)


@given(data=st.data())
def test_whoever_saves_what_they_read_when_nothing_is_lost(data: st.DataObject) -> None:
    """People add lines to a text that is up to three saves old, among mibot's edits."""
    texts: list[tuple[str, str | None]] = [READ]
    for number in range(data.draw(st.integers(1, 9))):
        base = texts[-1 - data.draw(st.integers(0, min(3, len(texts) - 1)))][1] or ""
        if data.draw(st.booleans()):
            texts.append(("mibot", render(base, number)))
        else:
            lines = base.split("\n")
            lines.insert(data.draw(st.integers(1, len(lines))), f"new {number}")
            texts.append((f"person {number}", "\n".join(lines)))
    written = {line for _, text in texts for line in (text or "").split("\n") if not line.startswith(HEAD)}
    assert written <= set(restored(*texts))

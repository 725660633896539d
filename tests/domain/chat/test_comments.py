"""Commands in comments: which lines are commands, and that no comment breaks the parser."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.chat.comments import (
    MAX_ARGUMENTS,
    MAX_COMMANDS,
    MAX_LINE_LENGTH,
    CommandLine,
    TooLong,
    TooManyCommands,
    TooManyWords,
    UnclosedQuote,
    command_names,
    parse,
)

UPGRADE = CommandLine("upgrade", ("rctest",))


@pytest.mark.parametrize(
    "body",
    [
        "/upgrade rctest",
        "  /upgrade   rctest  ",
        "   /upgrade rctest",
        "/UPGRADE rctest",
        "please:\n/upgrade rctest",
        "please:\n\n/upgrade rctest\n\nthanks!",
        "please:\r\n/upgrade rctest\r\nthanks!",
        "/upgrade\trctest",
        "/upgrade\u00a0rctest",
        "/upgrade rc\u200btest",
        "# Today\n/upgrade rctest",
        "- first\n- second\n\n/upgrade rctest",
        "> do it?\n\n/upgrade rctest",
        "```\n/check demo\n```\n/upgrade rctest",
        "<!-- /check demo -->\n/upgrade rctest",
        "/upgrade rctest\n---\nDana, by mail",
        "/upgrade rctest\n===",
        "a `b` c\n/upgrade rctest",
        "**bold\n/upgrade rctest\nstill bold**",
        "<details>\n\n/upgrade rctest\n\n</details>",
        "| a | b |\n|---|---|\n| 1 | 2 |\n/upgrade rctest",
        "\ufeff/upgrade rctest",
        "please:\n\ufeff/upgrade rctest",
        "\u00a0/upgrade rctest",
        "\u00a0\u00a0\u00a0\u00a0/upgrade\u00a0\u00a0rctest\u00a0",
        "\u3000/upgrade\u3000rctest",
        "\u200b/upgrade rctest",
        " \u200e \u2060/upgrade rctest",
        "/\u200bupgrade rctest",
        "/up\u00adgrade rctest",
        "/upgrade\u200b rctest\u200b",
        "/upgrade\ufe0f rctest",
        "/upgrade rc\ufefftest",
        "/upgrade rctest <!-- as agreed -->",
        "/upgrade <!-- as agreed --> rctest",
        "/upgrade<!-- as agreed --> rctest",
        "/upgrade rctest <!-- as\nagreed\n/check demo -->",
        "/upgrade rctest ~~demo~~",
        "/upgrade ~demo tpgi~ rctest",
        "/upgrade rctest <del>demo</del>",
        "/upgrade <s>demo</s> rctest <strike>tpgi</strike>",
        "/upgrade <b>rctest</b>",
        "<blockquote>\n\n/check demo\n\n</blockquote>\n\n/upgrade rctest",
        "/upgrade rctest\n\nFrom: Dana ***@***.***>\nSent: Monday\nTo: a\nSubject: Re: b\n\n/check demo",
        "/upgrade rctest\n\nOn Mon, Jun 1, 2022 at 10:00 AM Dana wrote:\n\n/check demo",
        "On Mon, Jun 1, 2022 at 10:00 AM Dana wrote:\n> /check demo\n\n/upgrade rctest",
        "```\nFrom: Dana\nSubject: x\n```\n/upgrade rctest",
        "From: 3.39.1\nTo: 3.40.1\n\n/upgrade rctest",
    ],
)
def test_a_command_is_a_line_that_starts_with_a_slash(body: str) -> None:
    assert parse(body) == [UPGRADE]
    assert "upgrade" in command_names(body)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "please /upgrade rctest",
        "`/upgrade rctest`",
        "\\/upgrade rctest",
        "&#47;upgrade rctest",
        "> /upgrade rctest",
        "> please\n/upgrade rctest",
        "> > please\n> /upgrade rctest",
        "- item\n  > /upgrade rctest",
        "    /upgrade rctest",
        "\t/upgrade rctest",
        "```\n/upgrade rctest\n```",
        "```sh\n/upgrade rctest",
        "~~~\n/upgrade rctest\n~~~",
        "1. x\n   ```\n   /upgrade rctest\n   ```",
        "`code\n/upgrade rctest\nmore`",
        "``\n/upgrade rctest\n``",
        "<!--\n/upgrade rctest\n-->",
        "<!--\n\n/upgrade rctest\n\n-->",
        "words <!--\n/upgrade rctest\n--> words",
        "<!--\r\n/upgrade rctest\r\n-->",
        "<pre>\n\n/upgrade rctest\n\n</pre>",
        '<a title="\n/upgrade rctest\n">x</a>',
        "![\n/upgrade rctest\n](picture.png)",
        "/etc/hosts is broken",
        "//upgrade rctest",
        "/ upgrade rctest",
        "/2 rctest",
        "/upgrade: rctest",
        "\ue000/upgrade rctest",
        "please:\n    /upgrade rctest",
        "\uff0fupgrade rctest",
        "\u2215upgrade rctest",
        "\ufeff~~~\n/upgrade rctest\n~~~",
        "<blockquote>\n\n/upgrade rctest\n\n</blockquote>",
        "<blockquote>\n/upgrade rctest\n</blockquote>",
        "<details><blockquote>\n\n/upgrade rctest",
        "~~/upgrade rctest~~",
        "~~taken back:\n/upgrade rctest\nsorry~~",
        "<del>\n\n/upgrade rctest\n\n</del>",
        "<s>\n/upgrade rctest\n</s>",
        "no: <strike>\n/upgrade rctest</strike>",
        "<code>\n\n/upgrade rctest\n\n</code>",
        "<q>\n\n/upgrade rctest\n\n</q>",
        "<div><!--\n\n/upgrade rctest\n\n--></div>",
        "From: Dana ***@***.***>\nSent: Monday, June 1, 2022\nTo: a\nSubject: Re: b\n\n/upgrade rctest",
        "**From:** Dana\n**Sent:** Monday\n\n/upgrade rctest",
        "thanks!\n\nVon: Dana\nGesendet: Montag\nAn: a\nBetreff: b\n\n/upgrade rctest",
        "thanks!\n\n-----Original Message-----\n/upgrade rctest",
        "thanks!\n\nDana wrote:\n\n/upgrade rctest",
    ],
)
def test_what_is_no_command(body: str) -> None:
    assert parse(body) == []


def test_several_commands_in_order() -> None:
    body = "/upgrade rctest demo 3.41.0\nand then\n/check rctest\n\n/status\n\n/upgrade rctest demo 3.41.0"
    again = CommandLine("upgrade", ("rctest", "demo", "3.41.0"))
    assert parse(body) == [again, CommandLine("check", ("rctest",)), CommandLine("status"), again]


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("/upgrade rctest, demo", ("rctest", "demo")),
        ("/upgrade rctest,demo,", ("rctest", "demo")),
        ('/upgrade "rctest"', ("rctest",)),
        ("/upgrade https://github.com/a/b/issues/5#2", ("https://github.com/a/b/issues/5#2",)),
        ("/upgrade https\u200b://github.com/a/b/issues/5#\u200b2", ("https://github.com/a/b/issues/5#2",)),
        ("/upgrade dana's", ("dana's",)),
        ('/upgrade demo --force "they asked, today"', ("demo", "--force", "they asked, today")),
        ('/upgrade rctest,demo, --force="no, really", 3.40.1', ("rctest", "demo", "--force=no, really", "3.40.1")),
        ('/upgrade "a,b",c,"d,e"', ("a,b", "c", "d,e")),
        ("/upgrade --force “it's late, they say”", ("--force", "it's late, they say")),
        ("/upgrade --force „leider, ja“ demo", ("--force", "leider, ja", "demo")),
        ("/upgrade --force ‟so, then” demo", ("--force", "so, then", "demo")),
        ('/upgrade --force “mixed, too"', ("--force", "mixed, too")),
        ("/upgrade ,", ()),
        ("/upgrade a\\b", ("a\\b",)),
        ("/upgrade", ()),
    ],
)
def test_arguments(line: str, arguments: tuple[str, ...]) -> None:
    assert parse(line) == [CommandLine("upgrade", arguments)]


def test_a_row_of_a_table_is_one_command() -> None:
    body = "| a | b |\n|---|---|\n| 1 | 2 |\n/check rctest | demo"
    assert [line.name for line in parse(body)] == ["check"]


@pytest.mark.parametrize("body", ['/upgrade "rctest', "/upgrade “rctest", '/upgrade a "b, c" "d, e'])
def test_an_unclosed_quotation_mark_is_a_fault(body: str) -> None:
    (line,) = parse(body)
    assert line.fault == UnclosedQuote()


def test_too_many_commands_are_cut_and_the_last_one_has_a_fault() -> None:
    found = parse("/check rctest\n" * 100)
    assert len(found) == MAX_COMMANDS + 1
    assert [line.fault for line in found] == [None] * MAX_COMMANDS + [TooManyCommands(MAX_COMMANDS)]


def test_too_many_words_are_a_fault() -> None:
    (line,) = parse("/upgrade " + "x " * (MAX_ARGUMENTS + 1))
    assert line.fault == TooManyWords(MAX_ARGUMENTS)


def test_a_command_that_is_too_long_is_a_fault() -> None:
    (line,) = parse('/upgrade demo --force "' + "x" * MAX_LINE_LENGTH + '"')
    assert line == CommandLine("upgrade", fault=TooLong(MAX_LINE_LENGTH))


def test_only_wanted_commands_are_read_and_counted() -> None:
    body = "/lgtm\n" * 50 + "/upgrade rctest\n/merge"
    assert parse(body, "upgrade".__eq__) == [UPGRADE]
    assert parse("/lgtm", "upgrade".__eq__) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/upgrade [second instance for a/b#1](https://github.com/a/b/issues/1) demo",
         ("[second instance for a/b#1](https://github.com/a/b/issues/1)", "demo")),
        ("/upgrade [demo](https://demo.sourcegraph.com), rctest", ("[demo](https://demo.sourcegraph.com)", "rctest")),
        ("/upgrade [demo", ("[demo",)),
        ("/upgrade [demo] (x)", ("[demo]", "(x)")),
        ("/upgrade a/b#1 <https://github.com/a/b/issues/2>", ("a/b#1", "<https://github.com/a/b/issues/2>")),
    ],
)  # fmt: skip
def test_a_link_is_one_word(line: str, words: tuple[str, ...]) -> None:
    assert parse(line) == [CommandLine("upgrade", words)]


WORD = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-:/#", min_size=1, max_size=20).filter(lambda w: w.strip("/"))
COMMAND = st.builds(CommandLine, st.text("abcdefgh", min_size=1, max_size=10), st.lists(WORD, max_size=4).map(tuple))
PROSE = st.text("abc äöü.,;!?()'\"", max_size=40).map(str.strip).filter(lambda p: p and not p.startswith(("-", "=")))


def written(command: CommandLine) -> str:
    return " ".join([f"/{command.name}", *command.arguments])


SENTENCE = st.text("abc äö.,;:!?()'/-=1", min_size=1, max_size=30).filter(lambda words: words.strip())


@given(st.lists(WORD, max_size=3), SENTENCE, st.lists(WORD, max_size=3), st.sampled_from(['""', "“”", "„“", '”"']))
def test_quoted_words_come_through_as_they_were_written(
    before: list[str], sentence: str, behind: list[str], marks: str
) -> None:
    body = " ".join(["/upgrade", *before, f"{marks[0]}{sentence}{marks[1]}", *behind])
    (line,) = parse(body)
    said = [" ".join(word.split()) for word in line.arguments]
    assert said == [*before, " ".join(sentence.split()), *behind]


@given(st.lists(st.tuples(PROSE, COMMAND), max_size=6), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_commands_among_prose_are_found_and_nothing_else(
    pairs: list[tuple[str, CommandLine]], newline: str, apart: bool
) -> None:
    gap = newline * 2 if apart else newline
    body = gap.join(part for prose, command in pairs for part in (prose, written(command)))
    assert parse(body) == [command for _, command in pairs]


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


HIDING = st.sampled_from(
    (
        quoted,
        indented,
        lambda text: f"```\n{text}\n```",
        lambda text: f"~~~~ text\n{text}\n~~~~",
        lambda text: f"<!--\n{text}\n-->",
        lambda text: f"<!-- {text} -->",
        lambda text: f"`{text}`",
        lambda text: quoted(quoted(text)),
        lambda text: quoted(f"```\n{text}\n```"),
    )
)


@given(st.lists(COMMAND, min_size=1, max_size=4), HIDING, COMMAND)
def test_hidden_commands_are_ignored_and_the_next_one_is_found(
    hidden: list[CommandLine], hide: Callable[[str], str], shown: CommandLine
) -> None:
    orders = "\n".join(map(written, hidden))
    assert parse(f"{hide(orders)}\n\n{written(shown)}") == [shown]


MARKUP = st.sampled_from(
    ["/a b", "/", "\n", "\r", "\r\n", " ", "    ", "\t", "`", "```", "~~~", "<!--", "-->", "<", ">", "> ", "- ",
     "1. ", "#", "|", "|-|", "[", "](", ")", "![", "*", "_", "\\", '"', "&", "a", "\0", "\ue000", "\ue0011",
     "\u2028", "\ud800", "é", "~", "~~", "<s>", "</s>", "<del>", "<blockquote>", "</blockquote>", "\ufeff", "\u00a0",
     "\u200b", "From: a", "wrote:"]
)  # fmt: skip


@given(st.lists(MARKUP, max_size=60).map("".join) | st.text(max_size=200))
def test_no_comment_breaks_the_parser(body: str) -> None:
    for line in parse(body):
        assert line.name
        assert all(line.arguments)


@pytest.mark.slow
@settings(max_examples=20_000)
@given(st.lists(MARKUP, max_size=200).map("".join))
def test_no_comment_breaks_the_parser_however_many_are_tried(body: str) -> None:
    assert len(parse(body)) <= MAX_COMMANDS + 1


NASTY = (
    "> ", "- ", "1. ", "> - ", "[", "![", "[](", "[a](", "[a]", "[a]: /b\n/c\n", "[^a]: b\n", "](", "*a ", "*_",
    "*_*_", "~", "~~a~~ ", "`a", "`", "``` ", "```\n/a\n", "<", "<a ", "<a b='", "<x\n", "<!--", "<!-- a -->",
    "<!--a\n", "<?", "<b>", "<s>", "<s></s>", "<del>/a\n", "<blockquote>\n\n/a\n\n", "<div>/a\n\n", "&", "&#", "\\",
    "|a", "a|b\n-|-\n", "|x|\n|-|\n|/a|\n", "/a\n", "/a b\n", "/a `\n", "/a [\n", "> /a\n/b\n", "/a\n===\n",
    "\n /a\n    ", "/a \"b\n", "\" \" ", "[a]( ", "a\n", "\n", "\r", " ", "\t", "\xa0", "\u200b", "/a\u200b\n",
    "\x00", "\U0001f600", "From: a\n", "a:\n", "Dana wrote:\n\n", "-----\n", "https://a.b ", "/abc",
)  # fmt: skip
"""Texts of which many parsers make too much, or that this one looks at more than once."""


def cpu_seconds(body: str) -> float:
    start = time.process_time()
    list(command_names(body))
    parse(body)
    return time.process_time() - start


def grows_linearly(nasty: str) -> bool:
    """Whether eight times the length costs about eight times as much; 64 times were quadratic."""

    def least(size: int, tries: int) -> float:
        bodies = (f"/x\n\n{nasty * size}"[:size], f"/x {nasty * size}"[:size])
        return max(min(cpu_seconds(body) for _ in range(tries)) for body in bodies)

    return any(least(32_768, tries) < 24 * least(4_096, 3) + 0.005 for tries in (1, 2, 4))


@pytest.mark.parametrize("nasty", NASTY)
def test_long_comments_are_parsed_in_linear_time(nasty: str) -> None:
    assert grows_linearly(nasty)


@settings(max_examples=15)
@given(st.lists(MARKUP, min_size=1, max_size=6).map("".join))
def test_whatever_is_repeated_is_parsed_in_linear_time(nasty: str) -> None:
    assert grows_linearly(nasty)


@pytest.mark.slow
@settings(max_examples=2_000)
@given(st.lists(MARKUP, min_size=1, max_size=8).map("".join))
def test_whatever_is_repeated_is_parsed_in_linear_time_however_much_is_tried(nasty: str) -> None:
    assert grows_linearly(nasty)


def test_the_longest_comment_that_github_takes() -> None:
    assert len(parse("/check rctest\n" * 4_681)) == MAX_COMMANDS + 1


def test_runs_of_backticks_of_every_length() -> None:
    assert parse("/x\n" + " ".join("`" * n for n in range(1, 350))) == [CommandLine("x")]

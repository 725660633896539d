"""The words after a command: which are names, versions and options, and which instances the names select."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat.arguments import (
    GROUPS,
    Arguments,
    NoReleaseYet,
    NoVersionNamed,
    OptionWithoutText,
    SeveralVersionsNamed,
    UnknownOption,
    parse_arguments,
    resolve_version,
    select_instances,
)
from bot.domain.chat.requests import CommandContext, CommandRequest
from bot.domain.chat.unclear_words import UnclearWord, WordsNotUnderstood
from bot.domain.fleet.model import InstanceType
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from tests.samples import ACCOUNT, customer_instance, fleet, internal_instance, version

FLAGS, VALUED = ("--dry-run", "--yes"), ("--force", "--since")
TRIAL = customer_instance("jaderaven", "https://github.com/sourcegraph/accounts/issues/611", type=InstanceType.TRIAL)
FIRST, SECOND = customer_instance("amberotter"), customer_instance("amberotter-two", ordinal=2)
FLEET = fleet(internal_instance("rctest"), internal_instance("demo"), TRIAL, FIRST, SECOND)
CONTEXT = CommandContext(FLEET)


USAGE = "/command INSTANCE …"


def parsed(*words: str) -> Arguments | Reason:
    return parse_arguments(words, USAGE, FLAGS, VALUED)


def arguments_of(*words: str) -> Arguments:
    found = parsed(*words)
    assert isinstance(found, Arguments), found
    return found


def test_names_versions_and_options_in_any_order() -> None:
    found = arguments_of("3.40.1", "--force", "they asked", "rctest", "--dry-run", "demo")
    assert found == Arguments(
        ("rctest", "demo"), (version("3.40.1"),), options=(("--force", "they asked"), ("--dry-run", ""))
    )
    assert found.option("--force") == "they asked"
    assert found.option("--dry-run") == ""
    assert found.option("--yes") is None


def test_no_words_are_valid() -> None:
    assert arguments_of() == Arguments()


def test_a_repeated_version_counts_once() -> None:
    assert arguments_of("v3.40.1", "3.40.1", "3.41.0").versions == (version("3.40.1"), version("3.41.0"))


@pytest.mark.parametrize("word", ["latest", "Latest", "LATEST"])
def test_latest_is_no_name(word: str) -> None:
    assert arguments_of("rctest", word) == Arguments(("rctest",), latest=True)


@pytest.mark.parametrize(
    "words",
    [
        ("--force", "a reason"),
        ("--force=a reason",),
        ("—force", "a reason"),
        ("–force=a reason",),
        ("\u2212force", "a reason"),
        ("--force", "an earlier one", "--force", "a reason"),
    ],
)
def test_an_option_with_its_text(words: tuple[str, ...]) -> None:
    assert arguments_of(*words).option("--force") == "a reason"
    assert arguments_of(*words).names == ()


def test_the_text_may_look_like_anything_but_an_option() -> None:
    for reason in ("3.41.0", "latest", "-1 from the customer", "— they asked", "a=b", "rctest"):
        assert arguments_of("--force", reason) == Arguments(options=(("--force", reason),))
    assert arguments_of("--force=--dry-run").option("--force") == "--dry-run"


@pytest.mark.parametrize(
    "words", [("--force",), ("--force=",), ("--force", " "), ("--force", "--dry-run"), ("--force", "—dry-run")]
)
def test_an_option_without_its_text_is_refused(words: tuple[str, ...]) -> None:
    assert parsed("rctest", *words) == OptionWithoutText("--force")


@pytest.mark.parametrize("word", ["--no", "-h", "-", "--", "--dry-run=yes", "--Force", "—"])
def test_an_unknown_option_is_refused_with_the_known_ones(word: str) -> None:
    def refused(position: int, flags: tuple[str, ...] = (), valued: tuple[str, ...] = ()) -> Reason:
        return WordsNotUnderstood((UnclearWord(word, position, UnknownOption(flags, valued, USAGE)),), USAGE)

    if word == "—":
        word = "--"  # as it is read
        assert parsed("rctest", "—") == refused(0, FLAGS, VALUED)
        return
    assert parsed("rctest", word) == refused(2, FLAGS, VALUED)
    assert parse_arguments([word], USAGE, ["--dry-run"]) == refused(1, ("--dry-run",))
    assert parse_arguments([word], USAGE) == refused(1)


def test_a_fault_hides_all_other_words() -> None:
    assert parsed("nobody", "3.40.1", "--no") == parsed("rctest", "3.40.2", "--no")


DASHES = "-‒–—―\u2212"
OPTION = tuple(DASHES)
JUNK = st.text(max_size=12) | st.sampled_from(
    [
        "",
        "-",
        "--",
        "—",
        "=",
        "--force",
        "--force=",
        "--dry-run",
        "—force",
        "latest",
        "3.40.1",
        "v3.40.1",
        "\u2212\u2212",
        "\0",
    ]
)


@given(st.lists(JUNK, max_size=12))
def test_any_words_are_parsed_and_none_is_lost(words: list[str]) -> None:
    found = parsed(*words)
    if isinstance(found, Reason):
        return
    assert set(found.names) <= set(words)
    assert {name for name, _ in found.options} <= {*FLAGS, *VALUED}
    behind_an_option = {place + 1 for place, word in enumerate(words) if f"--{word.lstrip(DASHES)}" in VALUED}
    plain = [
        word for place, word in enumerate(words) if place not in behind_an_option and not word.startswith(OPTION)
    ]
    versions = [named for word in plain if (named := Version.parse(word))]
    assert found.versions == tuple(dict.fromkeys(versions))
    assert found.latest == any(word.lower() == "latest" for word in plain)
    assert len(found.names) == len(plain) - len(versions) - [word.lower() for word in plain].count("latest")
    assert set(found.names) <= set(plain)


NAMES = st.text("abcdefgh.:/#-0123456789=", min_size=1, max_size=12).filter(
    lambda word: not word.startswith("-") and Version.parse(word) is None
)
REASONS = st.text(min_size=1, max_size=12).filter(lambda word: word.strip() and word[0] not in DASHES)
NUMBERS = st.integers(0, 9999)
PIECES = st.one_of(
    st.tuples(st.just("name"), st.tuples(NAMES)),
    st.tuples(st.just("version"), st.tuples(st.builds(Version, NUMBERS, NUMBERS, NUMBERS).map(str))),
    st.tuples(st.just("latest"), st.tuples(st.sampled_from(["latest", "LATEST"]))),
    st.tuples(st.just("flag"), st.tuples(st.sampled_from(FLAGS))),
    st.tuples(st.just("valued"), st.tuples(st.sampled_from(VALUED), REASONS)),
)


@given(st.lists(PIECES, max_size=8))
def test_every_word_is_classified_whatever_is_around_it(
    pieces: list[tuple[str, tuple[str, ...]]],
) -> None:
    def of(kind: str) -> list[tuple[str, ...]]:
        return [words for found, words in pieces if found == kind]

    found = arguments_of(*(word for _, words in pieces for word in words))
    assert found.names == tuple(name for (name,) in of("name"))
    assert found.versions == tuple(dict.fromkeys(version(text) for (text,) in of("version")))
    assert found.latest == bool(of("latest"))
    given_last = {words[0]: words[-1] for words in of("valued")}
    assert dict(found.options) == given_last | {name: "" for (name,) in of("flag")}


def version_of(*words: str, on: str = "3.40.1", released: str = "") -> Version | Reason:
    request = CommandRequest(77, 12, "dana", words, version(on) if on else None)
    context = CommandContext(FLEET, released=[version(text) for text in released.split()])
    return resolve_version(arguments_of(*words), request, context, USAGE)


def test_the_version_that_is_meant() -> None:
    assert version_of("rctest") == version("3.40.1"), "the issue's"
    assert version_of("rctest", "3.41.0") == version("3.41.0")
    assert version_of("latest", released="3.41.0 4.0.0-rc.1 3.9.9") == version("3.41.0")
    assert version_of("latest", on="", released="3.41.0") == version("3.41.0")


def test_a_version_that_is_unclear_is_explained() -> None:
    assert version_of("rctest", on="") == NoVersionNamed(USAGE)
    assert version_of("3.40.1", "3.41.0") == SeveralVersionsNamed()
    assert version_of("3.40.1", "latest", released="3.40.1") == version_of("3.40.1", "3.41.0")
    assert version_of("latest", released="4.0.0-rc.1") == NoReleaseYet()


@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        ([], []),
        (["demo", "rctest"], ["rctest", "demo"]),
        (["rctest", "RCTEST", "https://rctest.sourcegraph.com"], ["rctest"]),
        (["internal"], ["rctest", "demo"]),
        (["production", "trial"], ["jaderaven", "amberotter", "amberotter-two"]),
        (["All"], ["rctest", "demo", "jaderaven", "amberotter", "amberotter-two"]),
        ([f"{ACCOUNT}#2", "internal"], ["rctest", "demo", "amberotter-two"]),
    ],
)
def test_names_select_instances_in_order_of_work(names: list[str], slugs: list[str]) -> None:
    assert [instance.slug for instance in select_instances(names, CONTEXT).instances] == slugs


def test_instances_that_only_a_group_selects_are_known() -> None:
    assert select_instances(["internal", "demo", "jaderaven"], CONTEXT).by_group == {"rctest"}
    assert select_instances(["all"], CONTEXT).by_group == {instance.slug for instance in FLEET}
    assert select_instances(["rctest"], CONTEXT).by_group == frozenset()


def test_unknown_words_are_listed_once_in_their_order() -> None:
    selection = select_instances(["nobody-at-all", "rctest", ACCOUNT, "nobody-at-all"], CONTEXT)
    assert [word for word, _ in selection.unknown] == ["nobody-at-all", ACCOUNT]
    assert [instance.slug for instance in selection.instances] == ["rctest"]


@given(st.lists(st.sampled_from(sorted(GROUPS)) | st.sampled_from([i.slug for i in FLEET]) | st.text(max_size=8)))
def test_instances_are_selected_once_in_order_of_work(names: list[str]) -> None:
    selection = select_instances(names, CONTEXT)
    assert list(selection.instances) == [instance for instance in FLEET if instance in selection.instances]
    assert selection.by_group <= {instance.slug for instance in selection.instances}
    assert {i.slug for i in FLEET if i.slug in names} <= {i.slug for i in selection.instances} - selection.by_group

"""The words behind a command: which are names, versions, options, and which instances the names stand for."""

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
from bot.domain.fleet.model import InstanceType
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from tests.samples import ACCOUNT, customer_instance, fleet, internal_instance, version

FLAGS, VALUED = ("--dry-run", "--yes"), ("--force", "--since")
TRIAL = customer_instance("jaderaven", "https://github.com/sourcegraph/accounts/issues/611", type=InstanceType.TRIAL)
FIRST, SECOND = customer_instance("amberotter"), customer_instance("amberotter-two", ordinal=2)
FLEET = fleet(internal_instance("rctest"), internal_instance("demo"), TRIAL, FIRST, SECOND)
VIEW = CommandContext(FLEET)


USAGE = "/command INSTANCE …"


def parsed(*words: str) -> Arguments | Reason:
    return parse_arguments(words, USAGE, FLAGS, VALUED)


def sorted_out(*words: str) -> Arguments:
    found = parsed(*words)
    assert isinstance(found, Arguments), found
    return found


def test_names_versions_and_options_in_any_order() -> None:
    found = sorted_out("3.40.1", "--force", "they asked", "rctest", "--dry-run", "demo")
    assert found == Arguments(
        ("rctest", "demo"), (version("3.40.1"),), options=(("--force", "they asked"), ("--dry-run", ""))
    )
    assert found.option("--force") == "they asked"
    assert found.option("--dry-run") == ""
    assert found.option("--yes") is None


def test_no_words_are_no_fault() -> None:
    assert sorted_out() == Arguments()


def test_a_version_said_twice_is_one_version() -> None:
    assert sorted_out("v3.40.1", "3.40.1", "3.41.0").versions == (version("3.40.1"), version("3.41.0"))


@pytest.mark.parametrize("word", ["latest", "Latest", "LATEST"])
def test_latest_is_no_name(word: str) -> None:
    assert sorted_out("rctest", word) == Arguments(("rctest",), latest=True)


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
def test_a_reason_behind_its_option(words: tuple[str, ...]) -> None:
    assert sorted_out(*words).option("--force") == "a reason"
    assert sorted_out(*words).names == ()


def test_a_reason_may_look_like_anything_but_an_option() -> None:
    for reason in ("3.41.0", "latest", "-1 from the customer", "— they asked", "a=b", "rctest"):
        assert sorted_out("--force", reason) == Arguments(options=(("--force", reason),))
    assert sorted_out("--force=--dry-run").option("--force") == "--dry-run"


@pytest.mark.parametrize(
    "words", [("--force",), ("--force=",), ("--force", " "), ("--force", "--dry-run"), ("--force", "—dry-run")]
)
def test_without_a_reason_it_asks_for_one(words: tuple[str, ...]) -> None:
    assert parsed("rctest", *words) == OptionWithoutText("--force")


@pytest.mark.parametrize("word", ["--no", "-h", "-", "--", "--dry-run=yes", "--Force", "—"])
def test_an_option_that_there_is_not_is_answered_with_those_there_are(word: str) -> None:
    assert parsed("rctest", word) == UnknownOption(FLAGS, VALUED, USAGE)
    assert parse_arguments([word], USAGE, ["--dry-run"]) == UnknownOption(("--dry-run",), (), USAGE)
    assert parse_arguments([word], USAGE) == UnknownOption((), (), USAGE)


def test_a_fault_leaves_nothing_to_act_on() -> None:
    assert parsed("rctest", "3.40.1", "--no") == parsed("--no")


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
def test_no_words_break_it_and_none_is_lost(words: list[str]) -> None:
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
def test_every_word_is_what_it_was_written_as_whatever_stands_around_it(
    pieces: list[tuple[str, tuple[str, ...]]],
) -> None:
    def of(kind: str) -> list[tuple[str, ...]]:
        return [words for found, words in pieces if found == kind]

    found = sorted_out(*(word for _, words in pieces for word in words))
    assert found.names == tuple(name for (name,) in of("name"))
    assert found.versions == tuple(dict.fromkeys(version(text) for (text,) in of("version")))
    assert found.latest == bool(of("latest"))
    given_last = {words[0]: words[-1] for words in of("valued")}
    assert dict(found.options) == given_last | {name: "" for (name,) in of("flag")}


def meant(*words: str, on: str = "3.40.1", released: str = "") -> Version | Reason:
    request = CommandRequest(77, 12, "dana", words, version(on) if on else None)
    context = CommandContext(FLEET, released=[version(text) for text in released.split()])
    return resolve_version(sorted_out(*words), request, context, USAGE)


def test_the_version_that_is_meant() -> None:
    assert meant("rctest") == version("3.40.1"), "the issue's"
    assert meant("rctest", "3.41.0") == version("3.41.0")
    assert meant("latest", released="3.41.0 4.0.0-rc.1 3.9.9") == version("3.41.0")
    assert meant("latest", on="", released="3.41.0") == version("3.41.0")


def test_the_version_that_nobody_can_tell() -> None:
    assert meant("rctest", on="") == NoVersionNamed(USAGE)
    assert meant("3.40.1", "3.41.0") == SeveralVersionsNamed()
    assert meant("3.40.1", "latest", released="3.40.1") == meant("3.40.1", "3.41.0")
    assert meant("latest", released="4.0.0-rc.1") == NoReleaseYet()


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
def test_names_stand_for_instances_in_the_order_of_work(names: list[str], slugs: list[str]) -> None:
    assert [instance.slug for instance in select_instances(names, VIEW).instances] == slugs


def test_who_came_in_by_a_word_for_many_and_who_was_named() -> None:
    assert select_instances(["internal", "demo", "jaderaven"], VIEW).by_group == {"rctest"}
    assert select_instances(["all"], VIEW).by_group == {instance.slug for instance in FLEET}
    assert select_instances(["rctest"], VIEW).by_group == frozenset()


def test_words_that_name_nobody_are_told_once_in_the_order_they_were_said() -> None:
    chosen = select_instances(["nobody-at-all", "rctest", ACCOUNT, "nobody-at-all"], VIEW)
    assert [word for word, _ in chosen.unknown] == ["nobody-at-all", ACCOUNT]
    assert [instance.slug for instance in chosen.instances] == ["rctest"]


@given(st.lists(st.sampled_from(sorted(GROUPS)) | st.sampled_from([i.slug for i in FLEET]) | st.text(max_size=8)))
def test_whoever_is_chosen_is_chosen_once_in_the_order_of_work(names: list[str]) -> None:
    chosen = select_instances(names, VIEW)
    assert list(chosen.instances) == [instance for instance in FLEET if instance in chosen.instances]
    assert chosen.by_group <= {instance.slug for instance in chosen.instances}
    assert {i.slug for i in FLEET if i.slug in names} <= {i.slug for i in chosen.instances} - chosen.by_group

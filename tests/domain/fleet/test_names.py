"""What instances are called: by people in commands, and by mibot where customers must not be named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.fleet.model import Fleet, Instance, UnreadableInstance
from bot.domain.fleet.names import (
    AccountAmbiguous,
    InstanceUnreadable,
    UnknownInstance,
    join_names,
    ordinal,
    plain_name,
    public_name,
    resolve,
    unreadable_name,
)
from bot.domain.fleet.problems import ConfigNotYaml, InstanceFileProblem, UnusableInstanceFile
from bot.domain.reasons import Reason
from demo.fleet import Defect, make_fleet
from tests.samples import ACCOUNT, customer_instance, files, fleet, fleet_from, internal_instance

OTHER = "https://github.com/sourcegraph/accounts/issues/611"
FLEET = fleet(
    internal_instance("rctest"),
    internal_instance("demo"),
    customer_instance("amberotter"),
    customer_instance("amberotter-two", ordinal=2),
    customer_instance("jaderaven", OTHER, domain="code.jaderaven.example.com"),
)


def resolve_slug(word: str, among: Fleet = FLEET) -> str:
    instance = resolve(word, among)
    assert isinstance(instance, Instance), instance
    return instance.slug


def why_unknown(word: str, among: Fleet = FLEET) -> Reason:
    answer = resolve(word, among)
    assert isinstance(answer, Reason), answer
    return answer


@pytest.mark.parametrize(
    ("word", "slug"),
    [
        ("rctest", "rctest"),
        ("RCTest", "rctest"),
        ("`rctest`", "rctest"),
        ("rctest/", "rctest"),
        ("rctest.sourcegraph.com", "rctest"),
        ("https://rctest.sourcegraph.com", "rctest"),
        ("<https://rctest.sourcegraph.com/>", "rctest"),
        ("https://rctest.sourcegraph.com/search?q=context:global", "rctest"),
        ("amberotter", "amberotter"),
        ("code.jaderaven.example.com", "jaderaven"),
        (OTHER, "jaderaven"),
        (f"{OTHER}/", "jaderaven"),
        (f"{OTHER}#1", "jaderaven"),
        (f"{OTHER}#issuecomment-1234567", "jaderaven"),
        (f"{OTHER}?x=1", "jaderaven"),
        (OTHER.upper(), "jaderaven"),
        (OTHER.replace("https", "http"), "jaderaven"),
        (OTHER.removeprefix("https://"), "jaderaven"),
        (f"{ACCOUNT}#1", "amberotter"),
        (f"{ACCOUNT}#2", "amberotter-two"),
        (f"{ACCOUNT}/#2", "amberotter-two"),
    ],
)
def test_an_instance_by_any_of_its_names(word: str, slug: str) -> None:
    assert resolve_slug(word) == slug


@pytest.mark.parametrize("instance", FLEET.instances, ids=lambda instance: instance.slug)
def test_what_mibot_calls_an_instance_can_be_typed_in_a_command(instance: Instance) -> None:
    typed = plain_name(instance)
    assert resolve_slug(typed if "#" in typed or instance.slug != "amberotter" else f"{typed}#1") == instance.slug


@pytest.mark.parametrize("word", [ACCOUNT, f"{ACCOUNT}#3", f"{ACCOUNT}#issuecomment-1"])
def test_an_account_with_several_instances_asks_which(word: str) -> None:
    assert why_unknown(word) == AccountAmbiguous((f"{ACCOUNT}#1", f"{ACCOUNT}#2"))


def test_an_account_with_one_instance_and_a_wrong_number() -> None:
    assert why_unknown(f"{OTHER}#2") == AccountAmbiguous((OTHER,))


@pytest.mark.parametrize("word", ["rctset", "rctes", "rcctest"])
def test_a_mistyped_name_gets_the_nearest(word: str) -> None:
    assert why_unknown(word) == UnknownInstance("rctest")


@pytest.mark.parametrize(
    "word", ["", "`", "#2", "https://", "https://github.com/sourcegraph/accounts/issues/1", "x" * 9999]
)
def test_what_is_like_nothing(word: str) -> None:
    assert why_unknown(word) == UnknownInstance()


BROKEN = replace(
    FLEET,
    instances=tuple(instance for instance in FLEET if instance.slug != "amberotter"),
    unreadable=(
        UnreadableInstance("amberotter", ConfigNotYaml(), "0123456789", account=ACCOUNT),
        UnreadableInstance(
            "opalwombat", UnusableInstanceFile("config.yaml", InstanceFileProblem.MISSING), "abcdef0123"
        ),
        UnreadableInstance(
            "tpgi", UnusableInstanceFile("terraform.tfvars", InstanceFileProblem.MISSING), "fedcba9876", internal=True
        ),
    ),
)


@pytest.mark.parametrize("word", ["amberotter", "amberotter.sourcegraph.com", f"{ACCOUNT}#1"])
def test_an_unreadable_instance_is_explained(word: str) -> None:
    assert why_unknown(word, BROKEN) == InstanceUnreadable(ConfigNotYaml())


def test_the_second_instance_is_not_taken_for_an_unreadable_first_one() -> None:
    assert why_unknown(ACCOUNT, BROKEN) == AccountAmbiguous((f"{ACCOUNT}#1", f"{ACCOUNT}#2"))
    assert resolve_slug(f"{ACCOUNT}#2", BROKEN) == "amberotter-two"


def test_public_names() -> None:
    assert [public_name(instance) for instance in FLEET] == [
        "[rctest.sourcegraph.com](https://rctest.sourcegraph.com)",
        "[demo.sourcegraph.com](https://demo.sourcegraph.com)",
        f"instance for {ACCOUNT}",
        f"second instance for {ACCOUNT}",
        f"instance for {OTHER}",
    ]


def test_what_unreadable_folders_are_called() -> None:
    names = [f"instance for {ACCOUNT}", "folder with tree abcdef0123", "tpgi"]
    assert [unreadable_name(problem) for problem in BROKEN.unreadable] == names
    second = replace(BROKEN.unreadable[0], ordinal=2)
    assert unreadable_name(second) == f"second instance for {ACCOUNT}"


def test_ordinals_as_people_write_them() -> None:
    numbers = [1, 2, 3, 4, 5, 6, 11, 12, 13, 21, 22, 23, 24, 101, 111]
    words = "first second third fourth fifth 6th 11th 12th 13th 21st 22nd 23rd 24th 101st 111th"
    assert " ".join(map(ordinal, numbers)) == words


INDISCREET_FLEET = fleet_from(files(make_fleet(40, name_customers_in_notes=True, broken=list(Defect))))


def test_every_instance_of_a_fleet_is_found_by_its_names() -> None:
    for instance in INDISCREET_FLEET:
        for word in (instance.slug, instance.domain, f"https://{instance.domain}/"):
            assert resolve(word, INDISCREET_FLEET) == instance
        typed = plain_name(instance)
        numbered = typed if instance.internal or "#" in typed else f"{typed}#{instance.ordinal}"
        assert resolve(numbered, INDISCREET_FLEET) == instance


SHORT, OTHER_SHORT = "sourcegraph/accounts#528", "sourcegraph/accounts#611"


@pytest.mark.parametrize(
    ("word", "slug"),
    [
        (OTHER_SHORT, "jaderaven"),
        ("Sourcegraph/Accounts#611", "jaderaven"),
        (f"`{OTHER_SHORT}`", "jaderaven"),
        (f"{OTHER_SHORT}#1", "jaderaven"),
        (f"{SHORT}#2", "amberotter-two"),
        (f"<{OTHER}>", "jaderaven"),
        (f"{OTHER}#issuecomment-12", "jaderaven"),
        (f"[{OTHER_SHORT}]({OTHER})", "jaderaven"),
        (f"[the customer]({OTHER})", "jaderaven"),
        (f"[the customer](<{OTHER}>)", "jaderaven"),
        (f"[jaderaven]({OTHER})", "jaderaven"),
        ("[rctest.sourcegraph.com](https://rctest.sourcegraph.com)", "rctest"),
        ("[rctest](https://rctest.sourcegraph.com/search?q=1)", "rctest"),
        (f"instance for {OTHER}", "jaderaven"),
        (f"instance for {OTHER_SHORT}", "jaderaven"),
        (f"first instance for {ACCOUNT}", "amberotter"),
        (f"Second instance for {SHORT}", "amberotter-two"),
        (f"2nd instance for {ACCOUNT}", "amberotter-two"),
        (f"second instance for [{SHORT}]({ACCOUNT})", "amberotter-two"),
        (f"[second instance for {SHORT}]({ACCOUNT})", "amberotter-two"),
        (f"[instance for {SHORT}]({ACCOUNT}#2)", "amberotter-two"),
    ],
)
def test_an_instance_is_found_by_what_github_and_the_tracker_show(word: str, slug: str) -> None:
    assert resolve_slug(word) == slug


@pytest.mark.parametrize("instance", list(FLEET), ids=lambda instance: instance.slug)
def test_an_instance_is_found_by_the_names_that_mibot_writes(instance: Instance) -> None:
    assert resolve(plain_name(instance), FLEET) in (instance, resolve(ACCOUNT, FLEET))
    assert resolve(public_name(instance), FLEET) in (instance, resolve(ACCOUNT, FLEET))
    assert join_names(public_name(instance).split()) == [public_name(instance)]


@pytest.mark.parametrize(
    "word",
    [
        "sourcegraph/accounts#999",
        "other/accounts#611",
        "accounts#611",
        "#611",
        "sourcegraph/accounts#",
        f"third instance for {ACCOUNT}x",
        f"some instance for {OTHER}",
        "instance for rctest",
        f"[rctest]({OTHER})",
        "[rctest](https://demo.sourcegraph.com)",
        "[rctest](https://example.com)",
        "[rctest]()",
        "[rctest][1]",
        "[](https://example.com)",
    ],
)
def test_what_names_no_instance_or_two_is_not_guessed(word: str) -> None:
    assert isinstance(resolve(word, FLEET), UnknownInstance)


@pytest.mark.parametrize("word", [ACCOUNT, SHORT, f"instance for {SHORT}", f"[{SHORT}]({ACCOUNT})", f"{SHORT}#3"])
def test_an_account_with_two_instances_is_ambiguous_however_it_is_written(word: str) -> None:
    assert resolve(word, FLEET) == AccountAmbiguous((f"{ACCOUNT}#1", f"{ACCOUNT}#2"))


@pytest.mark.parametrize(
    ("words", "joined"),
    [
        ("rctest demo", ["rctest", "demo"]),
        (f"instance for {OTHER} demo", [f"instance for {OTHER}", "demo"]),
        (f"rctest second instance for {SHORT} 3.40.1", ["rctest", f"second instance for {SHORT}", "3.40.1"]),
        ("rctest instance for", ["rctest", "instance", "for"]),
        ("second instance", ["second", "instance"]),
        ("first demo", ["first", "demo"]),
        ("", []),
    ],
)
def test_names_of_several_words_are_joined(words: str, joined: list[str]) -> None:
    assert join_names(words.split()) == joined


@pytest.mark.parametrize("instance", list(FLEET), ids=lambda instance: instance.slug)
def test_who_is_not_trusted_names_a_customer_by_its_account_only(instance: Instance) -> None:
    for word in (instance.slug, instance.domain, f"https://{instance.domain}", instance.slug[:-1]):
        wanted = instance if instance.internal and len(word) >= len(instance.slug) else UnknownInstance()
        assert resolve(word, FLEET, trusted=False) == wanted
    assert resolve(f"[x]({OTHER})", FLEET, trusted=False) == resolve(OTHER, FLEET, trusted=False)
    assert resolve_slug(OTHER) == "jaderaven"

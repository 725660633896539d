"""Customers' names taken out of people's words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.fleet.model import Fleet, UnreadableInstance
from bot.domain.fleet.problems import ConfigNotMapping
from bot.domain.fleet.redaction import redactor
from demo.fleet import Defect, make_fleet
from tests.samples import ACCOUNT, customer_instance, files, fleet, fleet_from, internal_instance

OTHER = "https://github.com/sourcegraph/accounts/issues/611"
THIRD = "https://github.com/sourcegraph/accounts/issues/7"
FLEET = fleet(
    internal_instance("rctest"),
    internal_instance("demo"),
    customer_instance("amberotter", domain="search.otter.example.com"),
    customer_instance("amberotter-two", ordinal=2, customer="amberotter"),
    customer_instance("big-co", OTHER),
    customer_instance("hp", THIRD),
)
redact = redactor(FLEET)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tell amberotter first", f"tell {ACCOUNT} first"),
        ("AmberOtter's audit", f"{ACCOUNT}'s audit"),
        ("project sourcegraph-managed-amberotter", f"project sourcegraph-managed-{ACCOUNT}"),
        ("amberotter-two is next", f"{ACCOUNT}#2 is next"),
        ("see search.otter.example.com/x", f"see {ACCOUNT}/x"),
        ("Amber Otter and amber_otter", f"{ACCOUNT} and {ACCOUNT}"),
        ("the amberotters", f"the {ACCOUNT}"),
        ("db_amberotter_prod", f"db_{ACCOUNT}_prod"),
        ("Big Co, big.co, BIGCO", f"{OTHER}, {OTHER}, {OTHER}"),
        ("amber\u200bot\u00adter", ACCOUNT),
        ("ａｍｂｅｒｏｔｔｅｒ", ACCOUNT),
        ("hp asked", f"{THIRD} asked"),
        ("a chapel, php, HPs", "a chapel, php, HPs"),
        ("tell demo and rctest", "tell demo and rctest"),
        ("big ideas", "big ideas"),
        ("nothing to hide", "nothing to hide"),
        ("", ""),
    ],
)
def test_names_are_replaced_by_what_customers_may_be_called(words: str, said: str) -> None:
    assert redact(words) == said


def test_the_text_comes_back_on_one_line() -> None:
    assert redact("tell\n\tamberotter\u2028now") == f"tell {ACCOUNT} now"


@pytest.mark.parametrize("words", ["ſ", "İstanbul", "ﬀ", "K", "amberotteſr", "\ud800amber"])
def test_letters_that_change_their_length_with_their_case(words: str) -> None:
    assert redact(f"{words} amberotter").endswith(f" {ACCOUNT}")


def test_an_unreadable_customer_is_not_named_either() -> None:
    problems = (
        UnreadableInstance("jaderaven", ConfigNotMapping(), account=ACCOUNT),
        UnreadableInstance("opalwombat", ConfigNotMapping()),
        UnreadableInstance("tpgi", ConfigNotMapping(), internal=True),
    )
    said = redactor(Fleet((), problems))("jaderaven, opalwombat, tpgi, rctest")
    assert said == f"{ACCOUNT}, a customer, tpgi, rctest"


def test_an_internal_name_stays_even_when_a_customer_has_it_too() -> None:
    assert redactor(fleet(internal_instance("demo"), customer_instance("x-demo", customer="demo")))("demo") == "demo"


def test_numbers_are_nobodys_name() -> None:
    assert redactor(fleet(customer_instance("40")))("it runs 3.40.1, 40 times") == "it runs 3.40.1, 40 times"


def test_a_fleet_without_customers_redacts_nothing() -> None:
    assert redactor(fleet(internal_instance()))("tell amberotter") == "tell amberotter"


INDISCREET = make_fleet(60, name_customers_in_notes=True, broken=list(Defect))
redact_indiscreet = redactor(fleet_from(files(INDISCREET)))
NAMES = st.sampled_from(INDISCREET.customers)
FORMS = st.sampled_from(
    [str, str.upper, str.title, lambda name: "\u200b".join(name), lambda name: f"{name[:3]} {name[3:]}"]
)
AROUND = st.text(" .,-_/:@'\"()x1é\u200b\n", max_size=4)


@given(st.lists(st.tuples(AROUND, FORMS, NAMES, AROUND), max_size=5))
def test_no_name_is_left_in_any_sentence(parts: list[tuple[str, Callable[[str], str], str, str]]) -> None:
    words = "".join(f"{before}{form(name)}{after}" for before, form, name, after in parts)
    said = redact_indiscreet(words).lower()
    assert not [name for name in INDISCREET.customers if name in said]


@given(st.text(max_size=80))
def test_other_words_stay(words: str) -> None:
    assert redact_indiscreet(redact_indiscreet(words)) == redact_indiscreet(words)

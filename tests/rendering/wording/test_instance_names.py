"""Words that name no instance, as the answer says so: with no customer's name in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.fleet.model import Fleet, Instance
from bot.domain.fleet.names import plain_name, public_name, resolve
from bot.rendering import Renderer
from bot.rendering.answers import render_reason
from bot.rendering.wording import describe
from demo.fleet import Defect, make_fleet
from tests.domain.fleet.test_names import BROKEN, FLEET, OTHER, why_unknown
from tests.rendered import reader_text
from tests.samples import ACCOUNT, files, fleet_from


def answer(word: str, among: Fleet = FLEET) -> str:
    return reader_text(render_reason(Renderer(among), why_unknown(word, among)))


@pytest.mark.parametrize(
    ("word", "among", "words"),
    [
        (ACCOUNT, FLEET, f"this account has 2 instances: write {ACCOUNT}#1 or {ACCOUNT}#2."),
        (f"{OTHER}#2", FLEET, f"this account has one instance: write {OTHER}."),
        ("rctset", FLEET, "there is no such instance. Did you mean rctest?"),
        ("nobody-at-all", FLEET, "there is no such instance."),
        ("amberotter", BROKEN, "this instance can't be read: config.yaml is not valid YAML; correct its syntax."),
    ],
)
def test_a_word_that_names_no_instance(word: str, among: Fleet, words: str) -> None:
    assert answer(word, among) == words


def test_a_mistyped_customer_gets_the_account_and_not_the_name() -> None:
    assert answer("jaderavn") == f"there is no such instance. Did you mean {OTHER}?"
    assert describe(why_unknown("jaderavn")) == "there is no such instance. Did you mean jaderaven?", "in a terminal"


def test_an_instance_that_left_the_fleet_is_no_longer_suggested() -> None:
    assert reader_text(render_reason(Renderer(Fleet()), why_unknown("jaderavn"))) == "there is no such instance."


INDISCREET = make_fleet(40, name_customers_in_notes=True, broken=list(Defect))
INDISCREET_FLEET = fleet_from(files(INDISCREET))
SECRETS = [name.lower() for name in INDISCREET.customers]
NAMES = st.sampled_from([*INDISCREET.customers, *(str(instance.account) for instance in INDISCREET_FLEET.customers)])


def changed(name: str, place: int, letter: str) -> str:
    place %= len(name) + 1
    return name[:place] + letter + name[place + 1 :]


@given(st.builds(changed, NAMES, st.integers(0, 60), st.text(max_size=2)) | NAMES | st.text(max_size=30))
def test_no_word_makes_mibot_say_a_customers_name(word: str) -> None:
    found = resolve(word, INDISCREET_FLEET)
    said = (
        f"{public_name(found)} {plain_name(found)}"
        if isinstance(found, Instance)
        else render_reason(Renderer(INDISCREET_FLEET), found)
    )
    assert not [secret for secret in SECRETS if secret in said.lower()]

"""Stored names: each field has one, they are not Python's, and a change of one is seen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

import pytest

from bot.formats.documents import OMIT, Codec, Registry, canonical, describe, fingerprint
from tests.formats.shop import CODEC, NOON, Cancel, Item, Order


class OldColor(StrEnum):
    RED = "red"


class NewColor(Enum):
    CRIMSON = "red"


@Registry().stored("garden.flower", name="name", color="color")
@dataclass(frozen=True)
class Flower:
    name: str
    color: OldColor = OldColor.RED


@Registry().stored("garden.flower", hue="color", title="name")
@dataclass(frozen=True)
class Blossom:
    title: str
    hue: NewColor = NewColor.CRIMSON


@Registry().stored("garden.flower", name="title", color="color")
@dataclass(frozen=True)
class Renamed:
    name: str
    color: OldColor = OldColor.RED


OLD, NEW = Codec([Flower]), Codec([Blossom])


def test_new_python_names_do_not_change_what_is_stored() -> None:
    assert OLD.encode(Flower("rose")) == NEW.encode(Blossom("rose"))
    assert NEW.decode(Blossom, OLD.encode(Flower("rose"))) == Blossom("rose")
    assert describe(OLD) == describe(NEW)
    assert fingerprint(OLD, Flower("rose")) == fingerprint(NEW, Blossom("rose"))


def test_a_changed_stored_name_is_seen() -> None:
    renamed = Codec([Renamed])
    assert describe(renamed) != describe(OLD)
    assert fingerprint(renamed, Renamed("rose")) != fingerprint(OLD, Flower("rose"))


def test_a_fingerprint_is_of_the_canonical_form() -> None:
    form = '{"color":"red","kind":"garden.flower","name":"rose"}'
    assert canonical(OLD.encode(Flower("rose"))) == form
    assert fingerprint(OLD, Flower("rose")) == hashlib.sha256(form.encode()).hexdigest()


def test_the_description_has_stored_names_alone() -> None:
    described = json.loads(json.dumps(describe(CODEC)))
    assert described["roots"] == [
        {"kinds": ["shop.cancel", "shop.refund"], "schema": 1},
        {"kinds": ["shop.order"], "schema": 1},
    ]
    assert described["records"]["shop.order"] == {
        "extra": {"mapping": "any"},
        "failed_payments": {"list": {"union": ["shop.by_card", "shop.by_voucher"]}},
        "is_gift": "boolean",
        "items": {"list": {"record": "shop.item"}},
        "kilograms": "number",
        "labels": {"set": "text"},
        "notes": {"mapping": "text"},
        "number": "integer",
        "payment": {"optional": {"union": ["shop.by_card", "shop.by_voucher"]}},
        "placed_at": "time",
        "priority": {"enum": [1, 2]},
        "replaces": {"optional": {"record": "shop.order"}},
        "sku": "text",
        "status": {"enum": ["open", "sent to the customer"]},
        "total": {"optional": "money"},
    }
    assert described["records"]["shop.item"] == {"name": "text", "quantity": "integer"}
    assert described["required"]["shop.order"] == ["number", "placed_at"]
    assert described["required"]["shop.item"] == ["name"]


@dataclass(frozen=True)
class Plain:
    a: int
    b: int = 0
    c: int = field(init=False, default=0)


@dataclass(frozen=True)
class Odd:
    cl: int


@dataclass
class Mutable:
    a: int


@pytest.mark.parametrize(
    ("cls", "names", "problem"),
    [
        (Plain, {"a": "a", "c": OMIT}, "fields without a stored name: b"),
        (Plain, {"a": "a", "b": "b", "c": OMIT, "d": "d"}, "stored names without a field: d"),
        (Plain, {"a": "x", "b": "x", "c": OMIT}, "stored names of more than one field: x"),
        (Plain, {"a": "kind", "b": "schema", "c": OMIT}, "reserved names: kind, schema"),
        (Plain, {"a": "a", "b": "b", "c": "c"}, "fields that must be omitted: c"),
        (Plain, {"a": OMIT, "b": "b", "c": OMIT}, "fields that cannot be omitted: a"),
        (Mutable, {"a": "a"}, "only a frozen dataclass can be stored"),
        (Odd, {"cl": "class"}, "fields with a name that cattrs uses: cl"),
        (int, {}, "only a frozen dataclass can be stored"),
    ],
)
def test_names_must_match_the_fields(cls: type, names: dict[str, Any], problem: str) -> None:
    with pytest.raises(TypeError) as caught:
        Registry().stored("plain", **names)(cls)
    assert str(caught.value).endswith(problem)


def test_a_tag_belongs_to_one_class() -> None:
    registry = Registry()
    for _ in range(2):  # a module that is imported again defines its classes again
        registry.stored("tag", label="label", count="count")(Item)
    with pytest.raises(TypeError, match=r"Cancel: the tag 'tag' belongs to tests\.formats\.shop\.Item"):
        registry.stored("tag", number="number", why="why")(Cancel)


def test_names_are_not_inherited() -> None:
    @dataclass(frozen=True)
    class Special(Item):
        pass

    with pytest.raises(TypeError, match="not a stored class"):
        Codec([Special])
    with pytest.raises(TypeError, match="not stored"):
        CODEC.encode(Special("x"))


def test_a_field_may_have_the_name_of_a_decorator_argument() -> None:
    @Registry().stored("named", self="self", tag="tag", cls="cls", names="names", value="value")
    @dataclass(frozen=True)
    class Named:
        self: int
        tag: int
        cls: int
        names: int
        value: int

    assert Codec([Named]).encode(Named(1, 2, 3, 4, 5)) == {
        "kind": "named", "self": 1, "tag": 2, "cls": 3, "names": 4, "value": 5,
    }  # fmt: skip


def test_a_derived_field_is_computed_again() -> None:
    document = CODEC.encode(Order(3, NOON))
    assert not any("order 3" in str(value) for value in document.values())
    assert CODEC.decode(Order, document).key == "order 3"


class Mixed(Enum):
    A = 1
    B = "b"


UNSTORED = [bytes, object, Plain, Mixed, list[int], tuple[int, str], dict[str, int], int | str, Cancel | int]


@pytest.mark.parametrize("hint", [*UNSTORED, frozenset[Item]])
def test_a_type_that_cannot_be_stored(hint: Any) -> None:
    @dataclass(frozen=True)
    class Holder:
        held: int

    Holder.__annotations__["held"] = hint
    Registry().stored("holder", held="held")(Holder)
    with pytest.raises(TypeError, match=r"Holder\.held: "):
        Codec([Holder])


def test_two_classes_with_one_tag_in_one_codec() -> None:
    with pytest.raises(TypeError, match="have the same tag"):
        Codec([Flower, Blossom])


def test_a_class_belongs_to_one_root() -> None:
    with pytest.raises(TypeError, match="more than one root"):
        Codec([Cancel, Cancel | Item])

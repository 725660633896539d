"""Families: a field of a base class accepts every stored subclass that the codec knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from bot.formats.documents import Codec, DocumentError, Registry, describe
from tests.formats.shop import error_of, written_down

STORED = Registry().stored


@dataclass(frozen=True)
class Animal:
    """A base class that is not stored."""


@STORED("zoo.cat", lives="lives")
@dataclass(frozen=True)
class Cat(Animal):
    lives: int = 9


@dataclass(frozen=True)
class Bird(Animal):
    """A subclass that is not stored, with one that is."""


@STORED("zoo.parrot", says="says", imitates="imitates")
@dataclass(frozen=True)
class Parrot(Bird):
    says: str = ""
    imitates: Animal | None = None


@dataclass(frozen=True)
class Dodo(Bird):
    pass


@STORED("zoo.cage", first="first", others="others")
@dataclass(frozen=True)
class Cage:
    first: Animal
    others: tuple[Animal, ...] = ()


FAMILIES = {"animal": Animal}
CODEC = Codec([Cage], families=FAMILIES)

CAGE = Cage(Cat(), (Parrot("miaow", Cat(1)), Parrot("hello", Parrot("hello"))))
DOCUMENT = {
    "kind": "zoo.cage",
    "first": {"kind": "zoo.cat", "lives": 9},
    "others": [
        {"kind": "zoo.parrot", "says": "miaow", "imitates": {"kind": "zoo.cat", "lives": 1}},
        {
            "kind": "zoo.parrot",
            "says": "hello",
            "imitates": {"kind": "zoo.parrot", "says": "hello", "imitates": None},
        },
    ],
}


def test_a_field_accepts_every_stored_subclass() -> None:
    assert CODEC.encode(CAGE) == DOCUMENT
    assert CODEC.decode(Cage, written_down(DOCUMENT)) == CAGE


def test_a_member_comes_back_by_its_family() -> None:
    animal = CODEC.decode(Animal, {"kind": "zoo.cat", "lives": 7})
    assert animal == Cat(7)
    assert CODEC.encode(animal) == {"kind": "zoo.cat", "lives": 7}


@pytest.mark.parametrize("first", [Animal(), Bird(), Dodo(), Cage(Cat())])
def test_a_value_that_is_no_stored_member_is_not_written(first: Any) -> None:
    assert str(error_of(lambda: CODEC.encode(Cage(first)))) == "first: expected a value of one of the family animal"


@pytest.mark.parametrize(
    "first", [{"kind": "zoo.dodo"}, {"kind": "zoo.cage", "first": {}}, {"lives": 9}, {"kind": []}]
)
def test_a_document_of_no_member_is_refused(first: Any) -> None:
    error = error_of(lambda: CODEC.decode(Cage, {"first": first}))
    assert str(error) == "first: expected a kind: one of the family animal"


def test_the_description_lists_the_members() -> None:
    described = describe(CODEC)
    assert described["families"] == {"animal": ["zoo.cat", "zoo.parrot"]}
    assert described["records"]["zoo.cage"] == {
        "first": {"family": "animal"},
        "others": {"list": {"family": "animal"}},
    }
    assert described["records"]["zoo.parrot"] == {"says": "text", "imitates": {"optional": {"family": "animal"}}}


def test_a_family_may_be_a_root() -> None:
    codec = Codec([Animal], families=FAMILIES, upgraders={Animal: {1: lambda document: {**document, "lives": 1}}})
    assert codec.encode_document(Cat(3)) == {"schema": 2, "kind": "zoo.cat", "lives": 3}
    assert codec.decode_document(Animal, {"kind": "zoo.cat"}) == Cat(1)
    assert describe(codec)["roots"] == [{"kinds": ["zoo.cat", "zoo.parrot"], "schema": 2}]


def test_a_union_may_name_a_family() -> None:
    @Registry().stored("farm", guest="guest", host="host")
    @dataclass(frozen=True)
    class Farm:
        guest: Cage | Animal
        host: Cat | Cage | None = None

    codec = Codec([Farm, Cage | Animal], families=FAMILIES)
    for farm in (Farm(Cat()), Farm(Parrot("hello"), Cat(1)), Farm(CAGE, CAGE)):
        assert codec.decode(Farm, written_down(codec.encode(farm))) == farm
    assert codec.decode_document(Cage | Animal, codec.encode_document(CAGE)) == CAGE
    assert codec.decode_document(Cage | Animal, codec.encode_document(Cat(3))) == Cat(3)
    assert describe(codec)["records"]["farm"]["guest"] == {"union": ["zoo.cage", "zoo.cat", "zoo.parrot"]}


def test_a_base_class_may_be_stored_itself() -> None:
    registry = Registry()

    @registry.stored("base")
    @dataclass(frozen=True)
    class Base:
        pass

    @registry.stored("derived")
    @dataclass(frozen=True)
    class Derived(Base):
        pass

    codec = Codec([], families={"base": Base})
    assert [codec.decode(Base, codec.encode(one)) for one in (Base(), Derived())] == [Base(), Derived()]


def test_what_is_defined_later_is_unknown() -> None:
    @Registry().stored("zoo.dog")
    @dataclass(frozen=True)
    class Dog(Animal):
        pass

    with pytest.raises(DocumentError):
        CODEC.encode(Cage(Dog()))
    assert "zoo.dog" in Codec([Cage], families=FAMILIES).families["animal"]

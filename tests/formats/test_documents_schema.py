"""Schema versions: old documents are taken to the current schema, newer ones are refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given

from bot.formats.documents import Codec, DocumentError, NewerSchemaError, Registry, describe
from tests.formats.shop import CODEC, COMMANDS, SCALARS, Cancel, Command, Item, Order, Refund, written_down

STORED = Registry().stored


@STORED("person", given="given_name", family="family_name")
@dataclass(frozen=True)
class Person:
    given: str
    family: str = ""


def split_name(document: dict[str, Any]) -> dict[str, Any]:
    given, _, family = document["name"].partition(" ")
    return {"given": given, "family": family}


def longer_keys(document: dict[str, Any]) -> dict[str, Any]:
    return {"given_name": document["given"], "family_name": document["family"]}


PEOPLE = Codec([Person], upgraders={Person: {1: split_name, 2: longer_keys}})


def test_a_document_says_its_schema() -> None:
    document = PEOPLE.encode_document(Person("Ada", "Lovelace"))
    assert document == {"schema": 3, "kind": "person", "given_name": "Ada", "family_name": "Lovelace"}
    assert PEOPLE.decode_document(Person, document) == Person("Ada", "Lovelace")
    assert PEOPLE.decode_document("person", document) == Person("Ada", "Lovelace")


@pytest.mark.parametrize(
    "document",
    [
        {"name": "Ada Lovelace"},
        {"schema": 1, "name": "Ada Lovelace"},
        {"schema": 2, "given": "Ada", "family": "Lovelace"},
        {"schema": 3, "given_name": "Ada", "family_name": "Lovelace"},
    ],
)
def test_an_earlier_document_is_read(document: dict[str, Any]) -> None:
    before = written_down(document)
    assert PEOPLE.decode_document(Person, document) == Person("Ada", "Lovelace")
    assert document == before, "the document is the caller's"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"schema": 4}, "schema: a newer schema than 3, the newest that this program knows"),
        ({"schema": 10**5000}, "schema: a newer schema than 3, the newest that this program knows"),
        ({"schema": 0}, "schema: expected a positive integer"),
        ({"schema": True}, "schema: expected a positive integer"),
        ({"schema": "3"}, "schema: expected a positive integer"),
        ({"nome": "Ada"}, "the document: cannot be taken from schema 1 to 2 (KeyError)"),
        ({"name": 1}, "the document: cannot be taken from schema 1 to 2 (AttributeError)"),
        ({"schema": 3, "name": "Ada"}, "the document: 1 unknown key"),
        ("Ada", "the document: expected an object"),
    ],
)
def test_what_is_no_document_of_a_known_schema(document: object, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        PEOPLE.decode_document(Person, document)
    assert str(caught.value) == message
    assert caught.value.__context__ is None, "an earlier error may tell values"


@given(COMMANDS)
def test_the_members_of_a_union_share_its_schema(command: Command) -> None:
    codec = Codec([Command, Order], scalars=SCALARS, upgraders={Command: {1: dict}})
    document = written_down(codec.encode_document(command))
    assert document["schema"] == 2
    assert codec.decode_document(Command, document) == command
    assert codec.decode_document(type(command), document) == command
    assert [root["schema"] for root in describe(codec)["roots"]] == [2, 1]


def test_a_newer_document_is_told_from_a_broken_one() -> None:
    with pytest.raises(NewerSchemaError):
        PEOPLE.decode_document(Person, {"schema": 4})
    with pytest.raises(DocumentError) as caught:
        PEOPLE.decode_document(Person, {"schema": 0})
    assert not isinstance(caught.value, NewerSchemaError)


def test_only_a_root_has_documents() -> None:
    with pytest.raises(TypeError, match="not a root"):
        CODEC.encode_document(Item("tea"))
    with pytest.raises(TypeError, match="not a root"):
        CODEC.decode_document(Item, {})


@pytest.mark.parametrize("steps", [{2: dict}, {1: dict, 3: dict}, {0: dict}])
def test_a_gap_between_schemas(steps: dict[int, Any]) -> None:
    with pytest.raises(TypeError, match="without a gap"):
        Codec([Person], upgraders={Person: steps})


def test_upgraders_of_something_else() -> None:
    with pytest.raises(TypeError, match="not a root"):
        Codec([Cancel | Refund], scalars=SCALARS, upgraders={Cancel: {1: dict}})

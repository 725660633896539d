"""Documents: what is written, and that it is read as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, cast

import pytest
from hypothesis import given

from bot.formats.documents import Codec, DocumentError
from tests.formats.shop import (
    CODEC,
    COMMANDS,
    NOON,
    ORDERS,
    SCALARS,
    ByCard,
    ByVoucher,
    Cancel,
    Command,
    Item,
    Money,
    Order,
    Priority,
    Refund,
    Status,
    written_down,
)


def test_a_document_has_the_stored_names() -> None:
    order = Order(
        7,
        NOON,
        Status.SENT,
        Priority.HIGH,
        items=(Item("tea", 2),),
        total=Money(350),
        weight=1,
        labels=frozenset({"b", "a"}),
        notes={"door": "left"},
        extra={"list": [1, None, {"x": 1.5}]},
        paid=ByVoucher("SPRING"),
        tried=(ByCard("Ann", 1234),),
        before=Order(6, NOON),
    )
    document = CODEC.encode(order)
    before = document.pop("replaces")
    assert document == {
        "kind": "shop.order",
        "number": 7,
        "placed_at": "2024-05-01T12:00:00+00:00",
        "status": "sent to the customer",
        "priority": 2,
        "items": [{"name": "tea", "quantity": 2}],
        "total": "350",
        "kilograms": 1.0,
        "is_gift": False,
        "labels": ["a", "b"],
        "notes": {"door": "left"},
        "extra": {"list": [1, None, {"x": 1.5}]},
        "sku": "",
        "payment": {"kind": "shop.by_voucher", "code": "SPRING"},
        "failed_payments": [{"kind": "shop.by_card", "owner": "Ann", "last_digits": 1234}],
    }
    assert before == {key: value for key, value in CODEC.encode(Order(6, NOON)).items() if key != "kind"}


@given(ORDERS)
def test_a_record_comes_back(order: Order) -> None:
    assert CODEC.decode(Order, written_down(CODEC.encode(order))) == order


@given(COMMANDS)
def test_a_member_of_a_union_comes_back_by_the_union_its_class_and_its_tag(command: Command) -> None:
    document = written_down(CODEC.encode(command))
    for kind in (Command, type(command), document["kind"]):
        again: Any = CODEC.decode(cast(Any, kind), document)
        assert again == command
        assert type(again) is type(command)


def test_an_absent_key_takes_the_default() -> None:
    assert CODEC.decode(Order, {"number": 1, "placed_at": "2024-05-01T12:00:00Z"}) == Order(1, NOON)


def test_a_moment_is_stored_in_utc() -> None:
    order = Order(1, NOON.astimezone(timezone(timedelta(hours=9))))
    assert CODEC.encode(order)["placed_at"] == "2024-05-01T12:00:00+00:00"
    read = CODEC.decode(Order, {"number": 1, "placed_at": "2024-05-01T21:00:00+09:00"})
    assert read.placed.tzinfo is UTC


def test_a_whole_number_is_read_as_a_float() -> None:
    read = CODEC.decode(Order, CODEC.encode(Order(1, NOON)) | {"kilograms": 2})
    assert read.weight == 2
    assert type(read.weight) is float


def test_a_subclass_of_str_is_stored_as_plain_text() -> None:
    class Word(StrEnum):
        YES = "yes"

    stored = CODEC.encode(Cancel(1, Word.YES))["reason"]
    assert (type(stored), stored) == (str, "yes")


GOOD = CODEC.encode(Order(1, NOON))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "the document: expected an object"),
        ({}, "the document: missing keys: number, placed_at"),
        (GOOD | {"kind": "shop.item"}, "the document: expected the kind shop.order"),
        (GOOD | {"color": "red"}, "the document: 1 unknown key"),
        (GOOD | {"color": "red", "size": 1}, "the document: 2 unknown keys"),
        (GOOD | {"schema": 1}, "the document: 1 unknown key"),
        (GOOD | {"number": "1"}, "number: expected an integer"),
        (GOOD | {"number": 1.0}, "number: expected an integer"),
        (GOOD | {"number": True}, "number: expected an integer"),
        (GOOD | {"number": None}, "number: expected an integer"),
        (GOOD | {"is_gift": 1}, "is_gift: expected true or false"),
        (GOOD | {"sku": 1}, "sku: expected text"),
        (GOOD | {"kilograms": "1"}, "kilograms: expected a finite number"),
        (GOOD | {"kilograms": True}, "kilograms: expected a finite number"),
        (GOOD | {"kilograms": float("nan")}, "kilograms: expected a finite number"),
        (GOOD | {"kilograms": 10**400}, "kilograms: expected a finite number"),
        (GOOD | {"placed_at": "2024-05-01"}, "placed_at: expected an ISO 8601 date and time with an offset from UTC"),
        (GOOD | {"placed_at": 0}, "placed_at: expected an ISO 8601 date and time with an offset from UTC"),
        (
            GOOD | {"placed_at": "0001-01-01T00:00:00+09:00"},
            "placed_at: expected a date and time between the years 1 and 9999 in UTC",
        ),
        (GOOD | {"status": "OPEN"}, "status: expected one of the enum's values"),
        (GOOD | {"status": ["open"]}, "status: expected one of the enum's values"),
        (GOOD | {"priority": True}, "priority: expected one of the enum's values"),
        (GOOD | {"total": "a lot"}, "total: expected the text of money"),
        (GOOD | {"total": 5}, "total: expected the text of money"),
        (GOOD | {"items": {}}, "items: expected a list"),
        (GOOD | {"items": [{"name": "tea"}, {"name": 1}]}, "items[1].name: expected text"),
        (GOOD | {"labels": ["a", "a"]}, "labels: expected no element more than once"),
        (GOOD | {"notes": []}, "notes: expected an object"),
        (GOOD | {"notes": {"secret": 1}}, "notes.*: expected text"),
        (GOOD | {"extra": {"secret": [float("inf")]}}, "extra.*[0]: expected plain JSON"),
        (GOOD | {"payment": {"code": "x"}}, "payment: expected a kind: one of shop.by_card, shop.by_voucher"),
        (GOOD | {"payment": {"kind": []}}, "payment: expected a kind: one of shop.by_card, shop.by_voucher"),
        (GOOD | {"payment": 1}, "payment: expected an object"),
        (
            GOOD | {"failed_payments": [{"kind": "shop.by_voucher", "code": "!secret"}]},
            "failed_payments[0]: the values do not fit together",
        ),
        (GOOD | {"replaces": GOOD | {"number": []}}, "replaces.number: expected an integer"),
    ],
)
def test_an_error_names_the_place_and_the_problem(document: object, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        CODEC.decode(Order, document)
    assert str(caught.value) == message
    assert caught.value.__context__ is None, "an earlier error may tell values"


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (Order(1, datetime(2024, 5, 1)), "placed_at: expected a date and time with a time zone"),
        (Order(1, cast(Any, "2024")), "placed_at: expected a date and time with a time zone"),
        (Order(cast(Any, True), NOON), "number: expected an integer"),
        (Order(1, NOON, cast(Any, "open")), "status: expected a member of the enum"),
        (Order(1, NOON, items=cast(Any, [])), "items: expected a tuple"),
        (Order(1, NOON, items=(cast(Any, ByVoucher("")),)), "items[0]: expected a value of shop.item"),
        (Order(1, NOON, total=cast(Any, 3)), "total: expected money"),
        (Order(1, NOON, weight=float("inf")), "kilograms: expected a finite number"),
        (Order(1, NOON, labels=cast(Any, set())), "labels: expected a frozen set"),
        (Order(1, NOON, notes=cast(Any, [])), "notes: expected a mapping"),
        (Order(1, NOON, notes=cast(Any, {1: ""})), "notes: expected keys that are text"),
        (Order(1, NOON, sku=cast(Any, None)), "sku: expected text"),
        (Order(1, NOON, extra={"when": NOON}), "extra.*: expected plain JSON"),
        (
            Order(1, NOON, before=Order(0, NOON, paid=cast(Any, Item("")))),
            "replaces.payment: expected a value of one of shop.by_card, shop.by_voucher",
        ),
    ],
)
def test_a_value_of_another_type_is_not_written(order: Order, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        CODEC.encode(order)
    assert str(caught.value) == message


def test_a_document_nested_too_deeply_is_refused() -> None:
    order, document = Order(0, NOON), GOOD
    for number in range(2000):
        order, document = replace(order, number=number, before=order), GOOD | {"replaces": document}
    with pytest.raises(DocumentError, match="nested too deeply"):
        CODEC.encode(order)
    with pytest.raises(DocumentError, match="nested too deeply"):
        CODEC.decode(Order, document)


def test_a_codec_knows_its_types_only() -> None:
    codec = Codec([Refund], scalars=SCALARS)
    with pytest.raises(TypeError, match="Cancel"):
        codec.encode(Cancel(1))
    for kind in (Cancel, "shop.cancel"):
        with pytest.raises(TypeError, match="not stored by this codec"):
            codec.decode(cast(Any, kind), {})

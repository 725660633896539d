"""A small world of stored classes, with every type of field that there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, StrEnum
from typing import Any, NewType

from hypothesis import strategies as st

from bot.formats.documents import OMIT, Codec, DocumentError, Registry, scalar

REGISTRY = Registry()
stored = REGISTRY.stored

Sku = NewType("Sku", str)


class Status(StrEnum):
    OPEN = "open"
    SENT = "sent to the customer"


class Priority(Enum):
    LOW = 1
    HIGH = 2


@dataclass(frozen=True, order=True)
class Money:
    cents: int

    @classmethod
    def parse(cls, text: str) -> Money | None:
        return cls(int(text)) if text.isascii() and text.removeprefix("-").isdigit() else None

    def __str__(self) -> str:
        return str(self.cents)


@stored("shop.item", label="name", count="quantity")
@dataclass(frozen=True)
class Item:
    label: str
    count: int = 1


@stored("shop.by_card", owner="owner", digits="last_digits")
@dataclass(frozen=True)
class ByCard:
    owner: str
    digits: int


@stored("shop.by_voucher", code="code")
@dataclass(frozen=True)
class ByVoucher:
    code: str

    def __post_init__(self) -> None:
        if self.code.startswith("!"):
            raise ValueError(f"{self.code} is no voucher")


@stored(
    "shop.order",
    number="number",
    placed="placed_at",
    status="status",
    priority="priority",
    items="items",
    total="total",
    weight="kilograms",
    gift="is_gift",
    labels="labels",
    notes="notes",
    extra="extra",
    sku="sku",
    paid="payment",
    tried="failed_payments",
    before="replaces",
    key=OMIT,
)
@dataclass(frozen=True)
class Order:
    number: int
    placed: datetime
    status: Status = Status.OPEN
    priority: Priority = Priority.LOW
    items: tuple[Item, ...] = ()
    total: Money | None = None
    weight: float = 0.0
    gift: bool = False
    labels: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    sku: Sku = Sku("")
    paid: ByCard | ByVoucher | None = None
    tried: tuple[ByCard | ByVoucher, ...] = ()
    before: Order | None = None
    key: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"order {self.number}")


@stored("shop.cancel", number="order", why="reason")
@dataclass(frozen=True)
class Cancel:
    number: int
    why: str = ""


@stored("shop.refund", number="order", amount="amount")
@dataclass(frozen=True, kw_only=True)
class Refund:
    number: int
    amount: Money


Command = Cancel | Refund

SCALARS = (scalar(Money, "money", encode=str, decode=Money.parse),)
CODEC = Codec([Order, Command], scalars=SCALARS)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

WORDS = st.text(max_size=8)
NUMBERS = st.integers(-(2**70), 2**70)
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
PAYMENTS = st.builds(ByCard, WORDS, NUMBERS) | st.builds(ByVoucher, WORDS.filter(lambda code: code[:1] != "!"))


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=3).map(tuple)


def orders(before: st.SearchStrategy[Order | None]) -> st.SearchStrategy[Order]:
    return st.builds(
        Order,
        number=NUMBERS,
        placed=MOMENTS,
        status=st.sampled_from(Status),
        priority=st.sampled_from(Priority),
        items=several(st.builds(Item, WORDS, NUMBERS)),
        total=st.none() | st.builds(Money, NUMBERS),
        weight=st.floats(allow_nan=False, allow_infinity=False),
        gift=st.booleans(),
        labels=st.frozensets(WORDS, max_size=3),
        notes=st.dictionaries(WORDS, WORDS, max_size=3),
        extra=st.dictionaries(WORDS, JSON, max_size=3),
        sku=WORDS.map(Sku),
        paid=st.none() | PAYMENTS,
        tried=several(PAYMENTS),
        before=before,
    )


ORDERS = orders(st.none() | orders(st.none()))
COMMANDS = st.builds(Cancel, NUMBERS, WORDS) | st.builds(Refund, number=NUMBERS, amount=st.builds(Money, NUMBERS))


def error_of(read: Callable[[], object]) -> DocumentError | None:
    """The one error that reading may raise; any other goes on to the test."""
    try:
        read()
    except DocumentError as error:
        return error
    return None


def written_down(document: Any) -> Any:
    """The document after a stay in a file."""
    return json.loads(json.dumps(document, allow_nan=False))

"""Versioned JSON documents of frozen dataclasses, under stored names that are not Python's.

A class says under which names it is stored. Python names can then change without a change to what is stored.

    @stored("shop.item", label="name", count="quantity")
    @dataclass(frozen=True)
    class Item:
        label: str
        count: int = 1

    @stored("shop.order", number="number", placed="placed_at", items="items", before="replaces")
    @dataclass(frozen=True)
    class Order:
        number: int
        placed: datetime
        items: tuple[Item, ...] = ()
        before: Order | None = None

A codec knows its root types, and everything that they contain. It compiles all of it when it is made, and raises
TypeError for a type that it cannot store. Make one codec, at import.

    CODEC = Codec([Order, Cancel | Refund], scalars=[scalar(Money, "money", encode=str, decode=Money.parse)],
                  upgraders={Order: {1: order_from_1_to_2}})

    CODEC.encode(order)                       # {"kind": "shop.order", "number": 7, "placed_at": "…", …}
    CODEC.decode(Order, document)             # or decode("shop.order", document)
    CODEC.encode_document(order)              # the same with "schema": 2
    CODEC.decode_document(Order, document)    # from schema 1 or 2
    describe(CODEC)                           # the whole stored shape, to hold against a file in a test
    fingerprint(CODEC, order)                 # SHA-256 of the canonical form

The rules:

* Field types: `str`, `int`, `float`, `bool`, enums (by value), `datetime` (with a time zone; stored in UTC), scalars,
  stored classes, families, unions of both, `X | None`, `tuple[X, ...]`, `frozenset[X]` of simple values,
  `Mapping[str, X]`, and `Any` for plain JSON.
* A family is a base class: `Codec(…, families={"reason": Reason})`. A field of the base class accepts every stored
  subclass. Its members are those that are defined when the codec is made, so import them before.
* The key `kind` holds a class's tag. It is written at the top of a document and wherever a field's type is a union of
  stored classes or a family. Where only one class is possible, a reader does not need it, but refuses a wrong one.
* Nothing is coerced: "1" is no `int`, and neither are 1.0 and true. A `float` accepts a whole number, because JSON
  has only one kind of number.
* A key that is absent takes the field's default. An unknown key is refused, because nobody knows what it means. So a
  reader from before a field was added refuses documents with it.
* A document without `schema` has schema 1. Upgraders take it to the current schema, one step at a time.
* Everything wrong with a document is a `DocumentError`. It names the place and the problem, never a value.
  It is a `NewerSchemaError` when a newer program wrote the document.
* A class may check its values in `__post_init__`; it raises ValueError for values that do not fit together.
"""

from bot.formats.documents.codec import Codec, Upgrader
from bot.formats.documents.describing import canonical, describe, fingerprint
from bot.formats.documents.errors import DocumentError, NewerSchemaError
from bot.formats.documents.naming import OMIT, Registry, names_of, stored, tag_of
from bot.formats.documents.scalars import Scalar, scalar

__all__ = [
    "OMIT",
    "Codec",
    "DocumentError",
    "NewerSchemaError",
    "Registry",
    "Scalar",
    "Upgrader",
    "canonical",
    "describe",
    "fingerprint",
    "names_of",
    "scalar",
    "stored",
    "tag_of",
]

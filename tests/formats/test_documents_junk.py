"""Whatever JSON is read, it is read or refused with a DocumentError that tells no value."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.formats.shop import CODEC, JSON, ORDERS, Command, Order, error_of, written_down
from tests.formats.test_documents_schema import PEOPLE, Person

SECRET = "s3cr3t-of-a-customer"


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything that a document contains."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def with_junk(document: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = with_junk(copy[path[0]], path[1:], junk)
    return copy


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A good document, of which one part is replaced by something else."""
    document = written_down(CODEC.encode(draw(ORDERS)))
    path = draw(st.sampled_from(places(document)))
    secret = st.just(SECRET) | st.just([SECRET]) | st.dictionaries(st.just(SECRET), JSON, min_size=1)
    return with_junk(document, path, draw(JSON | secret))


@given(JSON | damaged())
def test_it_is_read_or_refused(document: Any) -> None:
    error = error_of(lambda: CODEC.decode(Order, document))
    if error is None:
        order = CODEC.decode(Order, document)
        assert CODEC.decode(Order, written_down(CODEC.encode(order))) == order
    else:
        assert SECRET not in str(error)
        assert error.__context__ is None, "an earlier error may tell values"


@given(JSON)
def test_so_are_documents_of_earlier_schemas_and_of_unions(junk: Any) -> None:
    for read in (
        lambda: PEOPLE.decode_document(Person, junk),
        lambda: PEOPLE.decode_document(Person, {"name": junk}),
        lambda: CODEC.decode(Command, junk),
    ):
        error = error_of(read)
        assert error is None or error.__context__ is None

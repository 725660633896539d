"""When upstream is asked for its releases."""

from __future__ import annotations

import pytest

from bot.services.releases import released_for
from tests.ports import MemoryUpstream
from tests.samples import fleet, internal_instance, version

FLEET = fleet(internal_instance("rctest"), internal_instance("demo"))


@pytest.mark.parametrize(
    ("versions", "asked"),
    [([], 0), (["3.41.0"], 0), (["4.0.0"], 1), (["2.9.0"], 1), (["3.41.0", "4.0.0"], 1), (["3.40.2"], 1)],
)
def test_upstream_is_asked_only_where_majors_meet_and_where_a_golden_file_is_missing(
    versions: list[str], asked: int
) -> None:
    upstream = MemoryUpstream(frozenset({version("3.43.2")}))
    found = released_for([version(text) for text in versions], FLEET, upstream)
    assert upstream.asked == asked
    assert bool(found) == bool(asked)


def test_a_golden_file_of_the_next_major_does_not_tell_which_minor_ends_this_one() -> None:
    upstream = MemoryUpstream(frozenset({version("3.43.2")}))
    both = fleet(internal_instance("rctest"), golden=("3.40.0", "4.0.0"))
    assert released_for([version("4.0.0")], both, upstream) == {version("3.43.2")}

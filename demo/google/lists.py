"""How Compute Engine lists: filters (AIP-160, as far as mibot needs it), order, pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

Item = dict[str, Any]

_TERM = r'\(?([A-Za-z.]+) = "([^"]*)"\)?'
_FILTER = re.compile(rf"{_TERM}(?:(?P<word> OR | AND ){_TERM}(?:(?P=word){_TERM})*)?")
NEWEST_FIRST = "creationTimestamp desc"


def filter_and_sort(items: Sequence[Item], query: Mapping[str, str]) -> list[Item] | None:
    """The items that match the request's filter, in the requested order (by name by default); None when the filter is
    not supported here."""
    wanted = query.get("filter", "")
    if wanted and not _FILTER.fullmatch(wanted):
        return None
    terms = re.findall(_TERM, wanted)
    together = any if " OR " in wanted else all
    found = [item for item in items if not terms or together(_term_matches(item, *term) for term in terms)]
    if query.get("orderBy") == NEWEST_FIRST:
        return sorted(found, key=lambda item: str(item["creationTimestamp"]), reverse=True)
    return sorted(found, key=lambda item: str(item["name"]))


def paginate(items: Sequence[Item], query: Mapping[str, str], size: int) -> tuple[Sequence[Item], dict[str, str]]:
    """The requested page, and its `nextPageToken` if more items follow. A token is the number of items before the
    page. `size` limits a page, whatever the request's maxResults."""
    begin = int(query.get("pageToken") or 0)
    end = begin + min(size, int(query.get("maxResults") or 0) or size)
    return items[begin:end], {"nextPageToken": str(end)} if end < len(items) else {}


def _term_matches(item: Item, field: str, value: str) -> bool:
    found: Any = item
    for name in field.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return bool(found == value)

"""What the codec knows: for tests that go through all of it."""

from __future__ import annotations

import json
from typing import Any, get_type_hints

from hypothesis import strategies as st

from bot.domain.effects import Effect
from bot.formats.documents import tag_of
from bot.schema import CODEC, JobContent

EFFECT_CLASSES: frozenset[type[Effect]] = frozenset(r.cls for r in CODEC.records if issubclass(r.cls, Effect))


def effects(words: st.SearchStrategy[str]) -> st.SearchStrategy[Effect]:
    """Effects of every class, with such words for text."""
    texts = {str: words, tuple[str, ...]: st.lists(words, max_size=3).map(tuple)}
    return st.one_of(
        [
            st.builds(cls, **{name: texts[hint] for name, hint in get_type_hints(cls).items() if hint in texts})
            for cls in sorted(EFFECT_CLASSES, key=tag_of)
        ]
    )


def in_a_file(document: Any) -> Any:
    """The document after a stay in a file."""
    return json.loads(json.dumps(document, allow_nan=False))


def stored_job(content: JobContent) -> JobContent:
    """What comes back of the content of a job."""
    again: JobContent = CODEC.decode_document(JobContent, in_a_file(CODEC.encode_document(content)))
    return again

"""What a codec stores, as data, and what a value is, as a digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bot.formats.documents.codec import Codec


def describe(codec: Codec) -> dict[str, Any]:
    """The whole stored form, as JSON: each root's schema version, the members of each family, each class's
    stored names with their types, and which of these names a document must have.

    It contains no Python name, so that it changes only when what is stored changes.
    """
    roots = [{"kinds": root.tags, "schema": root.schema} for root in codec.roots]
    return {
        "roots": sorted(roots, key=lambda root: str(root["kinds"])),
        "families": dict(codec.families),
        "records": {record.tag: dict(sorted(record.described.items())) for record in codec.records},
        "required": {record.tag: sorted(record.required) for record in codec.records},
    }


def canonical(document: Any) -> str:
    """JSON that is the same for documents that are equal: ASCII, sorted keys, no spaces."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def fingerprint(codec: Codec, value: object) -> str:
    """The SHA-256 of the canonical form of a value, in hexadecimal.

    It depends on stored names and values alone. A new field changes it, even where the field has its default.
    """
    return hashlib.sha256(canonical(codec.encode(value)).encode("ascii")).hexdigest()

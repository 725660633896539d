"""Takes over a change of the stored form that was meant: `.venv/bin/python -m tests.schema.accept`.

It writes `tests/data/stored_schema.json` anew. Additions (another class, another member of a family, a field with a
default) need nothing else. Any other change needs the next schema version first, or documents that are stored already
would not be read: write `bot/schema/version_N` with functions that take documents from schema N, the current one,
to N + 1, and name them in `bot/schema/codec.py`, for every root.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bot.formats.documents import describe
from bot.schema import CODEC
from tests.schema.changes import breaking_changes, version

FILE = Path(__file__).parents[1] / "data/stored_schema.json"


def accepted() -> dict[str, Any]:
    """The stored form that was accepted last."""
    described: dict[str, Any] = json.loads(FILE.read_text())
    return described


def current() -> dict[str, Any]:
    """The stored form as the code has it."""
    return describe(CODEC)


def problems(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Why the change must not be accepted, a sentence each."""
    if version(new) == version(old):
        return breaking_changes(old, new)
    return [] if version(new) == version(old) + 1 else ["the schema version must grow by one"]


def main() -> None:
    new = current()
    if FILE.exists() and (found := problems(accepted(), new)):
        sys.exit("\n".join([*found, f"This needs schema version {version(new) + 1}: see tests/schema/accept.py."]))
    FILE.write_text(json.dumps(new, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()

"""The edit history of bodies, which the emulator lacks, as GitHub's GraphQL API tells it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

BODY_PATH = re.compile(r"/repos/[^/]+/[^/]+/issues/(comments/)?\d+")
Json = dict[str, Any]


@dataclass
class EditHistory:
    """Who made each body say what. `lock` is held around an edit, so that the history has the order of the edits."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    _edits: dict[str, list[Json]] = field(default_factory=dict)

    def note(self, before: Json | None, after: Json, editor: str) -> None:
        """Note an edit. `before` and `after` are the issue or comment as the REST API shows it."""
        edits = self._edits.setdefault(after["node_id"], [])
        if before is not None and before.get("body") == after.get("body"):
            return
        if not edits and before is not None:
            edits.append(self._edit(before, before["user"]["login"], before["created_at"]))
        edits.append(self._edit(after, editor, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))

    def answer(self, question: Json) -> Json:
        """The answer to the one question that mibot asks: the latest edits of a node, the newest first."""
        variables = question.get("variables") or {}
        if "userContentEdits" not in str(question.get("query")):
            return {"errors": [{"message": "The emulated GitHub does not know this query."}]}
        with self.lock:
            edits = self._edits.get(str(variables.get("node")), [])[-int(variables.get("count", 100)) :]
        return {"data": {"node": {"userContentEdits": {"nodes": edits[::-1]}}}}

    def _edit(self, text: Json, login: str, at: str) -> Json:
        bot = login.endswith("[bot]")
        editor = {"__typename": "Bot" if bot else "User", "login": login.removesuffix("[bot]")}
        number = sum(len(edits) for edits in self._edits.values()) + 1
        return {"id": f"UCE_{number}", "editedAt": at, "deletedAt": None, "diff": text.get("body"), "editor": editor}

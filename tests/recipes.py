"""The recipes of CONTRIBUTING.md as steps that a program can follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_STEP = re.compile(
    r"(?:In )?`(?P<path>[\w./-]+\.\w+)`"
    r"(?:, after the line that begins with\s+(?P<ticks>`+)(?P<anchor>.+?)(?P=ticks))?"
    r":\n\n```(?:python|markdown|toml)\n(?P<text>.*?)```",
    re.DOTALL,
)


@dataclass(frozen=True)
class RecipeStep:
    """One step: a new file at `path`, or `text` after the one line of an existing file that begins with `anchor`."""

    path: str
    text: str
    anchor: str = ""

    def apply(self, tree: Path) -> None:
        file = tree / self.path
        if not self.anchor:
            assert not file.exists(), f"{self.path} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.text)
            return
        lines = file.read_text().splitlines(keepends=True)
        (place,) = (number for number, line in enumerate(lines) if line.startswith(self.anchor))
        lines.insert(place + 1, self.text)
        file.write_text("".join(lines))


def recipe_steps(text: str) -> list[RecipeStep]:
    """The steps of all recipes in a document, in their order."""
    found = _STEP.finditer(text)
    return [RecipeStep(step["path"], step["text"], _unpadded(step["anchor"] or "")) for step in found]


def _unpadded(code: str) -> str:
    """The content of a code span: one space of padding is stripped from both sides when it contains backticks."""
    return code[1:-1] if "`" in code and code.startswith(" ") and code.endswith(" ") else code

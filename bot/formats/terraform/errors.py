"""What can be wrong with a Terraform file."""

from __future__ import annotations


class TerraformError(ValueError):
    """A text that is not valid Terraform. `line` counts from 1, and is None if unknown."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__("not valid Terraform" + (f" (line {line})" if line else ""))
        self.line = line

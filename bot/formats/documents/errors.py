"""What is wrong with a document, and where."""

from __future__ import annotations


class DocumentError(ValueError):
    """A document that cannot be read, or a value that cannot be written.

    `path` leads to the place: stored names, and positions in lists. The message contains no value and no key of the
    document itself, because both may be secret.
    """

    def __init__(self, problem: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(problem, path)

    @property
    def problem(self) -> str:
        problem: str = self.args[0]
        return problem

    @property
    def path(self) -> tuple[str | int, ...]:
        path: tuple[str | int, ...] = self.args[1]
        return path

    def enter(self, part: str | int) -> None:
        """Put one step in front of the path, as the error leaves the value that `part` leads to."""
        self.args = (self.problem, (part, *self.path))

    def __str__(self) -> str:
        steps = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        place = "".join(steps).removeprefix(".")
        return f"{place or 'the document'}: {self.problem}"


class NewerSchemaError(DocumentError):
    """A document of a schema that this program does not know yet."""

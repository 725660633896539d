"""What is wrong with a file that a plan reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.formats.compose import ComposeError, ComposeProblem
from bot.formats.documents import stored
from bot.formats.yaml import YamlProblem

MAX_FILE_BYTES = 1_048_576
"""The most bytes of a Compose or Terraform file. Files that people write are far smaller."""


class FileProblem(StrEnum):
    """Why a file's content cannot be used."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"


@dataclass(frozen=True)
class FileReason(Reason):
    """Something is wrong with the file at `path`, which is relative to the repository or to an instance's folder."""

    path: str


@stored("plans.unusable_file", path="path", problem="problem")
@dataclass(frozen=True)
class UnusableFile(FileReason):
    """The file's content cannot be used."""

    problem: FileProblem


@stored("plans.invalid_terraform", path="path", line="line")
@dataclass(frozen=True)
class InvalidTerraform(FileReason):
    """The file is not valid Terraform. `line` is None if unknown."""

    line: int | None


@stored(
    "plans.invalid_compose_file",
    path="path",
    problem="problem",
    key="key",
    yaml_problem="yaml_problem",
    line="line",
)
@dataclass(frozen=True)
class InvalidComposeFile(FileReason):
    """The Compose file cannot be read, edited or merged. The fields are those of a `ComposeError`. `path` is empty
    for a text that is not a file yet."""

    problem: ComposeProblem
    key: str = ""
    yaml_problem: YamlProblem | None = None
    line: int | None = None


class PlanningError(Exception):
    """There can be no plan, because something is wrong with a file."""

    def __init__(self, reason: FileReason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def compose_reason(error: ComposeError) -> InvalidComposeFile:
    """The error of a Compose file as a reason."""
    cause = error.cause
    return InvalidComposeFile(
        error.file, error.problem, error.key, cause.problem if cause else None, cause.line if cause else None
    )


def relative_to(folder: str, reason: FileReason) -> FileReason:
    """The reason with a path relative to the folder, if the file is in it."""
    return replace(reason, path=reason.path.removeprefix(f"{folder}/"))

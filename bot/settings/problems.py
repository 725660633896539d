"""Every sentence about settings that are missing or wrong. Each names the key; none repeats the value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bot.settings.names import CONFIG_VARIABLE, DEFAULT_FILE, variable_name

HTTP_URL = "must be a URL that starts with https:// or http://"
PRIVATE_KEY = "must be a private key in PEM; use the .pem file that GitHub gave for the App"
REPOSITORY = "must be written as owner/name"
TEAMS = "must be a list of teams written as org/team"
LOGINS_AND_TEAMS = "must be a list of logins and teams, written as login or org/team"
REGULAR_EXPRESSION = "must be a regular expression"
LIST = "must be a list: words separated by commas, or JSON"
PROJECT_TEMPLATE = "must be a project id with {slug} in it once"
STABLE_FOR = "verify.stable_for must be shorter than verify.timeout, or nothing can ever be green"
TWO_OPSGENIE_KEYS = "give opsgenie.api_key or opsgenie.api_key_file, not both"
NO_SUCH_FILE = "there is no such file"
STORE_URL = "must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"


class SettingsError(Exception):
    """The settings are incomplete or wrong.

    `problems` has one line for each problem; each line names its key. `file` is the settings file, None without one.
    """

    def __init__(self, problems: list[str], file: Path | None = None) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.file = file

    @property
    def summary(self) -> str:
        """Which settings they are, for the line above the problems."""
        if self.file is None:
            return f"the settings are not valid (no {DEFAULT_FILE} here, no --config, no {CONFIG_VARIABLE})"
        return f"the settings in {self.file} are not valid"


def secret_too_short(length: int) -> str:
    return f"must be at least {length} characters; use a long random secret"


def unreadable_secret(error: Exception) -> str:
    """The path is not repeated: somebody may have put the secret itself there."""
    match error:
        case FileNotFoundError():
            return NO_SUCH_FILE
        case IsADirectoryError():
            return "this is a folder, not a file"
        case PermissionError():
            return "the user that runs mibot may not read the file"
        case UnicodeDecodeError():
            return "the file is no text"
        case _:
            return "the file can't be read"


def not_exactly_one(name: str, *, both: bool) -> str:
    """For a secret of the App that is given as a value and as a file, or in neither way."""
    ways = f"give either it ({variable_name('github', name)}_FILE) or github.{name} ({variable_name('github', name)})"
    return f"{ways}; {'both are' if both else 'neither is'} given"


def no_such_settings_file(file: Path) -> str:
    if file.exists():
        return f"{file}: this is a folder; give the path of a file by --config or {CONFIG_VARIABLE}."
    return f"{file}: there is no such file; give the path by --config or {CONFIG_VARIABLE}."


def unreadable_settings_file(file: Path | None, error: OSError) -> str:
    return f"{file}: it can't be read ({error.strerror})."


def invalid_toml(file: Path | None, error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{file}: this is not valid TOML: it is no text in UTF-8."
    return f"{file}: this is not valid TOML: {error}."


def unknown_section(section: str, variable: str) -> str:
    return f"{section}: there is no such section of settings; remove {variable}."


def whole_section(section: str, variable: str) -> str:
    return f"{section}: set its keys one by one, as {variable_name(section, 'key')}; remove {variable}."


def format_error(problem: Any) -> str:
    """One of pydantic's error details, as a line."""
    keys = [str(part) for part in problem["loc"]]
    name = ".".join(keys)
    match problem["type"]:
        case "missing":
            return f"{name}: is missing; set it in the file or as {variable_name(*keys)}."
        case "extra_forbidden":
            return f"{name}: there is no such setting; remove it."
        case "string_pattern_mismatch":
            return f"{name}: {_PATTERNS.get(name, IN_THE_README)}."
        case "value_error":
            return f"{name}: {problem['ctx']['error']}."
        case kind:
            return f"{name}: {_words(kind, problem.get('ctx', {}))}."


def _words(kind: str, facts: Mapping[str, Any]) -> str:
    """What the value must be, for a kind of error that pydantic finds by itself."""
    match kind:
        case "enum" | "literal_error":
            return f"must be one of {facts['expected']}"
        case "string_too_short" | "too_short" if facts["min_length"] == 1:
            return "must not be empty"
        case "string_too_short":
            return f"must have at least {facts['min_length']} characters"
        case "greater_than_equal":
            return f"must be at least {facts['ge']:g}"
        case "greater_than":
            return f"must be more than {facts['gt']:g}"
        case "less_than_equal":
            return f"must be at most {facts['le']:g}"
        case "less_than":
            return f"must be less than {facts['lt']:g}"
        case _:
            return next((words for part, words in _TYPES.items() if kind.startswith(part)), IN_THE_README)


IN_THE_README = "is not a value that mibot understands; see the settings in the README"
_PATTERNS: Final[Mapping[str, str]] = {
    "deploy.workflow": "must be the name of a workflow's file, such as mi_upgrade.yml",
    "front_end.connect_to": "must be written as host:port",
}
_TYPES: Final[Mapping[str, str]] = {
    "int": "must be a whole number",
    "float": "must be a number",
    "finite_number": "must be a number",
    "bool": "must be true or false",
    "string": "must be a text, in quotation marks in the file",
    "path": "must be the path of a file, in quotation marks in the file",
    "tuple": "must be a list",
    "list": "must be a list",
    "model": "must be a section: a line with its name in square brackets, and its keys below",
    "dict": "must be a section: a line with its name in square brackets, and its keys below",
}
"""What a value must be, by how the name of pydantic's kind of error begins."""

"""Every sentence about settings that are missing or wrong. Each names the key; none repeats the value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.settings.names import CONFIG_VARIABLE, variable_name

HTTP_URL = "must be a URL that starts with https:// or http://"
PRIVATE_KEY = "must be a private key in PEM; use the .pem file that GitHub gave for the App"
REPOSITORY = "must be written as owner/name"
TEAMS = "must be a list of teams written as org/team"
LOGINS_AND_TEAMS = "must be a list of logins and teams, written as login or org/team"
REGULAR_EXPRESSION = "must be a regular expression"
PROJECT_TEMPLATE = "must be a project id with {slug} in it once"
STABLE_FOR = "verify.stable_for must be shorter than verify.timeout, or nothing can ever be green"
TWO_OPSGENIE_KEYS = "give opsgenie.api_key or opsgenie.api_key_file, not both"
NO_SUCH_FILE = "there is no such file"
STORE_URL = "must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"


class SettingsError(Exception):
    """The settings are incomplete or wrong. `problems` has one line for each problem; each line names its key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def secret_too_short(length: int) -> str:
    return f"must be at least {length} characters; use a long random secret"


def unreadable_secret(error: Exception) -> str:
    """The path is not repeated: somebody may have put the secret itself there."""
    return f"the file can't be read ({type(error).__name__})"


def not_exactly_one(name: str, *, both: bool) -> str:
    """For a secret of the App that is given as a value and as a file, or in neither way."""
    ways = f"give either it ({variable_name('github', name)}_FILE) or github.{name} ({variable_name('github', name)})"
    return f"{ways}; {'both are' if both else 'neither is'} given"


def no_such_settings_file(file: Path) -> str:
    return f"{file}: there is no such file; give the path by --config or {CONFIG_VARIABLE}."


def invalid_toml(file: Path | None, error: ValueError) -> str:
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
        case _:
            return f"{name}: {problem['msg'].removeprefix('Value error, ')}."

"""The words for what is wrong with a file that a plan reads, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.plans.preparation import UPSTREAM_FILE
from bot.domain.plans.reasons.file_problems import (
    MAX_FILE_BYTES,
    FileProblem,
    InvalidComposeFile,
    InvalidTerraform,
    UnusableFile,
)
from bot.formats.compose import ComposeProblem
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.failures.formats import describe_invalid_terraform, describe_yaml_problem, quote_key

_FILES = {
    FileProblem.UNREADABLE: "could not be read from the deployment repository; try again",
    FileProblem.TOO_LARGE: f"is larger than {MAX_FILE_BYTES // 1_048_576} MiB; shorten it",
    FileProblem.NOT_UTF8: "is not UTF-8 text; save it as UTF-8",
}


@describe.register
def _(reason: UnusableFile) -> str:
    file = f"Upstream's {reason.path}" if reason.path == UPSTREAM_FILE else reason.path
    return f"{file} {_FILES[reason.problem]}."


@describe.register
def _(reason: InvalidTerraform) -> str:
    return f"{reason.path} {describe_invalid_terraform(reason.line)}; correct its syntax."


@describe.register
def _(reason: InvalidComposeFile) -> str:
    file = _compose_file(reason)
    return f"{file} {_COMPOSE[reason.problem](reason)}."


def _compose_file(reason: InvalidComposeFile) -> str:
    if reason.path == UPSTREAM_FILE:
        return "upstream's Compose file"
    return reason.path or "the Compose file"


def _yaml(reason: InvalidComposeFile) -> str:
    return describe_yaml_problem(reason.yaml_problem, reason.line)


def _no_services(reason: InvalidComposeFile) -> str:
    remedy = "check whether it is the right file" if reason.path == UPSTREAM_FILE else "check it"
    return f"is not a Compose file: it has no `services`; {remedy}"


_COMPOSE: dict[ComposeProblem, Callable[[InvalidComposeFile], str]] = {
    ComposeProblem.INVALID_YAML: lambda reason: f"{_yaml(reason)}; correct it",
    ComposeProblem.NOT_A_MAPPING: lambda _: "is not a Compose file; write a mapping with `services` in it",
    ComposeProblem.NO_SERVICES: _no_services,
    ComposeProblem.SERVICES_NOT_A_MAPPING: lambda _: (
        "is not a Compose file: `services` is not a mapping; write one entry for each service"
    ),
    ComposeProblem.SERVICE_NOT_A_MAPPING: lambda reason: (
        f"has a service {quote_key(reason.key)} that is not a mapping; write it as a mapping"
    ),
    ComposeProblem.NO_IMAGE: lambda _: "has no image for a service whose image must change; check it",
    ComposeProblem.UNKNOWN_SERVICE: lambda reason: (
        f"overrides the service {quote_key(reason.key)}, which upstream's file does not have (any more); "
        "remove it from that override, then prepare again"
    ),
    ComposeProblem.FORM_MISMATCH: lambda reason: (
        f"writes {quote_key(reason.key)} in another form than the files before it; use their form, then prepare again"
    ),
    ComposeProblem.AMBIGUOUS_VALUE: lambda reason: (
        f"writes {quote_key(reason.key)} as a plain value that Compose refuses or that its versions read "
        "differently; put it in quotes, then prepare again"
    ),
    ComposeProblem.NOT_EDITABLE: lambda reason: f"{_yaml(reason)}; edit it by hand",
    ComposeProblem.NOT_MERGEABLE: lambda reason: f"{_yaml(reason)}; merge it by hand",
}

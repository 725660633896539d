"""What can be wrong with a Compose file."""

from __future__ import annotations

from enum import StrEnum

from bot.formats.yaml import YamlError


class ComposeProblem(StrEnum):
    """What is wrong with a file. The values do not change between versions."""

    INVALID_YAML = "invalid_yaml"
    NOT_A_MAPPING = "not_a_mapping"
    NO_SERVICES = "no_services"
    SERVICES_NOT_A_MAPPING = "services_not_a_mapping"
    SERVICE_NOT_A_MAPPING = "service_not_a_mapping"
    NO_IMAGE = "no_image"
    UNKNOWN_SERVICE = "unknown_service"
    FORM_MISMATCH = "form_mismatch"
    AMBIGUOUS_VALUE = "ambiguous_value"
    NOT_EDITABLE = "not_editable"
    NOT_MERGEABLE = "not_mergeable"


_MESSAGES = {
    ComposeProblem.INVALID_YAML: "cannot be read",
    ComposeProblem.NOT_A_MAPPING: "not a mapping",
    ComposeProblem.NO_SERVICES: "no `services`",
    ComposeProblem.SERVICES_NOT_A_MAPPING: "`services` is not a mapping",
    ComposeProblem.SERVICE_NOT_A_MAPPING: "a service is not a mapping",
    ComposeProblem.NO_IMAGE: "a service has no image",
    ComposeProblem.UNKNOWN_SERVICE: "a service that the base file does not have, without an image or a build",
    ComposeProblem.FORM_MISMATCH: "a value has another form than in the files before",
    ComposeProblem.AMBIGUOUS_VALUE: "a plain value that Compose refuses or that its versions read differently",
    ComposeProblem.NOT_EDITABLE: "cannot be edited",
    ComposeProblem.NOT_MERGEABLE: "the merged file cannot be written",
}


class ComposeError(ValueError):
    """A Compose file that cannot be read, edited or merged.

    `file` is the name that the caller gave. `key` is the service or the dotted path that the problem is about, empty
    if it is about the whole file. `cause` is the error of the YAML text, if that is what is wrong.
    """

    def __init__(self, problem: ComposeProblem, file: str, key: str = "", cause: YamlError | None = None) -> None:
        parts = [
            file or "Compose file",
            _MESSAGES[problem],
            *([key] if key else []),
            *([str(cause)] if cause else []),
        ]
        super().__init__(": ".join(parts))
        self.problem = problem
        self.file = file
        self.key = key
        self.cause = cause


class ShapeMismatchError(Exception):
    """Two values cannot be merged because they have different forms. `key` is the entry in question, if known."""

    problem = ComposeProblem.FORM_MISMATCH

    def __init__(self, key: str = "") -> None:
        super().__init__(key)
        self.key = key

"""Google's own descriptions of its APIs: every request and answer of the local servers is validated against them.

The discovery documents come with google-api-python-client. Their schemas become JSON Schemas that allow nothing
undescribed, so that a mistyped field name fails here and not in production.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

FORMATS = {
    "int64": r"-?[0-9]+",
    "uint64": r"[0-9]+",
    "byte": r"[A-Za-z0-9+/_-]*={0,2}",
    "date-time": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})",
    "google-datetime": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})",
    "google-duration": r"-?[0-9]+(\.[0-9]+)?s",
}
"""The pattern of a string of each format. 64-bit numbers are strings, because JSON has no such numbers."""


class SchemaViolation(Exception):  # noqa: N818 - not this program's error but the asker's, or the local server's
    """A request or an answer that does not match Google's description. The message is one sentence."""


@dataclass(frozen=True)
class Method:
    """One method of an API, by Google's name (`compute.instances.list`). `parameters` are its query parameters;
    `request` and `response` name the schemas of the bodies."""

    id: str
    verb: str
    path: re.Pattern[str]
    parameters: Mapping[str, Mapping[str, Any]]
    request: str
    response: str


@dataclass(frozen=True)
class ApiCall:
    """A request that matches Google's description: `path_parameters` by name, `query` as received, `body` as JSON."""

    method: str
    path_parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def project(self) -> str:
        return self.path_parameters.get("project") or self.path_parameters.get("projectsId", "")


class Discovery:
    """One API's discovery document, such as `compute.v1`. Thread-safe."""

    def __init__(self, name: str) -> None:
        folder = files("googleapiclient") / "discovery_cache" / "documents"
        self._document = json.loads((folder / f"{name}.json").read_text("utf-8"))
        self.title: str = self._document["title"]
        self._methods = {method.id: method for method in self._iter_methods(self._document)}

    def _iter_methods(self, branch: Mapping[str, Any]) -> Iterator[Method]:
        """The methods of the document, or of one resource and all resources below it."""
        for method in branch.get("methods", {}).values():
            yield self._method(method)
        for resource in branch.get("resources", {}).values():
            yield from self._iter_methods(resource)

    def _method(self, told: Mapping[str, Any]) -> Method:
        parts = re.split(r"\{(\w+)\}", f"/{self._document['servicePath']}{told.get('flatPath', told['path'])}")
        patterns = [f"(?P<{part}>[^/:]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)]
        return Method(
            told["id"],
            told["httpMethod"],
            re.compile("".join(patterns)),
            told.get("parameters", {}),
            told.get("request", {}).get("$ref", ""),
            told.get("response", {}).get("$ref", ""),
        )

    def parse_request(self, verb: str, path: str, query: Mapping[str, str], body: Any = None) -> ApiCall:
        """The request, after all its parts were found in the document. Raises SchemaViolation."""
        for method in self._methods.values():
            match = method.path.fullmatch(path) if method.verb == verb else None
            if match:
                break
        else:
            raise SchemaViolation(f"{self.title} has no {verb} {path}")
        place = match.groupdict()
        for name, value in place.items():
            _check_parameter(method.id, name, value, method.parameters.get(name, {}))
        self._check_query(method, query)
        if body is not None and not method.request:
            raise SchemaViolation(f"{method.id} takes no body")
        if method.request:
            self._check(f"the request of {method.id}", method.request, body if body is not None else {}, True)
        return ApiCall(method.id, place, dict(query), body if isinstance(body, dict) else {})

    def check_answer(self, method: str, answer: Any) -> None:
        """Validate an answer. Raises SchemaViolation when the method does not give such an answer."""
        self._check(f"the answer of {method}", self._methods[method].response, answer, False)

    def enum_values(self, schema: str, field: str) -> frozenset[str]:
        """Google's values of an enumeration, given as schema and field, such as `Instance`, `status`."""
        return frozenset(self._document["schemas"][schema]["properties"][field]["enum"])

    def _check_query(self, method: Method, query: Mapping[str, str]) -> None:
        own = {name: told for name, told in method.parameters.items() if told["location"] == "query"}
        for name, value in query.items():
            # system parameters may start with a dollar sign (https://cloud.google.com/apis/docs/system-parameters)
            told = own.get(name) or self._document["parameters"].get(name.removeprefix("$"))
            if told is None:
                raise SchemaViolation(f"{method.id} has no query parameter {name!r}")
            if not name.startswith("$"):
                _check_parameter(method.id, name, value, told)
        missing = [name for name, told in own.items() if told.get("required") and name not in query]
        if missing:
            raise SchemaViolation(f"{method.id} lacks the query parameter {missing[0]!r}")

    def _check(self, what: str, schema: str, document: Any, writing: bool) -> None:
        problems = self._validator(schema, writing).iter_errors(document)
        told = [f"{problem.json_path}: {problem.message}" for problem in problems]
        if told:
            raise SchemaViolation(f"{what} is no {schema}: {'; '.join(sorted(told))}")

    @functools.cache  # noqa: B019 - the documents live as long as the program
    def _validator(self, name: str, writing: bool) -> Draft202012Validator:
        """A validator for one schema. `writing` is for requests, which may not contain output-only fields."""
        schemas = self._document["schemas"]
        needed, open_ = {name}, [name]
        while open_:
            for other in _references(schemas[open_.pop()]):
                if other not in needed:
                    needed.add(other)
                    open_.append(other)
        definitions = {other: json_schema(schemas[other], writing) for other in needed}
        return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})


@functools.cache
def discovery(name: str) -> Discovery:
    """The document of that name, read once."""
    return Discovery(name)


def json_schema(told: Mapping[str, Any], writing: bool = False) -> dict[str, Any]:
    """A JSON Schema for one schema of a discovery document. `writing` leaves out what is `readOnly`."""
    if "$ref" in told:
        return {"$ref": f"#/$defs/{told['$ref']}"}
    kind = told.get("type", "any")
    schema: dict[str, Any] = {} if kind == "any" else {"type": kind}
    if kind == "object":
        properties = told.get("properties", {})
        wanted = {name: value for name, value in properties.items() if not (writing and value.get("readOnly"))}
        schema["properties"] = {name: json_schema(value, writing) for name, value in wanted.items()}
        others = told.get("additionalProperties")
        schema["additionalProperties"] = json_schema(others, writing) if others else False
    if kind == "array":
        schema["items"] = json_schema(told["items"], writing)
    if "enum" in told:
        schema["enum"] = told["enum"]
    pattern = told.get("pattern") or FORMATS.get(told.get("format", ""))
    if pattern and kind == "string":
        schema["pattern"] = f"^(?:{pattern})$"
    return schema


def _references(told: Any) -> Iterator[str]:
    """The names of the schemas that a schema refers to."""
    if isinstance(told, dict):
        if isinstance(told.get("$ref"), str):
            yield told["$ref"]
        for value in told.values():
            yield from _references(value)
    elif isinstance(told, list):
        for value in told:
            yield from _references(value)


def _check_parameter(method: str, name: str, value: str, told: Mapping[str, Any]) -> None:
    """Validate a parameter, which always comes as text. Raises SchemaViolation."""
    kinds = {"integer": r"-?[0-9]+", "boolean": "true|false", "number": r"-?[0-9.]+(e-?[0-9]+)?"}
    pattern = told.get("pattern") or kinds.get(told.get("type", "")) or FORMATS.get(told.get("format", ""))
    if (pattern and not re.fullmatch(pattern, value)) or ("enum" in told and value not in told["enum"]):
        raise SchemaViolation(f"{method}: {value!r} is no value of {name}")

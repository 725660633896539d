"""Upstream's executors modules, which modules/executors/main.tf pins to a version."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.versions import Version
from bot.formats.terraform import Module

EXECUTORS_FILE = "modules/executors/main.tf"
_SOURCE = re.compile(r"(?:registry\.terraform\.io/)?sourcegraph/executors/\w+(?://(?P<part>[\w./-]+))?")
_TEMPLATE = "google_compute_instance_template.executor-instance-template"
_MIRROR = "google_compute_instance.default"
_REPLACED_RESOURCES = {
    "modules/executors": (_TEMPLATE,),
    "modules/docker-mirror": (_MIRROR,),
    None: (f"module.gcp-executors.{_TEMPLATE}", f"module.gcp-docker-mirror.{_MIRROR}"),
}
"""The resources that Terraform replaces if a module gets another version. The machine image changes with every
version, and neither an instance template nor a boot disk can change its image in place."""


_PIN = re.compile(r"(?P<prefix>\s*=?\s*)(?P<version>[^\s,=<>!~]+)\s*")
_MISSING_PARTS = {0: ".0.0", 1: ".0"}


@dataclass(frozen=True)
class Pin:
    """A version constraint that allows exactly one version: `3.40.1`, `= 3.40.1`, or `3.41`, which is 3.41.0."""

    prefix: str
    version: Version

    @classmethod
    def parse(cls, constraint: str) -> Pin | None:
        """The pin that a constraint is. None if it is no constraint, or allows several versions (`~> 3.40`)."""
        match = _PIN.fullmatch(constraint)
        version = (
            Version.parse(match["version"] + _MISSING_PARTS.get(match["version"].count("."), "")) if match else None
        )
        return cls(match["prefix"], version) if match and version else None

    def moved_to(self, version: Version) -> str:
        """The constraint that pins another version, with the same operator."""
        return f"{self.prefix}{version}"


def pinned_version(module: Module) -> Version | None:
    """The version that a module is pinned to, or None if it is not pinned to one."""
    pin = Pin.parse(module.version.value) if module.version else None
    return pin.version if pin else None


def is_executors_module(module: Module) -> bool:
    """Whether it is one of upstream's executors modules."""
    return module.source is not None and _SOURCE.fullmatch(module.source.value) is not None


def replaced_addresses(module: Module) -> tuple[str, ...]:
    """The addresses of the resources that another version of the module replaces; empty if unknown."""
    match = _SOURCE.fullmatch(module.source.value) if module.source else None
    names = _REPLACED_RESOURCES.get(match["part"], ()) if match else ()
    return tuple(f"module.{module.name}.{name}" for name in names)

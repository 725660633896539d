"""Upstream's executors modules, which modules/executors/main.tf pins to a version."""

from __future__ import annotations

import re

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


def is_executors_module(module: Module) -> bool:
    """Whether it is one of upstream's executors modules."""
    return module.source is not None and _SOURCE.fullmatch(module.source.value) is not None


def replaced_addresses(module: Module) -> tuple[str, ...]:
    """The addresses of the resources that another version of the module replaces; empty if unknown."""
    match = _SOURCE.fullmatch(module.source.value) if module.source else None
    names = _REPLACED_RESOURCES.get(match["part"], ()) if match else ()
    return tuple(f"module.{module.name}.{name}" for name in names)

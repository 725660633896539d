"""Instances that cannot be read, one for each kind of defect that was found in practice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from demo.fleet.files import File
from demo.fleet.instance import instance_files
from demo.fleet.specimens import SampleInstance


class Defect(StrEnum):
    """What is wrong with an instance."""

    YAML = "config.yaml is not YAML"
    DANGLING = "the link points to a golden file that does not exist"
    PLAIN = "the link is a plain file"
    BOTH = "both colors exist and no key says which is active"
    TYPE = "the instanceType is unknown"
    ACCOUNT = "a customer has no account"


def broken_files(specimen: SampleInstance, breakage: Defect) -> Iterator[File]:
    """The files of `specimen` with one defect."""
    match breakage:
        case Defect.BOTH:
            yield from instance_files(replace(specimen, has_both_deployments=True, declares_active=False))
        case Defect.TYPE:
            yield from instance_files(replace(specimen, kind="sandbox"))
        case Defect.ACCOUNT:
            yield from instance_files(replace(specimen, account=None))
        case _:
            yield from _with_defect(instance_files(specimen), specimen, breakage)


def _with_defect(files: Iterable[File], specimen: SampleInstance, breakage: Defect) -> Iterator[File]:
    """The files, with the defective one replaced."""
    for file in files:
        if breakage is Defect.YAML and file.path.endswith("/config.yaml"):
            yield replace(file, content=f"{file.content}upgrade: [\n  note: 'left open\n")
        elif breakage is Defect.DANGLING and file.path == specimen.link_path:
            yield replace(file, content="../../../golden/docker-compose.3.38.9.yaml")
        elif breakage is Defect.PLAIN and file.path == specimen.link_path:
            yield File.plain(file.path, "# copied by hand in a hurry\nversion: '2.4'\nservices: {}\n")
        else:
            yield file

"""The tags of the instances' Terraform module, and the references to them (domain.md, "Layout …")."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bot.domain.versions import Version
from bot.formats import terraform

MODULE_TAG = re.compile(r"mi-module-v(?P<version>\d+\.\d+\.\d+(?:-rc\.\d+)?)-v(?P<number>\d+)", re.ASCII)
_PREFIX = "mi-module-v"


def module_refs(text: str) -> tuple[str, ...]:
    """The tags `mi-module-vX.Y.Z-vN` that the modules of a Terraform file refer to, in order.

    Raises TerraformError, but not for a text without such a tag: parsing takes long, and most files need none.
    """
    return terraform.source_refs(text, MODULE_TAG) if _PREFIX in text else ()


def set_module_refs(text: str, refs: Sequence[str]) -> str:
    """The text that refers to these tags instead, in the order of `module_refs`. Raises TerraformError."""
    return terraform.set_source_refs(text, MODULE_TAG, refs) if _PREFIX in text else text


def newest_module_tag(tags: Collection[str], version: Version) -> str | None:
    """The newest of the tags `mi-module-vX.Y.Z-vN` of that version: the one with the greatest N."""
    mine = (tag for tag in tags if tag_sort_key(tag)[0] == version)
    return max(mine, key=tag_sort_key, default=None)


def tag_sort_key(tag: str) -> tuple[Version, int]:
    """The version and the number of a module tag; the smallest key for any other text."""
    match = MODULE_TAG.fullmatch(tag)
    version = Version.parse(match["version"]) if match else None
    return (version, int(match["number"])) if match and version else (Version(0, 0, 0), 0)

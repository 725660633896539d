"""Compose files: merge them by the Compose specification, edit the images of services, compare two files.

    merged = compose.merge_files(base, [("override.yaml", text)])   # .text, and the services that it .added
    compose.images(text, "compose.yaml")                            # {"web": "docker.io/shop/web:1.2@sha256:…"}
    compose.set_images(text, {"web": "shop/web:1.3"})
    compose.remove_images(text, {"web"}, "override.yaml")           # .text is None if nothing is left
    compose.difference(old, new)                                    # added and removed services, images, settings
    compose.Image.parse("shop/web:1.2").with_tag("1.3")

All functions take and return text. An edit changes the lines that it must, and leaves comments and formatting as they
are. The `name` of a file only goes into errors: everything wrong with a file is a `ComposeError` with the `file`, the
`problem`, and what else is known about it.

The specification: https://docs.docker.com/reference/compose-file/merge/
"""

from bot.formats.compose.difference import Difference, ImageChange, SettingChange, difference
from bot.formats.compose.errors import ComposeError, ComposeProblem
from bot.formats.compose.merge import MergeResult, merge_files
from bot.formats.compose.references import Image
from bot.formats.compose.service_images import (
    ImageRemoval,
    images,
    override_only_services,
    remove_images,
    service_names,
    set_images,
)

__all__ = [
    "ComposeError",
    "ComposeProblem",
    "Difference",
    "Image",
    "ImageChange",
    "ImageRemoval",
    "MergeResult",
    "SettingChange",
    "difference",
    "images",
    "merge_files",
    "override_only_services",
    "remove_images",
    "service_names",
    "set_images",
]

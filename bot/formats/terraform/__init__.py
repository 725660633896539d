"""Terraform files: module blocks, edited by position, and the variables of a `.tfvars` file.

    terraform.modules(text)                                  # each with its name, source and version
    terraform.set_versions(text, {"queue", "mirror"}, "2.1.0")
    terraform.source_refs(text, re.compile(r"shop-v\\d+"))    # ("shop-v7",) of "git::…//shop?ref=shop-v7"
    terraform.set_source_refs(text, pattern, ["shop-v8"])
    terraform.variables(text)                                # {"size": 4, "color": "blue"}

A parser finds the blocks, and edits change nothing but the literals in question and the alignment of the comments
after them. A text that is not valid Terraform is a `TerraformError` with its `line`, if known.
"""

from bot.formats.terraform.errors import TerraformError
from bot.formats.terraform.modules import Module, StringLiteral, modules, set_source_refs, set_versions, source_refs
from bot.formats.terraform.variables import variables

__all__ = [
    "Module",
    "StringLiteral",
    "TerraformError",
    "modules",
    "set_source_refs",
    "set_versions",
    "source_refs",
    "variables",
]

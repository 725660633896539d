"""Terraform files: module blocks, edited by position, and the variables of a `.tfvars` file.

    terraform.modules(text)                                  # each with its name, source and version
    terraform.set_versions(text, {"queue": "2.1.0", "mirror": "= 2.1.0"})
    terraform.source_refs(text, is_shop_tag)                 # ("shop-v7",) of "git::…//shop?ref=refs/tags/shop-v7"
    terraform.set_source_refs(text, is_shop_tag, ["shop-v8"])
    terraform.variables(text)                                # {"size": 4, "color": "blue"}

The parser reads all of HCL's native syntax, which no library for Python does. Edits change nothing but the literals
in question and the alignment of the comments after them. A text that is not valid Terraform is a `TerraformError`
with its `line`.
"""

from bot.formats.terraform.errors import TerraformError
from bot.formats.terraform.modules import Module, StringLiteral, modules, set_source_refs, set_versions, source_refs
from bot.formats.terraform.variables import Expression, VariableValue, as_boolean, variables

__all__ = [
    "Expression",
    "Module",
    "StringLiteral",
    "TerraformError",
    "VariableValue",
    "as_boolean",
    "modules",
    "set_source_refs",
    "set_versions",
    "source_refs",
    "variables",
]

"""The references to the instances' module, in the order of the file."""

from __future__ import annotations

from bot.domain.plans.module_refs import module_refs, set_module_refs
from tests.domain.plans.repositories import source


def test_the_references_of_modules_in_their_order() -> None:
    text = "".join(
        f'module "m{number}" {{\n  source = "{one}"\n}}\n'
        for number, one in enumerate(
            [
                source("mi-module-v1.1.0-v2"),
                "../x",
                source("main"),
                f"{source('mi-module-v3.41.0-rc.1-v10')}&depth=1",
                source("mi-module-v1.1.0-v2"),
            ]
        )
    )
    assert module_refs(text) == ("mi-module-v1.1.0-v2", "mi-module-v3.41.0-rc.1-v10", "mi-module-v1.1.0-v2")
    new = ("mi-module-v2.0.0-v1", "mi-module-v3.41.0-rc.1-v10", "mi-module-v2.0.0-v1")
    moved = set_module_refs(text, new)
    assert moved == text.replace("mi-module-v1.1.0-v2", "mi-module-v2.0.0-v1")
    assert set_module_refs(moved, module_refs(text)) == text


def test_a_reference_is_not_the_beginning_of_a_longer_one() -> None:
    text = "".join(
        f'module "m{number}" {{\n  source = "{source(f"mi-module-v1.1.0-v{number}")}"\n}}\n' for number in (1, 10, 11)
    )
    first, *others = module_refs(text)
    assert first == "mi-module-v1.1.0-v1"
    assert set_module_refs(text, ["mi-module-v2.0.0-v2", *others]) == text.replace(
        f'{first}"', 'mi-module-v2.0.0-v2"'
    )


def test_a_broken_file_without_a_reference_is_not_parsed() -> None:
    assert module_refs("module {") == ()
    assert set_module_refs("module {", ()) == "module {"

"""A merged file means what docker-compose makes of the same files, and what people read in the cases.

`compose_cases/NAME/expected.yaml` is what `docker-compose config` (1.29) says of the case's files; where the program
is installed, a test sees that it still does. `expected.diff` is what the merge changes in the text.
"""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from bot.formats.compose import MergeResult, merge_files
from demo.fleet import compose_file
from tests.formats.compose_meaning import CASES, canonical_form, has_compose_v1, load, run_config
from tests.formats.compose_overrides import AS_LISTS, AS_MAPPINGS

UPSTREAM = Path(__file__).resolve().parents[3] / "shared" / "upstream"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())
needs_program = pytest.mark.skipif(not has_compose_v1(), reason="docker-compose 1.29 is not installed")


def upstreams() -> dict[str, str]:
    """Upstream's real files where they are at hand, else one that looks like them."""
    found = {path.name: path.read_text() for path in sorted(UPSTREAM.glob("docker-compose.*.yaml"))}
    return found or {"demo": compose_file("3.40.1")}


def overrides(name: str) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((CASES / name).glob("override-*.yaml"))}


def merge(name: str) -> MergeResult:
    return merge_files((CASES / name / "base.yaml").read_text(), list(overrides(name).items()))


@pytest.mark.parametrize("name", NAMES)
def test_a_case_means_what_is_expected(name: str) -> None:
    expected = load((CASES / name / "expected.yaml").read_text())
    assert canonical_form(load(merge(name).text)) == canonical_form(expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_changes_these_lines(name: str) -> None:
    base = (CASES / name / "base.yaml").read_text()
    lines = difflib.unified_diff(base.splitlines(), merge(name).text.splitlines(), "base", "merged", n=1, lineterm="")
    assert "\n".join(lines) + "\n" == (CASES / name / "expected.diff").read_text()


@needs_program
@pytest.mark.parametrize("name", NAMES)
def test_the_program_still_expects_the_same(name: str) -> None:
    said = run_config(CASES / name, ["base.yaml", *overrides(name)])
    assert load(said) == load((CASES / name / "expected.yaml").read_text())


@needs_program
@pytest.mark.parametrize("name", NAMES)
def test_the_program_reads_the_merged_file_as_the_same(name: str, tmp_path: Path) -> None:
    (tmp_path / "merged.yaml").write_text(merge(name).text)
    said = load(run_config(tmp_path, ["merged.yaml"]))
    assert canonical_form(said) == canonical_form(load((CASES / name / "expected.yaml").read_text()))


def pairs() -> list[tuple[str, str]]:
    """Every upstream file with the overrides that are lists, the oldest and the newest also with the others."""
    names = list(upstreams())
    return [
        *((name, "lists") for name in names),
        *((name, "mappings") for name in dict.fromkeys((names[0], names[-1]))),
    ]


@needs_program
@pytest.mark.parametrize(("name", "kind"), pairs())
def test_upstreams_files_with_every_kind_of_override(name: str, kind: str, tmp_path: Path) -> None:
    files = AS_LISTS if kind == "lists" else AS_MAPPINGS
    upstream = upstreams()[name]
    for path, text in {"upstream.yaml": upstream, **files}.items():
        (tmp_path / path).write_text(text)
    (tmp_path / "one.env").write_text("FROM_FILE=1\n")
    (tmp_path / "two.env").write_text("FROM_ANOTHER=2\n")
    (tmp_path / "merged.yaml").write_text(merge_files(upstream, list(files.items())).text)
    together = load(run_config(tmp_path, ["upstream.yaml", *files]))
    alone = load(run_config(tmp_path, ["merged.yaml"]))
    assert canonical_form(alone) == canonical_form(together)


@pytest.mark.parametrize("files", [AS_LISTS, AS_MAPPINGS], ids=["lists", "mappings"])
@pytest.mark.parametrize("name", upstreams())
def test_upstreams_files_stay_but_for_what_the_overrides_touch(name: str, files: dict[str, str]) -> None:
    upstream = upstreams()[name]
    result = merge_files(upstream, list(files.items()))
    assert merge_files(upstream, []).text == upstream
    assert merge_files(result.text, list(files.items())).text == result.text
    kept = difflib.SequenceMatcher(None, upstream.splitlines(), result.text.splitlines(), autojunk=False)
    lost = [line for tag, a, b, _, _ in kept.get_opcodes() if tag != "equal" for line in upstream.splitlines()[a:b]]
    assert len(lost) < 30
    assert not [line for line in lost if line.lstrip().startswith("#")]

"""What plans are made from: files with their contents, and how they will be once a change has landed."""

from __future__ import annotations

import pytest

from bot.domain.git_tree import FileChange, blob_sha
from bot.domain.plans.checkout import Checkout, blob_shas, decode_text, with_changes, yaml_files
from bot.domain.plans.reasons.file_problems import FileProblem, PlanningError, UnusableFile
from tests.domain.plans.repositories import apply_changes, checkout
from tests.domain.upgrade.deployments import Files, link, plain
from tests.samples import snapshot_of

FILES: Files = {
    "a/b.yaml": plain("é: 1\r\n"),
    "a/link": link("b.yaml"),
    "a/run": ("100755", b"\xff"),
}
BOTH = checkout(FILES)


def bytes_of(made: Checkout, path: str) -> bytes:
    return made.contents[made.snapshot.files[path].sha]


def test_files_are_there_with_their_modes_and_contents() -> None:
    assert [BOTH.has(path) for path in ("a/b.yaml", "a/c.yaml", "a")] == [True, False, False]
    assert [BOTH.is_link(path) for path in ("a/b.yaml", "a/link", "nothing")] == [False, True, False]
    assert BOTH.mode("a/run") == "100755"
    assert (bytes_of(BOTH, "a/run"), bytes_of(BOTH, "a/link")) == (b"\xff", b"b.yaml")


def test_a_text_is_read_with_every_character_of_it() -> None:
    assert BOTH.text("a/b.yaml") == "é: 1\r\n"
    assert decode_text(b"\xef\xbb\xbfa: 1", "x") == "\ufeffa: 1"


@pytest.mark.parametrize("path", ["nothing", "a/b.yaml"])
def test_what_is_not_there_or_was_not_fetched_can_not_be_planned_with(path: str) -> None:
    empty = Checkout(snapshot_of(FILES), {})
    with pytest.raises(PlanningError) as raised:
        empty.text(path)
    assert raised.value.reason == UnusableFile(path, FileProblem.UNREADABLE)


def test_what_is_no_text_can_not_be_planned_with() -> None:
    with pytest.raises(PlanningError) as raised:
        BOTH.text("a/run")
    assert raised.value.reason == UnusableFile("a/run", FileProblem.NOT_UTF8)


def test_a_text_has_a_sensible_size() -> None:
    assert len(decode_text(b"x" * 1_048_576, "x")) == 1_048_576
    with pytest.raises(PlanningError) as raised:
        decode_text(b"x" * 1_048_577, "x")
    assert raised.value.reason == UnusableFile("x", FileProblem.TOO_LARGE)


def test_yaml_files_of_a_folder_come_in_the_order_of_their_names() -> None:
    names = ("b.yaml", "a.yml", "B.yaml", "c.yaml.orig", "d/e.yaml", "f.YAML", "yaml", "10.yaml", "9.yaml")
    snapshot = snapshot_of({f"golden/overrides/{name}": plain("") for name in names})
    found = [path.rpartition("/")[2] for path in yaml_files(snapshot, "golden/overrides")]
    assert found == ["10.yaml", "9.yaml", "B.yaml", "a.yml", "b.yaml"]
    assert yaml_files(snapshot, "golden") == []
    assert yaml_files(snapshot, "nowhere") == []


def test_only_blobs_that_are_there_are_wanted() -> None:
    assert blob_shas(snapshot_of(FILES), ["a/link", "nothing"]) == {blob_sha(b"b.yaml")}


def test_a_checkout_with_changes_is_as_the_files_will_be() -> None:
    changes = [
        FileChange("a/b.yaml", "100644", "é: 2\n"),
        FileChange("a/link", "120000", "c.yaml"),
        FileChange("a/run", "100755", None),
        FileChange("nothing", "100644", None),
        FileChange("new/d.yaml", "100644", ""),
    ]
    after = with_changes(BOTH, changes)
    wanted = apply_changes(FILES, changes)
    assert {path: (entry.mode, bytes_of(after, path)) for path, entry in after.snapshot.files.items()} == wanted
    assert after.snapshot.by_folder.keys() == {"a", "new"}
    assert BOTH.text("a/b.yaml") == "é: 1\r\n"

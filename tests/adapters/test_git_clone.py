"""A local clone is read as Git would, without Git."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from bot.adapters.git_clone import LocalClone
from bot.domain.failures.files import ChangedWhileRead, FolderMissing, NotAClone, NotWritable, Unreadable
from bot.domain.fleet.problems import ConfigNotYaml, InstanceFileProblem, UnusableInstanceFile
from bot.domain.git_tree import FileChange, blob_sha
from bot.domain.versions import Version
from bot.ports.errors import NotFoundError, PermanentError
from bot.services.fleet_reader import FleetReader
from demo.fleet import Defect, make_fleet
from tests.failures import raises


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_fleet(8, broken=(Defect.YAML,)).write_to(tmp_path)
    return tmp_path


def test_it_is_read_as_git_keeps_it(folder: Path) -> None:
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "folder-link").symlink_to("rctest")
    (folder / "grüße.txt").write_bytes(b"\xff\r\n")
    (folder / "rctest.d").mkdir()  # sorts between `rctest` the file and `rctest` the folder
    (folder / "rctest.d" / "x").write_text("x")
    who = ("-c", "user.name=dana", "-c", "user.email=dana@example.com", "-c", "core.quotePath=false")
    git = ["git", "-C", str(folder), *who]
    for command in (["init", "--quiet"], ["add", "--all", "--force"], ["commit", "--quiet", "-m", "all"]):
        subprocess.run([*git, *command], check=True, capture_output=True, timeout=60)
    listed = subprocess.run([*git, "ls-tree", "-rt", "HEAD"], check=True, capture_output=True, timeout=60).stdout
    entries = [line.split(maxsplit=3) for line in listed.decode().splitlines()]
    snapshot = LocalClone(folder).snapshot()
    assert {path: (e.mode, e.sha) for path, e in snapshot.files.items()} == {
        path: (mode, sha) for mode, kind, sha, path in entries if kind == "blob"
    }
    assert snapshot.folders == {path: sha for _, kind, sha, path in entries if kind == "tree" and "/" not in path}
    tree = subprocess.run([*git, "rev-parse", "HEAD^{tree}"], check=True, capture_output=True, timeout=60).stdout
    assert snapshot.tree == tree.decode().strip()


def test_the_fleet_is_read_from_the_disk(folder: Path) -> None:
    fleets = FleetReader(LocalClone(folder))
    fleet = fleets.current()
    assert [instance.slug for instance in fleet][:2] == ["rctest", "demo"]
    (problem,) = fleet.unreadable
    assert isinstance(problem.reason, ConfigNotYaml)
    assert problem.reason.line
    link = folder / "rctest/red/docker-compose/docker-compose.yaml"
    link.unlink()
    link.symlink_to("../../../golden/docker-compose.3.40.1.yaml")
    rctest = fleets.current().get("rctest")
    assert rctest
    assert rctest.version == Version(3, 40, 1), "what nobody has committed counts, too"


def test_contents_are_those_of_the_snapshot(folder: Path) -> None:
    clone = LocalClone(folder)
    files = clone.snapshot().files
    config, link = files["rctest/config.yaml"].sha, files["rctest/red/docker-compose/docker-compose.yaml"].sha
    found = clone.contents([config, link])
    assert found[config] == (folder / "rctest/config.yaml").read_bytes()
    assert found[link] == b"../../../golden/docker-compose.3.40.0.yaml"
    with pytest.raises(NotFoundError):
        clone.contents([blob_sha(b"nobody wrote this")])
    (folder / "rctest/config.yaml").write_text("edited: meanwhile\n")
    with raises(PermanentError, ChangedWhileRead(str(folder / "rctest/config.yaml"))):
        clone.contents([config])


def test_what_git_does_not_keep_is_left_out(folder: Path) -> None:
    before = LocalClone(folder).snapshot()
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "rctest" / ".terraform").mkdir()
    (folder / "rctest" / ".terraform" / "provider").write_bytes(b"x" * 100)
    (folder / "empty").mkdir()
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))
        assert LocalClone(folder).snapshot() == before


def test_a_folder_that_is_no_clone_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with raises(PermanentError, FolderMissing(str(tmp_path / "nowhere"))):
        LocalClone(tmp_path / "nowhere")
    with raises(PermanentError, NotAClone(str(tmp_path))):
        LocalClone(tmp_path)


def test_a_link_that_leads_out_is_not_followed(folder: Path) -> None:
    (folder / "rctest" / "config.yaml").unlink()
    (folder / "rctest" / "config.yaml").symlink_to("/etc/hostname")
    (problem,) = [p for p in FleetReader(LocalClone(folder)).current().unreadable if p.slug == "rctest"]
    assert problem.reason == UnusableInstanceFile("config.yaml", InstanceFileProblem.IS_LINK)


def test_a_file_that_may_not_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The superuser may read everything, so the system's refusal is played."""
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.match("rctest/config.yaml"):
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    with raises(PermanentError, Unreadable(str(folder / "rctest/config.yaml"), "Permission denied")):
        LocalClone(folder).snapshot()


def test_a_thousand_instances(tmp_path: Path) -> None:
    make_fleet(1000).write_to(tmp_path)
    assert len(FleetReader(LocalClone(tmp_path)).current()) == 1000


# Writing


def test_what_is_written_is_what_git_would_check_out(folder: Path) -> None:
    clone = LocalClone(folder)
    link = "rctest/red/docker-compose/docker-compose.yaml"
    clone.write(
        [
            FileChange(link, "120000", "../../../golden/docker-compose.3.40.1.yaml"),
            FileChange("golden/new.yaml", "100644", "a: 1\r\nb: 2\n"),
            FileChange("rctest/config.yaml", "100644", None),
            FileChange("util/run.sh", "100755", "#!/bin/sh\n"),
        ]
    )
    after = LocalClone(folder).snapshot().files
    assert after[link].mode == "120000"
    assert (folder / link).readlink() == Path("../../../golden/docker-compose.3.40.1.yaml")
    assert (folder / "golden/new.yaml").read_bytes() == b"a: 1\r\nb: 2\n"
    assert after["util/run.sh"].mode == "100755"
    assert "rctest/config.yaml" not in after
    assert not [path for path in after if path.endswith(".mibot")]


def test_writing_through_a_link_replaces_the_link(folder: Path) -> None:
    link = "rctest/red/docker-compose/docker-compose.yaml"
    target = (folder / link).resolve().read_bytes()
    where = (folder / link).resolve()
    LocalClone(folder).write([FileChange(link, "100644", "plain\n")])
    assert not (folder / link).is_symlink()
    assert where.read_bytes() == target


def test_a_disk_that_refuses_is_told_in_a_sentence(folder: Path) -> None:
    (folder / "golden" / "in-the-way").write_text("a file\n")
    with raises(PermanentError, NotWritable(str(folder / "golden/in-the-way/new.yaml"), "File exists")):
        LocalClone(folder).write([FileChange("golden/in-the-way/new.yaml", "100644", "a: 1\n")])


def test_a_clone_without_git_has_no_tags(folder: Path) -> None:
    assert LocalClone(folder).module_tags() == frozenset()


def test_tags_of_a_work_tree_beside_others(folder: Path, tmp_path: Path) -> None:
    common = tmp_path / "common"
    (common / "worktrees" / "here").mkdir(parents=True)
    (common / "worktrees" / "here" / "commondir").write_text("../..\n")
    (common / "packed-refs").write_text(f"{'1' * 40} refs/tags/mi-module-v3.40.1-v2\n{'2' * 40} refs/tags/other\n")
    (folder / ".git").write_text(f"gitdir: {common / 'worktrees' / 'here'}\n")
    assert LocalClone(folder).module_tags() == {"mi-module-v3.40.1-v2"}

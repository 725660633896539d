"""`mibot upgrade … --dry-run`: what would be done, or why nothing would be."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.versions import Version
from demo.fleet import make_fleet
from demo.google.compute import ComputeServer
from demo.world import World
from tests.cli.conftest import RunMibot, WriteSettings
from tests.world.proxy import Proxy

LINK = "rctest/red/docker-compose/docker-compose.yaml"


def test_a_dry_run_shows_all_of_the_upgrade(mibot: RunMibot, clone: Path) -> None:
    shown = mibot("upgrade", "rctest", "3.40.1", "--dry-run", "--repo", clone)
    assert shown.exit_code == 0, shown.stderr
    text = shown.stdout
    assert "rctest can be upgraded: 3.40.0 to 3.40.1 is one step." in text
    for words in ("rctest/upgrade-v3.40.1", "rctest: upgrade to v3.40.1", "mi-upgrade", LINK):
        assert words in text
    assert "../../../golden/docker-compose.3.40.0.yaml → ../../../golden/docker-compose.3.40.1.yaml" in text
    assert "EnsureTracker version=3.40.1" in text
    assert "StartUpgrades slugs=rctest version=3.40.1" in text
    assert "Golden file" in text
    assert "11 images changed" in text
    assert "five writing requests" in text
    assert "## Test plan" in text
    assert text.count("TRACKER-URL") > 1


def test_in_a_narrow_terminal_the_link_takes_two_lines(mibot: RunMibot, clone: Path) -> None:
    lines = mibot("upgrade", "rctest", "3.40.1", "--dry-run", "--repo", clone, columns=80).stdout.splitlines()
    stripped = [line.strip() for line in lines]
    old = stripped.index("../../../golden/docker-compose.3.40.0.yaml")
    assert stripped[old + 1] == "→ ../../../golden/docker-compose.3.40.1.yaml"
    assert max(len(line) for line in lines) <= 80


@pytest.mark.parametrize(
    "word", ["demo.sourcegraph.com", "https://github.com/sourcegraph/accounts/issues/528", "demo"]
)
def test_an_instance_is_named_in_any_way(mibot: RunMibot, clone: Path, word: str) -> None:
    shown = mibot("upgrade", word, "v3.41.0", "--dry-run", "--repo", clone)
    assert shown.exit_code == 0, shown.stderr


@pytest.mark.parametrize(
    ("slug", "version", "sentence"),
    [
        ("rctest", "3.42.0", "upgrade one minor version at a time. Next step: 3.41.0."),
        ("rctest", "3.39.1", "downgrades such as to 3.39.1 are refused"),
        ("rctest", "3.40.0", "it already runs 3.40.0."),
        ("s2", "3.40.1", "takes nightly builds from the developer-experience team"),
        ("demo", "3.41.0-rc.1", "release candidates go to rctest only"),
        ("rctest", "3.40.9", "golden/docker-compose.3.40.9.yaml is not in this clone"),
        ("rctest", "3.40.9", "prepare it first with `mibot prepare 3.40.9 --repo PATH`"),
    ],
)
def test_a_refusal_is_a_sentence_and_status_1(
    mibot: RunMibot, clone: Path, slug: str, version: str, sentence: str
) -> None:
    shown = mibot("upgrade", slug, version, "--dry-run", "--repo", clone)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert f"{slug} can't be upgraded to {version}: " in shown.stderr
    assert sentence in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("rctest", "3.40.1"), "upgrades are requested on the tracker, by a comment `/upgrade rctest`"),
        (("rctest", "latest", "--dry-run"), "'latest' is not a version"),
        (("rctset", "3.40.1", "--dry-run"), "Did you mean rctest?"),
        (("rctest", "3.40.1", "--dry-run", "--write"), "give either --dry-run"),
    ],
)
def test_wrong_use_is_status_2(mibot: RunMibot, clone: Path, arguments: tuple[str, ...], sentence: str) -> None:
    shown = mibot("upgrade", *arguments, "--repo", clone)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert sentence in shown.stderr


def test_on_a_clone_the_golden_files_decide_the_end_of_a_major(mibot: RunMibot, tmp_path: Path) -> None:
    make_fleet(1, running="3.43.2", golden=("3.43.2", "4.0.0")).write_to(tmp_path / "clone")
    shown = mibot("upgrade", "rctest", "4.0.0", "--dry-run", "--repo", tmp_path / "clone")
    assert shown.exit_code == 0, shown.stderr
    assert "the golden files decided which version ends a major" in shown.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A clone of this test's own, whose files may change."""
    make_fleet().write_to(tmp_path / "clone")
    return tmp_path / "clone"


def test_the_change_is_made_in_the_work_tree_and_only_once(mibot: RunMibot, tree: Path) -> None:
    override = tree / "research/black/docker-compose/docker-compose.override.yaml"
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file() and not path.is_symlink()}
    made = mibot("upgrade", "research", "3.40.1", "--write", "--repo", tree)
    assert made.exit_code == 0, made.stderr
    assert "The hotpatch of searcher-0 is removed" in made.stdout
    link = override.with_name("docker-compose.yaml")
    assert link.readlink() == Path("../../../golden/docker-compose.3.40.1.yaml")
    changed = {path for path, content in before.items() if path.read_bytes() != content}
    assert changed == {override}
    assert "image:" not in override.read_text()
    assert "# more memory for the nightly syncs" in override.read_text()
    again = mibot("upgrade", "research", "3.40.1", "--write", "--repo", tree)
    assert again.exit_code == 1
    assert "it already runs 3.40.1." in again.stderr


def test_writing_needs_a_clone_and_a_dry_run_writes_nothing(mibot: RunMibot, tree: Path) -> None:
    without = mibot("upgrade", "rctest", "3.40.1", "--write")
    assert (without.exit_code, without.stdout) == (2, "")
    assert "name it with --repo" in without.stderr
    before = {path: path.lstat().st_mtime_ns for path in tree.rglob("*")}
    assert mibot("upgrade", "rctest", "3.40.1", "--dry-run", "--repo", tree).exit_code == 0
    assert {path: path.lstat().st_mtime_ns for path in tree.rglob("*")} == before


def test_the_newest_module_tag_of_the_clone_is_taken(mibot: RunMibot, tree: Path) -> None:
    tags = tree / ".git" / "refs" / "tags"
    tags.mkdir(parents=True)
    (tags / "mi-module-v3.40.1-v2").write_text("0" * 40)
    (tree / ".git" / "packed-refs").write_text(f"# pack-refs\n{'1' * 40} refs/tags/mi-module-v3.40.1-v10\n")
    made = mibot("upgrade", "rctest", "3.40.1", "--write", "--repo", tree)
    assert made.exit_code == 0, made.stderr
    assert "?ref=mi-module-v3.40.1-v10" in (tree / "rctest/infrastructure.tf").read_text()


def test_pre_upgrade_checks_are_shown_unless_switched_off(
    mibot: RunMibot, tree: Path, machines: ComputeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIBOT_GCP__COMPUTE_ENDPOINT", machines.url)
    monkeypatch.setenv("MIBOT_GCP__PROJECT_TEMPLATE", "pre-upgrade-{slug}")
    shown = mibot("upgrade", "rctest", "3.40.1", "--dry-run", "--repo", tree)
    assert "Pre-upgrade checks" in shown.stdout
    assert "✓ pass" in shown.stdout
    without = mibot("upgrade", "rctest", "3.40.1", "--dry-run", "--no-checks", "--repo", tree)
    assert "Virtual machine" not in without.stdout


@pytest.mark.e2e
def test_from_github_nothing_is_written(
    mibot: RunMibot, world: World, proxy: Proxy, configured: WriteSettings, machines: ComputeServer
) -> None:
    world.build()
    config = configured()
    without = mibot("upgrade", "rctest", "3.40.1", "--dry-run", "--config", config)
    assert without.exit_code == 0, without.stderr
    assert "EnsureTracker" in without.stdout
    labels = ("managed-instances", "release-tracking", "team/cloud")
    marker = f"<!-- mibot:tracker version={Version(3, 40, 1)} -->"
    url = world.open_issue("dana", "3.40.1 upgrade managed instances tracking issue", marker, labels)["html_url"]
    found = mibot("upgrade", "rctest", "3.40.1", "--dry-run", "--config", config)
    assert f"tracked in {url}" in found.stdout
    assert "EnsureTracker" not in found.stdout
    assert proxy.writes() == []

"""`mibot prepare …`: a version's golden file and executors modules, shown or made in a clone."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from demo.fleet import compose_file, make_fleet
from demo.fleet.compose import image
from demo.world import World
from tests.cli.conftest import RunMibot, WriteSettings
from tests.world.proxy import Proxy

GOLDEN = "golden/docker-compose.3.40.2.yaml"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    make_fleet().write_to(tmp_path / "clone")
    return tmp_path / "clone"


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    file = tmp_path / "upstream.yaml"
    file.write_text(compose_file("3.40.2"))
    return file


def test_a_dry_run_shows_everything_and_writes_nothing(mibot: RunMibot, tree: Path, upstream: Path) -> None:
    shown = mibot("prepare", "3.40.2", "--repo", tree, "--upstream", upstream, "--dry-run")
    assert shown.exit_code == 0, shown.stderr
    for words in (
        "3.40.2 can be prepared",
        "golden/v3.40.2",
        "golden: prepare v3.40.2",
        f"{GOLDEN} is upstream's file at the version's tag, merged with 2 overrides in the order of their names",
        "Module executors in modules/executors/main.tf is pinned to 3.40.2 instead of 3.40.0",
        '+  version = "3.40.2" # upgraded together with the instances',
        "3.40.1 → 3.40.2: 11 images changed",
    ):
        assert words in shown.stdout
    assert not (tree / GOLDEN).exists()


def test_the_change_is_made_in_the_work_tree_once(mibot: RunMibot, tree: Path, upstream: Path) -> None:
    made = mibot("prepare", "3.40.2", "--repo", tree, "--upstream", upstream, "--write")
    assert made.exit_code == 0, made.stderr
    services = YAML(typ="safe").load(tree / GOLDEN)["services"]
    assert services["worker"]["environment"][-1] == "PGSSLMODE=disable"
    assert (tree / "modules/executors/main.tf").read_text().count('version = "3.40.2"') == 2
    again = mibot("prepare", "3.40.2", "--repo", tree, "--upstream", upstream, "--write")
    assert again.exit_code == 0
    assert "Nothing to do: 3.40.2 is prepared." in again.stdout
    upgraded = mibot("upgrade", "rctest", "3.40.2", "--repo", tree, "--write")
    assert upgraded.exit_code == 0, upgraded.stderr


def test_images_with_another_tag_have_to_be_accepted(mibot: RunMibot, tree: Path, upstream: Path) -> None:
    upstream.write_text(compose_file("3.40.2").replace(image("symbols", "3.40.2"), image("symbols", "3.40.1")))
    refused = mibot("prepare", "3.40.2", "--repo", tree, "--upstream", upstream, "--write")
    assert refused.exit_code == 1
    assert "symbols-0 (index.docker.io/sourcegraph/symbols:3.40.1)" in refused.stderr
    assert "--accept-tags" in refused.stderr
    assert not (tree / GOLDEN).exists()
    made = mibot("prepare", "3.40.2", "--repo", tree, "--upstream", upstream, "--write", "--accept-tags")
    assert made.exit_code == 0, made.stderr
    held = mibot("upgrade", "rctest", "3.40.2", "--repo", tree, "--dry-run")
    assert (held.exit_code, "3.40.2 is held" in held.stderr) == (1, True)
    assert mibot("upgrade", "rctest", "3.40.2", "--repo", tree, "--dry-run", "--accept-tags").exit_code == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "can't be read (No such file or directory); give the path of upstream's Compose file."),
        ("just: words\n", "is not a Compose file"),
        ("services:\n  a: [\n", "line"),
        ("services:\n  web:\n    image: caddy\n", "which upstream's file does not have (any more)"),
    ],
)
def test_a_refusal_is_one_sentence(
    mibot: RunMibot, tree: Path, upstream: Path, content: str | None, sentence: str
) -> None:
    upstream.unlink() if content is None else upstream.write_text(content)
    shown = mibot("prepare", "3.40.2", "--repo", tree, "--upstream", upstream, "--write")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert sentence in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1


def test_wrong_use_is_status_2(mibot: RunMibot, tree: Path, upstream: Path) -> None:
    neither = mibot("prepare", "3.40.2", "--repo", tree, "--upstream", upstream)
    assert (neither.exit_code, "give either --dry-run" in neither.stderr) == (2, True)
    nowhere = mibot("prepare", "3.40.2", "--upstream", upstream, "--write")
    assert (nowhere.exit_code, "name it with --repo" in nowhere.stderr) == (2, True)
    unsettled = mibot("prepare", "3.40.2", "--repo", tree, "--dry-run")
    assert (unsettled.exit_code, "give upstream's file of the version: --upstream FILE" in unsettled.stderr) == (
        2,
        True,
    )
    no_version = mibot("prepare", "soon", "--repo", tree, "--dry-run")
    assert (no_version.exit_code, "'soon' is not a version" in no_version.stderr) == (2, True)


@pytest.mark.e2e
def test_upstreams_file_is_read_from_github(
    mibot: RunMibot, world: World, proxy: Proxy, configured: WriteSettings, tree: Path
) -> None:
    world.build()
    config = configured()
    refused = mibot("prepare", "3.42.0", "--dry-run", "--config", config)
    assert refused.exit_code == 1
    assert "no instance may go to 3.42.0 next: they run 3.40.0. Prepare 3.41.0 first." in refused.stderr
    assert 'Here: --force "reason".' in refused.stderr
    assert mibot("prepare", "3.42.0", "--write", "--repo", tree, "--config", config).exit_code == 1
    assert not (tree / "golden/docker-compose.3.42.0.yaml").exists()
    forced = ("--force", "we skip a version")
    shown = mibot("prepare", "3.42.0", "--dry-run", "--config", config, *forced)
    assert shown.exit_code == 0, shown.stderr
    assert "modules/executors/main.tf" in shown.stdout
    assert "golden: prepare v3.42.0" in shown.stdout
    made = mibot("prepare", "3.42.0", "--write", "--repo", tree, "--config", config, *forced)
    assert made.exit_code == 0, made.stderr
    assert (tree / "golden/docker-compose.3.42.0.yaml").exists()
    missing = mibot("prepare", "3.45.0", "--dry-run", "--config", config)
    assert "has no file docker-compose/docker-compose.yaml at the tag v3.45.0" in missing.stderr
    assert proxy.writes() == []

"""The deployment repository of the demo and the stories."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.domain.fleet.inventory import read_fleet
from bot.domain.fleet.model import Fleet
from bot.domain.git_tree import Snapshot, TreeEntry, blob_sha
from bot.formats.terraform.nodes import Body
from bot.formats.terraform.syntax import parse
from bot.rendering.wording import describe
from demo.fleet import Defect, File, Hotpatch, SampleRepository, compose_file, make_fleet
from demo.fleet.names import FIRST, SECOND, customer_names

INSTANCE_FILE = re.compile(
    r"(config\.yaml|terraform\.tfvars|infrastructure\.tf|overrides/[a-z.-]+\.yaml"
    r"|(red|black)/docker-compose/docker-compose(\.override)?\.yaml)"
)
SHARED_FILE = re.compile(
    r"README\.md|config\.global\.yaml|golden/docker-compose\.\d+\.\d+\.\d+\.yaml|golden/overrides/[a-z.-]+\.yaml"
    r"|modules/(executors|terraform-managed-instance-new)/[a-z]+\.tf|monitoring/[a-z_]+\.tf"
    r"|\.github/workflows/mi_upgrade\.yml"
)


def read_as_mibot(repository: SampleRepository) -> Fleet:
    blobs = {file.path: file.content.encode() for file in repository.files.values()}
    entries = {path: TreeEntry(file.mode, blob_sha(blobs[path])) for path, file in repository.files.items()}
    return read_fleet(Snapshot("tree", entries), {blob_sha(content): content for content in blobs.values()})


def test_the_same_arguments_make_the_same_files() -> None:
    assert make_fleet(40, seed=7) == make_fleet(40, seed=7)
    assert make_fleet(40, seed=7).files != make_fleet(40, seed=8).files


def test_a_bigger_fleet_has_everything_of_a_smaller_one() -> None:
    small, big = make_fleet(12), make_fleet(60)
    assert {path: big.files[path] for path in small.files} == dict(small.files)


@pytest.mark.parametrize("size", [1, 6, 7, 12, 200])
def test_a_fleet_has_the_size_it_was_asked_for(size: int) -> None:
    assert len(make_fleet(size).instances) == size


def test_every_file_has_its_place_in_the_layout() -> None:
    repository = make_fleet(100)
    for path, file in repository.files.items():
        assert path == file.path
        slug, _, rest = path.partition("/")
        in_instance = slug in repository.by_slug and INSTANCE_FILE.fullmatch(rest)
        assert in_instance or SHARED_FILE.fullmatch(path), path
        assert file.is_link == path.endswith("docker-compose/docker-compose.yaml"), path


def test_every_file_is_what_its_name_says() -> None:
    for file in make_fleet(60).files.values():
        if file.path.endswith((".yaml", ".yml")) and not file.is_link:
            assert isinstance(YAML(typ="safe").load(file.content), dict), file.path
        if file.path.endswith((".tf", ".tfvars")):
            assert parse(file.content) != Body({}, ()), file.path


def test_mibot_reads_what_was_made_up() -> None:
    repository = make_fleet(200)
    fleet = read_as_mibot(repository)
    assert not fleet.unreadable
    assert {instance.slug for instance in fleet} == set(repository.by_slug)
    for instance in fleet:
        made_up = repository.by_slug[instance.slug]
        assert instance.link_path == made_up.link_path
        assert (instance.type, instance.active, instance.account) == (made_up.kind, made_up.active, made_up.account)
        assert (instance.note, instance.skip or "", instance.channel) == (made_up.note, made_up.skip, made_up.channel)
        assert (instance.public, instance.executors) == (made_up.public, made_up.executors)
        assert str(instance.version) == "3.40.0"


def test_the_internal_instances_are_those_there_are() -> None:
    repository = make_fleet()
    assert repository.internal == ("rctest", "demo", "tpgi", "research", "s2", "devmanaged")
    skipped = {slug for slug in repository.internal if repository.by_slug[slug].skip}
    assert skipped == {"s2", "devmanaged"}
    assert "#ce" in repository.by_slug["demo"].note
    assert "#frontend-platform" in repository.by_slug["tpgi"].note


def test_a_dozen_shows_a_bit_of_everything() -> None:
    instances = make_fleet(12).instances
    assert {instance.kind for instance in instances} == {"internal", "trial", "production"}
    assert {instance.active for instance in instances} == {"red", "black"}
    for fact in ("has_both_deployments", "declares_active", "executors", "public"):
        assert {getattr(instance, fact) for instance in instances} == {True, False}, fact
    assert {"stable", "pause"} == {instance.channel for instance in instances}
    assert {Hotpatch.NONE, Hotpatch.ALONE, Hotpatch.AMONG_OVERRIDES} <= {one.hotpatch for one in instances}


def test_the_second_customer_instance_belongs_to_the_first_customer() -> None:
    first, second = (one for one in make_fleet(12).instances[6:8])
    assert (second.slug, second.account) == (f"{first.slug}-two", first.account)


def test_hotpatches_are_images_in_override_files_and_nowhere_else() -> None:
    repository = make_fleet(60)
    for specimen in repository.instances:
        mine = [file for file in repository.files.values() if file.path.startswith(f"{specimen.slug}/")]
        patched = [file for file in mine if "image:" in file.content]
        assert len(patched) == (specimen.hotpatch is not Hotpatch.NONE), specimen.slug
        for file in patched:
            assert "override" in file.path
            assert ":3.40.0-hotpatch.1@sha256:" in file.content


def test_every_image_of_a_golden_file_has_its_version() -> None:
    for version in ("3.39.1", "3.40.0", "3.40.1", "3.41.0"):
        golden = make_fleet().files[f"golden/docker-compose.{version}.yaml"].content
        services = YAML(typ="safe").load(golden)["services"]
        assert len(services) >= 10
        for service in services.values():
            assert re.fullmatch(
                rf"index\.docker\.io/sourcegraph/[a-z0-9-]+:{re.escape(version)}@sha256:[0-9a-f]{{64}}",
                service["image"],
            )


def test_a_golden_file_is_upstreams_with_the_global_overrides() -> None:
    golden = YAML(typ="safe").load(make_fleet().files["golden/docker-compose.3.40.1.yaml"].content)["services"]
    upstream = YAML(typ="safe").load(compose_file("3.40.1"))["services"]
    assert golden.keys() == upstream.keys()
    more = set(golden["worker"]["environment"]) - set(upstream["worker"]["environment"])
    assert more == {"PGSSLMODE=disable"}


def test_the_executors_module_pins_the_running_version_twice() -> None:
    text = make_fleet().files["modules/executors/main.tf"].content
    assert re.findall(r'version = "([^"]+)"', text) == ["3.40.0", "3.40.0"]


@pytest.mark.parametrize(
    ("breakage", "words"),
    [
        (Defect.YAML, "is not valid YAML"),
        (Defect.DANGLING, "does not point to a golden file"),
        (Defect.PLAIN, "is not a symbolic link"),
        (Defect.BOTH, "no active_deployment"),
        (Defect.TYPE, "instanceType"),
        (Defect.ACCOUNT, "account in config.yaml is missing"),
    ],
)
def test_a_broken_instance_is_broken_in_that_way_only(breakage: Defect, words: str) -> None:
    repository = make_fleet(12, broken=[breakage])
    fleet = read_as_mibot(repository)
    assert [problem.slug for problem in fleet.unreadable] == [repository.broken[0].slug]
    assert words in describe(fleet.unreadable[0].reason)
    assert len(fleet) == 12


def test_customers_are_all_their_names_and_none_is_an_internal_one() -> None:
    repository = make_fleet(100, broken=list(Defect))
    slugs = {specimen.slug for specimen in (*repository.instances, *repository.broken) if not specimen.internal}
    assert slugs <= set(repository.customers)
    assert not set(repository.customers) & set(repository.internal)


def test_no_shared_file_names_a_customer() -> None:
    repository = make_fleet(200)
    for file in repository.files.values():
        if file.path.partition("/")[0] not in repository.by_slug:
            assert not [name for name in repository.customers if name in file.content], file.path


def test_indiscreet_notes_name_the_customer() -> None:
    discreet, indiscreet = make_fleet(12), make_fleet(12, name_customers_in_notes=True)
    told = [one for one in indiscreet.instances if not one.internal and one.note]
    assert told
    assert all(one.customer in one.note for one in told)
    assert all(one.customer not in one.note for one in discreet.instances if not one.internal)


def test_names_are_all_different_in_any_number() -> None:
    pairs = len(FIRST.split()) * len(SECOND.split())
    names = customer_names(pairs + 10, seed=1)
    assert len(set(names)) == pairs + 10
    assert names[:50] == customer_names(50, seed=1)


def test_a_repository_can_be_laid_out_as_a_work_tree(tmp_path: Path) -> None:
    repository = make_fleet(12, broken=[Defect.DANGLING])
    repository.write_to(tmp_path)
    repository.write_to(tmp_path)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if not path.is_dir()}
    assert found == set(repository.files)
    link = tmp_path / repository.by_slug["rctest"].link_path
    assert link.is_symlink()
    assert link.resolve() == (tmp_path / "golden/docker-compose.3.40.0.yaml").resolve()
    assert link.read_text() == repository.files["golden/docker-compose.3.40.0.yaml"].content


def test_a_file_is_plain_or_a_link() -> None:
    assert File.plain("a", "x").mode == "100644"
    assert File.link("a", "b").mode == "120000"

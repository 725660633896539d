"""Files are asked for once, by their SHA-1, and believed only when they have it."""

from __future__ import annotations

import base64

import pytest

from bot.adapters.github import GitHubDeployment, Session, blobs
from bot.adapters.github.blobs import blob_sha
from bot.ports import Missing, Refused
from tests.adapters.github.conftest import Site
from tests.adapters.github.samples import Cache

BLOBS = "/repos/fleet/deploy/git/blobs"


def put(site: Site, content: bytes, sha: str | None = None) -> str:
    """A blob on the site, base64 in short lines as GitHub sends it."""
    name = sha or blob_sha(content)
    encoded = base64.encodebytes(content).decode()
    site.on("GET", f"{BLOBS}/{name}", {"sha": name, "content": encoded, "encoding": "base64"})
    return name


def test_git_agrees_about_the_sha() -> None:
    assert (
        blob_sha(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    )  # `echo hello | git hash-object --stdin`


def test_files_are_fetched_once_and_then_known(site: Site, session: Session) -> None:
    cache = Cache()
    contents = [b"", b"a: 1\n", bytes(range(256))]
    shas = [put(site, content) for content in contents]
    wanted = dict(zip(shas, contents, strict=True))
    assert GitHubDeployment(session, "fleet/deploy", cache).contents(shas + shas) == wanted
    assert len(site.asked()) == 3
    assert GitHubDeployment(session, "fleet/deploy", cache).contents(shas) == wanted
    assert len(site.asked()) == 3


def test_only_what_changed_is_fetched(site: Site, deployment: GitHubDeployment) -> None:
    old, new = put(site, b"old"), put(site, b"new")
    deployment.contents([old])
    assert deployment.contents([old, new]) == {old: b"old", new: b"new"}
    assert site.asked() == [f"GET {BLOBS}/{old}", f"GET {BLOBS}/{new}"]


def test_many_files_all_arrive(site: Site, deployment: GitHubDeployment) -> None:
    wanted = {put(site, f"{number}".encode()): f"{number}".encode() for number in range(30)}
    assert deployment.contents(wanted) == wanted


def test_a_file_that_is_not_what_was_asked_for_is_refused(site: Site, session: Session) -> None:
    cache = Cache()
    sha = put(site, b"something else", sha=blob_sha(b"wanted"))
    with pytest.raises(Refused, match="its SHA-1 differs"):
        GitHubDeployment(session, "fleet/deploy", cache).contents([sha])
    assert cache.blobs == {}


def test_a_file_that_is_gone_is_missing(site: Site, deployment: GitHubDeployment) -> None:
    site.on("GET", f"{BLOBS}/{'0' * 40}", {"message": "Not Found"}, 404)
    with pytest.raises(Missing, match="Could not read a file"):
        deployment.contents(["0" * 40])


def test_what_arrived_before_a_fault_is_kept(site: Site, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "KEEP_EVERY", 4)
    cache = Cache()
    shas = [put(site, f"{number}".encode()) for number in range(8)]
    site.on("GET", f"{BLOBS}/{'0' * 40}", {"message": "Not Found"}, 404)
    with pytest.raises(Missing):
        GitHubDeployment(session, "fleet/deploy", cache).contents([*shas, "0" * 40])
    assert set(cache.blobs) == set(shas)

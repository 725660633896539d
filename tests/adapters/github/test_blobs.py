"""Files are asked for once, by their SHA-1, and believed only when they have it."""

from __future__ import annotations

import base64

import pytest

from bot.adapters.github import GitHubDeploymentRepository, Session
from bot.adapters.github.deployment import blobs
from bot.domain.failures.github import GitHubFailed, GitHubProblem
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.git_tree import blob_sha
from bot.ports.errors import NotFoundError, TransientError
from tests.adapters.github.conftest import FakeGitHub
from tests.adapters.github.samples import MemoryBlobCache
from tests.failures import raises

BLOBS = "/repos/fleet/deploy/git/blobs"


def put(site: FakeGitHub, content: bytes, sha: str | None = None) -> str:
    """A blob on the site, base64 in short lines as GitHub sends it."""
    name = sha or blob_sha(content)
    encoded = base64.encodebytes(content).decode()
    site.add_response("GET", f"{BLOBS}/{name}", {"sha": name, "content": encoded, "encoding": "base64"})
    return name


def test_git_agrees_about_the_sha() -> None:
    assert (
        blob_sha(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    )  # `echo hello | git hash-object --stdin`


def test_files_are_fetched_once_and_then_known(site: FakeGitHub, session: Session) -> None:
    cache = MemoryBlobCache()
    contents = [b"", b"a: 1\n", bytes(range(256))]
    shas = [put(site, content) for content in contents]
    wanted = dict(zip(shas, contents, strict=True))
    assert GitHubDeploymentRepository(session, "fleet/deploy", cache).files.contents(shas + shas) == wanted
    assert len(site.requests()) == 3
    assert GitHubDeploymentRepository(session, "fleet/deploy", cache).files.contents(shas) == wanted
    assert len(site.requests()) == 3


def test_only_what_changed_is_fetched(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    old, new = put(site, b"old"), put(site, b"new")
    deployment.files.contents([old])
    assert deployment.files.contents([old, new]) == {old: b"old", new: b"new"}
    assert site.requests() == [f"GET {BLOBS}/{old}", f"GET {BLOBS}/{new}"]


def test_many_files_all_arrive(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    wanted = {put(site, f"{number}".encode()): f"{number}".encode() for number in range(30)}
    assert deployment.files.contents(wanted) == wanted


def test_a_file_that_is_not_what_was_asked_for_is_asked_for_again(site: FakeGitHub, session: Session) -> None:
    cache = MemoryBlobCache()
    sha = put(site, b"something else", sha=blob_sha(b"wanted"))
    with raises(TransientError, GitHubFailed(GitHubAction.READ_FILE, GitHubProblem.WRONG_CONTENT)):
        GitHubDeploymentRepository(session, "fleet/deploy", cache).files.contents([sha])
    assert cache.blobs == {}


def test_a_file_that_is_gone_is_missing(site: FakeGitHub, deployment: GitHubDeploymentRepository) -> None:
    site.add_response("GET", "/repos/fleet/deploy", {"default_branch": "main"})
    site.add_response("GET", f"{BLOBS}/{'0' * 40}", {"message": "Not Found"}, 404)
    with raises(NotFoundError, GitHubFailed(GitHubAction.READ_FILE, GitHubProblem.NOT_FOUND)):
        deployment.files.contents(["0" * 40])


def test_what_arrived_before_a_fault_is_kept(
    site: FakeGitHub, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "CACHE_BATCH_SIZE", 4)
    cache = MemoryBlobCache()
    shas = [put(site, f"{number}".encode()) for number in range(8)]
    site.add_response("GET", "/repos/fleet/deploy", {"default_branch": "main"})
    site.add_response("GET", f"{BLOBS}/{'0' * 40}", {"message": "Not Found"}, 404)
    with pytest.raises(NotFoundError):
        GitHubDeploymentRepository(session, "fleet/deploy", cache).files.contents([*shas, "0" * 40])
    assert set(cache.blobs) == set(shas)

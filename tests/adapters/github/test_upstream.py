"""The releases there are, from upstream's tags."""

from __future__ import annotations

import base64

import pytest

from bot.adapters.github import GitHubUpstream, Session
from bot.domain.failures.github import UpstreamFileMissing
from bot.domain.versions import Version
from bot.ports.errors import ExternalError, NotFoundError, TransientError
from tests.adapters.github.conftest import FakeClock, FakeGitHub
from tests.failures import raises

DOCKER = "/repos/up/docker/git/matching-refs/tags/v"


def tags(*names: str) -> list[dict[str, str]]:
    return [{"ref": f"refs/tags/{name}"} for name in names]


def versions(*texts: str) -> set[Version | None]:
    return {Version.parse(text) for text in texts}


@pytest.fixture
def upstream(session: Session) -> GitHubUpstream:
    return GitHubUpstream(session, "up/docker")


def test_every_version_tag_is_a_release(site: FakeGitHub, upstream: GitHubUpstream) -> None:
    site.add_response("GET", DOCKER, tags("v3.40.0", "v3.41.0-rc.1", "v3.40", "vscode-1.2.3"))
    assert upstream.releases() == versions("3.40.0", "3.41.0-rc.1")


def test_a_public_repository_needs_no_installation(site: FakeGitHub, upstream: GitHubUpstream) -> None:
    site.add_response("GET", DOCKER, tags("v3.40.0"))
    assert upstream.releases() == versions("3.40.0")
    assert site.headers() == ["None"]


def test_a_private_one_is_read_as_the_installation(site: FakeGitHub, upstream: GitHubUpstream) -> None:
    site.installed["up"] = 3
    site.add_response("GET", DOCKER, tags("v3.40.0"))
    assert upstream.releases() == versions("3.40.0")
    assert site.headers() == ["token ghs_1"]


def test_an_installation_that_does_not_see_a_public_one_does_not_matter(
    site: FakeGitHub, upstream: GitHubUpstream
) -> None:
    site.installed["up"] = 3
    site.add_response("GET", "/repos/up/docker", {"message": "Not Found"}, 404)
    site.add_response("GET", DOCKER, {"message": "Not Found"}, 404)
    site.add_response("GET", DOCKER, tags("v3.40.0"))
    assert upstream.releases() == versions("3.40.0")
    assert site.headers() == ["token ghs_1", "token ghs_1", "None"], "whether it sees it is asked, too"


def test_every_page_is_read(site: FakeGitHub, upstream: GitHubUpstream) -> None:
    link = {"Link": f'<http://github.test:4001{DOCKER}?page=2>; rel="next"'}
    site.add_response("GET", DOCKER, tags("v3.40.0"), headers=link)
    site.add_response("GET", DOCKER, tags("v3.40.1"), query={"page": "2"})
    assert upstream.releases() == versions("3.40.0", "3.40.1")


def test_tags_are_read_every_ten_minutes(site: FakeGitHub, upstream: GitHubUpstream, time: FakeClock) -> None:
    site.add_response("GET", DOCKER, tags("v3.40.0"))
    site.add_response("GET", DOCKER, tags("v3.40.0", "v3.40.1"))
    assert len(upstream.releases()) == 1
    time.seconds += 599
    assert len(upstream.releases()) == 1
    time.seconds += 2
    assert len(upstream.releases()) == 2


def test_the_limit_for_strangers_does_not_hold_up_the_app(
    site: FakeGitHub, upstream: GitHubUpstream, session: Session
) -> None:
    site.add_response(
        "GET", DOCKER, {"message": "API rate limit exceeded for 192.0.2.1."}, 403, {"Retry-After": "1800"}
    )
    with pytest.raises(TransientError):
        upstream.releases()
    assert session.bot_login == "mibot[bot]"


def test_a_version_that_is_wanted_and_unknown_is_looked_for_at_once_but_not_all_the_time(
    site: FakeGitHub, upstream: GitHubUpstream, time: FakeClock
) -> None:
    site.add_response("GET", DOCKER, tags("v3.40.0"))
    site.add_response("GET", DOCKER, tags("v3.40.0", "v3.40.1"))
    wanted = versions("3.40.1")
    assert len(upstream.releases(wanted)) == 1  # type: ignore[arg-type]
    time.seconds += 14
    assert len(upstream.releases(wanted)) == 1  # type: ignore[arg-type]
    time.seconds += 2
    assert len(upstream.releases(wanted)) == 2  # type: ignore[arg-type]
    time.seconds += 500
    upstream.releases(wanted)  # type: ignore[arg-type]
    assert len([line for line in site.requests() if "matching-refs" in line]) == 2


COMPOSE = "/repos/up/docker/contents/docker-compose/docker-compose.yaml"
V = Version(3, 40, 1)


def test_the_compose_file_at_a_tag(site: FakeGitHub, upstream: GitHubUpstream) -> None:
    content = base64.encodebytes("services: {} # ü\n".encode()).decode()
    site.add_response(
        "GET", COMPOSE, {"type": "file", "encoding": "base64", "content": content}, query={"ref": "v3.40.1"}
    )
    assert upstream.compose_file(V).decode() == "services: {} # ü\n"


def test_no_such_tag_is_one_clear_sentence(site: FakeGitHub, upstream: GitHubUpstream) -> None:
    site.add_response("GET", COMPOSE, {"message": "Not Found"}, 404)
    with raises(NotFoundError, UpstreamFileMissing("docker-compose/docker-compose.yaml", V)):
        upstream.compose_file(V)


def test_a_folder_or_a_link_in_its_place_is_not_understood(site: FakeGitHub, upstream: GitHubUpstream) -> None:
    site.add_response("GET", COMPOSE, [{"type": "file"}])
    with pytest.raises(ExternalError):
        upstream.compose_file(V)

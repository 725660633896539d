"""Container reports, read: tables and the output of `docker ps`, and nothing else in the text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.health.containers import Condition, Container, condition, parse_containers, read_report
from demo.actions import container_table
from demo.fleet.compose import SERVICES

DIGEST = "sha256:" + "9f" * 32
MARKDOWN = f"""\
# What runs now

| container | image | status |
| --- | :-: | ---: |
| `sourcegraph-frontend-0` | index.docker.io/sourcegraph/frontend:3.40.1@{DIGEST} | ✅ Up 5 minutes (healthy) |
| **gitserver-0** | sourcegraph/gitserver:3.40.1 | Restarting (1) 3 seconds ago |
| redis | redis | Up About an hour |

All done, nothing dead.
"""
DOCKER_PS = """\
CONTAINER ID   IMAGE                          COMMAND                  CREATED          STATUS                      PORTS                  NAMES
4c01db0b339c   sourcegraph/frontend:3.40.1    "/sbin/tini -- /usr/…"   17 minutes ago   Up 16 minutes (unhealthy)   0.0.0.0:80->3080/tcp   sourcegraph-frontend-0
d7886598dbe2   redis                          "docker-entrypoint.s…"   5 minutes ago    Exited (137) 2 hours ago    6379/tcp               cache
"""  # noqa: E501
COMPOSE_PS = """\
NAME       IMAGE                     COMMAND   SERVICE    CREATED      STATUS                            PORTS
worker-1   sourcegraph/worker:3.40.1 "/worker" worker     3 days ago   Up 10 seconds (health: starting)   80/tcp
pgsql-1    sourcegraph/pg:3.40.1     "/pg.sh"  pgsql      3 days ago   running(healthy)                   5432/tcp
""".replace(":3.40.1 ", ":3.40.1   ").replace('" ', '"   ')


def test_a_markdown_table() -> None:
    assert parse_containers([MARKDOWN]) == (
        Container(
            "sourcegraph-frontend-0",
            f"index.docker.io/sourcegraph/frontend:3.40.1@{DIGEST}",
            "✅ Up 5 minutes (healthy)",
        ),
        Container("gitserver-0", "sourcegraph/gitserver:3.40.1", "Restarting (1) 3 seconds ago"),
        Container("redis", "redis", "Up About an hour"),
    )


def test_what_docker_ps_prints() -> None:
    assert parse_containers([DOCKER_PS]) == (
        Container("sourcegraph-frontend-0", "sourcegraph/frontend:3.40.1", "Up 16 minutes (unhealthy)"),
        Container("cache", "redis", "Exited (137) 2 hours ago"),
    )


def test_what_compose_prints() -> None:
    assert parse_containers([COMPOSE_PS]) == (
        Container("worker-1", "sourcegraph/worker:3.40.1", "Up 10 seconds (health: starting)"),
        Container("pgsql-1", "sourcegraph/pg:3.40.1", "running(healthy)"),
    )


@pytest.mark.parametrize("gap", [" ", "\t", "    "])
def test_name_image_and_status_with_whatever_between(gap: str) -> None:
    line = gap.join(["web", "sourcegraph/web:3.40.1", "Up 2 weeks (healthy)"])
    assert parse_containers([f"```\n{line}\n```"]) == (
        Container("web", "sourcegraph/web:3.40.1", "Up 2 weeks (healthy)"),
    )


def test_each_container_is_told_once() -> None:
    assert parse_containers([MARKDOWN, MARKDOWN]) == parse_containers([MARKDOWN])


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Up 5 minutes", Condition.UP),
        ("Up Less than a second", Condition.UP),
        ("Up 5 minutes (healthy)", Condition.UP),
        ("running", Condition.UP),
        ("running (healthy)", Condition.UP),
        ("Up 10 seconds (health: starting)", Condition.STARTING),
        ("running(starting)", Condition.STARTING),
        ("Up 2 hours (unhealthy)", Condition.UNHEALTHY),
        ("Up 3 days (Paused)", Condition.PAUSED),
        ("paused", Condition.PAUSED),
        ("Restarting (1) 3 seconds ago", Condition.RESTARTING),
        ("Restarting (-1) Less than a second ago", Condition.RESTARTING),
        ("restarting", Condition.RESTARTING),
        ("Exited (0) 5 weeks ago", Condition.DOWN),
        ("exited (137)", Condition.DOWN),
        ("Created", Condition.DOWN),
        ("Dead", Condition.DOWN),
        ("Removal In Progress", Condition.DOWN),
        ("Up 5 minutes (confused)", Condition.UNKNOWN),
        ("Upside down", Condition.UNKNOWN),
        ("", Condition.UNKNOWN),
    ],
)
def test_what_a_status_means(status: str, expected: Condition) -> None:
    assert condition(status) is expected


@pytest.mark.parametrize(
    ("image", "tag"),
    [
        ("index.docker.io/sourcegraph/frontend:3.40.1", "3.40.1"),
        ("sourcegraph/frontend", ""),
        ("sourcegraph/frontend:${TAG}", ""),
        ("library/redis:6", None),
        ("${REGISTRY}", None),
    ],
)
def test_the_tag_of_the_products_own_images(image: str, tag: str | None) -> None:
    assert Container("x", image, "Up 5 minutes").product_tag == tag


@pytest.mark.parametrize(
    "line",
    [
        "",
        "| container | image | created | status |",
        "| --- | --- | --- |",
        "NAME IMAGE CREATED",
        "they were created",
        "Pulling index.docker.io/sourcegraph/frontend:3.40.1 … done",
        "| frontend | sourcegraph/frontend:3.40.0 | sourcegraph/frontend:3.40.1 |",
        "| frontend | Up 5 minutes |",
        "| sourcegraph/frontend:3.40.1 | Up 5 minutes |",
        'x   "/sourcegraph/run"   Up 5 minutes',
        "| web | sourcegraph/web:1 | Up 5 minutes |" + " " * 2_000 + "x",
    ],
)
def test_other_lines_are_prose(line: str) -> None:
    assert parse_containers([line]) == ()


PROBE = "index.docker.io/sourcegraph/gitserver:3.40.1"
COMPOSE_1 = """\
        Name                      Command                       State                Ports
--------------------------------------------------------------------------------------------------
gitserver-0        /sbin/tini -- /usr/local/b ...   Exit 137
pgsql              docker-entrypoint.sh -c co ...   Up (unhealthy)            5432/tcp
redis-cache        docker-entrypoint.sh redis ...   Up (healthy)              6379/tcp,
                                                                              6380/tcp
worker             /sbin/tini -- /usr/local/b ...   Paused
web                /sbin/tini -- /usr/local/b ...   Vanished
"""
COMPOSE_2 = """\
NAME          COMMAND                  SERVICE       STATUS              PORTS
gitserver-0   "/sbin/tini -- /usr/…"   gitserver-0   exited (137)
pgsql         "docker-entrypoint.s…"   pgsql         running (healthy)   5432/tcp
"""


def conditions(*texts: str) -> dict[str, Condition]:
    return {one.name: one.condition for one in parse_containers(texts)}


def test_what_compose_of_version_1_prints() -> None:
    assert conditions(COMPOSE_1) == {
        "gitserver-0": Condition.DOWN,
        "pgsql": Condition.UNHEALTHY,
        "redis-cache": Condition.UP,
        "worker": Condition.PAUSED,
        "web": Condition.UNKNOWN,
    }


def test_what_compose_of_an_early_version_2_prints() -> None:
    assert conditions(COMPOSE_2) == {"gitserver-0": Condition.DOWN, "pgsql": Condition.UP}


@pytest.mark.parametrize("gap", ["\t", "   ", " | ", " "])
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Exit 137", Condition.DOWN),
        ("Exit 0", Condition.DOWN),
        ("", Condition.UNKNOWN),
        ("Vanished", Condition.UNKNOWN),
        ("Up 5 minutes (confused)", Condition.UNKNOWN),
    ],
)
def test_a_row_with_an_image_of_the_product_is_never_passed_over(gap: str, status: str, expected: Condition) -> None:
    row = gap.join(["gitserver-0", PROBE, status])
    headed = f"| container | image | status |\n|---|---|---|\n| {row} |"
    for text in (row, f"NAMES   IMAGE   STATUS\n{row}", *([headed] if gap == " | " else [])):
        assert conditions(text) == {"gitserver-0": expected}, text


@pytest.mark.parametrize("before", ["2022-05-01T10:00:00.1234567Z ", "- ", "* ", "✅ ", "❌  ", "\x1b[31m", "  • "])
def test_what_stands_before_a_row_hides_nothing(before: str) -> None:
    assert conditions(f"{before}gitserver-0  {PROBE}  Exit 137\x1b[0m") == {"gitserver-0": Condition.DOWN}


@pytest.mark.parametrize(
    "line",
    [
        f"gitserver-0,{PROBE},Exited (137) 5 minutes ago",
        f"gitserver-0; {PROBE}; Exit 137",
        f"<tr><td>gitserver-0</td><td>{PROBE}</td><td>Exit 137</td></tr>",
        f"* `gitserver-0` (`{PROBE}`): unhealthy",
        f"gitserver-0 ({PROBE}) is restarting",
    ],
)
def test_trouble_with_an_image_of_the_product_in_any_form_is_never_passed_over(line: str) -> None:
    assert Condition.UNKNOWN in conditions(f"{MARKDOWN}\n{line}").values()


def test_an_empty_status_of_docker_ps_is_unknown() -> None:
    printed = f'4c01db0b339c   {PROBE}   "/sbin/tini -- /usr/…"   17 minutes ago   80/tcp   gitserver-0'
    assert conditions(printed) == {"gitserver-0": Condition.UNKNOWN}


@pytest.mark.parametrize(
    ("head", "row", "expected"),
    [
        ("Name | State | Health", "gitserver-0 | running | unhealthy", Condition.UNHEALTHY),
        ("Name | State | Health", "gitserver-0 | running | healthy", Condition.UP),
        ("Name | State | Health", "gitserver-0 | running | ", Condition.UP),
        ("Name | State | Health", "gitserver-0 | running | odd", Condition.UNKNOWN),
        ("Name | State | Status", "gitserver-0 | exited | Up 5 minutes", Condition.DOWN),
        ("Image | Status | Container", f"{PROBE} | Dead | gitserver-0", Condition.DOWN),
        ("Container | Status", "gitserver-0 | Exited (137) 2 hours ago", Condition.DOWN),
        (
            "Service | Image | Status | Health",
            f"gitserver-0 | {PROBE} | Up 5 minutes | unhealthy",
            Condition.UNHEALTHY,
        ),
        ("Service | Image | Status | Health", f"gitserver-0 | {PROBE} | Up 5 minutes | healthy", Condition.UP),
        ("What | Which | How | Well", f"gitserver-0 | {PROBE} | Up 5 minutes | unhealthy", Condition.UNHEALTHY),
    ],
)
def test_the_head_of_a_table_says_what_its_columns_hold(head: str, row: str, expected: Condition) -> None:
    columns = "|".join("---" for _ in head.split("|"))
    assert conditions(f"| {head} |\n|{columns}|\n| {row} |") == {"gitserver-0": expected}


@pytest.mark.parametrize(
    "text",
    [
        f"| service | image |\n|---|---|\n| gitserver-0 | {PROBE} |",
        f"REPOSITORY   TAG   IMAGE ID   CREATED   SIZE\n{PROBE[:-7]}   3.40.1   abc   2 weeks ago   1GB",
        f"Pulled {PROBE} in 3 seconds",
        f"upgraded {PROBE} to {PROBE[:-1]}2",
        "| step | result |\n|---|---|\n| backup | created |",
    ],
)
def test_lists_of_images_and_other_tables_are_no_containers(text: str) -> None:
    assert conditions(text) == {}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"Name": "w", "Image": PROBE, "State": "running", "Health": "healthy"}, Condition.UP),
        ({"Name": "w", "Image": PROBE, "State": "running", "Health": ""}, Condition.UP),
        ({"Name": "w", "Image": PROBE, "State": "running", "Health": "unhealthy"}, Condition.UNHEALTHY),
        ({"Name": "w", "Image": PROBE, "State": "running", "Status": "Up 3 hours (unhealthy)"}, Condition.UNHEALTHY),
        ({"Name": "w", "Image": PROBE, "State": "exited", "ExitCode": 137}, Condition.DOWN),
        ({"Name": "w", "Image": PROBE, "State": "vanished"}, Condition.UNKNOWN),
        ({"Name": "w", "Image": PROBE, "State": None}, Condition.UNKNOWN),
        ({"Name": "w", "Image": PROBE}, Condition.UNKNOWN),
        ({"Names": "w", "Image": PROBE, "State": "running", "Status": "Up 3 hours"}, Condition.UP),
        ({"Names": "w", "Image": PROBE, "Status": "Exited (137) 2 hours ago"}, Condition.DOWN),
        ({"Names": ["/w"], "Image": PROBE, "State": "exited"}, Condition.DOWN),
        ({"name": "w", "image": PROBE, "state": "exited"}, Condition.DOWN),
        ({"containers": [{"Name": "w", "Image": PROBE, "State": "exited"}]}, Condition.DOWN),
        ({"gitserver": {"Name": "w", "Image": PROBE, "State": ""}}, Condition.UNKNOWN),
        ({"Name": "/w", "Config": {"Image": PROBE}, "State": {"Status": "running"}}, Condition.UP),
        (
            {
                "Name": "/w",
                "Config": {"Image": PROBE},
                "State": {"Status": "running", "Health": {"Status": "starting"}},
            },
            Condition.STARTING,
        ),
    ],
)
def test_json_of_docker_and_compose(told: dict[str, object], expected: Condition) -> None:
    line = json.dumps(told)
    for text in (line, f"```json\n[{line},\n {line}]\n```", json.dumps([told], indent=2), f"prose\n{line}\n{line}"):
        assert parse_containers([text]) == (Container("w", PROBE, parse_containers([line])[0].status),)
        assert conditions(text) == {"w": expected}


@pytest.mark.parametrize(
    ("text", "incomplete"),
    [
        (MARKDOWN, False),
        (f"{MARKDOWN}\n…", True),
        (f"{MARKDOWN}\n[output truncated]", True),
        (MARKDOWN.ljust(65_535, "\n"), True),
        (f'{{"Name": "gitserver-0", "Image": "{PROBE[:30]}', True),
        ("[" * 65_000, False),
        (f"| web | {PROBE} | Up 5 minutes |" + " " * 2_000 + "x", True),
        ("Restoring backups… done", False),
    ],
)
def test_what_was_cut_off_is_no_whole_report(text: str, incomplete: bool) -> None:
    assert read_report([text]).incomplete is incomplete


def test_json_that_names_no_container_is_still_one_of_the_product() -> None:
    assert conditions(json.dumps({"Image": PROBE, "State": "exited"})) == {PROBE: Condition.DOWN}
    assert conditions(json.dumps({"services": {"gitserver": {"image": PROBE}}})) == {}, "a Compose file"


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5}){0,2}", fullmatch=True).filter(
    lambda name: condition(name) is Condition.UNKNOWN
)
REFERENCES = st.builds(
    lambda registry, name, tag: f"{registry}{name}:{tag}",
    st.sampled_from(["", "index.docker.io/", "localhost:5000/"]),
    st.sampled_from(["sourcegraph/frontend", "library/redis", "acme/x"]),
    st.from_regex(r"[0-9]\.[0-9]{1,2}\.[0-9]", fullmatch=True),
)
STATUSES = st.sampled_from(
    ["Up 5 minutes (healthy)", "Up About an hour", "Restarting (1) 3 seconds ago", "Exited (1) 2 days ago", "Created"]
)
CONTAINERS = st.lists(st.builds(Container, NAMES, REFERENCES, STATUSES), unique=True, max_size=8)


def as_markdown(found: list[Container]) -> str:
    rows = [f"| {one.name} | {one.image} | {one.status} |" for one in found]
    return "\n".join(["| container | image | status |", "|---|---|---|", *rows])


def as_printed(found: list[Container]) -> str:
    rows = [
        f'{index:012x}   {one.image:40}   "/init"   3 days ago   {one.status:40}   80/tcp   {one.name}'
        for index, one in enumerate(found)
    ]
    return "\n".join(["CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES", *rows])


def as_columns(found: list[Container]) -> str:
    return "\n".join(f"{one.name}\t{one.image}\t{one.status}" for one in found)


def as_words(found: list[Container]) -> str:
    return "\n".join(f"{one.name} {one.image} {one.status}" for one in found)


@given(CONTAINERS, st.sampled_from([as_markdown, as_printed, as_columns, as_words]), st.text("abc |\n", max_size=40))
def test_what_was_written_is_read(found: list[Container], write: object, around: str) -> None:
    assert callable(write)
    assert parse_containers([f"{around}\n{write(found)}\n{around}"]) == tuple(found)


@given(st.text() | st.text("|\t \n:/@()aUp`*\\", max_size=200))
def test_junk_is_no_container_and_no_error(text: str) -> None:
    for container in parse_containers([text]):
        assert container.name
        assert container.image
        assert container.condition in Condition


def test_the_demos_own_report_tells_all_its_containers() -> None:
    found = parse_containers(
        [container_table("3.40.1", {"worker": "Restarting (1) 3 seconds ago"}, {"worker": "3.40.0"})]
    )
    assert [one.name for one in found] == [service.name for service in SERVICES]
    by_name = {one.name: one for one in found}
    assert (by_name["worker"].condition, by_name["worker"].product_tag) == (Condition.RESTARTING, "3.40.0")
    assert by_name["gitserver-0"].product_tag == "3.40.1"

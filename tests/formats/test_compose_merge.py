"""Merging Compose files, rule by rule; what docker-compose makes of whole files is in test_compose_oracle.py."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.formats.compose import ComposeError, ComposeProblem, difference, merge_files
from bot.formats.yaml import Map, Scalar, edit, parse
from demo.fleet import compose_file, make_fleet
from tests.formats.yaml_texts import RandomValues, random_values

HEAD = "services:\n  a:\n    image: x\n"


def service(*lines: str) -> str:
    return HEAD + "".join(f"    {line}\n" for line in lines)


def service_override(*lines: str) -> str:
    return "services:\n  a:\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("base", "override", "result"),
    [
        # scalars are replaced, mappings merge, nothing leaves what is there
        (["cpus: 4"], ["cpus: 8"], ["cpus: 8"]),
        (["mem_limit: '4g'"], ["mem_limit: 8g"], ["mem_limit: '8g'"]),
        (["cpus: 4"], ["cpus:"], ["cpus: 4"]),
        ([], ["cpus:"], []),
        (["deploy: {replicas: 1}"], ["deploy: {mode: global}"], ["deploy: {replicas: 1, mode: global}"]),
        (["environment:"], ["environment: [A=1]"], ["environment: [A=1]"]),
        # commands are replaced, in whichever form
        (["command: [a, b]"], ["command: c d"], ["command: c d"]),
        (["entrypoint: a"], ["entrypoint: [b]"], ["entrypoint: [b]"]),
        (["healthcheck: {test: a, retries: 1}"], ["healthcheck: {test: [CMD, b]}"],
         ["healthcheck: {test: [CMD, b], retries: 1}"]),
        # pairs merge by key and keep the form that is there
        (["environment:", "  - A=1", "  - 'B=2'"], ["environment: {B: 3, C: '4', D: }"],
         ["environment:", "  - A=1", "  - 'B=3'", "  - C=4", "  - D"]),
        (["environment:", "  A: 1"], ["environment: [A=1, B=2, C, D=]"],
         ["environment:", "  A: 1", "  B: '2'", "  C:", "  D: ''"]),
        (["environment: [A=1, A=2]"], ["environment: [A=3]"], ["environment: [A=1, A=3]"]),
        (["environment: {A: 1}"], ["environment: {A: }"], ["environment: {A: null}"]),
        (["labels: [a]"], ["labels: {a: 1}"], ["labels: [a=1]"]),
        (["labels: {a: 1}"], ["labels: [b]"], ["labels: {a: 1, b: ''}"]),
        (["build: {context: ., args: [A=1]}"], ["build: {args: {A: 2, B: }}"],
         ["build: {context: ., args: [A=2, B]}"]),
        (["sysctls: {a.b: 1}"], ["sysctls: [a.b=2]"], ["sysctls: {a.b: '2'}"]),
        (["annotations: [a=1]"], ["annotations: [b=2]"], ["annotations: [a=1, b=2]"]),
        (["deploy: {labels: [a=1]}"], ["deploy: {labels: [a=2]}"], ["deploy: {labels: [a=2]}"]),
        # a number is what Compose makes of it, and in quotes it is what is written
        (["environment: {A: 0755}"], ["environment: {A: '0755'}"], ["environment: {A: '0755'}"]),
        (["environment: {A: '0755'}"], ["environment: {A: 0755}"], ["environment: {A: 0755}"]),
        (["environment: {A: 0755}"], ["environment: [A=0755]"], ["environment: {A: '0755'}"]),
        (["environment: {A: 0755}"], ["environment: {A: 493}"], ["environment: {A: 0755}"]),
        (["environment: {A: 1}"], ["environment: {A: '1'}"], ["environment: {A: 1}"]),
        (["environment: {A: 3.40}"], ["environment: {A: '3.40'}"], ["environment: {A: '3.40'}"]),
        (["environment: {A: 22:22}"], ["environment: {A: '22:22'}"], ["environment: {A: '22:22'}"]),
        (["environment: {A: yes}"], ["environment: {A: 'yes'}"], ["environment: {A: 'yes'}"]),
        (["environment: {A: 1.0}"], ["environment: {A: 1.00}"], ["environment: {A: 1.00}"]),
        *((["environment: [A=1]"], [f"environment: {{A: {written}}}"], [f"environment: [A={meant}]"])
          for written, meant in (("0022", "18"), ("'0022'", "0022"), ("!!str 0022", "0022"), ("0x1F", "31"),
                                 ("0b11", "3"), ("1_000", "1000"), ("+5", "5"), ("-0", "0"), ("00", "0"),
                                 ("3.40", "3.4"), (".5", "0.5"), ("y", "y"), ("N", "N"),
                                 ("5.3.12303", "5.3.12303"), ("0755x", "0755x"))),
        (["labels: [a=1]"], ["labels: {a: 0022}"], ["labels: [a=18]"]),
        (["sysctls: [a.b=1]"], ["sysctls: {a.b: 0022}"], ["sysctls: [a.b=18]"]),
        (["build: {context: ., args: [A=1]}"], ["build: {args: {A: 0022}}"], ["build: {context: ., args: [A=18]}"]),
        (["expose: [0755]"], ["expose: ['0755', 493]"], ["expose: [0755, '0755']"]),
        (["secrets: [{source: s, mode: 0440}]"], ["secrets: [{source: s, mode: '0440'}]"],
         ["secrets: [{source: s, mode: '0440'}]"]),
        (["ulimits: {nofile: 0755}"], ["ulimits: {nofile: '0755'}"], ["ulimits: {nofile: '0755'}"]),
        (["ports: [8080]"], ["ports: ['8080', 8081]"], ["ports: [8080, 8081]"]),
        (["ports: [22:22]"], ["ports: ['22:22']"], ["ports: [22:22]"]),
        # hosts
        (["extra_hosts:", "  - 'a:1.1.1.1'"], ["extra_hosts: {a: 2.2.2.2, b: '::1'}"],
         ["extra_hosts:", "  - 'a:2.2.2.2'", "  - 'b:::1'"]),
        (["extra_hosts: {a: 1.1.1.1}"], ["extra_hosts: ['a=2.2.2.2', 'b:3.3.3.3']"],
         ["extra_hosts: {a: 2.2.2.2, b: 3.3.3.3}"]),
        (["extra_hosts: [a=1.1.1.1]"], ["extra_hosts: ['b:2.2.2.2']"], ["extra_hosts: [a=1.1.1.1, b=2.2.2.2]"]),
        # volumes and devices by where they are mounted
        (["volumes:", "  - a:/b:ro", "  - /data"], ["volumes: ['c:/b', 'd:/data/', /e]"],
         ["volumes:", "  - c:/b", "  - d:/data/", "  - /e"]),
        (["volumes:", "  - ${A:-x}:/y"], ["volumes: ['${B:-z}:/y']"], ["volumes:", "  - ${B:-z}:/y"]),
        (["volumes:", "  - a:/b"], ["volumes:", "  - type: bind", "    source: /c", "    target: /b"],
         ["volumes:", "  - type: bind", "    source: /c", "    target: /b"]),
        (["volumes:", "  - type: bind", "    source: /a", "    target: /b"],
         ["volumes:", "  - type: bind", "    source: /c", "    target: /b"],
         ["volumes:", "  - type: bind", "    source: /c", "    target: /b"]),
        (["devices: ['/a:/b']"], ["devices: ['/c:/b:r', /d]"], ["devices: ['/c:/b:r', /d]"]),
        # ports by what they publish
        (["ports:", "  - '80:80'", "  - 90"], ["ports: [80:80/tcp, 81:80, '90', '127.0.0.1:80:80']"],
         ["ports:", "  - '80:80'", "  - 90", "  - 81:80", "  - '127.0.0.1:80:80'"]),
        (["ports: [9000-9002:9000-9002]"], ["ports: ['9001:9001', '9002-9003:9002-9003']"],
         ["ports: [9000-9002:9000-9002, '9003:9003']"]),
        (["ports: ['80:80']"], ["ports: [{target: 80, published: 80}]"], ["ports: ['80:80']"]),
        (["ports: ['80:80']"], ["ports: [{target: 80, published: 80, mode: host}]"],
         ["ports: [{target: 80, published: 80, mode: host}]"]),
        (["ports: ['80:80']"], ["ports: ['80:80/udp']"], ["ports: ['80:80', '80:80/udp']"]),
        (["ports: ['${P:-80}:80']"], ["ports: ['${P:-80}:80', '${P}:80']"], ["ports: ['${P:-80}:80', '${P}:80']"]),
        (["ports: ['8000-8010:80']"], ["ports: ['8000-8010:80']"], ["ports: ['8000-8010:80']"]),
        # secrets and configs by target, links by alias
        (["secrets: [one, {source: two, target: 2}]"], ["secrets: [{source: three, target: 2}, one, four]"],
         ["secrets: [one, {source: three, target: 2}, four]"]),
        (["configs: [one]"], ["configs: [{source: two, target: one}]"], ["configs: [{source: two, target: one}]"]),
        (["links: [b, 'c:d']"], ["links: ['e:d', b]"], ["links: [b, 'e:d']"]),
        # what is not there is appended, and a text becomes a list
        (["cap_add: [A]"], ["cap_add: [A, B]"], ["cap_add: [A, B]"]),
        (["expose: ['80']"], ["expose: [80, 81]"], ["expose: ['80', 81]"]),
        (["dns: 8.8.8.8"], ["dns: 1.1.1.1"], ["dns:", "  - 8.8.8.8", "  - 1.1.1.1"]),
        (["dns: 8.8.8.8"], ["dns: [8.8.8.8]"], ["dns: 8.8.8.8"]),
        (["tmpfs: [/a]"], ["tmpfs: /b"], ["tmpfs: [/a, /b]"]),
        (["env_file: a.env"], ["env_file: [{path: a.env}, {path: b.env}]"],
         ["env_file:", "  - a.env", "  - {path: b.env}"]),
        (["security_opt: [a]"], ["security_opt: [b]"], ["security_opt: [a, b]"]),
        (["deploy: {placement: {constraints: [a]}}"], ["deploy: {placement: {constraints: [a, b]}}"],
         ["deploy: {placement: {constraints: [a, b]}}"]),
        # networks and depends_on, as lists and as mappings
        (["networks: [n]"], ["networks: [n, m]"], ["networks: [n, m]"]),
        (["networks: [n]"], ["networks: {n: {aliases: [x]}, m: }"],
         ["networks:", "  n: {aliases: [x]}", "  m:"]),
        (["networks: {n: {aliases: [x]}}"], ["networks: [n, m]"], ["networks: {n: {aliases: [x]}, m: null}"]),
        (["networks: {n: {aliases: [x]}}"], ["networks: {n: {aliases: [x, y]}}"],
         ["networks: {n: {aliases: [x, y]}}"]),
        (["depends_on: [b]"], ["depends_on: [b, c]"], ["depends_on: [b, c]"]),
        (["depends_on:", "  b: {condition: service_healthy}"], ["depends_on: [b]"],
         ["depends_on:", "  b: {condition: service_started}"]),
        (["depends_on: [b]"], ["depends_on: {c: {condition: service_healthy}}"],
         ["depends_on:", "  b:", "    condition: service_started", "  c: {condition: service_healthy}"]),
        # logging belongs to a driver, a limit is one value
        (["logging: {driver: d, options: {a: 1}}"], ["logging: {options: {b: 2}}"],
         ["logging: {driver: d, options: {a: 1, b: 2}}"]),
        (["logging: {options: {a: 1}}"], ["logging: {driver: d, options: {b: 2}}"],
         ["logging: {options: {a: 1, b: 2}, driver: d}"]),
        (["logging: {driver: d, options: {a: 1}}"], ["logging: {driver: e}"], ["logging: {driver: e}"]),
        (["ulimits: {n: {soft: 1, hard: 2}, p: 1}"], ["ulimits: {n: {soft: 3, hard: 4}, p: 2}"],
         ["ulimits: {n: {soft: 3, hard: 4}, p: 2}"]),
        (["ulimits: {n: {soft: 1, hard: 2}}"], ["ulimits: {n: 5}"], ["ulimits: {n: 5}"]),
        (["build: ./a"], ["build: ./b"], ["build: ./b"]),
        (["build: ./a"], ["build: {target: t}"], ["build:", "  context: ./a", "  target: t"]),
        (["build: {context: a, target: t}"], ["build: ./b"], ["build: {context: ./b, target: t}"]),
        (["blkio_config: {device_read_bps: [{path: a, rate: 1}]}"],
         ["blkio_config: {device_read_bps: [{path: a, rate: 2}]}"],
         ["blkio_config: {device_read_bps: [{path: a, rate: 2}]}"]),
        # what has no rule of its own, and extensions
        (["x-mine: {a: 1}"], ["x-mine: {b: 2}"], ["x-mine: {b: 2}"]),
        (["unknown: [1]"], ["unknown: [1, 2]"], ["unknown: [1, 1, 2]"]),
        (["extends: {service: b}"], ["extends: {service: c}"], ["extends: {service: c}"]),
        # tags that say how to merge
        (["ports: ['80:80']"], ["ports: !reset []"], []),
        ([], ["ports: !reset []"], []),
        (["environment: [A=1, B=2]"], ["environment: {A: !reset null, C: !override 3}"], ["environment: [B=2, C=3]"]),
        (["environment: {A: 1, B: 2}"], ["environment: {A: !reset null}"], ["environment: {B: 2}"]),
        (["ports: ['80:80']"], ["ports: !override ['81:81']"], ["ports: ['81:81']"]),
        (["command: a"], ["command: !override [b]"], ["command: [b]"]),
        (["networks: [one, two]"], ["networks: {two: !reset null}"], ["networks:", "  one:"]),
        (["deploy: {a: {b: 1}, c: 2}"], ["deploy: {a: !override {d: 3}}"], ["deploy: {a: {d: 3}, c: 2}"]),
    ],
)  # fmt: skip
def test_a_rule(base: list[str], override: list[str], result: list[str]) -> None:
    assert merge_files(service(*base), [("o.yaml", service_override(*override))]).text == service(*result)


def test_the_comments_of_what_goes_go_with_it() -> None:
    base = service("# about ports", "ports:", "  - 80:80", "# about cpus", "cpus: 4 # many")
    assert merge_files(base, [("o", service_override("ports: !reset []", "cpus: 2"))]).text == service(
        "# about cpus", "cpus: 2 # many"
    )


@pytest.mark.parametrize(
    ("base", "override", "result"),
    [
        ("volumes:\n  d:\n", "volumes:\n  e:\n", "volumes:\n  d:\n  e:\n"),
        ("volumes:\n  d: {driver: x}\n", "volumes:\n  d:\n", "volumes:\n  d: {driver: x}\n"),
        ("volumes:\n  d:\n", "volumes:\n  d: {labels: [a=1]}\n", "volumes:\n  d: {labels: [a=1]}\n"),
        ("networks:\n  n: {labels: {a: 1}}\n", "networks:\n  n: {labels: [b=2]}\n",
         "networks:\n  n: {labels: {a: 1, b: '2'}}\n"),
        ("networks:\n  n: {ipam: {config: [{subnet: s, gateway: g}]}}\n",
         "networks:\n  n: {ipam: {config: [{subnet: s, gateway: h}, {subnet: t}]}}\n",
         "networks:\n  n: {ipam: {config: [{subnet: s, gateway: h}, {subnet: t}]}}\n"),
        ("", "secrets:\n  s: {file: f}\n", "secrets:\n  s: {file: f}\n"),
        ("x-a: {b: 1}\n", "x-a: {c: 1}\n", "x-a: {c: 1}\n"),
        ("", "version: '3.9'\nname: n\n", "name: n\n"),
    ],
)  # fmt: skip
def test_the_other_sections(base: str, override: str, result: str) -> None:
    assert merge_files(HEAD + base, [("o.yaml", override)]).text == HEAD + result


def test_upstreams_version_stays() -> None:
    assert merge_files("version: '2.4'\n" + HEAD, [("o", "version: '3'\n")]).text == "version: '2.4'\n" + HEAD


def test_several_overrides_in_order() -> None:
    overrides = [
        ("1", service_override("cpus: 1", "environment: [A=1]")),
        ("2", "# nothing\n"),
        ("3", service_override("cpus: 3")),
        ("4", ""),
    ]
    assert merge_files(HEAD, overrides).text == service("cpus: 3", "environment: [A=1]")


def test_services_that_an_override_adds() -> None:
    new = "services:\n  b:\n    image: y\n  c:\n    build: .\n  a: {}\n"
    result = merge_files(HEAD, [("1.yaml", "services: {b: {cpus: 1}}"), ("2.yaml", new)])
    assert result.added == ("b", "c")
    assert parse(result.text) == parse(HEAD + "  b: {cpus: 1, image: y}\n  c: {build: .}\n")


@pytest.mark.parametrize("value", ["{cpus: 1}", "", "{}", "{image: }"])
def test_a_service_that_upstream_lost(value: str) -> None:
    with pytest.raises(ComposeError) as raised:
        merge_files(
            HEAD,
            [
                ("golden/overrides/a.yaml", "services: {a: {}}"),
                ("golden/overrides/b.yaml", f"services: {{gone: {value}}}"),
            ],
        )
    error = raised.value
    assert (error.problem, error.file, error.key) == (
        ComposeProblem.UNKNOWN_SERVICE,
        "golden/overrides/b.yaml",
        "gone",
    )


def test_a_service_that_upstream_lost_may_be_reset() -> None:
    assert merge_files(HEAD, [("o.yaml", "services: {gone: !reset null}")]).text == HEAD


AMBIGUOUS = ("true", "False", "yes", "off", "22:22", "1.0", "1e3", "0o17", "0089", ".inf", "2022-01-01", "-.5",
             "99999999999999999999", "0.00001", "!x 5")  # fmt: skip
"""Plain values that Compose refuses as a text, or that its versions read differently."""


@pytest.mark.parametrize(
    ("upstream", "override", "problem", "key"),
    [
        *[
            (service(base), service_override(over), ComposeProblem.AMBIGUOUS_VALUE, f"services.a.{key}")
            for base, over, key in (
                *(("environment: [A=1]", f"environment: {{A: {value}}}", "environment.A") for value in AMBIGUOUS),
                *(
                    ("environment: {A: 1}", f"environment: {{A: {value}}}", "environment.A")
                    for value in AMBIGUOUS[:4]
                ),
                ("environment: {B: 1}", "environment: {A: true}", "environment.A"),
                ("cpus: 1", "environment: {A: true}", "environment.A"),
                ("environment:", "environment: {A: no}", "environment.A"),
                ("environment: [A=1]", "environment: !override {A: no}", "environment.A"),
                ("cpus: 1", "build: {args: {A: 2022-01-01}}", "build.args.A"),
                ("cpus: 1", "deploy: {labels: {a: On}}", "deploy.labels.a"),
                ("environment: [A=1]", "environment: {on: x}", "environment"),
                ("labels: [a=1]", "labels: {a: true}", "labels.a"),
                ("sysctls: {a: 1}", "sysctls: {a: no}", "sysctls.a"),
                ("build: {args: [A=1]}", "build: {args: {A: 1.0}}", "build.args.A"),
                ("extra_hosts: ['a:1.1.1.1']", "extra_hosts: {b: 1:2:3:4:5:6:7:8}", "extra_hosts.b"),
                ("ports: ['80:80']", "ports: [22:22]", "ports"),
                ("ports: ['80:80']", "ports: [{target: 22:22}]", "ports"),
            )
        ],
        ("[]", "", ComposeProblem.NOT_A_MAPPING, ""),
        ("", "", ComposeProblem.NO_SERVICES, ""),
        ("services:\n", "", ComposeProblem.NO_SERVICES, ""),
        ("services: []", "", ComposeProblem.SERVICES_NOT_A_MAPPING, ""),
        ("services: {a: 1}", "", ComposeProblem.SERVICE_NOT_A_MAPPING, "a"),
        (HEAD, "- a", ComposeProblem.NOT_A_MAPPING, ""),
        (HEAD, "services: [a]", ComposeProblem.SERVICES_NOT_A_MAPPING, ""),
        (HEAD, "services: {a: [b]}", ComposeProblem.SERVICE_NOT_A_MAPPING, "a"),
        (HEAD, "services: {a: 'b\n`c'}", ComposeProblem.SERVICE_NOT_A_MAPPING, "a"),
        (HEAD, "a: [", ComposeProblem.INVALID_YAML, ""),
        (HEAD, "a: 1\na: 2", ComposeProblem.INVALID_YAML, ""),
        *[
            (service(base), service_override(over), ComposeProblem.FORM_MISMATCH, f"services.a.{key}")
            for base, over, key in (
                ("environment: [A=1]", "environment: 5", "environment"),
                ("volumes: ['a:/b']", "volumes: {a: b}", "volumes"),
                ("deploy: {x: {y: 1}}", "deploy: {x: [1]}", "deploy.x"),
                ("cap_add: [A]", "cap_add: {A: B}", "cap_add"),
                ("ports: ['80']", "ports: '80'", "ports"),
                ("labels: [a]", "labels: [[b]]", "labels"),
            )
        ],
    ],
)
def test_what_cant_be_merged_is_one_problem_of_one_file(
    upstream: str, override: str, problem: ComposeProblem, key: str
) -> None:
    with pytest.raises(ComposeError) as raised:
        merge_files(upstream, [("o.yaml", override)], base_name="base.yaml")
    file = "o.yaml" if override else "base.yaml"
    assert (raised.value.problem, raised.value.file, raised.value.key) == (problem, file, key)
    assert (raised.value.cause is not None) is (problem is ComposeProblem.INVALID_YAML)
    assert "\n" not in str(raised.value)


def test_windows_line_ends_stay() -> None:
    base = service("environment:", "  - A=1", "cpus: 4").replace("\n", "\r\n")
    result = service("environment:", "  - A=1", "  - B=2", "cpus: 5").replace("\n", "\r\n")
    assert merge_files(base, [("o", service_override("environment: [B=2]", "cpus: 5"))]).text == result


def test_anchors_of_upstream_stay_where_they_still_say_what_is_meant() -> None:
    base = (
        "x-env: &env\n  A: 1\n"
        "services:\n  a:\n    image: x\n    environment: *env\n"
        "  b:\n    image: y\n    environment:\n      <<: *env\n      B: 2\n"
        "  c:\n    image: z\n    environment: *env\n"
    )
    result = base.replace("    image: x\n    environment: *env\n", "    image: x\n    environment:\n      A: 5\n")
    result = result.replace("      B: 2\n", "      B: 2\n      A: 6\n")
    override = "services: {a: {environment: {A: 5}}, b: {environment: {A: 6}}}"
    assert merge_files(base, [("o", override)]).text == result


def test_the_golden_files_of_the_demo() -> None:
    """Upstream's demo file with the demo's overrides is the demo's golden file, down to quotes."""
    files = make_fleet(3).files
    golden = {path: file.content for path, file in files.items() if path.startswith("golden/docker-compose")}
    overrides = [(path, files[path].content) for path in sorted(files) if path.startswith("golden/overrides/")]
    assert golden
    assert overrides
    for path, content in golden.items():
        version = path.removeprefix("golden/docker-compose.").removesuffix(".yaml")
        assert merge_files(compose_file(version), overrides).text == content


def test_merging_again_changes_nothing() -> None:
    override = service_override(
        "environment: {A: 1}", "ports: ['80:80']", "volumes: ['a:/b']", "dns: 1.1.1.1", "depends_on: [a]"
    )
    once = merge_files(HEAD, [("o", override)])
    assert merge_files(once.text, [("o", override)]).text == once.text


ATTRIBUTES = [
    "environment", "volumes", "ports", "command", "labels", "networks", "depends_on", "logging", "build", "dns",
    "extra_hosts", "ulimits", "deploy", "secrets", "links", "healthcheck", "env_file", "blkio_config", "x-a",
]  # fmt: skip


def random_service(chance: RandomValues) -> Map:
    return Map({name: chance.value() for name in chance.sample(ATTRIBUTES, 0, 6)} | {"image": Scalar("x")})


@given(random_values())
def test_whatever_two_files_say_they_merge_or_the_problem_is_told(chance: RandomValues) -> None:
    services = [Map({"services": Map({"a": random_service(chance)})}) for _ in range(2)]
    files = [edit("", service, drop_comments=False) for service in services]
    try:
        result = merge_files(files[0], [("o.yaml", files[1])])
    except ComposeError as error:
        told = {ComposeProblem.FORM_MISMATCH, ComposeProblem.AMBIGUOUS_VALUE}
        assert (error.problem in told, error.file) == (True, "o.yaml")  # noqa: PT017 - it is chance
        assert error.key.startswith("services.a.")  # noqa: PT017
    else:
        assert parse(result.text)
        assert difference(files[0], result.text).removed == ()

"""What a Compose document comes to, whichever of its forms it is written in, and a program that knows it too."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

CASES = Path(__file__).parent / "compose_cases"
COMPOSE = shutil.which("docker-compose")
SETS = (
    "cap_add",
    "cap_drop",
    "dns",
    "dns_search",
    "expose",
    "external_links",
    "links",
    "profiles",
    "security_opt",
    "tmpfs",
)


def has_compose_v1() -> bool:
    """Whether the `docker-compose` here is of the first series, which reads files without a daemon."""
    if COMPOSE is None:
        return False
    done = subprocess.run([COMPOSE, "version", "--short"], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.startswith("1.29.")


def load(text: str) -> Any:
    """A text as YAML 1.1, which is what Compose files are."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    return yaml.load(text)


def run_config(folder: Path, files: Iterable[str]) -> str:
    """What `docker-compose config` makes of these files, in the order given."""
    named = [word for file in files for word in ("-f", file)]
    done = subprocess.run(
        [str(COMPOSE), "--project-directory", str(folder), *named, "config", "--no-interpolate"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.replace(f"{folder}/", "./")


def canonical_form(document: Any) -> Any:
    """A document in one form: what says the same is the same."""
    sections = {key: named_entries(value) for key, value in document.items() if key in {"volumes", "networks"}}
    services = {name: service(value) for name, value in (document.get("services") or {}).items()}
    return {"services": services, **{key: value for key, value in sections.items() if value}}


def service(value: dict[str, Any]) -> Any:
    return {key: FORMS.get(key, plain)(found) for key, found in (value or {}).items()}


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: FORMS.get(key, plain)(found) for key, found in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def named_entries(value: Any) -> Any:
    """Names, alone or with more to say of each."""
    entries = dict.fromkeys(value) if isinstance(value, list) else value or {}
    return {name: plain(found) or {} for name, found in entries.items()}


def pairs(value: Any) -> Any:
    """`KEY=value` or a mapping; a key alone has None."""
    if isinstance(value, list):
        return dict((item.split("=", 1) if "=" in item else (item, None)) for item in value)
    return {key: None if found is None else str(found) for key, found in (value or {}).items()}


def labels(value: Any) -> Any:
    return {key: found or "" for key, found in pairs(value).items()}


def hosts(value: Any) -> Any:
    return dict(item.split(":", 1) for item in value) if isinstance(value, list) else value


def texts(value: Any) -> Any:
    return sorted({str(item) for item in (value if isinstance(value, list) else [value])})


def depends(value: Any) -> Any:
    return {name: {"condition": "service_started"} for name in value} if isinstance(value, list) else value


def mounts(value: Any) -> Any:
    return dict(mount(item) for item in value)


def mount(item: Any) -> tuple[str, Any]:
    if isinstance(item, dict):
        return item["target"], item
    source, _, rest = item.partition(":")
    target, _, mode = rest.partition(":")
    return (target, (source, mode or "rw")) if rest else (source, None)


def ports(value: Any) -> Any:
    return sorted({port for item in value for port in port_list(item)})


def port_list(item: Any) -> list[str]:
    """Every port of an entry as `address:published:target/protocol`."""
    if isinstance(item, dict):
        return [f":{item.get('published', '')}:{item['target']}/{item.get('protocol') or 'tcp'}"]
    words, _, protocol = str(item).partition("/")
    *rest, target = words.rsplit(":", 2)
    address, published = ["", *rest][-2:] if rest else ("", "")
    if not rest[1:]:
        address, published = "", rest[0] if rest else ""
    inner, outer = numbers(target), numbers(published)
    outer = outer if len(outer) == len(inner) else outer * len(inner)
    return [f"{address}:{one}:{other}/{protocol or 'tcp'}" for one, other in zip(outer, inner, strict=True)]


def numbers(words: str) -> list[str]:
    match = re.fullmatch(r"(\d+)-(\d+)", words)
    return [str(port) for port in range(int(match[1]), int(match[2]) + 1)] if match else [words]


def build(value: Any) -> Any:
    return {"context": value} if isinstance(value, str) else plain(value)


FORMS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(SETS, texts),
    **dict.fromkeys(("aliases", "link_local_ips", "cache_from"), texts),
    **dict.fromkeys(("environment", "args"), pairs),
    **dict.fromkeys(("labels", "sysctls", "options"), labels),
    "extra_hosts": hosts,
    "networks": named_entries,
    "depends_on": depends,
    "volumes": mounts,
    "devices": mounts,
    "ports": ports,
    "build": build,
}

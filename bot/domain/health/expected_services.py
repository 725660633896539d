"""Which services of the product must run on an instance, by its Compose files. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.fleet.images import looks_first_party
from bot.formats import yaml

_ALWAYS = {"always", "unless-stopped"}
_TURNS_OFF = frozenset({"profiles", "scale", "deploy", "restart", "container_name", "entrypoint", "command"})
"""What may keep a service from running, or give its container another name. Nothing is said of such a service."""


def expected_services(golden: str, overrides: Iterable[str]) -> frozenset[str]:
    """The names of the containers that must run: those of the product that the golden file always restarts.

    `overrides` are the instance's own files. Raises YamlError.
    """
    changed = {
        name for text in overrides for name, service in _services(text).items() if not _TURNS_OFF.isdisjoint(service)
    }
    return frozenset(
        str(service.get("container_name") or name)
        for name, service in _services(golden).items()
        if name not in changed and _always_runs(service)
    )


def _always_runs(service: Mapping[str, Any]) -> bool:
    is_certain = {"profiles", "scale", "deploy"}.isdisjoint(service) and service.get("restart") in _ALWAYS
    return is_certain and looks_first_party(str(service.get("image") or ""))


def _services(text: str) -> dict[str, Mapping[str, Any]]:
    document = yaml.load(text)
    services = document.get("services") if isinstance(document, dict) else None
    found = services.items() if isinstance(services, dict) else ()
    return {str(name): service for name, service in found if isinstance(service, dict)}

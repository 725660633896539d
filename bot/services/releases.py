"""When upstream's releases matter."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.fleet.model import Fleet
from bot.domain.versions import Version
from bot.ports.upstream import Releases


def released_for(versions: Collection[Version], fleet: Fleet, upstream: Releases) -> frozenset[Version]:
    """Upstream's releases, or nothing where they decide nothing.

    They decide when a step leads from one major version to the next, or to a version without a golden file, which
    may not exist.
    """
    majors = {instance.version.major for instance in fleet}
    unknown = [version for version in versions if version not in fleet.golden]
    if unknown or any(majors - {version.major} for version in versions):
        return upstream.releases(unknown)
    return frozenset()

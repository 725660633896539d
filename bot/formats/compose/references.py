"""References of container images: `index.docker.io/shop/web:1.2.0@sha256:…`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_MAX_LENGTH = 1_000
_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"""
    (?:(?P<registry>localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9.-]+(?=:\d+/)) (?P<port>:\d+)? /)?
    (?P<repository>{_PART}(?:/{_PART})*)
    (?::(?P<tag>\w[\w.-]{{0,127}}))?
    (?:@(?P<digest>[A-Za-z][A-Za-z0-9.+_-]*:[0-9a-fA-F]{{32,}}))?
    """,
    re.ASCII | re.VERBOSE,
)


@dataclass(frozen=True)
class Image:
    """One image: each part as it is written, empty if the reference does not have it."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, reference: str) -> Image | None:
        """The image of a reference, or None if it is something else, such as a text with a `${VARIABLE}`."""
        match = _REFERENCE.fullmatch(reference)
        if match is None or len(reference) > _MAX_LENGTH:
            return None
        registry = (match["registry"] or "") + (match["port"] or "")
        return cls(registry, match["repository"], match["tag"] or "", match["digest"] or "")

    @property
    def namespace(self) -> str:
        """The first part of the repository's name, `shop` of `shop/web`; empty if there is only one part."""
        namespace, slash, _ = self.repository.partition("/")
        return namespace if slash else ""

    def with_tag(self, tag: str) -> Image:
        """The same image with another tag, without the digest, which belongs to the old tag."""
        return replace(self, tag=tag, digest="")

    def __str__(self) -> str:
        registry = f"{self.registry}/" if self.registry else ""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{registry}{self.repository}{tag}{digest}"

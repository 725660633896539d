"""References of container images: `index.docker.io/sourcegraph/frontend:3.40.1@sha256:…`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

PUBLISHER_NAMESPACE = "sourcegraph"
"""The namespace of the images that carry the product's own version as their tag."""

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
_FIRST_PARTY = re.compile(rf"(?:^|[/}}]){PUBLISHER_NAMESPACE}/")


@dataclass(frozen=True)
class Image:
    """One image: each part as it is written, empty where the reference has none."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, reference: str) -> Image | None:
        """The image that a reference names, or None when it is anything else, such as one with a `${VARIABLE}`."""
        match = _REFERENCE.fullmatch(reference)
        if match is None or len(reference) > 1_000:
            return None
        registry = (match["registry"] or "") + (match["port"] or "")
        return cls(registry, match["repository"], match["tag"] or "", match["digest"] or "")

    @property
    def is_first_party(self) -> bool:
        """Whether it is one of the product's own images, from whichever registry."""
        namespace, slash, _ = self.repository.partition("/")
        return bool(slash) and namespace == PUBLISHER_NAMESPACE

    def with_tag(self, tag: str) -> Image:
        """The same image at another tag; without the digest, which pins what the old tag meant."""
        return replace(self, tag=tag, digest="")

    def __str__(self) -> str:
        registry = f"{self.registry}/" if self.registry else ""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{registry}{self.repository}{tag}{digest}"


def looks_first_party(reference: str) -> bool:
    """Whether a reference names one of the product's own images, as far as can be seen when it can't be parsed."""
    image = Image.parse(reference)
    return image.is_first_party if image else _FIRST_PARTY.search(reference) is not None

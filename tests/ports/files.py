"""The files of the deployment repository in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.domain.git_tree import Snapshot, blob_sha
from demo.fleet import SampleRepository
from tests import samples


class MemoryFleetSource:
    """The files of a made-up deployment repository."""

    def __init__(self, repository: SampleRepository, tags: Iterable[str] = ()) -> None:
        self._files = samples.files(repository)
        self.tags = frozenset(tags)

    def snapshot(self) -> Snapshot:
        return samples.snapshot_of(self._files)

    def contents(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        blobs = {blob_sha(content): content for _, content in self._files.values()}
        return {sha: blobs[sha] for sha in shas}

    def module_tags(self) -> frozenset[str]:
        return self.tags

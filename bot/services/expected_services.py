"""Reads which services must run on an instance from the deployment repository."""

from __future__ import annotations

import structlog

from bot.domain.fleet.model import Instance
from bot.domain.health.expected_services import expected_services
from bot.domain.plans.checkout import Checkout, blob_shas
from bot.domain.plans.reasons.file_problems import PlanningError
from bot.domain.plans.upgrade import override_files
from bot.domain.versions import Version
from bot.formats.yaml import YamlError
from bot.ports.errors import PermanentError
from bot.ports.files import FleetSource
from bot.services.fleet_reader import FleetReader

log = structlog.get_logger(__name__)


class ServiceReader:
    """Tells which containers must run on an instance that runs a version."""

    def __init__(self, source: FleetSource, fleets: FleetReader) -> None:
        self._source = source
        self._fleets = fleets

    def expected(self, instance: Instance, version: Version) -> frozenset[str]:
        """Their names. Empty where the files do not tell. Raises TransientError."""
        snapshot = self._fleets.recent_view().snapshot
        overrides = override_files(snapshot, instance)
        try:
            contents = self._source.contents(blob_shas(snapshot, [version.golden_path, *overrides]))
            checkout = Checkout(snapshot, contents)
            return expected_services(checkout.text(version.golden_path), map(checkout.text, overrides))
        except (PlanningError, YamlError, PermanentError) as error:
            log.warning("services_unknown", slug=instance.slug, version=str(version), error=str(error))
            return frozenset()

"""Everything outside GitHub that answers queries of the health checks, as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from bot.adapters.front_end import FrontEndInspector
from bot.adapters.gcp import google_query_handlers
from bot.adapters.opsgenie import OpsgenieInspector
from bot.domain.health.model import CloudConfig
from bot.domain.health.queries import Answer, FrontEndQuery, OpsgenieQuery
from bot.settings import FrontEndSettings, GcpSettings, OpsgenieSettings
from bot.wiring.policies import policy_from


class CloudSettings(Protocol):
    """The sections about everything outside GitHub."""

    @property
    def gcp(self) -> GcpSettings: ...
    @property
    def opsgenie(self) -> OpsgenieSettings: ...
    @property
    def front_end(self) -> FrontEndSettings: ...


def cloud_query_handlers(settings: CloudSettings) -> dict[type, Callable[[Any], Answer]]:
    """Google's APIs, Opsgenie and the instances' front ends; each connects at its first query."""
    gcp, front_end, opsgenie = settings.gcp, settings.front_end, settings.opsgenie
    return google_query_handlers(
        gcp.compute_endpoint, gcp.sqladmin_endpoint, gcp.monitoring_endpoint, gcp.alerts_endpoint
    ) | {
        FrontEndQuery: FrontEndInspector(front_end.connect_to or "", front_end.ca_file).fetch,
        OpsgenieQuery: OpsgenieInspector(opsgenie.api_url, opsgenie.read_api_key()).fetch,
    }


def cloud_config(settings: CloudSettings) -> CloudConfig:
    """Where things are found there."""
    return policy_from(CloudConfig, settings.gcp, has_opsgenie_key=bool(settings.opsgenie.read_api_key()))

"""The words for findings about Google Cloud, Opsgenie and the store."""

from __future__ import annotations

from bot.domain.doctor import services as found
from bot.domain.doctor.services import SchemaState
from bot.rendering.wording.counting import count
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.doctor.repairs import describe_repair

_SCHEMA = {
    SchemaState.ABSENT: "there is no file yet; `mibot serve` creates it when it starts",
    SchemaState.EMPTY: "it has no tables yet; `mibot serve` creates them when it starts",
    SchemaState.OLD: "its tables are from an older version; `mibot serve` updates them when it starts",
    SchemaState.CURRENT: "its tables are up to date",
    SchemaState.NEWER: "Its tables are from a newer version.",
}


@describe.register
def _(_: found.NoInstanceToQuery) -> str:
    return "not checked because there is no instance to ask about"


@describe.register
def _(reason: found.ServiceUnavailable) -> str:
    return describe(reason.cause)


@describe_repair.register
def _(_: found.ServiceUnavailable) -> str:
    return "Until then, the health checks that use it are unknown, and no upgrade is marked as done."


@describe.register
def _(_: found.OpsgenieNotConfigured) -> str:
    return "not checked because opsgenie.api_key is not set"


@describe.register
def _(reason: found.MachinesFound) -> str:
    machines = ", ".join(f"{name} {status}" for name, status in reason.statuses.items())
    return f"project {reason.project}, zone {reason.zone}: {machines or 'no machine with its name'}"


@describe.register
def _(reason: found.DatabasesFound) -> str:
    databases, backups = (
        count(reason.instances, "database instance", zero="no"),
        count(reason.backups, "backup", zero="no"),
    )
    return f"project {reason.project}: {databases}, {backups}"


@describe.register
def _(reason: found.UptimeChecksFound) -> str:
    return f"project {reason.project}: {count(reason.checks, 'uptime check', zero='no')} of its front page"


@describe.register
def _(reason: found.AlertsFound) -> str:
    about = f" and, about it, project {reason.monitoring_project}" if reason.monitoring_project else ""
    are = "is" if reason.alerts == 1 else "are"
    return f"project {reason.project}{about}: {count(reason.alerts, 'alert', zero='no')} {are} open"


@describe.register
def _(reason: found.StoreSchema) -> str:
    return _SCHEMA[reason.state]


@describe_repair.register
def _(reason: found.StoreSchema) -> str:
    return "Run the version of mibot that created them, or a newer one." if reason.state is SchemaState.NEWER else ""

"""What Google's refusals mean, by Google's name for the reason, by its words and by the status.

The names are those of `google.api.ErrorReason`, the older `errors[].reason` of the same answers, and the error codes
of Compute Engine's operations (https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-api-errors).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.failures.refusals.sorts import Sort


class GoogleMeaning(StrEnum):
    """What people are told about a refusal."""

    API_DISABLED = "api_disabled"
    BILLING_DISABLED = "billing_disabled"
    SCOPE_MISSING = "scope_missing"
    PERMISSION_MISSING = "permission_missing"
    FORBIDDEN_BY_POLICY = "forbidden_by_policy"
    NOT_FOUND = "not_found"
    QUOTA_EXCEEDED = "quota_exceeded"
    BUSY = "busy"
    CREDENTIALS_REJECTED = "credentials_rejected"
    SERVER_ERROR = "server_error"
    WRONG_SERVER = "wrong_server"
    REFUSED = "refused"


@dataclass(frozen=True)
class GoogleRefusal:
    """One row: what refusals for that `reason` (in small letters without `_`; empty: any) with one of the `statuses`
    whose message holds `said` (in small letters) mean."""

    sort: Sort
    meaning: GoogleMeaning
    reason: str = ""
    said: str = ""
    statuses: Container[int] = range(1000)

    def fits(self, status: int, reasons: Container[str], message: str) -> bool:
        return status in self.statuses and (not self.reason or self.reason in reasons) and self.said in message


OPERATION = 0
"""In place of a status, for the error of an operation that began."""

_P, _N, _M = Sort.PASSING, Sort.NEEDS_PERSON, GoogleMeaning

GOOGLE_REFUSALS = (
    # Limits of rate, and quotas of things, which only people raise.
    GoogleRefusal(_N, _M.QUOTA_EXCEEDED, "quotaexceeded", "quota '"),
    GoogleRefusal(_N, _M.QUOTA_EXCEEDED, "quotaexceeded", statuses={OPERATION}),
    GoogleRefusal(_P, _M.QUOTA_EXCEEDED, "quotaexceeded"),
    GoogleRefusal(_P, _M.QUOTA_EXCEEDED, "ratelimitexceeded"),
    GoogleRefusal(_P, _M.QUOTA_EXCEEDED, "userratelimitexceeded"),
    GoogleRefusal(_P, _M.QUOTA_EXCEEDED, "resourceexhausted"),
    GoogleRefusal(_P, _M.QUOTA_EXCEEDED, "dailylimitexceeded"),
    GoogleRefusal(_P, _M.QUOTA_EXCEEDED, "concurrentlimitexceeded"),
    GoogleRefusal(_P, _M.QUOTA_EXCEEDED, "variabletermlimitexceeded"),
    GoogleRefusal(_P, _M.QUOTA_EXCEEDED, "resourceoperationrateexceeded"),
    # The project and the organization.
    GoogleRefusal(_N, _M.API_DISABLED, "servicedisabled"),
    GoogleRefusal(_N, _M.API_DISABLED, "accessnotconfigured"),
    GoogleRefusal(_N, _M.BILLING_DISABLED, "billingdisabled"),
    GoogleRefusal(_N, _M.BILLING_DISABLED, "billingnotenabled"),
    GoogleRefusal(_N, _M.BILLING_DISABLED, "ureqprojectbillingnotopen"),
    GoogleRefusal(_N, _M.BILLING_DISABLED, "", "requires billing to be enabled", {400, 403}),
    GoogleRefusal(_N, _M.BILLING_DISABLED, "", "billing account", {400, 403}),
    GoogleRefusal(_N, _M.FORBIDDEN_BY_POLICY, "securitypolicyviolated"),
    GoogleRefusal(_N, _M.FORBIDDEN_BY_POLICY, "resourceusagerestrictionviolated"),
    GoogleRefusal(_N, _M.FORBIDDEN_BY_POLICY, "locationpolicyviolated"),
    GoogleRefusal(_N, _M.FORBIDDEN_BY_POLICY, "locationorgpolicyviolated"),
    GoogleRefusal(_N, _M.FORBIDDEN_BY_POLICY, "orgrestrictionviolation"),
    GoogleRefusal(_N, _M.FORBIDDEN_BY_POLICY, "", "vpcservicecontrols", {403}),
    GoogleRefusal(_N, _M.FORBIDDEN_BY_POLICY, "", "organization's policy", {400, 403, 412}),
    GoogleRefusal(_N, _M.FORBIDDEN_BY_POLICY, "", "constraint constraints/", {400, 403, 412}),
    GoogleRefusal(_N, _M.NOT_FOUND, "consumerinvalid"),
    GoogleRefusal(_N, _M.NOT_FOUND, "consumersuspended"),
    GoogleRefusal(_N, _M.NOT_FOUND, "resourceprojectinvalid"),
    # The credentials.
    GoogleRefusal(_N, _M.SCOPE_MISSING, "accesstokenscopeinsufficient"),
    # Things that are in use or not ready yet, and zones that are full.
    GoogleRefusal(_P, _M.BUSY, "resourcenotready"),
    GoogleRefusal(_P, _M.BUSY, "resourceinusebyanotherresource"),
    GoogleRefusal(_P, _M.BUSY, "resourceinuse"),
    GoogleRefusal(_P, _M.BUSY, "operationinprogress"),
    GoogleRefusal(_P, _M.BUSY, "zoneresourcepoolexhausted"),
    GoogleRefusal(_P, _M.BUSY, "zoneresourcepoolexhaustedwithdetails"),
    GoogleRefusal(_P, _M.BUSY, "resourcepoolexhausted"),
    GoogleRefusal(_P, _M.BUSY, "resourceavailability"),
    GoogleRefusal(_P, _M.BUSY, "conditionnotmet"),
    GoogleRefusal(_P, _M.BUSY, "stockout"),
    GoogleRefusal(_P, _M.BUSY, "aborted"),
    GoogleRefusal(_P, _M.BUSY, "cancelled"),
    GoogleRefusal(_P, _M.SERVER_ERROR, "backenderror"),
    GoogleRefusal(_P, _M.SERVER_ERROR, "internalerror"),
    GoogleRefusal(_P, _M.SERVER_ERROR, "serviceunavailable"),
    GoogleRefusal(_P, _M.SERVER_ERROR, "timeout"),
    GoogleRefusal(_P, _M.BUSY, "", "does not have enough resources", {403, 409, 412, 503}),
    GoogleRefusal(_P, _M.BUSY, "", "another operation", {409}),
    GoogleRefusal(_P, _M.BUSY, "", "try again", {400, 403, 409}),
    # By the status alone.
    GoogleRefusal(_N, _M.SERVER_ERROR, statuses={501}),
    GoogleRefusal(_P, _M.SERVER_ERROR, statuses=range(500, 600)),
    GoogleRefusal(_N, _M.NOT_FOUND, "", "'zone'", {400}),  # "Invalid value for field 'zone': '…'. Unknown zone."
    GoogleRefusal(_P, _M.QUOTA_EXCEEDED, statuses={429}),
    GoogleRefusal(_P, _M.BUSY, statuses={408, 412, 425, 499}),
    GoogleRefusal(_N, _M.CREDENTIALS_REJECTED, statuses={401}),
    GoogleRefusal(_N, _M.PERMISSION_MISSING, statuses={403}),
    GoogleRefusal(_N, _M.NOT_FOUND, statuses={404}),
    GoogleRefusal(_N, _M.REFUSED),
)


def sort_google_refusal(status: int, reasons: Container[str], message: str) -> GoogleRefusal:
    """The row that counts for a refusal with that status, those `reasons` (as `normalize_reason` makes them) and that
    message."""
    said = message.lower()
    return next(row for row in GOOGLE_REFUSALS if row.fits(status, reasons, said))


def normalize_reason(reason: object) -> str:
    """Google's name for a reason, in whichever of its spellings (`RESOURCE_NOT_READY`, `resourceNotReady`)."""
    return str(reason).replace("_", "").lower()

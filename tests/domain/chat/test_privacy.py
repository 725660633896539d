"""What a reply stores has no customer's name in its reasons."""

from __future__ import annotations

from bot.domain.chat.answers import CommandMessage, InstanceMessage, LeftOutInstances, Message
from bot.domain.chat.privacy import redact_item
from bot.domain.chat.refusals import NotPossibleNow
from bot.domain.chat.replies import BackupProgress, PlanPreview, UpgradeProgress
from bot.domain.fleet.names import UnknownInstance
from bot.domain.fleet.redaction import redactor
from bot.domain.reasons import PlainText
from tests.samples import ACCOUNT, customer_instance, fleet, internal_instance, version

REDACT = redactor(fleet(internal_instance("rctest"), customer_instance("amberotter")))
TO = version("3.40.1")
NAMED, PRIVATE = PlainText("like amberotter and rctest"), PlainText(f"like {ACCOUNT} and rctest")


def test_reasons_lose_the_names_of_customers() -> None:
    for item, private in (
        (Message(NAMED), Message(PRIVATE)),
        (CommandMessage("plan", NotPossibleNow(NAMED)), CommandMessage("plan", NotPossibleNow(PRIVATE))),
        (InstanceMessage("amberotter", NAMED), InstanceMessage("amberotter", PRIVATE)),
        (
            LeftOutInstances((InstanceMessage("amberotter", NAMED),)),
            LeftOutInstances((InstanceMessage("amberotter", PRIVATE),)),
        ),
    ):
        assert redact_item(item, REDACT) == private


def test_slugs_that_name_instances_stay() -> None:
    for item in (
        UpgradeProgress("amberotter", TO),
        PlanPreview("amberotter", TO),
        BackupProgress("amberotter"),
        CommandMessage("plan", UnknownInstance("amberotter")),
    ):
        assert redact_item(item, REDACT) == item

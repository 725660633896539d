"""The words for the doctor's findings, and for how to repair what they are about."""

from bot.rendering.wording.doctor.repairs import describe_repair

__all__ = ["describe_repair"]

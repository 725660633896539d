"""The state of a version's preparation, in words."""

from __future__ import annotations

from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.versions import Version
from bot.formats.markdown import Markdown, code, escape_link_target, truncate
from bot.rendering.renderer import Renderer
from bot.rendering.upgrades import format_names
from bot.rendering.wording import clause
from bot.rendering.wording.plans.images import describe_mistagged

MAX_IMAGES_LENGTH = 2_000


def render_preparation(renderer: Renderer, version: Version, preparation: Preparation | None) -> Markdown:
    """The section of a reply about a version's preparation."""
    if preparation is None:
        return Markdown(f"Golden file of {version}: preparation requested.")
    return Markdown(f"Golden file of {version}: {render_preparation_state(renderer, preparation)}")


def render_preparation_state(renderer: Renderer, preparation: Preparation) -> Markdown:
    """Its state in one or two sentences, with the link to its pull request."""
    words = [f"{_preparation_link(preparation)}{_describe_preparation_stage(renderer, preparation)}."]
    if preparation.mistagged_images:
        words.append(_describe_mistagged_images(renderer, preparation))
    if preparation.force is not None:
        who = format_names(renderer, [preparation.force.by])
        why = renderer.safe_text(preparation.force.why)
        words.append(f"Forced by {who}, although no instance may go there next: {why}.")
    content = preparation.pull_request.content
    if content.acceptance is not None and content.difference is not None:
        who = format_names(renderer, [content.acceptance.by])
        words.append(f"Accepted by {who} as it is, although {renderer.safe_text(clause(content.difference))}.")
    elif content.difference is not None:
        command = code(f"/prepare {preparation.version} --accept-tags")
        why = renderer.safe_text(clause(content.difference))
        words.append(f"**Held**: {why}. If this is intended, an operator comments {command}.")
    if preparation.pull_request.note:
        note = clause(preparation.pull_request.note)
        words.append(f"{renderer.safe_text(note[:1].upper() + note[1:])}.")
    return Markdown(" ".join(words))


def _describe_preparation_stage(renderer: Renderer, preparation: Preparation) -> str:
    match preparation.stage:
        case PreparationStage.OPEN:
            people = preparation.pull_request.approved_by
            approved = f", approved by {format_names(renderer, people)}" if people else ""
            late = f" ({renderer.safe_text(clause(preparation.reason))})" if preparation.reason else ""
            return f"open{approved}, upgrades to it wait for the merge and then continue automatically{late}"
        case PreparationStage.READY if preparation.pull_request.merged_by:
            return f"merged by {format_names(renderer, [preparation.pull_request.merged_by])}"
        case PreparationStage.READY:
            return "everything is in the deployment repository"
        case _:
            reason = f": {renderer.safe_text(clause(preparation.reason))}" if preparation.reason else ""
            return f"{preparation.stage}{reason}"


def _describe_mistagged_images(renderer: Renderer, preparation: Preparation) -> str:
    """The images that do not carry the version's tag, and what to do about them."""
    images = code(truncate(renderer.redact(describe_mistagged(preparation.mistagged_images)), MAX_IMAGES_LENGTH))
    if preparation.acceptance is not None:
        who = format_names(renderer, [preparation.acceptance.by])
        return f"Images with other tags were accepted by {who}: {images}."
    command = code(f"/prepare {preparation.version} --accept-tags")
    return (
        f"**Held**: images from the publisher do not have the tag {preparation.version}: {images}. "
        f"If this is intended, an operator comments {command}."
    )


def _preparation_link(preparation: Preparation) -> str:
    pull = preparation.pull_request
    return f"[#{pull.number}]({escape_link_target(pull.url)}) " if pull.number else ""

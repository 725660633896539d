"""What an upgrade's pull request says. It stays in the deployment repository, where slugs are used freely."""

from __future__ import annotations

from bot.domain.changeset import ChangeSet
from bot.domain.markdown import Markdown
from bot.voice.pen import environment


def pull_body(change: ChangeSet, tracker: str, asked_by: str) -> Markdown:
    """The body of an upgrade pull request; `tracker` is a URL."""
    template = environment(str).get_template("pull_body.md.j2")
    return Markdown(
        template.render(
            slug=change.instance.slug,
            from_version=change.instance.version,
            to_version=change.target,
            changes=change.changes,
            asked_by=asked_by,
            tracker=Markdown(tracker),
            golden=change.target.golden_path,
        ).strip()
    )

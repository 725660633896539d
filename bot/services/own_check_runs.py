"""mibot's own check runs: one of each name on a commit, updated in place."""

from __future__ import annotations

from bot.domain.github_models import CheckRun
from bot.ports.errors import NotFoundError
from bot.ports.pull_requests import CheckRuns
from bot.services.creator import Creator


class OwnCheckRuns:
    """The check runs of mibot in one repository."""

    def __init__(self, check_runs: CheckRuns, creator: Creator) -> None:
        self._check_runs = check_runs
        self._creator = creator

    def publish(self, commit: str, report: CheckRun) -> None:
        """Make sure that the commit's check run of that name says this. Nothing is written if it does."""
        number = self._ensure(commit, report)
        if number is None:
            return
        try:
            shown = self._check_runs.check_run(number).check_run
        except NotFoundError:  # GitHub deletes old ones
            self._ensure(commit, report, gone=number, not_shown=True)
            return
        if shown == self._check_runs.fit_check_run(report):
            return
        if shown.conclusion and not report.conclusion:
            # GitHub does not let a completed one go on; of several of one name it shows the newest.
            self._ensure(commit, report, gone=number)
        else:
            self._check_runs.update_check_run(number, report)

    def _ensure(self, commit: str, report: CheckRun, gone: int = 0, *, not_shown: bool = False) -> int | None:
        """The number of the one that exists and is younger than `gone`; None if it was created now."""

        def find() -> int | None:
            newest = self._check_runs.newest_check_run(commit, report.name)
            return newest.number if newest is not None and newest.number > gone else None

        def create() -> int:
            return self._check_runs.create_check_run(commit, report)

        done = self._creator.ensure(
            f"check run {commit} {report.name}", find, create, gone or None, not_shown=not_shown
        )
        return None if done.new else done.number

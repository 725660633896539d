"""Sorts every refusal of GitHub and Google: what passes by itself, what a person must mend, and what is final.

Each table is read from the top; the first row that fits counts. Its last rows say what holds for everything that no
row names: a refusal that nobody knows is held for a person, and never ends anything.
"""

from bot.domain.failures.refusals.github import GITHUB_REFUSALS, GitHubRequest, sort_github_refusal
from bot.domain.failures.refusals.google import GOOGLE_REFUSALS, GoogleMeaning, sort_google_refusal
from bot.domain.failures.refusals.sorts import Sort

__all__ = [
    "GITHUB_REFUSALS",
    "GOOGLE_REFUSALS",
    "GitHubRequest",
    "GoogleMeaning",
    "Sort",
    "sort_github_refusal",
    "sort_google_refusal",
]

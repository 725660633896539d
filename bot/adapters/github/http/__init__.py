"""Requests to GitHub's REST API: credentials, pacing, limits, and what failures mean."""

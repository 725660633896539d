"""mibot: upgrades a fleet of single-tenant managed instances, one reviewed pull request each."""

__version__ = "0.1.0"

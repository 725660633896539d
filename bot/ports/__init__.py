"""What the application needs from external systems, by subject; adapters implement these protocols.

Each protocol holds the few calls that one kind of user needs. A user that needs more combines several of them.
"""

# For the branches that still import the errors from here.
from bot.ports.errors import ConflictError, ExternalError, NotFoundError, PermanentError, TransientError

__all__ = ["ConflictError", "ExternalError", "NotFoundError", "PermanentError", "TransientError"]

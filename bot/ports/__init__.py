"""What the application needs from external systems, by subject; adapters implement these protocols.

Each protocol holds the few calls that one kind of user needs. A user that needs more combines several of them.
"""

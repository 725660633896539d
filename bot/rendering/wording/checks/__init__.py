"""The words for what health checks find: one file a check."""

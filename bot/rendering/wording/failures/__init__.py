"""Words for what external systems, files and formats fail at or refuse."""

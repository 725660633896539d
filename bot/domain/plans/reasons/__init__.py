"""The reasons of plans: why a file changes, what a reviewer should know, and why there is no plan."""

"""The words for plans: why there is none, what is wrong with files, and what a reviewer should know."""

"""The words for the reasons of single commands: one file a command."""

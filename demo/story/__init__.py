"""The story that the demo plays: its environment, its steps, and the client that talks to it while it runs."""

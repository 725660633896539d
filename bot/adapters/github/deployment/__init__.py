"""The deployment repository on GitHub: one adapter for each port, over one client."""

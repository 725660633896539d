"""Notifications as data: what an upgrade went through, what is posted about it, and what still waits to be posted."""

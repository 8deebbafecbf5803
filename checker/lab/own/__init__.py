"""Checkpoints of the user's own: what is in a file, which encoder of it is meant, and how it is loaded."""

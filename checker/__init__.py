"""Executable claims for a vault of notes."""

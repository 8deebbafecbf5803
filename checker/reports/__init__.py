"""What a run looks like: terminal, JSON, plots."""

"""What a run looks like: terminal, JSON, JUnit, SARIF, plots."""

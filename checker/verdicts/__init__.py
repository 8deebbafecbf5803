"""Measurements and a decision rule to a verdict. Pure functions, no torch."""

from checker.verdicts.compare import compare
from checker.verdicts.counts import compare_counts
from checker.verdicts.verdict import Verdict

__all__ = ["Verdict", "compare", "compare_counts"]

"""Measurements and a decision rule to a verdict. Pure functions, no torch."""

from checker.verdicts.answers import Answers
from checker.verdicts.compare import compare
from checker.verdicts.correlation import correlation
from checker.verdicts.counts import compare_counts
from checker.verdicts.equivalence import equivalence
from checker.verdicts.looks import Looks
from checker.verdicts.measurements import merge_copies
from checker.verdicts.multiplicity import benjamini_hochberg, holm
from checker.verdicts.presence import absence, presence
from checker.verdicts.quantifier import combine
from checker.verdicts.ranking import ranking
from checker.verdicts.ratio import ratio
from checker.verdicts.threshold import threshold
from checker.verdicts.trend import trend
from checker.verdicts.verdict import Part, Verdict

__all__ = [
    "Answers",
    "Looks",
    "Part",
    "Verdict",
    "absence",
    "benjamini_hochberg",
    "combine",
    "compare",
    "compare_counts",
    "correlation",
    "equivalence",
    "holm",
    "merge_copies",
    "presence",
    "ranking",
    "ratio",
    "threshold",
    "trend",
]

"""Measurements and a decision rule to a verdict. Pure functions, no torch."""

from checker.verdicts.answers import Answers
from checker.verdicts.compare import compare
from checker.verdicts.controls import Trust, held_to, trust
from checker.verdicts.correlation import correlation
from checker.verdicts.counts import compare_counts
from checker.verdicts.equivalence import equivalence
from checker.verdicts.layers import layers
from checker.verdicts.looks import Looks
from checker.verdicts.loss import loss, losses
from checker.verdicts.measurements import merge_copies
from checker.verdicts.multiplicity import benjamini_hochberg, holm
from checker.verdicts.presence import absence, presence
from checker.verdicts.quantifier import combine
from checker.verdicts.ranking import ranking
from checker.verdicts.ratio import ratio
from checker.verdicts.recorded import compare_recorded, one_seed
from checker.verdicts.threshold import threshold
from checker.verdicts.trend import trend
from checker.verdicts.verdict import Part, Verdict

__all__ = [
    "Answers",
    "Looks",
    "Part",
    "Trust",
    "Verdict",
    "absence",
    "benjamini_hochberg",
    "combine",
    "compare",
    "compare_counts",
    "compare_recorded",
    "correlation",
    "equivalence",
    "held_to",
    "holm",
    "layers",
    "loss",
    "losses",
    "merge_copies",
    "one_seed",
    "presence",
    "ranking",
    "ratio",
    "threshold",
    "trend",
    "trust",
]

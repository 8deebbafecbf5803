"""The record of a run, typed and versioned; the file of a claim's runs; the key by which one still stands."""

from checker.evidence.again import decide_again, difference, unlearned
from checker.evidence.key import goes_deeper, key_of, stands
from checker.evidence.ledger import Entry, EvidenceFile, Ledger, parse_ledger, print_ledger, read_ledger, repeats
from checker.evidence.models import Released, Trained
from checker.evidence.run import CodeHashes, Data, Measured, Run
from checker.evidence.values import Values
from checker.evidence.verdict import LossCurve, RecordedPart, RecordedVerdict

__all__ = [
    "CodeHashes",
    "Data",
    "Entry",
    "EvidenceFile",
    "Ledger",
    "LossCurve",
    "Measured",
    "RecordedPart",
    "RecordedVerdict",
    "Released",
    "Run",
    "Trained",
    "Values",
    "decide_again",
    "difference",
    "goes_deeper",
    "key_of",
    "parse_ledger",
    "print_ledger",
    "read_ledger",
    "repeats",
    "stands",
    "unlearned",
]

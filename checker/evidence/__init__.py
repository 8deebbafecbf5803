"""The record of a run, typed and versioned; the file of a claim's runs; the key by which one still stands."""

from checker.evidence.again import decide_again, difference, measured_word, unlearned
from checker.evidence.controls import Controls, controls_of, is_control
from checker.evidence.key import decision_code, goes_deeper, key_of, stands
from checker.evidence.ledger import Entry, EvidenceFile, Ledger, parse_ledger, print_ledger, read_ledger, repeats
from checker.evidence.models import Released, Sourced, Trained, model_record
from checker.evidence.run import CodeHashes, Data, Measured, Run
from checker.evidence.values import Values, difference_of
from checker.evidence.verdict import LossCurve, RecordedPart, RecordedVerdict

__all__ = [
    "CodeHashes",
    "Controls",
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
    "Sourced",
    "Trained",
    "Values",
    "controls_of",
    "decide_again",
    "decision_code",
    "difference",
    "difference_of",
    "goes_deeper",
    "is_control",
    "key_of",
    "measured_word",
    "model_record",
    "parse_ledger",
    "print_ledger",
    "read_ledger",
    "repeats",
    "stands",
    "unlearned",
]

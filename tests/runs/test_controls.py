from __future__ import annotations

from collections import Counter

from checker.lab import vocabulary
from checker.runs.controls import controls


def test_every_control_reads_to_a_spec_of_the_relation_that_its_paper_found() -> None:
    specs = {control.id: control.spec(vocabulary()) for control in controls().values()}
    assert len(specs) >= 38
    assert {spec.scope for spec in specs.values()} == {"toy"}
    assert {spec.where.data for spec in specs.values()} == {"default"}


def test_no_finding_is_listed_twice() -> None:
    sentences = Counter(control.sentence for control in controls().values())
    specs = Counter(control.spec(vocabulary()).hash() for control in controls().values())
    assert max(sentences.values()) == max(specs.values()) == 1


def test_every_control_has_its_citation() -> None:
    for control in controls().values():
        assert control.paper and control.place and control.finding, control.id

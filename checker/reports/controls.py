"""How the lab answered its positive controls: one by one, and by metric and kind of claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from checker.reports.text import clean
from checker.runs.controls import Answer, AnswerWord
from checker.verdicts import Trust, trust
from checker.vocabulary import Vocabulary
from checker.writing import numbers

SCHEMA = 1
STYLES: dict[AnswerWord, str] = {"agree": "green", "contradict": "red", "open": "yellow"}
MEANING: dict[Trust, str] = {
    "passes": "verdicts are given",
    "contradicted": "no verdicts are given",
    "no control": "verdicts are given, marked: no control",
}


@dataclass(frozen=True)
class Group:
    """The controls of one metric and kind of claim."""

    metric: str
    kind: str
    answers: tuple[Answer, ...]

    def count(self, word: AnswerWord) -> int:
        return sum(answer.word == word for answer in self.answers)

    @property
    def trust(self) -> Trust:
        """What a claim is held to that is none of these controls."""
        return trust(self.count("agree"), self.count("contradict"))


def groups(answers: Sequence[Answer]) -> list[Group]:
    """By metric and kind, in the order of their first controls."""
    found: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        found.setdefault((answer.spec.metric, answer.spec.kind), []).append(answer)
    return [Group(metric, kind, tuple(members)) for (metric, kind), members in found.items()]


def answer_table(answers: Sequence[Answer]) -> Table:
    table = _table("answer", "finding", "effect \\[interval]", "seeds", "paper")
    for answer in answers:
        run = answer.outcome.run
        sentence = Text(answer.control.sentence)
        if answer.word == "open":
            sentence.append(f"\n{clean(answer.outcome.reason)}", style="dim")
        if answer.outcome.stale:
            sentence.append("\nanswered by an earlier lab", style="yellow")
        reached = run is not None and run.verdict.reached
        effect = ""
        if run is not None and reached:
            interval = numbers.interval(run.verdict, "", "+.2f", ", ")
            effect = f"{numbers.effect(run.verdict, run.effect_unit, '+.2f')} \\[{interval}]"
        seeds = str(run.verdict.seeds) if run is not None else ""
        paper = Text(answer.control.paper.partition(",")[0], style="dim")
        table.add_row(Text(answer.word, style=STYLES[answer.word]), sentence, effect, seeds, paper)
    return table


def group_rows(answers: Sequence[Answer], vocabulary: Vocabulary) -> list[tuple[str, ...]]:
    """Metric, kind, the three counts, and what another claim of that sort is given."""
    titles = {word.name: word.title for word in vocabulary.metrics}
    rows = []
    for group in groups(answers):
        counts = (str(group.count(word)) for word in STYLES)
        rows.append((titles.get(group.metric, group.metric), group.kind, *counts, MEANING[group.trust]))
    return rows


def group_table(answers: Sequence[Answer], vocabulary: Vocabulary) -> Table:
    table = _table("metric", "kind", *STYLES, "other claims of that sort")
    for row in group_rows(answers, vocabulary):
        table.add_row(*row)
    return table


def summary(answers: Sequence[Answer]) -> str:
    """The counts of all, in one line."""
    counts = ", ".join(f"{sum(answer.word == word for answer in answers)} {word}" for word in STYLES)
    recorded = sum(answer.recorded for answer in answers)
    return f"{len(answers)} published findings: {counts}; {recorded} by recorded evidence, {len(answers) - recorded} asked now"


def as_json(answers: Sequence[Answer]) -> dict[str, Any]:
    """The promised object; see the manual."""
    return {
        "schema": SCHEMA,
        "controls": [_answer(answer) for answer in answers],
        "groups": [
            {"metric": group.metric, "kind": group.kind, **{word: group.count(word) for word in STYLES}, "trust": group.trust}
            for group in groups(answers)
        ],
        **{word: sum(answer.word == word for answer in answers) for word in STYLES},
    }


def _answer(answer: Answer) -> dict[str, Any]:
    control, run = answer.control, answer.outcome.run
    verdict = run.verdict if run is not None else None
    return {
        "id": control.id,
        "answer": answer.word,
        "sentence": control.sentence,
        "finding": control.finding,
        "paper": control.paper,
        "place": control.place,
        "verified": control.verified,
        "metric": answer.spec.metric,
        "kind": answer.spec.kind,
        "effect": verdict.effect if verdict else None,
        "low": verdict.low if verdict else None,
        "high": verdict.high if verdict else None,
        "unit": run.effect_unit if run else None,
        "seeds": verdict.seeds if verdict else None,
        "reason": answer.outcome.reason,
        "recorded": answer.recorded,
        "fresh": not answer.outcome.stale and answer.outcome.word != "unchecked",
    }


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(title, overflow="fold", justify="right" if title in (*STYLES, "seeds") else "left")
    return table

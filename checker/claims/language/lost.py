"""What a change does to a model: what is lost by it, and the model with it beside the model without."""

from __future__ import annotations

from collections.abc import Mapping

from checker.claims.language.amounts import amounts_of
from checker.claims.language.metrics import better_of
from checker.claims.language.question import Choice, Edit, QuestionError
from checker.claims.language.subjects import baseline_of, meant, the_one, things_in
from checker.claims.language.tree import Node, Parsed, leaves
from checker.variant import Variant
from checker.vocabulary import MetricWord
from checker.words import Claimed

Changes = tuple[tuple[str, str], ...]


def lost_by(parsed: Parsed) -> dict[str, str] | None:
    """The changes by which something is lost; None where nothing is said of a loss."""
    if parsed.all("made", "other"):
        return None
    tokens = [token for token in leaves(parsed.tree) if token.type == "CHANGE"]
    changes = [part for token in tokens for part in _parts(str(token))]
    than = next((token.start_pos or 0 for token in leaves(parsed.tree) if token.type == "THAN"), 0)
    if tokens and (tokens[0].start_pos or 0) < than and Variant.parse(the_one(parsed, "baseline")).changes:
        raise QuestionError("it compares what two models lose by two changes", "one change, by which both lose")
    if changes:
        for role in ("subject", "baseline"):
            if parsed.all(role):
                _check_once(the_one(parsed, role), tuple(changes))
    return dict(changes) or None


def compared(parsed: Parsed) -> tuple[str, str]:
    """The two models of a comparison: the subject and a baseline, or one model with and without a change, or with two."""
    subject = the_one(parsed, "subject")
    made, other = (_changes(node) for node in (parsed.all("made"), parsed.all("other")))
    if not made and not other:
        return subject, baseline_of(parsed)
    if parsed.vocabulary.model(subject) is None:
        (thing, _), *_ = things_in(parsed, "subject")
        first, last = parsed.span(thing)
        choices = [Choice((Edit(first, last, one),)) for one in meant(parsed, thing)]
        reason = f"it compares each model of {subject} with itself; write one claim for each"
        raise QuestionError(reason, "one sentence for each model", choices, together=True)
    variant = Variant.parse(subject)
    _check_once(subject, made)
    if not other:
        if any(change.trained for change in parsed.vocabulary.changes if change.name in dict(made)):
            name, value = made[0]
            reason = f"it does not say compared with what: another value of the {name} than {value}, or another model"
            raise QuestionError(reason, "baseline")
        return str(variant.changed(made)), subject
    if made:
        return str(variant.changed(made)), str(variant.changed(other))
    kept = tuple((name, value) for name, value in variant.changes if name not in dict(other))
    if kept:
        reason = f"{subject} is changed by {kept[0][0]} already: it may be compared with a change instead of it, or as well"
        raise QuestionError(reason, "both models with what is changed in them")
    return subject, str(Variant(variant.model, other))


def check_amount(parsed: Parsed) -> None:
    """Raise QuestionError where a change makes a metric so much higher or lower, and the sentence does not say whether at least
    or at most; one that makes it lower by at least or at most so much is about what is lost."""
    amounts = amounts_of(parsed) if parsed.all("made") and parsed.all("change") else []
    if amounts and (parsed.tokens("DOWN", "WORSEN") or not parsed.tokens("MORE_THAN", "OVER", "AT_LEAST")):
        place, _ = parsed.span(amounts[0])
        choices = [Choice((Edit(place, place, word),)) for word in ("at least", "at most")]
        raise QuestionError(f"by {parsed.text(amounts[0])}: at least, or at most?", "at least, or at most", choices)


def is_error(metric: MetricWord) -> bool:
    """Whether a metric is better when it falls, so that "loses" does not tell which way it went."""
    return dict(metric.comparatives).get("better") == "less" or "error" in metric.title.split()


def check_lost(parsed: Parsed, metric: MetricWord) -> None:
    """Raise QuestionError for a loss of what is better when it falls, and for what is made worse otherwise."""
    if parsed.all("lose") and is_error(metric):
        reason = f"that a model loses {metric.title} can mean that it falls, or that the model gets worse"
        raise QuestionError(reason, "a verb that says which: lowers, or increases")
    if parsed.tokens("WORSEN") and better_of(parsed, metric) == "less":
        raise QuestionError(f"a worse {metric.title} is a higher one, which is nothing that is lost", "higher or lower")


def without_a_unit(parsed: Parsed, metric: MetricWord, subject: str, relation: Claimed, loss: Mapping[str, str]) -> QuestionError:
    """What to ask where so many % are lost: of the metric's own share, or of what there was."""
    percent = next(token for token in leaves(parsed.tree) if token.type == "PERCENT")
    place = percent.start_pos or 0
    number = next(str(token) for token in leaves(parsed.tree) if token.start_pos == place - 1)
    relative = any(token.type == "RELATIVE" for token in leaves(parsed.tree))
    choices = []
    if not relative and metric.unit == "share":
        choices.append(Choice((Edit(place, place + 1, f"percentage point{'' if number == '1' else 's'}"),)))
    lower = next((word for word, its in metric.comparatives if its == "less"), "")
    first, last = parsed.span(parsed.body)
    whole = not any(str(node.data).endswith("_clause") for node in parsed.body.iter_subtrees())
    if whole and parsed.vocabulary.model(subject) is not None:
        has = "has" if relation in ("greater", "not less") else "does not have"
        changed = Variant.parse(subject).changed(loss.items())
        text = f"{changed} {has} {lower} {metric.title} than {subject} by more than {number} % relative"
        choices.append(Choice((Edit(first, last, text, article=True),)))
    return QuestionError(f"{number} % of what?", "points, or relative to what there was", choices)


def _check_once(model: str, changes: Changes) -> None:
    twice = [name for name, _ in Variant.parse(model).changes if name in dict(changes)]
    if twice:
        raise QuestionError(f"it says two things about one change of {model}: {twice[0]}", "one value of it")


def _changes(nodes: list[Node]) -> Changes:
    return tuple(part for node in nodes for token in leaves(node) for part in _parts(str(token)))


def _parts(text: str) -> Changes:
    parts = (part.partition(": ") for part in text.strip("()").split(", "))
    return tuple((name, value) for name, _, value in parts)

"""One model against another: "MAE has shorter attention distance than DINO", "MAE trains 3 times as fast as SimMIM"."""

from __future__ import annotations

from collections.abc import Iterator

from checker.claims.kind import Kind, Rule, register, terminals
from checker.claims.language.amounts import amounts_of, factor_of, margin_of
from checker.claims.language.comparison import what_is_compared
from checker.claims.language.english import English, english_changes, number
from checker.claims.language.lost import check_amount, compared, is_error, lost_by
from checker.claims.language.metrics import OTHER_SIDE, example, negated
from checker.claims.language.noise import NEGATIONS
from checker.claims.language.placed import placed
from checker.claims.language.question import Choice, Edit, QuestionError, adding
from checker.claims.language.subjects import others_of, the_one
from checker.claims.language.tree import Parsed, leaves
from checker.claims.range import Range, beyond, of_difference
from checker.claims.spec import ClaimSpec, Margin
from checker.vocabulary import MetricWord, Relation

KEEPING = ("maintain", "keep", "retain")
# Beside these a factor below 1 can be of the whole, or of the difference.
CHANGING = terminals(
    "BY COMPARATIVE DEGREE ADJECTIVE PREDICATE BEAT LAG BEATEN EXCEED UNDERCUT UP DOWN IMPROVE WORSEN RAISED LOWERED"
)


@register
class Compare(Kind):
    """`subject` is less (greater) than `baseline` by more than `margin`, or by a `factor`."""

    name = "compare"
    needs = ("subject", "baseline", "relation")
    may = ("margin", "factor", "quantifier", "members", "loss")
    either = ("margin", "factor")
    words = terminals(
        "COMPARATIVE SUPERLATIVE DEGREE ADJECTIVE PREDICATE BEAT LAG EXCEED UNDERCUT TWICE HALF TIMES UP "
        "DOWN IMPROVE WORSEN RAISED LOWERED BEATEN GREATER_SIGN LESS_SIGN"
    )
    clauses = frozenset({"margin_clause", "compared"})
    has_degree = True

    def ask(self, parsed: Parsed) -> None:
        _of_time(parsed)
        if parsed.tokens("SUPERLATIVE"):
            raise _superlative(parsed)
        if parsed.tokens("ADJECTIVE") and not parsed.tokens("COMPARATIVE", "DEGREE"):
            raise _alone(parsed)

    def read(self, parsed: Parsed) -> ClaimSpec:
        metric, relation = what_is_compared(parsed)
        subject, baseline = compared(parsed)
        check_amount(parsed)
        factor = factor_of(parsed)
        if factor is not None and kept_by(parsed):
            raise QuestionError("to keep a number of times as much can mean at least or at most so much", "at least, or at most")
        if factor is not None and factor < 1 and parsed.all("at_least"):
            raise QuestionError("at least half of something is no less than half of it", "a number above 1, or an upper bound")
        if factor is not None and factor < 1:  # half as long, half that of
            changed = [token for token in leaves(parsed.tree) if token.type in CHANGING]
            if changed and not (parsed.tokens("DEGREE") and parsed.tokens("AS")):
                reason = f"{factor:g} times {str(changed[0])!r} can mean two things"
                raise QuestionError(reason, "a number above 1, or how many times as much")
            relation, factor = OTHER_SIDE[relation], 1 / factor
        claimed = negated(parsed, relation)
        margin = None if factor else margin_of(parsed, metric, falls=relation == "less")
        loss = lost_by(parsed)
        if loss and margin is not None and margin.unit == "relative":
            unit = example(metric)
            choices = [] if amounts_of(parsed) else [adding(f"by more than {unit}")]
            reason = f"losses of {metric.title} are compared by their difference, not by a share of one that may be 0"
            raise QuestionError(reason, f"how much more is lost, as {unit}", choices)
        return placed(parsed, metric, subject, baseline, margin=margin, factor=factor, relation=claimed, loss=loss)

    def say(self, spec: ClaimSpec, english: English) -> str:
        if spec.loss is not None and spec.margin is not None:
            verb = "does not lose" if spec.relation in ("not less", "not greater") else "loses"
            side = "less" if spec.relation in ("less", "not less") else "more"
            amount = f"than {english.model(spec.baseline)} by more than {english.amount(spec.margin)}"
            if is_error(english.metric):
                verb = "does not decrease" if spec.relation in ("not less", "not greater") else "decreases"
                course = f"{verb} {side} than {english.that()} by more than {english.amount(spec.margin)}"
                return f"under the change {english_changes(spec.loss)}, {english.subject()}{english.where()}, {course}"
            course = f"{verb} {side} {english.metric.title} {amount}, under the change {english_changes(spec.loss)}"
            return f"{english.model(spec.subject)}{english.where()}, {course}"
        relation: Relation = "less" if spec.relation in ("less", "not less") else "greater"
        words = [word for word, its in english.metric.comparatives if its == relation]
        word = next((word for word in ("smaller", "larger") if word in words), words[0])
        line = f"{word} than {english.that()}"
        if spec.factor is not None:
            line = f"at least {number(spec.factor)} times {line}"
        elif spec.margin is not None:
            line += f" by more than {english.amount(spec.margin)}"
        verb = "is not" if spec.relation in ("not less", "not greater") else "is"
        return f"{english.subject()}{english.where()}, {verb} {line}"

    def slug(self, spec: ClaimSpec) -> str:
        denied = "not" if spec.relation in ("not less", "not greater") else ""
        return f"{denied} loss {english_changes(spec.loss)}".strip() if spec.loss else denied

    def margin(self, metric: MetricWord) -> Margin | None:
        return Margin(value=metric.margin.value, unit=metric.margin.unit)

    def ranges(self, spec: ClaimSpec) -> Iterator[Range]:
        assert spec.subject and spec.baseline
        unit = spec.margin.unit if spec.margin else f"factor {spec.factor:g}"
        size = spec.margin.value if spec.margin else 0.0
        low, high, closed = beyond(spec.relation, -size, size)
        yield of_difference(spec, spec.subject, spec.baseline, unit, (low, high), closed)

    def rule(self, spec: ClaimSpec) -> Rule:
        if spec.loss is not None:
            return Rule("losses", "pairs", {"relation": spec.relation, **spec.margin_option()})
        if spec.factor is not None:
            return Rule("ratio", "pairs", {"factor": spec.factor, "relation": spec.relation}, counts=True)
        return Rule("compare", "pairs", {"relation": spec.relation, **spec.margin_option()}, counts=True)

    def check(self, spec: ClaimSpec) -> None:
        if spec.loss is not None and spec.factor is not None:
            raise ValueError("losses are compared by a difference: what one is a multiple of may be 0")

    def effect(self, spec: ClaimSpec, subject: str, baseline: str) -> str:
        if spec.loss is not None:
            return f"loss of {subject} minus loss of {baseline}"
        return f"{subject} {'minus' if spec.factor is None else 'divided by'} {baseline}"

    def unit(self, spec: ClaimSpec, unit: str) -> str:
        return unit if spec.factor is None else "times"

    def no_effect(self, spec: ClaimSpec) -> float | None:
        return 0.0 if spec.factor is None else 1.0


def _alone(parsed: Parsed) -> QuestionError:
    """What to ask of a model that is robust to something, where none is said to be less so."""
    place = next(token.start_pos or 0 for token in leaves(parsed.tree) if token.type == "ADJECTIVE")
    others = [] if parsed.tokens(*NEGATIONS) else others_of(parsed, the_one(parsed, "subject"))
    choices = [Choice((Edit(place, place, "more"), *adding(f"than {other}").edits), other) for other in others]
    return QuestionError("it does not say compared with what", "baseline", choices)


def _of_time(parsed: Parsed) -> None:
    """Ask where a verb of keeping has "longer" behind the metric: "keeps its attention distance longer" is about time."""
    tokens, kept = leaves(parsed.tree), kept_by(parsed)
    metrics = [token.start_pos or 0 for token in tokens if token.type == "METRIC"]
    for word in tokens:
        place = word.start_pos or 0
        if str(word) == "longer" and any(verb < metric < place for verb in kept for metric in metrics):
            raise QuestionError("'longer' behind what is kept can be of time", "the comparison before the metric")


def kept_by(parsed: Parsed) -> list[int]:
    """The places of verbs of keeping."""
    verbs = [token for token in leaves(parsed.tree) if token.type == "HAVE"]
    return [verb.start_pos or 0 for verb in verbs if str(verb).casefold().rstrip("s") in KEEPING]


def _superlative(parsed: Parsed) -> QuestionError:
    """What to ask of "the shortest": it is one comparison with each of the models that are meant."""
    subject, word = the_one(parsed, "subject"), parsed.tokens("SUPERLATIVE")[0]
    if parsed.tokens(*NEGATIONS):
        return QuestionError("it denies a superlative, and does not say of which model it fails", "one comparison")
    tokens = [token for node in parsed.all("among", "models_clause") for token in leaves(node)]
    named = [name for token in tokens if token.type in ("MODEL", "FAMILY") for name in parsed.vocabulary.members(str(token))]
    others = dict.fromkeys(name for name in named or others_of(parsed, subject) if name != subject)
    reason = "a superlative compares with each of the others" if named else "it does not say of which models"
    place = next(token.start_pos or 0 for token in leaves(parsed.tree) if token.type == "SUPERLATIVE")
    gone = [Edit(*parsed.span(node), "") for node in parsed.all("among", "models_clause")]
    comma = [token.start_pos or 0 for token in leaves(parsed.tree) if token.type == "COMMA"]
    gone = [Edit(edit.first, edit.last + (edit.last in comma), "") for edit in gone]
    choices = [
        Choice((Edit(place, place + 1, word, article=True), *gone, *adding(f"than {other}").edits), other) for other in others
    ]
    return QuestionError(reason, "one comparison for each of them", choices, together=True)

"""What a comparison compares, and which way."""

from __future__ import annotations

from typing import cast

from checker.claims.language.lost import check_lost
from checker.claims.language.metrics import OTHER_SIDE, better_of, direction, metric_of
from checker.claims.language.question import QuestionError
from checker.claims.language.tree import Parsed, leaves, single
from checker.vocabulary import MetricWord, Relation


def what_is_compared(parsed: Parsed) -> tuple[MetricWord, Relation]:
    """The metric and the relation that a comparison states, negation aside."""
    for kind in ("ADJECTIVE", "PREDICATE"):
        for value in parsed.tokens(kind):
            name, relation = value.split(":")
            metric = metric_of(parsed, name)
            if kind == "ADJECTIVE":
                word = single(parsed.tokens("COMPARATIVE", "DEGREE"), "word for the direction")
                if word not in ("more", "less"):
                    raise QuestionError(f"{word!r} does not go with that word", "more or less")
                relation = relation if word == "more" else OTHER_SIDE[cast(Relation, relation)]
            return metric, cast(Relation, relation)
    metric = metric_of(parsed)
    cut = parsed.all("more_cut")
    if cut:
        return metric, "greater" if any(token.type == "MORE_THAN" for token in leaves(cut[0])) else "less"
    if parsed.all("lose"):
        check_lost(parsed, metric)
        word = single(parsed.tokens("COMPARATIVE"), "word for how much is lost")
        if word not in ("more", "less"):
            raise QuestionError(f"{word!r} does not go with what is lost", "more or less")
        return metric, "greater" if word == "more" else "less"
    beats = parsed.all("beat", "beaten")
    if beats:
        better = better_of(parsed, metric)
        wins = any(token.type == "BEAT" for token in leaves(beats[0]))
        return metric, better if wins else OTHER_SIDE[better]
    exceeds = parsed.all("exceed", "sign")
    if exceeds:
        return metric, "greater" if any(token.type in ("EXCEED", "GREATER_SIGN") for token in leaves(exceeds[0])) else "less"
    if parsed.all("changed", "change"):
        return metric, _changed(parsed, metric)
    words = parsed.tokens("COMPARATIVE") or parsed.tokens("DEGREE")
    if not words and parsed.all("multiple"):
        return metric, "greater"
    word = single(words, "comparison")
    if parsed.all("verb") and word not in ("faster", "slower"):
        raise QuestionError(f"{word!r} does not go with that verb", "faster or slower")
    return metric, direction(parsed, metric, word)


def _changed(parsed: Parsed, metric: MetricWord) -> Relation:
    """The relation of a model that changes a metric to another one."""
    if parsed.tokens("RAISED", "UP"):
        return "greater"
    if parsed.tokens("LOWERED", "DOWN"):
        return "less"
    better = better_of(parsed, metric)
    return better if parsed.tokens("IMPROVE") else OTHER_SIDE[better]

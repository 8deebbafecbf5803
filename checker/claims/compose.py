"""The syntax tree of a sentence to its spec, or to the question that has to be answered first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal, cast

from lark import Token, Tree

from checker.claims.noise import NEGATIONS
from checker.claims.question import Choice, Edit, QuestionError, UnknownError
from checker.claims.spec import Bound, Claimed, ClaimSpec, Kind, Margin, Quantifier, Where
from checker.claims.unknown import KINDS, kind_of
from checker.vocabulary import MetricWord, Relation, Vocabulary

Node = Tree[Token]

CONTRARY: dict[str, Claimed] = {"less": "not less", "greater": "not greater"}
EACH = ("ALL_OF_FAMILY", "SOME_OF_FAMILY", "EACH_OF", "SOME_OF", "MOST_OF")
BESIDE = ("PRETRAINED", "TOY", "WITH", "WEIGHTS", "PATCH_TOKENS", "OF")  # a name, without changing which model is meant
SCOPES = ("PRETRAINED", "TOY", "WEIGHTS")
LAYER_WORDS = (
    *(
        "LAYER",
        "LAYERS",
        "ALL_LAYERS",
        "EACH_LAYER",
        "SOME_LAYER",
        "MOST_LAYERS",
        "EACH_OF",
        "SOME_OF",
        "MOST_OF",
        "UPPER",
        "LOWER",
    ),
    *("UPPER_OF", "LOWER_OF", "EARLY_LAYERS", "LATE_LAYERS", "FIRST", "LAST", "ORDINAL"),
)
CHANGING = (  # words beside which a factor below 1 can be of the whole, or of the difference
    *("BY", "COMPARATIVE", "DEGREE", "ADJECTIVE", "PREDICATE", "BEAT", "LAG", "EXCEED", "UNDERCUT", "UP", "DOWN", "IMPROVE"),
    *("WORSEN", "RAISED", "LOWERED"),
)
SMALL = ("slightly", "somewhat", "a bit", "a little", "marginally")
SINGULAR = {"have": "has", "are": "is", "do": "does", "show": "shows"}
END = 10**6  # the place behind the last word
OTHER_SIDE: dict[Relation, Relation] = {"less": "greater", "greater": "less"}
CLAUSES = {
    kind: {"layers_clause", "data_clause", "heads_clause", "tokens_clause", "scope_clause", *more}
    for kind, more in {
        "compare": ("margin_clause", "compared"),
        "threshold": (),
        "trend": ("margin_clause",),
        "presence": ("images_clause",),
        "equivalence": ("within_clause", "compared"),
        "correlation": ("models_clause",),
        "ranking": ("margin_clause",),
    }.items()
}
"""What may be said beside the claim itself."""
QUANTIFIERS: dict[str, Quantifier] = {
    "each_layer": "all",
    "some_layer": "any",
    "most_layers": "most",
    "each_of": "all",
    "some_of": "any",
    "most_of": "most",
}
IMAGES = "images"  # the unit of the bound of a presence: a share of them


def compose(tree: Node, vocabulary: Vocabulary) -> ClaimSpec:
    """The spec that a sentence means. Raises QuestionError or UnknownError."""
    return _Composer(tree, vocabulary).spec()


class _Composer:
    def __init__(self, tree: Node, vocabulary: Vocabulary) -> None:
        self.tree, self.vocabulary = tree, vocabulary
        self.body = next(child for child in tree.children if isinstance(child, Tree) and child.data not in ("lead", "tail"))

    def spec(self) -> ClaimSpec:
        if self._tokens("SUPERLATIVE"):
            raise self._superlative()
        self._check_degree()
        self._check_by()
        self._check_sides()
        kind = {"falling_order": "ranking", "rising_order": "ranking"}.get(str(self.body.data), str(self.body.data))
        for node in self.tree.find_pred(lambda node: str(node.data).endswith("_clause") or node.data == "compared"):
            if str(node.data) not in CLAUSES[kind]:
                raise QuestionError(f"{self._text(node)!r} does not go with a claim of this kind", "another kind of claim")
        if kind != "compare" and self._all("multiple"):
            raise QuestionError("a number of times does not go with a claim of this kind", "a number with a unit, or a %")
        found: ClaimSpec = getattr(self, f"_{kind}")()
        return found

    def _check_degree(self) -> None:
        """A word for how much needs a number that says it; a small degree is a bound on both sides, which no spec holds."""
        vague = [token for token in _leaves(self.tree) if token.type == "MAGNITUDE"]
        if not vague:
            return
        small = [str(word) for word in vague if str(word) in SMALL]
        if small or self.body.data != "compare" or not (self._amounts() or self._all("multiple")):
            choices = [] if small else [self._adding("by more than 20 %")]
            raise QuestionError(f"how much is {str((small or vague)[0])!r}?", "a number", choices)

    def _check_by(self) -> None:
        """`by` says how much; what it says of a layer can be up to it, or in it."""
        words = {token.start_pos: token for token in _leaves(self.tree)}
        for place, token in words.items():
            after = words.get((place or 0) + 1)
            if token.type == "BY" and after is not None and after.type in LAYER_WORDS:
                raise QuestionError("'by' a layer can mean in it, or in any up to it", "the layers that are meant")

    def _check_sides(self) -> None:
        """What is said of tokens is said of both sides of a claim."""
        if self._tokens("CLASS_TOKEN") and self._tokens("PATCH_TOKENS"):
            raise QuestionError("it speaks of the class token and of the patches", "one claim for each of them")
        each = [token for node in self._all("each") for token in _leaves(node)]
        if each and self._tokens(*NEGATIONS):
            raise QuestionError(
                f"it denies something of {str(each[0])!r} of several models: of each of them, or of all together?",
                "a sentence for each of them",
            )
        bare = [thing for thing in self._all("thing") if any(thing.find_data("registerless"))]
        if any(any(lead.find_data("registerless")) for lead in self._all("lead")):  # of the model that follows it
            bare += self._all("thing")[:1]
        for thing in bare:
            if self.vocabulary.model(f"{self._name(thing)[1]} with registers") is None:
                raise QuestionError(f"no {self._text(thing)} here that differs from one with registers", "a model by its name")

    # ---- the kinds

    def _compare(self) -> ClaimSpec:
        metric, relation = self._what_is_compared()
        subject, baseline = self._one("subject", "claim"), self._baseline()
        factor = self._factor()
        if factor is not None and factor < 1 and self._all("at_least"):
            raise QuestionError("at least half of something is no less than half of it", "a number above 1, or an upper bound")
        if factor is not None and factor < 1:  # half as long, half that of
            changed = [token for token in _leaves(self.tree) if token.type in CHANGING]
            if changed and not (self._tokens("DEGREE") and self._tokens("AS")):
                reason = f"{factor:g} times {str(changed[0])!r} can mean two things"
                raise QuestionError(reason, "a number above 1, or how many times as much")
            relation, factor = OTHER_SIDE[relation], 1 / factor
        claimed = self._negated(relation)
        margin = None if factor else self._margin(metric)
        return self._placed("compare", metric, subject, baseline, margin=margin, factor=factor, relation=claimed)

    def _superlative(self) -> QuestionError:
        """What to ask of "the shortest": it is one comparison with each of the models that are meant."""
        subject, word = self._one("subject", "claim"), self._tokens("SUPERLATIVE")[0]
        if self._tokens(*NEGATIONS):
            return QuestionError("it denies a superlative, and does not say of which model it fails", "one comparison")
        tokens = [token for node in self._all("among", "models_clause") for token in _leaves(node)]
        named = [name for token in tokens if token.type in ("MODEL", "FAMILY") for name in self.vocabulary.members(str(token))]
        others = dict.fromkeys(name for name in named or self._others(subject) if name != subject)
        reason = "a superlative compares with each of the others" if named else "it does not say of which models"
        place = next(token.start_pos or 0 for token in _leaves(self.tree) if token.type == "SUPERLATIVE")
        gone = [Edit(*self._span(node), "") for node in self._all("among", "models_clause")]
        comma = [token.start_pos or 0 for token in _leaves(self.tree) if token.type == "COMMA"]
        gone = [Edit(edit.first, edit.last + (edit.last in comma), "") for edit in gone]
        choices = [
            Choice((Edit(place, place + 1, word, article=True), *gone, *self._adding(f"than {other}").edits), other)
            for other in others
        ]
        return QuestionError(reason, "one comparison for each of them", choices, together=True)

    def _what_is_compared(self) -> tuple[MetricWord, Relation]:
        """The metric and the relation that a comparison states, negation aside."""
        for kind in ("ADJECTIVE", "PREDICATE"):
            for value in self._tokens(kind):
                name, relation = value.split(":")
                metric = self._metric(name)
                if kind == "ADJECTIVE":
                    word = self._single(self._tokens("COMPARATIVE", "DEGREE"), "word for the direction")
                    if word not in ("more", "less"):
                        raise QuestionError(f"{word!r} does not go with that word", "more or less")
                    relation = relation if word == "more" else OTHER_SIDE[cast(Relation, relation)]
                return metric, cast(Relation, relation)
        metric = self._metric()
        beats = self._all("beat")
        if beats:
            better = self._better(metric)
            wins = any(token.type == "BEAT" for token in _leaves(beats[0]))
            return metric, better if wins else OTHER_SIDE[better]
        exceeds = self._all("exceed")
        if exceeds:
            return metric, "greater" if any(token.type == "EXCEED" for token in _leaves(exceeds[0])) else "less"
        if self._all("changed", "change"):
            return metric, self._changed(metric)
        words = self._tokens("COMPARATIVE") or self._tokens("DEGREE")
        if not words and self._all("multiple"):
            return metric, "greater"
        word = self._single(words, "comparison")
        if self._all("verb") and word not in ("faster", "slower"):
            raise QuestionError(f"{word!r} does not go with that verb", "faster or slower")
        return metric, self._direction(metric, word)

    def _changed(self, metric: MetricWord) -> Relation:
        """The relation of a model that changes a metric beside another."""
        if self._tokens("RAISED", "UP"):
            return "greater"
        if self._tokens("LOWERED", "DOWN"):
            return "less"
        better = self._better(metric)
        return better if self._tokens("IMPROVE") else OTHER_SIDE[better]

    def _better(self, metric: MetricWord) -> Relation:
        better = dict(metric.comparatives).get("better")
        if better is None:
            raise QuestionError(f"it is not said whether a higher or a lower {metric.title} is better", _directions(metric))
        return better

    def _threshold(self) -> ClaimSpec:
        metric = self._metric()
        subject = self._one("subject", "claim")
        relation: Relation = "greater"
        limits = [node for name in ("lower_limit", "upper_limit", "worded_limit") for node in self._all(name)]
        if self._all("exact"):
            amount = self._say_amount(self._amount(self.body))
            place, _ = self._span(self._all("exact")[0])
            choices = [Choice((Edit(place, place, word),)) for word in ("at least", "at most")]
            reason = f"that {metric.title} is exactly {amount} cannot be decided"
            raise QuestionError(reason, "at least, at most, or how close", choices)
        if limits:
            name = limits[0].data
            word = next((str(token) for token in _leaves(limits[0]) if token.type == "COMPARATIVE"), "")
            relation = "less" if name == "upper_limit" else "greater"
            if name == "worded_limit":
                relation = self._direction(metric, word)
        elif self._all("exceed"):
            relation = "greater" if self._tokens("EXCEED") else "less"
        claimed = self._negated(relation)
        number, unit = self._amount(self.body)
        bound = Bound(value=self._in_unit(number, unit, metric, "a bound"), unit=metric.unit)
        return self._placed("threshold", metric, subject, relation=claimed, bound=bound)

    def _trend(self) -> ClaimSpec:
        metric = self._metric()
        subject = self._one("subject", "claim")
        if not metric.layers:
            raise QuestionError(f"{metric.title} is one number for a whole model, so it has no trend over layers")
        if not any(self._tokens("DEPTH")):
            raise QuestionError("it does not say with what", "with what", [self._adding("with depth")])
        words = self._tokens("COMPARATIVE")
        self._check_depth(self._tokens("DEPTH")[0], bool(words) and not self._tokens("GETS", "GROW"), metric)
        rises = bool(self._tokens("UP", "GROW", "RISING")) and not words
        relation: Relation = self._direction(metric, words[0]) if words else "greater" if rises else "less"
        margin = self._margin(metric)
        where = self._where(metric, trend=True)
        if self._quantifier() or re.fullmatch(r"layer \d+|(?:first|last) 1", where.layers):
            raise QuestionError(
                "a trend goes over several layers; it is not asked of single ones", "the layers that it goes over"
            )
        return self._placed("trend", metric, subject, where=where, relation=self._negated(relation), margin=margin)

    def _check_depth(self, depth: str, compares: bool, metric: MetricWord) -> None:
        """A trend goes from the first layer to the last; it compares the model with itself alone."""
        if depth.startswith("in ") and not self._tokens("COMPARATIVE"):
            raise QuestionError(f"{depth!r} can mean within them, or from early layers to them", "with depth")
        if "layer by layer" in depth or "layer to layer" in depth:
            raise QuestionError(f"{depth!r} can mean at each step, or from the first layer to the last", "with depth")
        if compares and not depth.startswith(("with ", "in ", "toward", "deeper", "from ")):
            raise QuestionError(
                f"{metric.title} than what? {depth!r} is a place, or the course of a trend", "baseline, or with depth"
            )
        if any({"MEAN_OVER", "ALL_LAYERS"} <= {token.type for token in _leaves(node)} for node in self._all("layers_clause")):
            raise QuestionError("a trend goes over layers, and is not averaged over them", "a trend, or a mean")

    def _presence(self) -> ClaimSpec:
        metric = self._metric()
        subject = self._one("subject", "claim")
        if metric.presence is None:
            raise QuestionError(f"every model has some {metric.title}; it does not say which", "a comparison or a bound")
        if self._quantifier():
            raise QuestionError(
                "whether something is there is asked of an image, in any of the layers", "a choice of layers, or a share"
            )
        negations = len(self._tokens(*NEGATIONS, "LACK", "ABSENT"))
        if negations > 1:
            raise QuestionError("it denies twice", "a sentence that denies once, or not at all")
        relation: Relation = "less" if negations else "greater"
        share = metric.presence
        for clause in self._all("images_clause"):
            if negations:
                raise QuestionError(
                    "it denies something of some images", "a bound without a denial, such as 'in fewer than 5 % of the images'"
                )
            share, relation = self._share_of_images(clause)
        return self._placed("presence", metric, subject, relation=relation, bound=Bound(value=share, unit=IMAGES))

    def _share_of_images(self, clause: Node) -> tuple[float, Relation]:
        number, unit = self._amount(clause)
        share = float(number / 100 if unit == "%" else number)
        if unit not in ("%", "") or not 0 < share < 1:
            raise QuestionError(f"{number:g} {unit} is no share of the images", "a % between 0 and 100")
        fewer = any(token.type in ("LESS_THAN", "AT_MOST") for token in _leaves(clause))
        return share, "less" if fewer else "greater"

    def _equivalence(self) -> ClaimSpec:
        metric = self._metric()
        subject, baseline = self._one("subject", "claim"), self._baseline()
        differ, denied = bool(self._all("differ")), bool(self._tokens(*NEGATIONS))
        apart = self._all("distance_apart")
        close = self._all("closeness") + self._all("within") + self._all("within_clause") + (apart if denied else [])
        if (denied and not differ) or (differ and not close and not denied):
            raise QuestionError(f"it says that they differ in {metric.title}, but not which way", _directions(metric))
        if differ and denied and close and not apart:
            raise QuestionError("it denies that they are close", _directions(metric))
        if not close:
            raise QuestionError("it does not say how similar", "margin", self._closeness(metric, bool(differ)))
        number, unit = self._amount(close[0])
        margin = self._as_margin(number, unit, metric)
        if margin.value == 0:
            raise QuestionError("two measurements are never equal", "a margin above 0")
        return self._placed("equivalence", metric, subject, baseline, margin=margin)

    def _correlation(self) -> ClaimSpec:
        metrics = [str(token) for node in self._all("metric") for token in _leaves(node)]
        first, second = (self._metric(name) for name in metrics[:2])
        if first == second:
            raise QuestionError(f"{first.title} is correlated with itself", "another metric")
        words = self._tokens("COMPARATIVE")
        if self._quantifier():
            raise QuestionError("a correlation is of one number for each model, not of each layer", "one choice of layers")
        if len(self._tokens("POSITIVELY", "NEGATIVELY", "POSITIVE", "NEGATIVE")) > 1:
            raise QuestionError("it says two things about the sign", "one sign")
        if any(token.type == "OVER" for node in self._all("data_clause") for token in _leaves(node)):
            raise QuestionError("a correlation here is over models, not over images", "'across models', and 'on' the data")
        if words and any(isinstance(part, Token) and part.startswith("all ") for part in self.body.children):
            raise QuestionError("it can speak of every pair of models, or of a correlation", "a correlation, or models by name")
        if self._tokens(*NEGATIONS):
            raise QuestionError("that there is no correlation cannot be decided", "a correlation with its sign")
        if words:
            same = self._direction(first, words[0]) == self._direction(second, words[1])
            relation: Relation = "greater" if same else "less"
        elif self._tokens("ANTICORRELATE", "ANTICORRELATED", "NEGATIVELY", "NEGATIVE"):
            relation = "less"
        elif self._tokens("POSITIVELY", "POSITIVE"):
            relation = "greater"
        else:
            raise QuestionError("it does not say which way", "a sign", self._signs())
        listed = [child for node in self._all("models_clause") for part in node.find_data("model_list") for child in _trees(part)]
        models = tuple(model.name for model in self.vocabulary.models if model.learned)
        if listed:
            models = tuple(dict.fromkeys(member for thing in listed for member in self._meant(thing)))
        if len(models) < 4:
            raise QuestionError(f"a correlation over {len(models)} models says nothing", "at least four models")
        return ClaimSpec(
            kind="correlation",
            metric=first.name,
            where=self._where(first),
            other=second.name,
            models=models,
            relation=relation,
            margin=Margin(value=0.0, unit="correlation"),
            scope=self._scope(),
        )

    def _ranking(self) -> ClaimSpec:
        metric = self._metric()
        order = []
        for node in self._all("ranked"):
            (thing,) = _trees(node)
            kind, name = self._name(thing)
            if kind == "FAMILY":
                raise QuestionError(f"{name} is a family of models; a ranking needs models", "a model")
            order.append(name)
        if len(set(order)) < len(order):
            raise QuestionError("a model stands in the ranking twice", "each model once")
        if self.body.data == "rising_order":
            order.reverse()
        return ClaimSpec(
            kind="ranking",
            metric=metric.name,
            where=self._where(metric),
            order=tuple(order),
            margin=self._margin(metric),
            scope=self._scope(),
            quantifier=self._quantifier(),
        )

    # ---- the parts

    def _all(self, *names: str) -> list[Node]:
        """The nodes of some names, in order of the sentence."""
        found = [node for node in self.tree.iter_subtrees_topdown() if node.data in names]
        return sorted(found, key=lambda node: min((token.start_pos or 0 for token in _leaves(node)), default=0))

    def _tokens(self, *types: str) -> list[str]:
        return [str(token) for token in _leaves(self.tree) if token.type in types]

    def _span(self, node: Node) -> tuple[int, int]:
        """The first of its words, and the one after its last."""
        places = [token.start_pos or 0 for token in _leaves(node)]
        return min(places), max(places) + 1

    def _adding(self, text: str, model: str = "") -> Choice:
        """The sentence with something at its end."""
        return Choice((Edit(END, END, text),), model)

    def _closeness(self, metric: MetricWord, differ: bool) -> list[Choice]:
        """The sentence with a margin within which two are similar."""
        margins = [_example(metric), *(("5 %",) if metric.unit != "share" else ())]
        return [self._adding(f"by more than {margin}" if differ else f"within {margin}") for margin in margins]

    def _signs(self) -> list[Choice]:
        """The sentence with each sign of its correlation."""
        for token in _leaves(self.tree):
            if token.type in ("CORRELATE", "CORRELATED", "CORRELATION"):
                place = token.start_pos or 0
                words = ("positive", "negative") if token.type == "CORRELATION" else ("positively", "negatively")
                return [Choice((Edit(place, place, word),)) for word in words]
        return []

    def _text(self, node: Node) -> str:
        return " ".join(str(token) for token in _leaves(node))

    def _single(self, values: Sequence[str], what: str) -> str:
        distinct = list(dict.fromkeys(values))
        if len(distinct) != 1:
            raise QuestionError(f"it has {len(distinct)} words for the {what}" if distinct else f"no {what}", f"one {what}")
        return distinct[0]

    def _metric(self, name: str = "") -> MetricWord:
        """The metric of a sentence; of the class token, where it is about that."""
        named = [name] if name else [str(token) for node in self._all("metric", "verb") for token in _leaves(node)]
        distinct = list(dict.fromkeys(named))
        if not distinct:
            raise QuestionError("it does not say what is measured", "metric")
        if len(distinct) > 1:
            raise QuestionError("it speaks of two metrics; write one claim for each", "one metric")
        metric = self.vocabulary.metric(distinct[0])
        assert metric is not None
        if any(token.type == "REGISTER_TOKENS" for node in self._all("tokens_clause") for token in _leaves(node)):
            raise QuestionError(f"{metric.title} is not measured of register tokens", "patches or the class token")
        if self._tokens("CLASS_TOKEN"):
            other = self.vocabulary.metric(metric.class_token)
            if other is None:
                raise QuestionError(f"{metric.title} is not measured of the class token", "a metric of the class token")
            return other
        for node in self._all("tokens_clause"):
            if metric.unit == "px" and self._text(node) == "in patches":
                reason = f"'in patches' can be of which tokens, or a unit; {metric.title} is measured in px"
                raise QuestionError(reason, "a number in px, or 'for patch tokens'")
        if self._tokens("PATCH_TOKENS") and any(word.class_token == metric.name for word in self.vocabulary.metrics):
            raise QuestionError(f"{metric.title} is not measured of patches", "the metric of patches")
        return metric

    def _direction(self, metric: MetricWord, word: str) -> Relation:
        directions = dict(metric.comparatives)
        if word not in directions:
            raise QuestionError(f"{metric.title} is not called {word!r}", _directions(metric))
        return directions[word]

    def _negated(self, relation: Relation) -> Claimed:
        negations = self._tokens(*NEGATIONS)
        if len(negations) > 1:
            raise QuestionError("it denies twice", "a sentence that denies once, or not at all")
        return CONTRARY[relation] if negations else relation

    def _name(self, thing: Node) -> tuple[str, str]:
        """(MODEL or FAMILY, name) of a thing. Raises UnknownError for a name that nobody knows."""
        tokens = [token for token in _leaves(thing) if token.type not in BESIDE]
        if tokens[0].type in EACH:
            each, *tokens = tokens
            if each.type not in ("ALL_OF_FAMILY", "EACH_OF") or tokens[0].type != "FAMILY":
                raise QuestionError(f"{str(each)!r} of {tokens[0]} is not said of models here", "the models by name")
        if tokens[0].type == "NAME":
            raise UnknownError(" ".join(tokens))
        for node in thing.find_data("kin"):
            (kin,) = _leaves(node)
            if str(tokens[0]) not in (str(kin), *self.vocabulary.members(str(kin))):
                raise QuestionError(f"{kin} is not what {tokens[0]} is here", "one name for it")
        if tokens[0].type == "IT":
            raise QuestionError(
                f"it does not say which model {str(tokens[0])!r} is", "a model, in the sentence or as `introduces:` of the note"
            )
        return tokens[0].type, str(tokens[0])

    def _one(self, role: str, whose: str) -> str:
        """The one model or family in a role."""
        things = [child for node in self._all(role) for child in node.children if isinstance(child, Tree)]
        if not things:
            known = [model.name for model in self.vocabulary.models if model.learned]
            raise QuestionError("it does not say of which model", "subject", [self._adding(f"in {name}", name) for name in known])
        names = list(dict.fromkeys(self._name(thing)[1] for thing in _ordered(things)))
        if len(names) > 1:
            listed = " and ".join(names)
            reason = f"it speaks of {listed}; write one {whose} for each"
            raise QuestionError(reason, f"one {role}", self._one_by_one(role), together=True)
        return names[0]

    def _one_by_one(self, role: str) -> list[Choice]:
        """The sentence with each of the things in a role by itself, where they stand together in one place."""
        nodes = self._all(role)
        if role == "baseline" and self._tokens(*NEGATIONS):
            return []  # it may deny only that both hold
        if self.body.data == "equivalence" and any(str(token.type) == "AND" for token in _direct(self.body)):
            return []  # the others are a pair as well
        scoped = [any(token.type in SCOPES for token in _leaves(thing)) for thing, _ in self._things(role)]
        if any(scoped) and not all(scoped):
            return []  # what is said of one may be meant of all
        if len(nodes) != 1 or any(nodes[0].find_data("excepted")):  # what follows "and" may be excepted as well
            return []
        first, last = self._span(nodes[0])
        verbs = [] if role != "subject" else [token for token in _leaves(self.tree) if str(token) in SINGULAR]
        agree = [Edit(token.start_pos or 0, (token.start_pos or 0) + 1, SINGULAR[str(token)]) for token in verbs]
        things = self._things(role)
        if any(one in self.vocabulary.members(other) for _, one in things for _, other in things if one != other):
            return []  # one of them says what the other is
        choices = []
        for thing, _ in things:
            start, end = self._span(thing)
            gone = [edit for edit in (Edit(first, start, ""), Edit(end, last, "")) if edit.first < edit.last]
            one = [] if self._name(thing)[0] == "FAMILY" else agree
            choices.append(Choice((Edit(first, first, "", article=True), *gone, *one)))
        return choices

    def _baseline(self) -> str:
        if not self._all("baseline"):
            others = self._others(self._one("subject", "claim"))
            choices = [self._adding(f"than {name}", name) for name in others]
            raise QuestionError("it does not say compared with what", "baseline", choices)
        return self._one("baseline", "claim")

    def _others(self, name: str) -> tuple[str, ...]:
        return tuple(model.name for model in self.vocabulary.models if model.name not in self.vocabulary.members(name))

    def _placed(
        self, kind: Kind, metric: MetricWord, subject: str, baseline: str | None = None, where: Where | None = None, **fields: Any
    ) -> ClaimSpec:
        """The spec with its models, the members of families, the place, the quantifier and the scope."""
        quantifier = self._quantifier()
        where = where or self._where(metric)
        if quantifier and self._denied_before_layers():
            raise QuestionError(
                "it denies something of several layers: of each of them, or of all together?",
                "a sentence that denies it of each layer, or of one choice of layers",
            )
        if quantifier and not metric.layers:
            raise QuestionError(f"{metric.title} is one number for a whole model", "a metric of single layers")
        things = {name: thing for role in ("baseline", "subject") for thing, name in self._things(role)}
        members = {name: self._meant(things[name]) for name in (subject, baseline) if name and self._is_family(name)}
        if baseline is not None:
            both = set(members.get(subject, (subject,))) & set(members.get(baseline, (baseline,)))
            if subject == baseline or both:
                what = (
                    f"{subject} is compared with itself" if subject == baseline else f"{', '.join(sorted(both))} is on both sides"
                )
                raise QuestionError(what, "another baseline")
        return ClaimSpec(
            kind=kind,
            metric=metric.name,
            subject=subject,
            baseline=baseline,
            members=members or None,
            quantifier=quantifier,
            where=where,
            scope=self._scope(),
            **fields,
        )

    def _things(self, role: str) -> list[tuple[Node, str]]:
        """The things in a role, and their names."""
        return [(thing, self._name(thing)[1]) for node in self._all(role) for thing in _ordered(_trees(node))]

    def _meant(self, thing: Node) -> tuple[str, ...]:
        """The models that a thing means: itself, or the members of a family: those listed behind its name, or all that its scope
        has (without a scope, those with a toy), but for those that are excepted."""
        kind, name = self._name(thing)
        if kind != "FAMILY":
            return (name,)
        for node in thing.find_data("listed"):
            parts = [part for part in _trees(node) if part.data == "model_list"]
            listed = [one for part in parts for one in _ordered(_trees(part))] or _trees(node)
            return tuple(dict.fromkeys(self._listed(one, name) for one in listed))
        members = self.vocabulary.members(name)
        scope = "pretrained" if self._scope() == "pretrained" else "toy"
        there = tuple(one for one in members if (model := self.vocabulary.model(one)) and scope in model.scopes) or members
        for node in thing.find_data("excepted"):
            parts = _trees(node)
            things = _ordered(_trees(parts[0])) if parts[0].data == "model_list" else parts
            out = [self._member(one, name) for one in things]
            for one in out:
                if one not in members:
                    raise QuestionError(
                        f"{one} is no member of {name}, which has {', '.join(members)}", "members that are excepted"
                    )
            there = tuple(one for one in there if one not in out)
        if len(there) < 2 and any(thing.find_data("excepted")):
            left = f"only {there[0]}" if there else "nothing"
            raise QuestionError(f"that leaves {left} of {name}", "the models by name")
        return there

    def _member(self, thing: Node, family: str) -> str:
        """The model in a list of a family's members."""
        for token in _leaves(thing):
            if token.type == "NAME":
                kind = kind_of(token) or "model"
                raise QuestionError(f"{str(token)!r} among the members of {family} is {KINDS[kind][0]}", KINDS[kind][1])
        kind, name = self._name(thing)
        if kind != "MODEL" or len(_leaves(thing)) > 1:
            raise QuestionError(f"{self._text(thing)!r} is no member of {family} by its name", "the members by name")
        return name

    def _listed(self, thing: Node, family: str) -> str:
        """A model that a list names as a member of a family: one of its own, or one that no family here has."""
        name, members = self._member(thing, family), self.vocabulary.members(family)
        if name not in members and any(name in self.vocabulary.members(other.name) for other in self.vocabulary.families):
            raise QuestionError(f"{name} is no member of {family}, which has {', '.join(members)}", "members of the family")
        return name

    def _denied_before_layers(self) -> bool:
        """Whether a negation stands before the choice of layers, so that it may speak of each of them or of all together."""
        denied = [token.start_pos or 0 for token in _leaves(self.tree) if token.type in NEGATIONS]
        clauses = [_leaves(clause)[0].start_pos or 0 for clause in self._all("layers_clause")]
        return any(clause > place for clause in clauses for place in denied)

    def _is_family(self, name: str) -> bool:
        return self.vocabulary.model(name) is None

    def _scope(self) -> Literal["toy", "pretrained", "any"]:
        words = {token.type for token in _leaves(self.tree) if token.type in ("PRETRAINED", "TOY", "SCALE")}
        if "PRETRAINED" in words and len(words) > 1:
            raise QuestionError("it speaks of released weights and of toys", "one of the two")
        return "pretrained" if "PRETRAINED" in words else "toy" if words else "any"

    # ---- where

    def _where(self, metric: MetricWord, trend: bool = False) -> Where:
        if not metric.layers and (self._all("heads_clause") or self._all("tokens_clause")):
            raise QuestionError(f"{metric.title} is one number for a whole model, without heads and tokens", "the whole model")
        data = list(dict.fromkeys(self._data(node) for node in self._all("data_clause")))
        if len(data) > 1:
            raise QuestionError(f"it names {len(data)} different data sets", "one data set")
        for node in self._all("heads_clause"):
            if any(token.type == "OVER" for token in _leaves(node)):
                reason = f"{self._text(node)!r} can mean in each of them, or on average over them"
                first, last = self._span(node)
                raise QuestionError(reason, "which of the two", [Choice((Edit(first, last, "averaged over heads"),))])
        heads = [str(token) for node in self._all("heads_clause") for token in _leaves(node) if token.type == "NUMBER"]
        if len(heads) > 1:
            raise QuestionError("it names two heads", "one head")
        chosen = list(dict.fromkeys(self._layers(node) for node in self._all("layers_clause")))
        if len(chosen) > 1:
            raise QuestionError(f"it names {len(chosen)} different choices of layers", "one choice of layers")
        if chosen and not metric.layers:
            raise QuestionError(f"{metric.title} is one number for a whole model", "a metric of single layers")
        default = "all" if trend or self._quantifier() else metric.layers or "all"
        return Where(
            layers=chosen[0] if chosen else default,
            heads=f"head {_whole(heads[0])}" if heads else None,
            data=data[0] if data else "default",
        )

    def _data(self, clause: Node) -> str:
        tokens = {token.type: str(token) for token in _leaves(clause)}
        return "default" if "DEFAULT" in tokens else tokens["DATA"]

    def _layers(self, clause: Node) -> str:
        node = cast(Node, clause.children[-1])
        if node.data in ("each_of", "some_of", "most_of"):
            node = cast(Node, node.children[-1])
        numbers = [_whole(str(token)) for token in _leaves(node) if token.type in ("NUMBER", "ORDINAL")]
        over = next((str(token) for token in _leaves(clause) if token.type == "OVER"), "")
        if over in ("across", "throughout") and node.data not in QUANTIFIERS and node.data != "all_layers":
            (first, last), text = self._span(clause), self._text(node)
            text = f"the {text}" if node.data in ("first_layers", "last_layers") else text
            several = node.data in ("first_layers", "last_layers", "span_of_layers", "listed_layers")
            places = (f"in each of {text}", f"averaged over {text}") if several else ()
            choices = [Choice((Edit(first, last, place),)) for place in places]
            raise QuestionError(f"{over} them can mean in each of them, or on average over them", "which of the two", choices)
        if node.data == "all_layers" and any(token.type == "OVER" for token in _leaves(clause)):
            first, last = self._span(clause)
            raise QuestionError(
                "over all layers can mean in each of them, or on average over them",
                "which of the two",
                [Choice((Edit(first, last, text),)) for text in ("in all layers", "averaged over all layers")],
            )
        if node.data == "listed_layers" and len(set(numbers)) < len(numbers):
            raise QuestionError("it names a layer twice", "each layer once")
        if node.data == "span_of_layers" and numbers[0] >= numbers[1]:
            raise QuestionError("the layers go from a later one to an earlier one", "layers from the first to the last")
        if node.data == "listed_layers":
            return "layers " + " and ".join(map(str, sorted(numbers)))
        words = {
            "all_layers": "all", "each_layer": "all", "some_layer": "all", "most_layers": "all", "upper_half": "upper half",
            "lower_half": "lower half", "first_layer": "layer 1", "last_layer": "last 1", "first_layers": "first {}",
            "last_layers": "last {}", "one_layer": "layer {}", "span_of_layers": "layers {}-{}",
        }  # fmt: skip
        return words[str(node.data)].format(*numbers)

    def _quantifier(self) -> Quantifier | None:
        found: list[Quantifier] = []
        for clause in self._all("layers_clause"):
            mean = any(token.type in ("MEAN_OVER", "OVER") for token in _leaves(clause))
            name = str(cast(Node, clause.children[-1]).data)
            if name in QUANTIFIERS and any(token.type == "MEAN_OVER" for token in _leaves(clause)):
                raise QuestionError("it takes a mean over layers, and speaks of them one by one", "one of the two")
            if name in QUANTIFIERS:
                found.append(QUANTIFIERS[name])
            elif name == "all_layers" and not mean:
                found.append("all")
        if len(set(found)) > 1:
            raise QuestionError("it says two things about how many layers", "one of them")
        return found[0] if found else None

    # ---- numbers

    def _amounts(self) -> list[Node]:
        apart = [node for name in ("closeness", "distance_apart", "within", "within_clause") for node in self._all(name)]
        inside = {id(amount) for node in apart for amount in node.find_data("amount")}
        return [node for node in self._all("amount") if id(node) not in inside]

    def _amount(self, node: Node) -> tuple[Decimal, str]:
        """(number, unit) of the one amount in a node; the unit is the metric's own, %, % relative, points or empty."""
        amounts = _ordered(list(node.find_data("amount")))
        if len(amounts) != 1:
            raise QuestionError(f"it states {len(amounts)} numbers", "one number")
        number, *rest = _leaves(amounts[0])
        kinds = [token.type for token in rest]
        unit = (
            "% relative"
            if kinds == ["PERCENT", "RELATIVE"]
            else "%"
            if "PERCENT" in kinds
            else "points"
            if "POINTS" in kinds
            else ""
        )
        return Decimal(str(number)), unit or (str(rest[0]) if rest else "")

    def _say_amount(self, amount: tuple[Decimal, str]) -> str:
        return f"{amount[0]:g} {amount[1]}".strip()

    def _margin(self, metric: MetricWord) -> Margin:
        amounts = self._amounts()
        if len(amounts) > 1:
            raise QuestionError("it states two margins", "one margin")
        if not amounts:
            return Margin(value=metric.margin.value, unit=metric.margin.unit)
        return self._as_margin(*self._amount(amounts[0]), metric)

    def _as_margin(self, number: Decimal, unit: str, metric: MetricWord) -> Margin:
        if unit == "%" and metric.unit == "share":
            place = next((token.start_pos or 0 for token in _leaves(self.tree) if token.type == "PERCENT"), 0)
            choices = [Choice((Edit(place, place + 1, text),)) for text in ("percentage points", "% relative")]
            raise QuestionError(f"{number:g} % of what?", "points or relative", choices)
        if unit in ("%", "% relative"):
            relation = self._what_is_compared()[1] if self.body.data == "compare" else ""
            if number >= 100 and (relation == "less" or (self.body.data == "trend" and self._tokens("DOWN", "FALLING"))):
                raise QuestionError(f"nothing is {number:g} % smaller than another", "a % below 100")
            return Margin(value=float(number / 100), unit="relative")
        return Margin(value=self._in_unit(number, unit, metric, "a margin"), unit=metric.unit)

    def _in_unit(self, number: Decimal, unit: str, metric: MetricWord, what: str) -> float:
        """A number in the metric's unit."""
        if metric.unit == "share" and unit in ("%", "points") and number > 100:
            raise QuestionError(f"{metric.title} is a share; {number:g} {unit} is more than all", "a number up to 100")
        if metric.unit == "share" and unit in ("%", "points"):
            return float(number / 100)
        if unit not in ("", metric.unit):
            raise QuestionError(f"{metric.title} is measured in {metric.unit}, not {unit}", f"{what} in {metric.unit}")
        if metric.unit == "share" and number > 1:
            raise QuestionError(f"{metric.title} is a share; {number:g} is more than all", "a number up to 1, or a %")
        return float(number)

    def _factor(self) -> float | None:
        values = []
        for node in self._all("multiple"):
            first = _leaves(node)[0]
            values.append({"TWICE": 2.0, "HALF": 0.5}.get(first.type) or float(first))
        if len(values) > 1 or (values and self._amounts()):
            raise QuestionError("it states two margins", "one margin")
        if values and values[0] in (0.0, 1.0):
            raise QuestionError(f"{values[0]:g} times is no comparison", "a number above 1")
        return values[0] if values else None


def _trees(node: Node) -> list[Node]:
    return [child for child in node.children if isinstance(child, Tree)]


def _leaves(tree: Node) -> list[Token]:
    return list(tree.scan_values(lambda value: isinstance(value, Token)))


def _direct(node: Node) -> list[Token]:
    return [child for child in node.children if isinstance(child, Token)]


def _ordered(nodes: list[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: _leaves(node)[0].start_pos or 0)


def _directions(metric: MetricWord) -> str:
    return f"a word for the direction: {', '.join(dict(metric.comparatives))}"


def _whole(number: str) -> int:
    if not number.isdigit() or int(number) == 0:
        raise QuestionError(f"{number} is not a number of layers or heads", "a whole number from 1")
    return int(number)


def _example(metric: MetricWord) -> str:
    value = metric.margin.value if metric.margin.unit != "relative" else 1
    return f"{value:g} {metric.unit}"

"""Whether a model shows what a metric counts: "there are high-norm artifacts in DINOv2"."""

from __future__ import annotations

from collections.abc import Iterator

from checker.claims.kind import Kind, Rule, register, terminals
from checker.claims.language.amounts import amount_of
from checker.claims.language.english import English, percent
from checker.claims.language.metrics import metric_of
from checker.claims.language.noise import NEGATIONS
from checker.claims.language.placed import placed
from checker.claims.language.places import quantifier_of
from checker.claims.language.question import QuestionError
from checker.claims.language.subjects import the_one
from checker.claims.language.tree import Node, Parsed, leaves
from checker.claims.range import Range, of_one
from checker.claims.spec import Bound, ClaimSpec
from checker.vocabulary import MetricWord, Relation

IMAGES = "images"  # the unit of the bound: a share of them


@register
class Presence(Kind):
    """What the metric counts is there (greater) or not there (less) in more (fewer) than `bound` of the images."""

    name = "presence"
    needs = ("subject", "relation", "bound")
    may = ("members",)
    words = terminals("HAVE EXIST THERE LACK PRESENT ABSENT")
    clauses = frozenset({"images_clause"})

    def check(self, spec: ClaimSpec) -> None:
        if spec.bound is not None and not 0 < spec.bound.value < 1:
            raise ValueError("the bound of a presence claim is a share of the images, between 0 and 1")

    def read(self, parsed: Parsed) -> ClaimSpec:
        metric = metric_of(parsed)
        subject = the_one(parsed, "subject")
        if metric.presence is None:
            raise QuestionError(f"every model has some {metric.title}; it does not say which", "a comparison or a bound")
        if quantifier_of(parsed):
            raise QuestionError(
                "whether something is there is asked of an image, in any of the layers", "a choice of layers, or a share"
            )
        negations = len(parsed.tokens(*NEGATIONS, "LACK", "ABSENT"))
        if negations > 1:
            raise QuestionError("it denies twice", "a sentence that denies once, or not at all")
        relation: Relation = "less" if negations else "greater"
        share = metric.presence
        for clause in parsed.all("images_clause"):
            if negations:
                raise QuestionError(
                    "it denies something of some images", "a bound without a denial, such as 'in fewer than 5 % of the images'"
                )
            share, relation = _share_of_images(parsed, clause)
        return placed(parsed, metric, subject, relation=relation, bound=Bound(value=share, unit=IMAGES))

    def say(self, spec: ClaimSpec, english: English) -> str:
        assert spec.bound is not None
        share = f"in {'more' if spec.relation == 'greater' else 'fewer'} than {percent(spec.bound.value)} of the images"
        return f"there are {english.metric.synonyms[0]} in {english.model(spec.subject)}{english.where()}, {share}"

    def slug(self, spec: ClaimSpec) -> str:
        return "absence" if spec.relation == "less" else "presence"

    def ranges(self, spec: ClaimSpec) -> Iterator[Range]:
        assert spec.bound is not None
        yield of_one(spec, spec.bound.unit, spec.bound.value, spec.bound.value)

    def rule(self, spec: ClaimSpec) -> Rule:
        assert spec.bound is not None
        function = "presence" if spec.relation == "greater" else "absence"
        return Rule(function, "members", {"bound": spec.bound.value}, keep="shown", answers=False)

    def effect(self, spec: ClaimSpec, subject: str, baseline: str) -> str:
        return f"images of {subject} that show it"

    def unit(self, spec: ClaimSpec, unit: str) -> str:
        return "of the images"

    def units(self, metric: MetricWord) -> tuple[str, ...]:
        return (IMAGES,)

    def no_effect(self, spec: ClaimSpec) -> float | None:
        return None

    def values(self, unit: str) -> str:
        return "Share of images that show it"


def _share_of_images(parsed: Parsed, clause: Node) -> tuple[float, Relation]:
    number, unit = amount_of(parsed, clause)
    share = float(number / 100 if unit == "%" else number)
    if unit not in ("%", "") or not 0 < share < 1:
        raise QuestionError(f"{number:g} {unit} is no share of the images", "a % between 0 and 100")
    fewer = any(token.type in ("LESS_THAN", "AT_MOST") for token in leaves(clause))
    return share, "less" if fewer else "greater"

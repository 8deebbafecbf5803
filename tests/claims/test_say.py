"""Whatever a spec can say, its English says, and reads as the same again."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.claims import ClaimSpec, read_sentence
from checker.claims.language.english import say
from checker.claims.spec import Bound, Margin, Where
from checker.lab import vocabulary
from checker.vocabulary import MetricWord

WORDS = vocabulary()
METRICS = st.sampled_from(WORDS.metrics)
MODELS = [model.name for model in WORDS.models]
FAMILIES = [family.name for family in WORDS.families if not family.releases]
RELEASED = [release.name(size) for release in WORDS.releases for size, tags in release.sizes if len(tags) == 1]
RELEASED += ["vit_small_patch14_dinov2.lvd142m", "resnet50.a1_in1k", "DINOv2 ViT-L/14 (quantised to: 4 bit)"]
RELEASED += ["DINOv2 ViT-g/14 with registers (pruned to: 50 %)", "vit_base_patch16_224.mae (quantised to: 8 bit)"]
CLAIMED = st.sampled_from(["less", "greater", "not less", "not greater"])
NUMBERS = st.integers(1, 9999).map(lambda number: number / 1000)
LAYERS = st.sampled_from(
    [
        "all",
        "upper half",
        "lower half",
        "first 3",
        "last 1",
        "last 4",
        "layer 2",
        "layers 2-4",
        "layers 2 and 4",
        "layers 1 and 3 and 4",
    ]
)


@st.composite
def wheres(draw: st.DrawFn, metric: MetricWord) -> Where:
    layers = draw(LAYERS) if metric.layers else "all"
    heads = draw(st.none() | st.sampled_from(["head 1", "head 3"])) if metric.heads else None
    return Where(layers=layers, heads=heads, data=draw(st.sampled_from(["default", *(word.name for word in WORDS.data)])))


@st.composite
def margins(draw: st.DrawFn, metric: MetricWord) -> Margin:
    unit = draw(st.sampled_from(["relative", metric.unit]))
    part = unit in ("relative", "share")  # of something: nothing is smaller than another by more than all of it
    return Margin(value=draw(NUMBERS) / 10 if part else draw(NUMBERS), unit=unit)


@st.composite
def specs(draw: st.DrawFn, released: bool = False) -> ClaimSpec:
    """Specs about models and families; `released`: about releases of one size or tag, and families of such."""
    names, families = (RELEASED, ["convnets"]) if released else (MODELS, FAMILIES)
    metric = draw(METRICS)
    where, margin = draw(wheres(metric)), draw(margins(metric))
    scope = draw(st.sampled_from(["pretrained"] if released else ["any", "toy", "pretrained"]))
    kind = draw(st.sampled_from(["compare", "threshold", "trend", "presence", "equivalence", "correlation", "ranking"]))
    quantifier = (
        draw(st.sampled_from([None, "all", "any", "most"])) if metric.layers and not where.layers.startswith("layer ") else None
    )
    subject, baseline = draw(st.lists(st.sampled_from(names + families), min_size=2, max_size=2, unique=True))
    sides = [set(WORDS.members(name)) for name in (subject, baseline)]
    if sides[0] & sides[1]:
        subject, baseline = ("convnets", "Swin-B") if released else ("MIM", "CL")
    two = {"subject": subject, "baseline": baseline}
    members = {name: WORDS.members(name) for name in two.values() if name in families}
    one = {name: models for name, models in members.items() if name == subject} or None
    members = members or None
    shared = {"metric": metric.name, "where": where, "scope": scope}
    if kind == "compare":
        factor = draw(st.none() | st.sampled_from([1.5, 2.0, 3.0]))
        amount = {"factor": factor} if factor else {"margin": margin}
        return ClaimSpec(
            kind="compare", **shared, **two, members=members, relation=draw(CLAIMED), quantifier=quantifier, **amount
        )
    if kind == "threshold":
        bound = Bound(value=draw(NUMBERS) / (10 if metric.unit == "share" else 1), unit=metric.unit)
        return ClaimSpec(
            kind="threshold", **shared, subject=subject, members=one, relation=draw(CLAIMED), bound=bound, quantifier=quantifier
        )
    if kind == "trend" and metric.layers and where.layers not in ("layer 2", "last 1"):  # a line needs two layers
        return ClaimSpec(kind="trend", **shared, subject=subject, members=one, relation=draw(CLAIMED), margin=margin)
    if kind == "presence":
        shared = {"metric": "high_norm_share", "where": draw(wheres(WORDS.metric("high_norm_share"))), "scope": scope}  # type: ignore[arg-type]
        bound = Bound(value=draw(st.integers(1, 99)) / 100, unit="images")
        return ClaimSpec(
            kind="presence",
            **shared,
            subject=subject,
            members=one,
            relation=draw(st.sampled_from(["less", "greater"])),
            bound=bound,
        )
    if kind == "equivalence":
        return ClaimSpec(kind="equivalence", **shared, **two, members=members, margin=margin, quantifier=quantifier)
    if kind == "correlation":
        where = shared["where"]
        other = draw(METRICS.filter(lambda word: word.name != metric.name and (word.heads or not where.heads)))
        models = tuple(draw(st.lists(st.sampled_from(names), min_size=4, max_size=8, unique=True)))
        zero = Margin(value=0.0, unit="correlation")
        return ClaimSpec(
            kind="correlation",
            **shared,
            other=other.name,
            models=models,
            relation=draw(st.sampled_from(["less", "greater"])),
            margin=zero,
        )
    order = tuple(draw(st.lists(st.sampled_from(names), min_size=2, max_size=5, unique=True)))
    return ClaimSpec(kind="ranking", **shared, order=order, margin=margin, quantifier=quantifier)


VARIANTS = st.sampled_from(
    [
        *MODELS,
        "MAE (mask ratio: 50 %)",
        "MAE (mask ratio: 75 %, decoder depth: 4)",
        "DINO (quantised to: 4 bit)",
        "DINO (pruned to: 12.5 %, position embeddings: zero)",
        "SimCLR (learning rate: 0.0001, registers: 4)",
        "DINOv2 with registers (registers at test time: none)",
        "supervised ViT (label noise: 20 %)",
    ]
)
CHANGES = [
    {"quantised to": "4 bit"},
    {"pruned to": "50 %"},
    {"position embeddings": "zero"},
    {"last layers removed": "2", "resolution": "64 pixel"},
]
SETTINGS = [{change.name: change.levels} for change in WORDS.changes if change.levels]
SETTINGS += [{"mask ratio": ("12.5 %", "50 %", "75 %")}, {"encoder depth": ("2 layer", "4 layer", "6 layer")}]


@st.composite
def changed_specs(draw: st.DrawFn) -> ClaimSpec:
    """Specs about models with changes, about what is lost, and about a course over a setting."""
    metric = draw(METRICS)
    where = draw(wheres(metric))
    single = where.layers.startswith("layer ") or not metric.layers
    quantifier = None if single else draw(st.sampled_from([None, "all", "any"]))
    shared = {"metric": metric.name, "where": where, "relation": draw(CLAIMED), "quantifier": quantifier}
    subject, baseline = draw(st.lists(VARIANTS, min_size=2, max_size=2, unique=True))
    value = draw(NUMBERS) / (10 if metric.unit == "share" else 1)
    margin, bound = Margin(value=value, unit=metric.unit), Bound(value=value, unit=metric.unit)
    what = draw(st.sampled_from(["plain", "loss", "losses", "over"]))
    if what == "over":
        over = draw(st.sampled_from(SETTINGS))
        return ClaimSpec(kind="trend", **shared, subject=draw(st.sampled_from(MODELS)), margin=margin, over=over)
    change = None if what == "plain" else draw(st.sampled_from(CHANGES))
    if what == "loss":
        return ClaimSpec(kind="threshold", **shared, subject=draw(st.sampled_from(MODELS)), bound=bound, loss=change)
    return ClaimSpec(kind="compare", **shared, subject=subject, baseline=baseline, margin=margin, loss=change)


@settings(max_examples=200, deadline=None)
@given(changed_specs())
def test_the_english_of_a_spec_with_changes_reads_as_that_spec(spec: ClaimSpec) -> None:
    text = say(spec, WORDS)
    reading = read_sentence(text, WORDS)
    assert (reading.spec, reading.reason) == (spec, ""), text
    assert ClaimSpec.model_validate(spec.as_dict()) == spec


@settings(max_examples=300, deadline=None)
@given(specs())
def test_the_english_of_a_spec_reads_as_that_spec(spec: ClaimSpec) -> None:
    text = say(spec, WORDS)
    reading = read_sentence(text, WORDS)
    assert (reading.spec, reading.reason) == (spec, ""), text


@settings(max_examples=150, deadline=None)
@given(specs(released=True))
def test_the_english_of_a_spec_about_releases_reads_as_that_spec(spec: ClaimSpec) -> None:
    text = say(spec, WORDS)
    reading = read_sentence(text, WORDS)
    assert (reading.spec, reading.reason) == (spec, ""), text
    assert ClaimSpec.model_validate(spec.as_dict()) == spec

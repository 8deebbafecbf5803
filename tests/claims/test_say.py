"""Whatever a spec can say, its English says, and reads as the same again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.claims import ClaimSpec, read_sentence
from checker.claims.language.english import say
from checker.claims.spec import Bound, Margin, Where
from checker.lab import vocabulary
from checker.lab.changes import CHANGES
from checker.variant import Variant
from checker.vocabulary import ChangeWord, MetricWord

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
    kind = draw(st.sampled_from(["compare", "threshold", "trend", "presence", "equivalence", "correlation", "ranking", "layers"]))
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
    others = draw(LAYERS)
    if kind == "layers" and metric.layers and "all" not in (where.layers, others) and others != where.layers:
        amount = {"subject": subject, "members": one, "than": others, "margin": margin}
        return ClaimSpec(kind="layers", **shared, **amount, relation=draw(CLAIMED))
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


def values(change: ChangeWord) -> st.SearchStrategy[str]:
    """Values that a change takes, as specs have them."""
    registered = CHANGES[change.name]
    if registered.words:
        return st.sampled_from([word for word, _ in registered.words])
    low, high = registered.least, registered.most
    numbers = st.integers(int(low), int(high)) if registered.whole else st.floats(low, high).map(lambda number: round(number, 4))
    return numbers.filter(lambda number: low <= number <= high).map(registered.say)


@st.composite
def changes(draw: st.DrawFn, most: int = 3, but: tuple[str, ...] = ()) -> dict[str, str]:
    """One or more changes, each with a value."""
    words = [word for word in WORDS.changes if word.name not in but]
    chosen = draw(st.lists(st.sampled_from(words), min_size=1, max_size=most, unique_by=lambda word: word.name))
    return {word.name: draw(values(word)) for word in chosen}


@st.composite
def variants(draw: st.DrawFn, but: tuple[str, ...] = ()) -> str:
    """A model, most often with changes."""
    made = draw(changes(but=but)) if draw(st.integers(0, 3)) else {}
    return str(Variant(draw(st.sampled_from(MODELS)), tuple(made.items())))


@st.composite
def over_settings(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """A setting with its own levels, or with some that are named."""
    change = draw(st.sampled_from([word for word in WORDS.changes if word.of_numbers]))
    if change.levels and draw(st.booleans()):
        return {change.name: change.levels}
    levels = draw(st.lists(values(change), min_size=3, max_size=5, unique_by=lambda text: float(text.split()[0])))
    return {change.name: tuple(sorted(levels, key=lambda text: float(text.split()[0])))}


@st.composite
def changed_specs(draw: st.DrawFn) -> ClaimSpec:
    """Specs of every kind about models with changes, about what is lost, and about a course over a setting."""
    metric = draw(METRICS)
    where, margin = draw(wheres(metric)), draw(margins(metric))
    single = where.layers.startswith("layer ") or not metric.layers
    quantifier = None if single else draw(st.sampled_from([None, "all", "any"]))
    scope = draw(st.sampled_from(["any", "toy", "pretrained"]))
    shared = {"metric": metric.name, "where": where, "scope": scope}
    asked = {**shared, "relation": draw(CLAIMED), "quantifier": quantifier}
    value = draw(NUMBERS) / (10 if metric.unit == "share" else 1)
    own = Margin(value=value, unit=metric.unit)
    kind = draw(
        st.sampled_from(["compare", "threshold", "loss", "losses", "over", "equivalence", "ranking", "trend", "presence"])
    )
    if kind == "over":
        over = draw(over_settings())
        return ClaimSpec(kind="trend", **asked, subject=draw(variants(but=tuple(over))), margin=own, over=over)
    loss = draw(changes(most=2)) if kind in ("loss", "losses") else {}
    subject, baseline = draw(st.lists(variants(but=tuple(loss)), min_size=2, max_size=2, unique=True))
    family = draw(st.sampled_from(["", "", "MIM", "CL"]))
    members = {family: tuple(f"{model} (quantised to: 4 bit)" for model in WORDS.members(family))} if family else None
    match kind:
        case "loss":
            bound = Bound(value=value, unit=metric.unit)
            return ClaimSpec(
                kind="threshold", **asked, subject=family or subject, members=family_of(family), bound=bound, loss=loss
            )
        case "losses":
            return ClaimSpec(kind="compare", **asked, subject=subject, baseline=baseline, margin=own, loss=loss)
        case "threshold":
            return ClaimSpec(
                kind="threshold", **asked, subject=family or subject, members=members, bound=Bound(value=value, unit=metric.unit)
            )
        case "equivalence":
            margin = own if own.value else margin
            return ClaimSpec(kind=kind, **shared, quantifier=quantifier, subject=subject, baseline=baseline, margin=margin)
        case "ranking":
            return ClaimSpec(kind=kind, **shared, quantifier=quantifier, order=(subject, baseline), margin=margin)
        case "trend" if metric.layers and where.layers not in ("layer 2", "last 1"):
            return ClaimSpec(kind=kind, **shared, relation=asked["relation"], subject=subject, margin=margin)
        case "presence":
            there = {"metric": "high_norm_share", "where": draw(wheres(WORDS.metric("high_norm_share"))), "scope": scope}  # type: ignore[arg-type]
            images = Bound(value=draw(st.integers(1, 99)) / 100, unit="images")
            return ClaimSpec(
                kind=kind, **there, subject=subject, relation=draw(st.sampled_from(["less", "greater"])), bound=images
            )
        case _:
            members = members if family not in (subject, baseline) else None
            return ClaimSpec(
                kind="compare", **asked, subject=family or subject, baseline=baseline, members=members, margin=margin
            )


def family_of(name: str) -> dict[str, tuple[str, ...]] | None:
    return {name: WORDS.members(name)} if name else None


@pytest.mark.parametrize("change", WORDS.changes, ids=lambda change: change.name)
def test_the_english_of_each_change_reads_as_it(change: ChangeWord) -> None:
    registered = CHANGES[change.name]
    named = [word for word, _ in registered.words]
    where = Where(layers="last 1")
    for value in named or map(registered.say, (registered.least, registered.most)):
        subject = f"MAE ({change.name}: {value})"
        margin = Margin(value=0.03, unit="share")
        spec = ClaimSpec(
            kind="compare", metric="knn_accuracy", subject=subject, baseline="MAE", relation="less", margin=margin, where=where
        )
        assert read_sentence(say(spec, WORDS), WORDS).spec == spec
        bound = Bound(value=0.02, unit="share")
        loss = {change.name: value}
        spec = ClaimSpec(
            kind="threshold", metric="knn_accuracy", subject="MAE", relation="less", bound=bound, loss=loss, where=where
        )
        assert read_sentence(say(spec, WORDS), WORDS).spec == spec


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

"""A source whose models may be changed: knobs change how one is trained, interventions what is loaded.

No source has to know of changes; each is wrapped in this one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import SpecError
from checker.lab.changes import CHANGES, Intervention, Knob, with_settings
from checker.lab.checkpoints import Card
from checker.lab.metric import Needs, lacking
from checker.lab.models import MODELS, Model
from checker.lab.recipes import Recipe, Setting
from checker.lab.source import code_hash
from checker.lab.sources.base import Found, Places, Source, Wanted
from checker.lab.sources.toy import trained
from checker.variant import Variant
from checker.vocabulary import MetricWord

if TYPE_CHECKING:
    import numpy as np

    from checker.lab.encoder import Encoder


@dataclass(frozen=True)
class Changed:
    """A model by name, with its knobs and interventions."""

    model: str
    knobs: tuple[tuple[Knob, Setting], ...] = ()
    interventions: tuple[tuple[Intervention, Setting], ...] = ()

    @classmethod
    def parse(cls, label: str) -> Changed:
        """The changes of a label. Raises SpecError for one that does not exist, and for a value that it does not take."""
        variant = Variant.parse(label)
        found = [(_change(name), text) for name, text in variant.changes]
        values = [(change, change.value(text)) for change, text in found]
        return cls(
            variant.model,
            tuple((change, value) for change, value in values if isinstance(change, Knob)),
            tuple((change, value) for change, value in values if isinstance(change, Intervention)),
        )


def _change(name: str) -> Knob | Intervention:
    for change in CHANGES.values():
        if name in (change.name, *change.synonyms):
            return change
    near = get_close_matches(name, [each for change in CHANGES.values() for each in (change.name, *change.synonyms)], 1)
    known = f"the nearest is {near[0]!r}" if near else f"there are: {', '.join(sorted(CHANGES))}"
    raise SpecError(f"no change is called {name!r} here; {known}")


class WithChanges(Source):
    """The models of another source, changed and unchanged ones."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.scope = source.scope

    def models(self) -> Iterable[Model]:
        return self.source.models()

    def metrics(self) -> Iterable[MetricWord]:
        return self.source.metrics()

    def version(self) -> Hashable:
        return self.source.version()

    def has(self, name: str) -> bool:
        return self.source.has(Variant.parse(name).model) and self.refusal(name) is None

    def borrows(self, name: str) -> bool:
        return self.source.borrows(Variant.parse(name).model) and self.refusal(name) is None

    def refusal(self, name: str) -> str | None:
        """Why a model cannot be changed as its label says; None where it can, or where there is no such model."""
        try:
            changed = Changed.parse(name)
        except SpecError as error:
            return str(error)
        model = changed.model
        known = self.source.has(model) or self.source.borrows(model)
        if not known:
            return self.source.refusal(model)
        if not changed.knobs and not changed.interventions:
            return None
        if not self.source.changeable:
            return f"nothing can be changed in {self.scope.label}"
        if not self.scope.trained_here and changed.knobs:
            return f"the {changed.knobs[0][0].name} of {model} cannot be set: in this scope it is not trained here"
        for change, _ in changed.interventions:
            fault = lacking(model, f"{change.name!r}", change.needs, self.source.gives(model))
            if fault is not None:
                return fault
        return _refused(changed, self.source.recipe(model, "")) if self.scope.trained_here else None

    def seeds(self, name: str) -> int | None:
        return self.source.seeds(Variant.parse(name).model)

    def gives(self, name: str) -> Needs:
        return self.source.gives(Variant.parse(name).model)

    def recipe(self, name: str, data: str) -> Recipe:
        changed = Changed.parse(name)
        return with_settings(self.source.recipe(changed.model, data), changed.knobs)

    def find(self, wanted: Wanted, places: Places) -> Found | None:
        changed = Changed.parse(wanted.name)
        found: Found | None
        if changed.knobs:
            path = places.kept(self.recipe(wanted.name, wanted.data), wanted.seed)
            found = None if path is None else trained(path)
        else:
            found = self.source.find(replace(wanted, name=changed.model), places)
        return self.changed(wanted.name, found) if found is not None else None

    def changed(self, name: str, found: Found) -> Found:
        """A model that was found, under the hash of its weights and of what is done to them."""
        done = [(change.name, value, code_hash(change.module)) for change, value in Changed.parse(name).interventions]
        if not done:
            return found
        text = json.dumps([found.weights, done])
        return replace(found, weights=hashlib.sha256(text.encode()).hexdigest()[:32])

    def known(self, metric: str, wanted: Wanted, places: Places) -> np.ndarray | None:
        return None if Variant.parse(wanted.name).changes else self.source.known(metric, wanted, places)

    def load(self, name: str, seed: int, file: Path) -> tuple[Encoder, Card | None]:
        changed = Changed.parse(name)
        encoder, card = self.source.load(changed.model, seed, file)
        for change, value in changed.interventions:
            change.apply(encoder.module, value)
        return replace(_as_it_is(encoder), name=name, weights=self.changed(name, Found(file, encoder.weights)).weights), card

    def provenance(self, name: str, found: Sequence[Found]) -> dict[str, Any]:
        variant = Variant.parse(name)
        origin = self.source.provenance(variant.model, found)
        return {**origin, "changes": dict(variant.changes)} if variant.changes else origin


def _refused(changed: Changed, recipe: Recipe) -> str | None:
    """Why a model with a recipe cannot have its changes."""
    for knob, value in changed.knobs:
        if knob.default(recipe) is None:
            return f"the {knob.name} of {changed.model} cannot be set: {changed.model} has {knob.lacks}{_instead(knob)}"
        recipe = with_settings(recipe, [(knob, value)])
    for change, value in (*changed.knobs, *changed.interventions):
        reason = change.refuses(recipe, value)
        if reason:
            return f"{changed.model} is not available with {change.name} {change.say(value)}: {reason}"
    return None


def _as_it_is(encoder: Encoder) -> Encoder:
    """An encoder described again: a change may take layers or tokens away, or ask for pictures of another size."""
    module = encoder.module
    embed = getattr(module, "patch_embed", None)
    if embed is None or not hasattr(module, "blocks"):
        return encoder
    size = embed.img_size[0] if getattr(embed, "img_size", None) else encoder.size
    return replace(encoder, size=size, prefix=module.num_prefix_tokens, depth=len(module.blocks))


def _instead(knob: Knob) -> str:
    """The models on which a knob can be set."""
    able = [name for name, model in MODELS.items() if model.recipe is not None and knob.default(model.recipe) is not None]
    return f"; it can be set for {', '.join(able)}" if able else ""

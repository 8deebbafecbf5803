"""Whether today's code still trains the models that are kept.

`zoo/fingerprints.json` says of each recipe that ships with which code its models were trained, or what was found to train the
same, and its fingerprint. Where the code has changed since, the fingerprint is taken anew and compared: a renamed variable
costs a second, another mask ratio the models. `python -m checker.lab.training_code` brings the file up to date and refuses
where a fingerprint has changed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cache import cache_folder
from checker.extras import extra
from checker.lab.changes import as_set, modules_of
from checker.lab.data import data_set
from checker.lab.learners import LEARNERS
from checker.lab.recipes import Recipe
from checker.lab.source import code_hash, imported, modules_in

if TYPE_CHECKING:
    from checker.lab.checkpoints import Card

STAMPS = Path(__file__).with_name("zoo") / "fingerprints.json"
CODE = "training code"  # among the versions of a card

Values = Sequence[Sequence[float]]


@cache
def training_code(recipe: Recipe) -> str | None:
    """A hash of the code that trains a recipe; None for an objective of a plug-in, whose code is not known here."""
    learner = LEARNERS.get(recipe.objective)
    if learner is None:
        return None
    package = "checker.lab.objectives.first" if recipe.edition == 1 else "checker.lab.objectives"
    modules = {"checker.lab.data.base", *modules_in(data_set(recipe.data).module), *modules_of(recipe)}
    for module in ("checker.lab.training", f"{package}.{learner.module}"):
        modules |= imported(module)
    return code_hash(*sorted(modules))


def why_trained_otherwise(card: Card) -> str | None:
    """None when today's code trains the recipe of a kept model as it was trained, else one sentence that says otherwise."""
    code = training_code(card.recipe)
    if code is None or card.versions.get(CODE) == code or _stamp_stands(card.recipe):
        return None
    if card.recipe.name not in stamps() and CODE not in card.versions:
        return None  # kept before the code was noted
    return f"{card.recipe.objective}, seed {card.seed}: the code that trains it has changed since it was trained"


@cache
def stamps() -> dict[str, tuple[str, Values]]:
    """Of each recipe that is stamped, by its name: the code and the fingerprint."""
    return {name: (stamp["code"], stamp["fingerprint"]) for name, stamp in json.loads(STAMPS.read_text()).items()}


def _stamp_stands(recipe: Recipe) -> bool:
    stamp, now = stamps().get(recipe.name), training_code(recipe)
    if stamp is None or now is None:
        return False
    code, values = stamp
    return code == now or _alike(values, _fingerprint(recipe, now))


def _alike(one: Values, other: Values) -> bool:
    from checker.lab.fingerprint import alike

    return alike(one, other)


def _fingerprint(recipe: Recipe, code: str) -> Values:
    """Taken with today's code, or kept from when it was taken with the same."""
    path = cache_folder() / "fingerprints" / f"{recipe.name}-{code}.json"
    try:
        kept: Values = json.loads(path.read_text())
        return kept
    except (OSError, ValueError):
        pass
    with extra("train", "a comparison of training code"):
        from checker.lab.fingerprint import fingerprint
    with as_set(recipe):
        values = fingerprint(recipe)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    except OSError:
        pass  # it is only quicker with it
    return values


def stamp(recipes: Sequence[Recipe]) -> list[str]:
    """Note today's code for recipes, with the fingerprints of those that are new. Returns the names of those whose fingerprint
    has changed; they are left as they were."""
    known = dict(stamps()) if STAMPS.exists() else {}
    changed = []
    for recipe in recipes:
        code = training_code(recipe)
        if code is None or (recipe.name in known and known[recipe.name][0] == code):
            continue
        values = _fingerprint(recipe, code)
        if recipe.name in known and not _alike(known[recipe.name][1], values):
            changed.append(f"{recipe.objective} on {recipe.data}")
        else:
            known[recipe.name] = (code, known.get(recipe.name, (code, values))[1])
    rows = (f"{json.dumps(name)}: {json.dumps({'code': c, 'fingerprint': v})}" for name, (c, v) in sorted(known.items()))
    STAMPS.write_text("{\n" + ",\n".join(rows) + "\n}\n")
    stamps.cache_clear()
    return changed


def main() -> None:
    from checker.lab.checkpoints import read_card

    recipes = {card.recipe.name: card.recipe for card in map(read_card, sorted(STAMPS.parent.glob("*.safetensors")))}
    changed = stamp(list(recipes.values()))
    if changed:
        raise SystemExit(f"trained differently by today's code, and not stamped: {', '.join(changed)}")


if __name__ == "__main__":
    main()

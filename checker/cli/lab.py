"""`check-claims lab`: the models that experiments measure."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.answers import print_json
from checker.cli.app import ERROR, EXECUTOR, EXECUTOR_OPTIONS, JSON, OK, WORKERS, app, exits, output
from checker.errors import ConfigurationError

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.data import Split

MOST_SEEDS = 100  # that are looked for

lab = typer.Typer(help="The models that experiments measure.", rich_markup_mode=None)
app.add_typer(lab, name="lab")


@lab.command("list")
@exits
def lab_list(as_json: JSON = False) -> int:
    """Show the models that ship or are cached: what they saw, what it took, what they can do."""

    from checker.reports.models import model_table
    from checker.runs.store import Store

    cards = Store.default().cards()
    if as_json:
        print_json({"models": [card.as_dict() for card in cards]})
    else:
        output().print(model_table(cards))
    return OK


@lab.command("data")
@exits
def lab_data(
    names: Annotated[list[str] | None, typer.Argument(help="Data sets; all that can be named when none is given.")] = None,
    as_json: JSON = False,
) -> int:
    """Show what raw pixels alone reveal of each data set: a model's accuracy says something only where they are at chance.

    A linear probe and k-NN of raw pixels are measured once and kept. What is not on this machine is listed with the reason.
    """
    from dataclasses import asdict

    from rich.console import Console
    from rich.progress import track

    from checker.errors import MeasurementError
    from checker.lab.data import DATA, data_set
    from checker.lab.floors import Floor
    from checker.reports.floors import floor_table
    from checker.runs.floors import known_floors
    from checker.runs.store import Store

    chosen = [data_set(name) for name in names or DATA]
    measured: dict[str, tuple[Floor, ...]] = {}
    missing: dict[str, str] = {}
    for data in track(chosen, "raw pixels", console=Console(stderr=True), transient=True):
        try:
            measured[data.name] = known_floors(data, Store.default())
        except MeasurementError as error:
            missing[data.name] = str(error)
    if as_json:
        rows = [
            {"data": name, **asdict(floor), "carries_knowledge": floor.carries_knowledge}
            for name, floors in measured.items()
            for floor in floors
        ]
        print_json({"floors": rows, "missing": missing})
    else:
        output().print(floor_table(measured, missing))
    return ERROR if names and missing else OK


@lab.command("train")
@exits
def lab_train(
    models: Annotated[list[str] | None, typer.Argument(help="Names of models; all of them when none is given.")] = None,
    data: Annotated[str, typer.Option(help="The data set to learn from.")] = "shapes",
    seeds: Annotated[int, typer.Option(min=1, help="Train seeds 0 to N - 1.")] = 5,
    out: Annotated[Path | None, typer.Option(help="Folder for the model files; the cache when it is not given.")] = None,
    workers: WORKERS = 0,
    executor: EXECUTOR = "local",
    executor_option: EXECUTOR_OPTIONS = None,
) -> int:
    """Train models from their recipes. What is there already is kept; what was interrupted goes on."""
    from rich.console import Console

    from checker.lab.data import data_set
    from checker.lab.models import MODELS
    from checker.reports.live import Live
    from checker.runs.executor import slots
    from checker.runs.jobs import TrainJob
    from checker.runs.services import open_executor, parse_options
    from checker.runs.store import Store
    from checker.workspace.jobs import Jobs

    data = data_set(data).name  # an unknown name is an error before anything is trained
    names = models or [name for name, model in MODELS.items() if model.recipe]
    for name in names:
        if MODELS[name].recipe is None:
            raise ConfigurationError(f"{name} has released weights only; there is no recipe to train it")
    folder = out or Store.default().models
    jobs = []
    for seed in range(seeds):
        for name in names:
            recipe = MODELS[name].recipe_on(data)
            file = folder / recipe.file_name(seed)
            if not file.exists():
                jobs.append(TrainJob(f"train {name}, seed {seed}", recipe, seed, file))
    if not jobs:
        typer.echo(f"all there, in {folder}")
        return OK
    options, jobs_folder = parse_options(executor_option or []), Store.default().jobs
    with open_executor(executor, options, workers or slots(), jobs_folder) as pool, Live(Console(stderr=True)) as live:
        faults = Jobs(pool, live)(jobs)
    return ERROR if any(faults.values()) else OK


@lab.command("similarity")
@exits
def lab_similarity(
    models: Annotated[list[str] | None, typer.Argument(help="Names of models; all that are trained when none is given.")] = None,
    data: Annotated[str, typer.Option(help="The data set that they learned from and are compared on.")] = "shapes",
    layer: Annotated[int, typer.Option(min=0, help="The layer shown; 0: the last.")] = 0,
    plot: Annotated[Path | None, typer.Option(help="Draw the matrix into this SVG file.")] = None,
    as_json: JSON = False,
) -> int:
    """Compare what models learned: linear CKA between each two of them, over seeds. Nothing is trained and nothing is decided."""
    from rich.console import Console
    from rich.progress import track

    from checker.lab.alike import seeds_alike
    from checker.lab.checkpoints import load
    from checker.lab.data import data_set
    from checker.lab.measure import IMAGES
    from checker.lab.subjects import subject_of
    from checker.reports.alike import alike_figure, alike_table

    chosen = data_set(data)
    files = _trained(models, chosen.name)
    splits: dict[tuple[str, int], Split] = {}  # pictures are drawn once for all models
    features: dict[str, list[tuple[Tensor, ...]]] = {}
    for name, _, path in track(files, "features", console=Console(stderr=True), transient=True):
        encoder, card = load(path)
        features.setdefault(name, []).append(subject_of(encoder, chosen, IMAGES, card, splits).features)
    depth = len(next(iter(features.values()))[0])
    if layer > depth:
        raise ConfigurationError(f"--layer {layer}: these models have {depth} layers")
    alike = {pair: values.tolist() for pair, values in seeds_alike(features).items()}
    shown = {pair: values[layer - 1] for pair, values in alike.items()}
    title = f"linear CKA at layer {layer or depth}, {chosen.title}"
    if as_json:
        rows = [
            {"a": a, "b": b, "cka": [None if math.isnan(value) else value for value in values]}
            for (a, b), values in alike.items()
        ]
        print_json({"data": chosen.name, "images": IMAGES, "pairs": rows})
    else:
        output().print(alike_table(title, shown))
    if plot is not None:
        plot.write_bytes(alike_figure(title, shown))
    return OK


def _trained(models: list[str] | None, data: str) -> list[tuple[str, int, Path]]:
    """All seeds of these models that learned from `data`: name, seed and file. Raises ConfigurationError where there is none."""
    from checker.lab.models import MODELS
    from checker.runs.store import Store

    store = Store.default()
    for name in models or ():
        if name not in MODELS:
            raise ConfigurationError(f"no model is called {name!r} here; `check-claims words` lists them")
    recipes = {name: MODELS[name].recipe_on(data) for name in models or MODELS if MODELS[name].recipe is not None}
    files = [
        (name, seed, path)
        for name, recipe in recipes.items()
        for seed in range(MOST_SEEDS)
        if (path := store.model(recipe, seed)) is not None
    ]
    if not files:
        raise ConfigurationError(f"no model that learned from {data} is here; `check-claims lab train --data {data}` trains them")
    return files


@lab.command("measure")
@exits
def lab_measure(
    metric: Annotated[str, typer.Argument(help="Name of a metric.")],
    models: Annotated[list[str] | None, typer.Argument(help="Names of models; all that are trained when none is given.")] = None,
    data: Annotated[str, typer.Option(help="The data set that they learned from and are measured on.")] = "shapes",
    plot: Annotated[Path | None, typer.Option(help="Draw the layers of all models into this SVG file.")] = None,
    workers: WORKERS = 0,
    executor: EXECUTOR = "local",
    executor_option: EXECUTOR_OPTIONS = None,
    as_json: JSON = False,
) -> int:
    """Measure every trained model, layer by layer. Nothing is trained and nothing is decided."""
    import numpy as np
    from rich.console import Console

    from checker.lab.data import data_set
    from checker.lab.metrics import METRICS
    from checker.lab.sources import Wanted
    from checker.reports.curves import curves_figure, curves_table
    from checker.reports.live import Live
    from checker.runs.bench import Bench, Options
    from checker.runs.executor import slots
    from checker.runs.services import open_executor, parse_options
    from checker.runs.store import Store
    from checker.scope import Scope
    from checker.workspace.jobs import Jobs

    data = data_set(data).name
    word, store = METRICS[metric].word, Store.default()
    wants = [Wanted(name, Scope.TOY, data, seed) for name, seed, _ in _trained(models, data)]
    options = parse_options(executor_option or [])
    with open_executor(executor, options, workers or slots(), store.jobs) as pool, Live(Console(stderr=True)) as live:
        bench = Bench(store, Options(), Jobs(pool, live))
        bench.have(wants)
        bench.measure([(metric, want) for want in wants])
    found = {want: bench.values[metric, want] for want in wants if (metric, want) in bench.values}
    if not found:  # the reason is shown already
        return ERROR
    rows = {
        name: np.stack([value.values.mean(1) for want, value in found.items() if want.name == name])
        for name in dict.fromkeys(want.name for want in found)
    }
    uniform = next(iter(found.values())).uniform
    if as_json:
        answer = {"schema": 1, "metric": metric, "unit": word.unit, "data": data, "uniform": uniform}
        typer.echo(json.dumps({**answer, "models": {name: values.tolist() for name, values in rows.items()}}, indent=1))
    else:
        output().print(curves_table(word.unit, rows, uniform))
    if plot is not None:
        plot.write_bytes(curves_figure(word.title, word.unit, rows, uniform))
    return ERROR if bench.unmeasured or bench.faults else OK

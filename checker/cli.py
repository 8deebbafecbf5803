"""`check-claims`: the only module that talks to the terminal and chooses exit codes."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer

from checker.errors import CheckerError, ConfigurationError, WriteError

if TYPE_CHECKING:
    from checker.runs.jobs import Job
    from checker.runs.outcome import Outcome

OK, FAILED, USAGE, ERROR, UNWRITTEN, INTERRUPTED = 0, 1, 2, 3, 4, 130
FAIL_ON = ("refuted", "inconclusive", "stale", "needs-spec", "untestable")
DEFAULT_COMMAND = "check"
MOST_SEEDS = 100  # that `lab measure` looks for

Arguments = ParamSpec("Arguments")


class DefaultToCheck(typer.core.TyperGroup):
    """`check-claims PATH` means `check-claims check PATH`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "--version")):
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=DefaultToCheck,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Decide the #claim sentences of a folder of notes by experiment. `check-claims [PATH]` checks; see the commands.",
)
lab = typer.Typer(help="The models that experiments measure.", rich_markup_mode=None)
app.add_typer(lab, name="lab")

JSON = Annotated[bool, typer.Option("--json", help="Write one JSON object to standard output; messages go to standard error.")]


def _exits(command: Callable[Arguments, int]) -> Callable[Arguments, None]:
    """Turn a command's result and the program's errors into exit codes."""

    @wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except KeyboardInterrupt:
            typer.echo("interrupted; what had finished is kept, and the next run goes on from there", err=True)
            code = INTERRUPTED
        except ConfigurationError as error:
            typer.echo(f"check-claims: {error}", err=True)
            code = USAGE
        except WriteError as error:
            typer.echo(f"check-claims: {error}", err=True)
            code = UNWRITTEN
        except CheckerError as error:
            typer.echo(f"check-claims: {error}", err=True)
            code = ERROR
        raise typer.Exit(code)

    return run


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"check-claims {version('check-claims')}")
        raise typer.Exit()


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)] = False,
) -> None: ...


@app.command()
@_exits
def check(
    path: Annotated[Path, typer.Argument(help="A vault, or a project with a vault/ folder.")] = Path(),
    select: Annotated[
        str, typer.Option("-k", metavar="EXPR", help="Only claims whose id or sentence fits: words with and, or, not.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would run and what would be written; do neither.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Train every model anew; use none that ships or is cached.")] = False,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch released weights and data sets that claims name and this machine lacks.")
    ] = False,
    seeds: Annotated[int, typer.Option(min=2, help="Most seeds a model may have; more than ship are trained.")] = 3,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: one for each processor.")] = 0,
    fail_on: Annotated[
        str, typer.Option(metavar="WORDS", help=f"Exit with 1 on any of these, comma-separated: {', '.join(FAIL_ON)}.")
    ] = "",
    as_json: JSON = False,
) -> int:
    """Check the claims of a vault and write each status into its note."""
    from rich.console import Console

    from checker.lab import vocabulary
    from checker.notes import Vault
    from checker.reports import table
    from checker.reports.live import Live
    from checker.reports.plots import claim_plot, plot_mark
    from checker.reports.select import selector
    from checker.runs.bench import Bench, Options
    from checker.runs.check import check as run_check
    from checker.runs.local import slots
    from checker.runs.project import Project
    from checker.runs.store import Store
    from checker.runs.survey import survey
    from checker.writing import plan_changes, read_ledgers, replace

    began = time.monotonic()
    wanted = _fail_on(fail_on)
    messages = Console(stderr=True)
    words = vocabulary()
    project = Project.find(path)
    os.environ["CHECK_CLAIMS_ROOT"] = str(project.root.resolve())  # data sets are opened in the workers too
    if download:
        os.environ["CHECK_CLAIMS_DOWNLOAD"] = "1"
    keep = selector(select)
    vault = Vault.open(project.vault)
    found, faults = survey(vault, project, words)
    cases = [case for case in found if keep(f"{case.id} {case.claim.statement}")]
    problems = [str(fault) for fault in faults]
    ledgers, damaged = read_ledgers(project, [case.id for case in cases])
    problems += damaged.values()
    unread = [str(problem) for problem in vault.problems if problem not in faults]
    for problem in problems + unread:
        messages.print(table.clean(problem), style="yellow", markup=False, highlight=False, soft_wrap=True)

    store = Store.default()
    last = {name: ledger.newest for name, ledger in ledgers.items()}
    sound = [case for case in cases if case.id not in damaged]
    if dry_run:
        planned: list[str] = []

        def note_down(jobs: Sequence[Job]) -> dict[Job, str | None]:
            planned.extend(job.title for job in jobs)
            return {}

        bench = Bench(store, Options(seeds, fresh), note_down, project.root)
        outcomes = run_check(sound, bench, words, last)
    else:
        planned = []
        with Live(messages, workers or slots()) as live:
            bench = Bench(store, Options(seeds, fresh), live, project.root, live.fetch if download else None)
            outcomes = run_check(sound, bench, words, last)
        if fresh:
            store.keep_fresh()

    titles = {metric.name: metric.title for metric in words.metrics}
    changes = plan_changes(
        project, outcomes, ledgers, lambda name, run: claim_plot(name, run, titles[run["spec"]["metric"]]), plot_mark
    )
    written, unwritten = [], []
    for change in changes:
        try:
            if dry_run or replace(change.path, change.new, change.old):
                written.append(str(change.path))
        except WriteError as error:
            unwritten.append(str(error))

    if as_json:
        typer.echo(json.dumps(table.as_json(outcomes, project, problems + unwritten, written), ensure_ascii=False, indent=1))
    else:
        out = Console(width=None if sys.stdout.isatty() else 160)
        out.print(table.outcome_table(outcomes))
        if dry_run:
            out.print("\nwould run:" if planned else "\nnothing to run")
            for title in planned:
                out.print(f"  {title}", markup=False, highlight=False)
            for change in changes:
                out.print(change.diff(), end="", markup=False, highlight=False, soft_wrap=True)
        next_look = table.next_look(outcomes, seeds)
        if next_look:
            out.print(f"\nsome are open: --seeds {next_look} takes their next look, and trains what that needs", highlight=False)
        lacking = ", ".join(sorted({want.name for want in bench.absent}))
        if lacking:
            out.print(f"\nnot on this machine: released weights of {lacking}; --download fetches them", highlight=False)
        tail = "would be written" if dry_run else "written"
        out.print(f"\n{table.summary(outcomes)}; {len(written)} files {tail}; {time.monotonic() - began:.1f} s", highlight=False)
    for fault in unwritten:
        messages.print(table.clean(fault), style="red", markup=False, highlight=False, soft_wrap=True)
    if unwritten:
        return UNWRITTEN
    if any(outcome.failed or outcome.word == "error" for outcome in outcomes) or problems:
        return ERROR
    return FAILED if any(_fails(outcome, wanted) for outcome in outcomes) else OK


def _fail_on(text: str) -> set[str]:
    wanted = {word.strip() for word in text.split(",") if word.strip()}
    unknown = wanted - set(FAIL_ON)
    if unknown:
        raise ConfigurationError(f"--fail-on does not know {', '.join(sorted(unknown))}; it takes {', '.join(FAIL_ON)}")
    return wanted


def _fails(outcome: Outcome, wanted: set[str]) -> bool:
    return outcome.word.replace(" ", "-") in wanted or (outcome.stale and "stale" in wanted)


@app.command()
@_exits
def read(
    sentence: Annotated[str, typer.Argument(help="The sentence, as it would stand in a note.")],
    as_json: JSON = False,
) -> int:
    """Say what a sentence is understood to mean, or what is missing."""
    from checker.claims import read_sentence
    from checker.lab import vocabulary
    from checker.runs.survey import compile_spec

    words = vocabulary()
    reading = read_sentence(sentence, words)
    spec: dict[str, Any] | None = None
    if reading.comparison is not None:
        spec = compile_spec(reading.comparison.slug(words), "", reading.sentence, reading.comparison).as_dict()
    if as_json:
        answer = {
            "schema": 1,
            "status": reading.status,
            "specs": [spec] if spec else [],
            "reading": reading.reading,
            "reason": reading.reason,
            "missing": list(reading.missing),
            "choices": list(reading.choices),
            "suggestions": list(reading.suggestions),
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    elif spec:
        from checker import strict_yaml

        typer.echo(f"I read: {reading.reading}.\n\n{strict_yaml.dump(spec)}", nl=False)
    else:
        typer.echo(f"{reading.status}: {reading.reason}")
        for title, entries in (("missing", reading.missing), ("choices", reading.choices), ("near", reading.suggestions)):
            if entries:
                typer.echo(f"{title}: {', '.join(entries)}")
    return OK


@lab.command("list")
@_exits
def lab_list(as_json: JSON = False) -> int:
    """Show the models that ship or are cached: what they saw, what it took, what they can do."""
    from rich.console import Console

    from checker.reports.models import model_table
    from checker.runs.store import Store

    cards = Store.default().cards()
    if as_json:
        typer.echo(json.dumps({"schema": 1, "models": [card.as_dict() for card in cards]}, indent=1))
    else:
        Console(width=None if sys.stdout.isatty() else 160).print(model_table(cards))
    return OK


@lab.command("train")
@_exits
def lab_train(
    models: Annotated[list[str] | None, typer.Argument(help="Names of models; all of them when none is given.")] = None,
    data: Annotated[str, typer.Option(help="The data set to learn from.")] = "shapes",
    seeds: Annotated[int, typer.Option(min=1, help="Train seeds 0 to N - 1.")] = 5,
    out: Annotated[Path | None, typer.Option(help="Folder for the model files; the cache when it is not given.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: one for each processor.")] = 0,
) -> int:
    """Train models from their recipes. What is there already is kept; what was interrupted goes on."""
    from rich.console import Console

    from checker.lab.data import data_set
    from checker.lab.models import MODELS
    from checker.reports.live import Live
    from checker.runs.jobs import TrainJob
    from checker.runs.local import slots
    from checker.runs.store import Store

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
    with Live(Console(stderr=True), workers or slots()) as live:
        faults = live(jobs)
    return ERROR if any(faults.values()) else OK


@lab.command("measure")
@_exits
def lab_measure(
    metric: Annotated[str, typer.Argument(help="Name of a metric.")],
    models: Annotated[list[str] | None, typer.Argument(help="Names of models; all that are trained when none is given.")] = None,
    data: Annotated[str, typer.Option(help="The data set that they learned from and are measured on.")] = "shapes",
    plot: Annotated[Path | None, typer.Option(help="Draw the layers of all models into this SVG file.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: one for each processor.")] = 0,
    as_json: JSON = False,
) -> int:
    """Measure every trained model, layer by layer. Nothing is trained and nothing is decided."""
    import numpy as np
    from rich.console import Console

    from checker.lab.data import data_set
    from checker.lab.metrics import METRICS
    from checker.lab.models import MODELS
    from checker.reports.curves import curves_figure, curves_table
    from checker.reports.live import Live
    from checker.runs.bench import Bench, Options, Wanted
    from checker.runs.local import slots
    from checker.runs.store import Store

    data = data_set(data).name
    word, store, wants = METRICS[metric].word, Store.default(), []
    for name in models or MODELS:
        if MODELS[name].recipe is not None:
            recipe = MODELS[name].recipe_on(data)
            for seed in range(MOST_SEEDS):
                if store.model(recipe, seed) is not None:
                    wants.append(Wanted(name, "toy", data, seed))
    with Live(Console(stderr=True), workers or slots()) as live:
        bench = Bench(store, Options(), live)
        bench.have(wants)
        bench.measure([(metric, want) for want in wants])
    found = {want: bench.values[metric, want] for want in wants if (metric, want) in bench.values}
    if not found:
        raise ConfigurationError(f"no model that learned from {data} is here; `check-claims lab train --data {data}` trains them")
    rows = {
        name: np.stack([value.values.mean(1) for want, value in found.items() if want.name == name])
        for name in dict.fromkeys(want.name for want in found)
    }
    uniform = next(iter(found.values())).uniform
    if as_json:
        answer = {"schema": 1, "metric": metric, "unit": word.unit, "data": data, "uniform": uniform}
        typer.echo(json.dumps({**answer, "models": {name: values.tolist() for name, values in rows.items()}}, indent=1))
    else:
        Console(width=None if sys.stdout.isatty() else 160).print(curves_table(word.unit, rows, uniform))
    if plot is not None:
        plot.write_bytes(curves_figure(word.title, word.unit, rows, uniform))
    return ERROR if bench.unmeasured or bench.faults else OK


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the installed command."""
    app(args=list(arguments) if arguments is not None else None, prog_name="check-claims")


if __name__ == "__main__":
    main()

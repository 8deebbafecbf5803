"""One place where a check is put together: read the vault, decide its claims, and write what came of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cache import cache_folder
from checker.lab.context import Context, within
from checker.runs.events import Notice, OnEvent, ignore
from checker.runs.project import Project
from checker.vocabulary import Vocabulary
from checker.workspace.checked import Checked
from checker.workspace.options import CheckOptions
from checker.workspace.survey import Survey

if TYPE_CHECKING:
    from checker.evidence import Run
    from checker.notes import Vault
    from checker.runs.case import Case
    from checker.runs.controls import Answer
    from checker.runs.outcome import Outcome
    from checker.runs.plan import Plan
    from checker.writing import Change, Written

COMMAND = "checker.Workspace"  # what the journal calls a run that no command began


@dataclass(frozen=True)
class Workspace:
    """A project, and the words that its claims may use.

        workspace = Workspace.open("my-notes")
        checked = workspace.check()
        workspace.write(workspace.changes(checked))

    Nothing is written before `write`. `download`: released weights and data sets that claims name and this machine lacks may be
    fetched.
    """

    project: Project
    words: Vocabulary
    download: bool = False

    @classmethod
    def open(cls, path: Path | str = ".", *, download: bool = False) -> Workspace:
        """The workspace of a vault, or of a project with a vault/ folder, with the words of its plug-ins. Those that bring
        nothing are in `words.missing`.

        Raises ConfigurationError when there is no such folder.
        """
        from checker.lab import vocabulary
        from checker.lab.plugins import load_plugins

        project = Project.find(Path(path))
        plugins = load_plugins(project.plugins.resolve())
        with within(Context(project.root.resolve())):  # sources have words of the project
            words = vocabulary(plugins)
        return cls(project, words, download)

    @property
    def context(self) -> Context:
        """What jobs of this workspace need to know of it."""
        plugins = self.project.plugins.resolve()
        return Context(self.project.root.resolve(), plugins if plugins.is_dir() else None, self.download)

    def vault(self) -> Vault:
        """The vault as it is on disk now."""
        from checker.notes import Vault

        return Vault.open(self.project.vault, cache_folder() / "vaults")

    def survey(self, vault: Vault | None = None) -> Survey:
        """Read the vault, or one that is open already: its claims, what each means, and what keeps any of them from being
        checked."""
        from checker.runs.survey import survey

        vault = vault or self.vault()
        with within(self.context):
            cases, faults = survey(vault, self.project, self.words)
        unread = tuple(problem for problem in vault.problems if problem not in faults)
        rests = {case.id: case.rests_on for case in cases if case.rests_on}
        return Survey(self.project, vault, tuple(cases), tuple(faults), unread, rests=rests)

    def judge(self, sentence: str, block: str) -> Case:
        """What a claim block would mean in a note, under its sentence, and whether that could be decided here.

        Raises SpecError for a block that is no spec, and for what would not be one sentence with one block.
        """
        from checker.runs.judged import judge

        with within(self.context):
            return judge(sentence, block, self.words)

    def plan(self, options: CheckOptions | None = None, survey: Survey | None = None) -> Plan:
        """The trainings, measurements and decisions that a check would do, and how long they take. Nothing is run."""
        plan = self.check(replace(options or CheckOptions(), dry_run=True), survey=survey).plan
        assert plan is not None
        return plan

    def check(self, options: CheckOptions | None = None, on_event: OnEvent = ignore, *, survey: Survey | None = None) -> Checked:
        """Decide the claims of a survey, or of the vault as it is now. `on_event` is called in this thread; an exception that it
        raises ends the check, and what had finished is kept.

        Raises ConfigurationError for an executor that does not exist or options that it does not take.
        """
        survey = survey or self.survey()
        with within(self.context):
            return self._check(options or CheckOptions(), on_event, survey)

    def _check(self, options: CheckOptions, on_event: OnEvent, survey: Survey) -> Checked:
        from checker.reports.spent import Spent
        from checker.runs.bench import Bench, Options
        from checker.runs.check import check
        from checker.runs.controls import Held, ask, wanted_by
        from checker.runs.executor import slots
        from checker.runs.outcome import Outcome
        from checker.runs.plan import make_plan
        from checker.runs.services import open_executor
        from checker.runs.standing import Seen, spot_check, standing
        from checker.runs.store import Store
        from checker.runs.times import Times
        from checker.workspace.jobs import Jobs
        from checker.writing import doubted, edited_by_hand, read_ledgers
        from checker.writing.retired import retired

        began, spot = time.monotonic(), None
        ledgers, damaged = read_ledgers(self.project, [case.id for case in survey.cases])
        sound = [case for case in survey.cases if case.id not in damaged]
        last = {name: ledger.newest for name, ledger in ledgers.items()}
        store, workers = Store.default(), options.workers or slots()
        until = None if options.budget is None else began + options.budget
        asked = Options(options.seeds, options.fresh, until, workers)
        times = Times.read(store) if options.dry_run or options.budget else Times()
        plan, seen = None, Seen(store.root / "seen")
        if options.remeasure:
            store = replace(store, anew=True)
        wanted = wanted_by(sound, self.words)
        of_controls = Options(until=until, workers=workers)
        if options.dry_run:
            spent = Spent(lambda jobs: {})
            bench = Bench(store, asked, spent, self.project.root)
            answers = ask(wanted, Bench(store, of_controls, spent, self.project.root), self.words, times)
            pending = [answer.outcome.case for answer in answers if answer.outcome.pending]
            stand = {} if options.fresh or options.remeasure else standing(sound, bench, self.words, last, Held(answers))
            plan = make_plan([*pending, *sound], bench, times, self.words, stand)
            outcomes = check(sound, bench, self.words, last, times, Held(answers), stand)
        else:
            with open_executor(options.executor, options.executor_options, workers, store.jobs, until) as pool:
                jobs = Jobs(pool, on_event)
                spent = Spent(jobs)
                bench = Bench(store, asked, spent, self.project.root, jobs.fetch if self.download else None)
                answers = ask(wanted, Bench(store, of_controls, spent, self.project.root), self.words, times)
                stand = {} if options.fresh else standing(sound, bench, self.words, last, Held(answers))
                if not options.remeasure:
                    spot = spot_check(stand, seen, bench, self.words, options.spot_seed)
                anew = stand if options.remeasure else spot.questions if spot is not None else ()
                outcomes = check(sound, bench, self.words, last, times, Held(answers), stand, anew)
            seen.note(outcomes, stand)
            if options.fresh:
                store.keep_fresh()
            if options.remeasure:
                store.keep_remeasured()
        outcomes = seen.marked(outcomes)
        if store.set_aside:
            on_event(Notice(_set_aside(store.set_aside)))
        earlier = [answer.control.id for answer in answers if answer.outcome.stale or answer.outcome.word == "unchecked"]
        if earlier:
            on_event(Notice(_earlier(earlier)))
        found = {outcome.case.id: outcome for outcome in outcomes}
        everything = tuple(found.get(case.id) or Outcome(case, "error", damaged[case.id], failed=True) for case in survey.cases)
        everything = tuple(map(self._with_strongest, self._with_risks(everything, survey)))
        gone = retired(self.project, survey.vault, [case.id for case in survey.cases], survey.faults) if survey.whole else []
        return Checked(
            survey,
            everything,
            ledgers,
            damaged,
            doubted=doubted(self.project, outcomes, ledgers),
            edited=tuple(edited_by_hand(self.project, outcomes)),
            gone=tuple(gone),
            absent=tuple(sorted({want.name for want in bench.absent if want not in bench.models})),
            seconds=spent.by_claim(outcomes, bench),
            plan=plan,
            spot=spot,
        )

    def controls(self, options: CheckOptions | None = None, on_event: OnEvent = ignore) -> list[Answer]:
        """Ask the lab all of its positive controls: by the evidence that comes with the package where that is of today's code and
        models, else by measuring, and training where models are missing. `on_event` as in `check`.

        Raises ConfigurationError for an executor that does not exist or options that it does not take.
        """
        from checker.runs.bench import Bench, Options
        from checker.runs.controls import ask, controls
        from checker.runs.executor import slots
        from checker.runs.services import open_executor
        from checker.runs.store import Store
        from checker.workspace.jobs import Jobs

        options = options or CheckOptions()
        store, workers = Store.default(), options.workers or slots()
        until = None if options.budget is None else time.monotonic() + options.budget
        asked = Options(options.seeds, False, until, workers)
        with (
            within(self.context),
            open_executor(options.executor, options.executor_options, workers, store.jobs, until) as pool,
        ):
            bench = Bench(store, asked, Jobs(pool, on_event), self.project.root)
            return ask(list(controls().values()), bench, self.words, train=True)

    def _with_risks(self, outcomes: tuple[Outcome, ...], survey: Survey) -> tuple[Outcome, ...]:
        """The outcomes, with what puts each at risk. Claims that are no part of this check count as their notes have them."""
        from checker.runs.risk import with_risks
        from checker.writing import shaken

        if not survey.rests:
            return outcomes
        found = {outcome.case.id: outcome for outcome in outcomes}
        others = {name for names in survey.rests.values() for name in names} - found.keys()
        return tuple(with_risks(found, survey.rests, shaken(self.project, others)).values())

    def _with_strongest(self, outcome: Outcome) -> Outcome:
        """The outcome, with the sentence that its evidence does support where the claim is refuted or open."""
        from checker.claims.language.english import say
        from checker.evidence.strongest import strongest

        if outcome.run is None or outcome.stale or outcome.word not in ("refuted", "inconclusive"):
            return outcome
        spec = strongest(outcome.run)
        return replace(outcome, strongest=say(spec, self.words, outcome.run.scope)) if spec else outcome

    def changes(self, checked: Checked, *, draw: bool = True) -> list[Change]:
        """What the outcomes of a check change on disk: specs, evidence, plots, claim notes and statuses. `draw`: plots are drawn;
        without it they are empty, which is enough to know which files would change."""
        from checker.reports.plots import claim_plot, plot_mark
        from checker.writing import plan_changes
        from checker.writing.obsidian.additions import restyle
        from checker.writing.retired import retire

        titles = {metric.name: metric.title for metric in self.words.metrics}

        def plot(name: str, run: Run) -> bytes:
            return claim_plot(name, run, [titles.get(metric, metric) for metric in run.spec.metrics])

        today = time.strftime("%Y-%m-%d")
        drawn = plot if draw else (lambda *_: b"")
        changes = plan_changes(self.project, checked.sound, checked.ledgers, drawn, plot_mark, today)
        gone = list(checked.gone)
        return [
            *changes,
            *retire(self.project, checked.survey.vault, gone),
            *restyle(self.project, checked.sound, gone),
        ]

    @contextmanager
    def held(self, on_event: OnEvent = ignore) -> Iterator[None]:
        """Hold the lock of the vault. Raises WriteError when another run does not end in time."""
        from checker.writing import locked

        with locked(self.project.vault, cache_folder(), lambda text: on_event(Notice(text))):
            yield

    def write(self, changes: Iterable[Change], on_event: OnEvent = ignore, *, command: str = COMMAND) -> Written:
        """Write changes, with the old bytes in the journal under the name `command`. What could not be written is in the result.
        What a killed run left is removed first."""
        from checker.writing import Journal, write_changes
        from checker.writing.temporary import clear

        folders: Sequence[Path] = (self.project.vault, self.project.claims)
        with self.held(on_event):
            journal = Journal(self.project.vault, cache_folder(), command)
            for text in clear(folders, journal):
                on_event(Notice(text))
            return write_changes(changes, journal, folders)


def _set_aside(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"damaged, or not what it was kept as, so set aside and made again: {paths[0]}{more}"


def _earlier(names: Sequence[str]) -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return (
        f"controls of the lab that were not asked of its models of today: {names[0]}{more}; check-claims lab controls asks them"
    )

"""The experiments of a project: what each runs, which seeds ran, whether it may run, and which claims are stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from checker.errors import CheckerError, EvidenceError
from checker.evidence import Run, read_ledger
from checker.lab.experiments.files import OnDisk
from checker.lab.experiments.run import LOG, OUTPUT
from checker.lab.sources.experiments import dependency_hash, well_formed
from checker.runs.project import Project
from checker.scope import Scope

Seeds = Mapping[str, tuple[int, ...]]  # by model


@dataclass(frozen=True)
class Listed:
    """One experiment. `refused` says why it cannot be run as it is on disk; `trust` is `trusted`, `untrusted` or `changed`.

    `ran` are the seeds whose values are kept for today's files, `logs` where the log of each is. `stale` are the claims
    whose evidence was made from other files, `claims` all that rest on it.
    """

    name: str
    file: str
    refused: str | None = None
    command: str = ""
    metric: Mapping[str, Any] | None = None
    models: Mapping[str, str] | None = None
    seeds: tuple[int, ...] = ()
    ran: Seeds | None = None
    trust: str | None = None
    changes: tuple[str, ...] = ()
    dependencies: str | None = None
    logs: Mapping[str, Mapping[int, str]] | None = None
    claims: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def experiments(project: Project, runs: Path) -> list[Listed]:
    """All experiments of a project; `runs` is the folder of what is kept of them."""
    root = project.root.resolve()
    found, faults = well_formed(root)
    kept = _evidence(project)
    listed = [_listed(each, runs, kept) for each in found.values()]
    listed += [Listed(file.stem, file.relative_to(root).as_posix(), problem) for file, problem in faults.items()]
    return sorted(listed, key=lambda each: each.file)


def _listed(each: OnDisk, runs: Path, kept: Mapping[str, Run]) -> Listed:
    experiment = each.experiment
    about = {claim: run for claim, run in kept.items() if run.data.name == each.shown}
    plain = Listed(
        each.name,
        each.shown,
        command=experiment.command,
        metric=experiment.metric.model_dump(),
        models=dict(experiment.models),
        seeds=experiment.seeds,
        claims=tuple(about),
    )
    try:
        standing, addresses = (
            each.standing,
            {name: {s: each.address(name, s) for s in experiment.seeds} for name in experiment.models},
        )
        dependencies = dependency_hash(each)
    except CheckerError as error:
        return replace(plain, refused=str(error), stale=tuple(about))
    made = {
        name: {s: runs / key for s, key in keys.items() if (runs / key / OUTPUT).exists()} for name, keys in addresses.items()
    }
    return replace(
        plain,
        ran={name: tuple(seeds) for name, seeds in made.items()},
        trust="trusted" if standing.trusted else "untrusted" if standing.known is None else "changed",
        changes=tuple(standing.changes),
        dependencies=dependencies,
        logs={name: {seed: str(folder / LOG) for seed, folder in seeds.items()} for name, seeds in made.items()},
        stale=tuple(claim for claim, run in about.items() if _is_stale(run, addresses)),
    )


def _is_stale(run: Run, addresses: Mapping[str, Mapping[int, str]]) -> bool:
    """Whether a run was made from other files or seeds than those that there are now."""
    return any(
        addresses.get(name, {}) != dict(zip(model.seeds, model.weights, strict=True)) for name, model in run.models.items()
    )


def _evidence(project: Project) -> dict[str, Run]:
    """The newest run of each claim that own models decide. Evidence that cannot be read is the check's to report."""
    found = {}
    for file in sorted(project.claims.glob("*.evidence.json")):
        claim = file.name.removesuffix(".evidence.json")
        try:
            run = read_ledger(file, claim).newest.get(Scope.OWN)
        except EvidenceError:
            continue
        if run is not None:
            found[claim] = run
    return found

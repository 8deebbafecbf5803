"""From a vault to test items: folders, notes, claims."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NoReturn

import pytest

from checker.errors import CheckerError
from checker.notes import Problem
from checker.pytest_plugin.suite import Suite
from checker.reports.finding import Finding, of_problem
from checker.runs.case import Case
from checker.runs.project import Project


class ClaimCollection:
    """What `--claims` adds to a run of pytest."""

    def __init__(self, config: pytest.Config) -> None:
        base = config.invocation_params.dir
        try:
            projects = [Project.find(base / path) for path in config.getoption("claims")]
        except CheckerError as error:
            raise pytest.UsageError(f"--claims: {error}") from error
        self.suites = {project.vault.resolve(): Suite(project, _is_worker(config)) for project in projects}
        config.option.claims = [str((base / path).resolve()) for path in config.option.claims]  # workers may start elsewhere
        config.args[:] = arguments(config, [str(project.vault) for project in projects])

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        suite = self.suites.get(path.resolve())
        if suite is None:
            return None
        folder: VaultFolder = VaultFolder.from_parent(parent, path=path)
        folder.suite, folder.place = suite, PurePosixPath()
        return folder

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """A vault holds notes: a conftest.py there is imported by nobody, unless pytest was given the folder itself."""
        plugins = collector.config.pluginmanager
        before = plugins._noconftest
        plugins._noconftest = before or isinstance(collector, VaultFolder)
        try:
            return (yield)
        finally:
            plugins._noconftest = before

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if isinstance(item, ClaimItem) and report.skipped and isinstance(report.longrepr, tuple):
            report.longrepr = (str(item.path), item.line, report.longrepr[2])  # where the claim stands, not where this file skips
        return report


def _is_worker(config: pytest.Config) -> bool:
    """Whether pytest-xdist has started this process for a share of the items."""
    return hasattr(config, "workerinput")


def arguments(config: pytest.Config, vaults: Sequence[str]) -> list[str]:
    """What is collected. On the command line `--claims` means those vaults, or those parts of them that are named there, and
    what else is named; in the configuration it means the vaults in the folders of the tests, unless something is named."""
    named = config.args_source is config.ArgsSource.ARGS
    asked = any(str(argument).partition("=")[0] == "--claims" for argument in config.invocation_params.args)
    if not named:
        return [*([] if asked else config.args), *vaults]
    places = [Path(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args]
    missing = [vault for vault in vaults if not any(place.is_relative_to(Path(vault).resolve()) for place in places)]
    return [*config.args, *(missing if asked else ())]


class VaultFolder(pytest.Directory):
    """A vault, or a folder in it, with the notes that have claims."""

    suite: Suite
    place: PurePosixPath

    def collect(self) -> Iterator[pytest.Collector]:
        depth = len(self.place.parts)
        inside = [path for path in self.suite.notes if path.is_relative_to(self.place)]
        for name in dict.fromkeys(path.parts[depth] for path in inside):
            place = self.place / name
            node: VaultFolder | NoteFile
            node = (NoteFile if place in self.suite.notes else VaultFolder).from_parent(self, path=self.path / name)
            node.suite, node.place = self.suite, place
            yield node


class NoteFile(pytest.File):
    """A note with claims."""

    suite: Suite
    place: PurePosixPath

    def collect(self) -> Iterator[pytest.Item]:
        for entry in self.suite.notes[self.place]:
            name = entry.id if isinstance(entry, Case) else f"line-{entry.line}"
            item: ClaimItem = ClaimItem.from_parent(self, name=name)
            item.suite, item.entry = self.suite, entry
            if isinstance(entry, Case):
                item.extra_keyword_matches.add(entry.claim.statement)  # so that -k finds words of the sentence
            yield item


class ClaimItem(pytest.Item):
    """One claim: passes when it is supported, fails when it is refuted or stale, is skipped while it is open."""

    suite: Suite
    entry: Case | Problem
    finding: Finding

    @property
    def line(self) -> int:
        return self.entry.claim.line if isinstance(self.entry, Case) else self.entry.line

    def setup(self) -> None:
        if isinstance(self.entry, Problem):
            self.finding = of_problem(self.entry, self.suite.vault)
        else:
            others = [item.entry for item in self.session.items if isinstance(item, ClaimItem) and item.suite is self.suite]
            try:
                self.finding = self.suite.find(self.entry, [entry for entry in others if isinstance(entry, Case)])
            except CheckerError as error:
                pytest.fail(str(error), pytrace=False)
        doubt = self.suite.doubts.get(self.finding.id)
        if doubt:
            self.warn(pytest.PytestWarning(doubt))
        properties = {"status": self.finding.status, "scope": self.finding.scope, "effect": self.finding.effect}
        self.user_properties += [(name, value) for name, value in properties.items() if value]
        if self.finding.result == "error":
            self._fail()

    def runtest(self) -> None:
        if self.finding.result == "skipped":
            pytest.skip(self.finding.message)
        if self.finding.result == "failed":
            self._fail()

    def _fail(self) -> NoReturn:
        found = self.finding
        pytest.fail(f"{found.message}\n{found.path}:{found.line}: {found.name}", pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.line - 1, self.name

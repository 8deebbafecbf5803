"""The view of a run while it runs: one bar a running job, how far it is and how long it still takes; plain lines without a
terminal."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from checker.reports.text import clean
from checker.runs.events import Download, Event, JobEnded, JobProgress, JobsEnded, JobsStarted, Notice

DOING = {"train": ("training", "model"), "measure": ("measuring", "model"), "command": ("running", "experiment")}


class Live:
    """Shows the events of a run. A context manager, so that the terminal is given back whatever happens."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.bars: dict[str, TaskID] = {}  # of running jobs and downloads, by title
        self.total: TaskID | None = None
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Live:
        self.progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.progress.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Notice(text):
                self._say(text, "yellow")
            case JobsStarted(kind, count):
                verb, noun = DOING[kind]
                what = f"{verb} {count} {noun}{'s' if count > 1 else ''}"
                self.total = self.progress.add_task(what, total=count, note="")
                if not self.console.is_terminal:
                    self._say(what)
            case JobProgress(title=title, done=done, of=of, loss=loss):
                self._bar(f"  {title}", done, of, f"loss {loss:.3f}" if loss is not None else "")
            case JobEnded():
                self._ended(event)
            case JobsEnded():
                for title in list(self.bars):
                    self._remove(title)
                if self.total is not None:
                    self.progress.remove_task(self.total)
            case Download():
                self._download(event)

    def _ended(self, event: JobEnded) -> None:
        self._remove(f"  {event.title}")
        if self.total is not None:
            self.progress.advance(self.total)
        if event.error:
            self._say(f"failed: {event.title}: {event.error}" + (f" (log: {event.log})" if event.log else ""), "red")
        elif not self.console.is_terminal and event.kind == "train" and not event.skipped:
            self._say(f"done: {event.title}")

    def _download(self, event: Download) -> None:
        title = f"fetching {event.tag} ({event.licence})"
        if event.ended:
            self._remove(title)
        elif event.of and event.done == 0:
            self._say(f"fetching {event.tag}, {event.of / 1e6:.0f} MB, licence {event.licence}")
        if not event.ended:
            self._bar(title, event.done, event.of or None, "")

    def _bar(self, title: str, done: int, of: int | None, note: str) -> None:
        if title not in self.bars:
            self.bars[title] = self.progress.add_task(title, total=of, note="")
        self.progress.update(self.bars[title], completed=done, total=of, note=note)

    def _remove(self, title: str) -> None:
        if title in self.bars:
            self.progress.remove_task(self.bars.pop(title))

    def _say(self, text: str, style: str = "") -> None:
        self.console.print(clean(text), style=style, markup=False, highlight=False, soft_wrap=True)

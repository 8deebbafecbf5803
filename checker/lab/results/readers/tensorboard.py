"""TensorBoard's event files: all of a folder are one run. tensorboard reads them, and drops what a restart overwrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker.errors import MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.files import Source
from checker.lab.results.readers.base import Reader, needs, place_fields
from checker.lab.results.readers.lightning import hparams
from checker.lab.results.rows import Record, Rows, tabulate

NAMES = ("*tfevents*",)
NOTHING_ELSE = {"scalars": 0, "tensors": 0, "images": 1, "audio": 1, "histograms": 1, "compressedHistograms": 1}
START, END = "_hparams_/session_start_info", "_hparams_/session_end_info"
SUCCESS, UNKNOWN = 1, 0


def sees(source: Source) -> bool:
    return bool(source.named(*NAMES))


def read(source: Source, entry: Entry | None) -> Rows:
    return tabulate(_records(source), entry)


def _records(source: Source) -> Iterator[Record]:
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError:
        raise needs("tensorboard", "tensorboard") from None
    for folder in dict.fromkeys(file.parent for file in source.named(*NAMES)):
        label = source.label(folder / "x").removesuffix("/x").removesuffix("x") or "."
        events = EventAccumulator(str(folder), size_guidance=NOTHING_ELSE)
        try:
            events.Reload()
            history, params, state = _history(events), *_hparams(events)
        except Exception as error:  # its readers raise whatever a damaged record leads to
            raise MeasurementError(f"{label}: cannot be read as event files ({error})") from error
        fields = {**place_fields(source, folder / "x"), "hparams": params or hparams(folder / "x")}
        yield Record(label, "", label, state, fields, history)


def _history(events: Any) -> list[tuple[Any, dict[str, Any]]]:
    from tensorboard.util.tensor_util import make_ndarray

    tags = events.Tags()
    rows = [(event.step, {tag: event.value}) for tag in tags["scalars"] for event in events.Scalars(tag)]
    for tag in tags["tensors"]:
        for event in events.Tensors(tag):
            array = make_ndarray(event.tensor_proto)
            if array.size == 1 and array.dtype.kind in "fiub":
                rows.append((event.step, {tag: float(array.reshape(-1)[0])}))
    return rows


def _hparams(events: Any) -> tuple[dict[str, Any], str]:
    """The settings of the HParams plug-in, and why the run did not finish where it says so."""
    from tensorboard.plugins.hparams import metadata

    params: dict[str, Any] = {}
    state = ""
    try:
        contents = events.PluginTagToContent("hparams")
    except KeyError:  # the plug-in was not used
        return {}, ""
    for tag, content in contents.items():
        if tag == START:
            info = metadata.parse_session_start_info_plugin_data(content)
            params = {name: getattr(value, value.WhichOneof("kind")) for name, value in info.hparams.items()}
        elif tag == END:
            status = metadata.parse_session_end_info_plugin_data(content).status
            state = "" if status in (SUCCESS, UNKNOWN) else "the run did not finish: its session failed"
    return params, state


TENSORBOARD = Reader("tensorboard", sees, read)

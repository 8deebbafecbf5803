"""What a file of results holds, and the entry to paste into results.yaml: what can be seen is filled in, the rest is a choice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker import strict_yaml
from checker.lab.results.cells import is_empty
from checker.lab.results.files import find_source
from checker.lab.results.layouts import CHART, ENDS
from checker.lab.results.readers import READERS
from checker.lab.results.rows import STATE, Rows
from checker.lab.results.seeds import seed_number
from checker.lab.results.table import formats

if TYPE_CHECKING:
    import pandas as pd

MOST_MODELS, MOST_CHOICES, EXAMPLES = 50, 12, 3
WORDS_FOR_MODEL = "model|model_name|name_or_path|method|arch|architecture|backbone|encoder|network|algo|algorithm"
MODEL = re.compile(rf"(?i)(?:^|[._ /])(?:{WORDS_FOR_MODEL})(?:\.name)?$")
SEED = re.compile(r"(?i)(?:^|[._ /])(?:random_?)?seed$")
ITEM = re.compile(r"(?i)(?:^|[._ /])(?:image|image_id|img|img_id|example|example_id|sample_id|doc_id|sample\.id|file_?name)$")
STEP = re.compile(r"(?i)(?:^|[._ /])_?(?:global_)?step$|^epoch$")
VALUE = re.compile(
    r"(?i)acc|top-?[15]\b|f1|auc|miou|\biou|\bmap\b|score|error|loss|bleu|rouge|ppl|perplexity|recall|precision|rmse|correct"
)
NO_VALUE = re.compile(
    r"(?i)std|stderr|seed|time|runtime|epoch|step|\blr\b|learning_rate|(?:^|\.)config|params|versions|n-shot|n-samples|^folder|size"
    r"|layer|sample_|_count|^groups\.|(?:^|\.)state"
)
IN_NAMES = re.compile(r"(?i)(seed[_-]?)[0-9]+")
IN_NAME = r"seed[_-]?(\d+)"  # the pattern for such a seed
PLACE = re.compile(r"folder|file$")
UNKNOWN = "?"


@dataclass(frozen=True)
class Field:
    """A column or path, how many values it has, whether they are numbers, and the first of them."""

    name: str
    distinct: int
    numeric: bool
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """`choices`: for each thing that the entry needs, what it may be; one where that can be seen. `entry` is YAML with `?` where
    a person has to choose. `notes` say what is odd about the file."""

    file: str
    formats: tuple[str, ...]
    layout: str
    rows: int
    fields: tuple[Field, ...]
    choices: Mapping[str, tuple[str, ...]]
    models: tuple[str, ...]
    notes: tuple[str, ...]
    entry: str

    @property
    def is_clear(self) -> bool:
        """Whether the columns can be seen; what the metric means is always for a person to say."""
        return len(self.formats) == 1 and all(len(found) == 1 for found in self.choices.values())


def propose(name: str, *folders: Path, format: str | None = None) -> Proposal:
    """Look at a file, a folder or a glob. Raises ConfigurationError or MeasurementError where it cannot be read."""
    source = find_source(name, *folders)
    found = (format,) if format else tuple(formats(source))
    if len(found) != 1:
        entry = _entry(name, found, "long", {}, (), ())
        return Proposal(name, found, "long", 0, (), {"format": found or tuple(READERS)}, (), (), entry)
    rows = READERS[found[0]].read(source, None)
    every = (_field(name, rows.frame[name]) for name in rows.fields)
    fields = tuple(field for field in every if field.distinct > 1 or not PLACE.match(field.name))
    layout = _layout(fields)
    choices = _choices(fields, layout, rows)
    models = _models(rows, choices, layout)
    shown = found if format or found[0] not in ("csv", "jsonl", "parquet", "mlflow") else ()
    return Proposal(
        *(name, found, layout, len(rows.frame), fields, choices, models, tuple(_notes(rows))),
        _entry(name, shown, layout, choices, models, rows.logged),
    )


def _field(name: str, cells: pd.Series) -> Field:
    import pandas as pd

    filled = cells[~cells.map(is_empty)].map(str)
    known = list(dict.fromkeys(filled.head(10_000)))
    filled = filled.replace({"True": "1", "False": "0"})
    numbers = pd.to_numeric(filled.head(1000).str.rstrip("% ").str.replace(",", ".", n=1), errors="coerce").notna()
    numeric = bool(len(filled)) and bool(numbers.mean() > 0.5)
    return Field(name, len(known), numeric, tuple(text[:40] for text in known[:EXAMPLES]))


def _layout(fields: tuple[Field, ...]) -> str:
    if any(field.name.endswith(ENDS) for field in fields) and any(CHART.fullmatch(field.name) for field in fields):
        return "wandb-chart"
    if sum(_is_seed(field) for field in fields) > 1:
        return "wide"
    named = any(MODEL.search(field.name) for field in fields)
    numbers = [field for field in fields if field.numeric and field.distinct > 1 and not NO_VALUE.search(field.name)]
    measured = any(VALUE.search(field.name) for field in numbers)
    by_seed = any(SEED.search(field.name) for field in fields)
    return "wide" if by_seed and len(numbers) > 1 and not named and not measured else "long"


def _is_seed(field: Field) -> bool:
    """Whether a column holds the values of one seed, as `seed_0` does."""
    return field.numeric and not field.name.isdigit() and seed_number(field.name) is not None


def _choices(fields: tuple[Field, ...], layout: str, rows: Rows) -> dict[str, tuple[str, ...]]:
    model, seed = _model_and_seed(fields, rows)
    if layout == "wide":
        return {"model": tuple(model)} if any(map(_is_seed, fields)) else {"seed": tuple(seed)}
    if layout == "wandb-chart":
        lines = (CHART.fullmatch(field.name) for field in fields if not field.name.endswith(ENDS))
        metrics = tuple(dict.fromkeys(line["metric"] for line in lines if line))
        return {"model": ("run:PATTERN",), "seed": (f"run:{IN_NAME}",), "value": metrics}
    numbers = [field.name for field in fields if field.numeric and not NO_VALUE.search(field.name)]
    measured = [name for name in numbers if VALUE.search(name)] or numbers
    found = {"model": tuple(model), "seed": tuple(seed), "value": tuple(measured)}
    several = [field.name for field in fields if field.distinct > 1]
    items, steps = [name for name in several if ITEM.search(name)], [name for name in several if STEP.search(name)]
    if items:
        found["image"] = tuple(items)
    found |= {role: (role,) for role in ("layer", "split") if role in several}
    if steps and not rows.logged and not any(field.name == "State" for field in fields):
        found["step"] = tuple(steps)
    return {role: names[:MOST_CHOICES] for role, names in found.items()}


def _model_and_seed(fields: tuple[Field, ...], rows: Rows) -> tuple[list[str], list[str]]:
    """The fields that may be them: by their names, else texts and folders that distinguish several."""
    several = {field.name for field in fields if field.distinct > 1}
    folders = [name for name in rows.fields if name in several and PLACE.match(name) and "-" not in name]
    texts = [field.name for field in fields if not field.numeric and field.name in several and field.distinct <= MOST_MODELS]

    def named(pattern: re.Pattern[str]) -> list[str]:
        names = [field.name for field in fields if pattern.search(field.name) and field.distinct]
        return [name for name in names if name in several] or names

    model = named(MODEL) or texts or folders
    seed = named(SEED)
    if len(model) == 1 and not several & set(seed) and any(IN_NAMES.search(str(cell)) for cell in rows.frame[model[0]]):
        seed = [f"{model[0]}:{IN_NAME}"]
    return model, seed or folders


def _models(rows: Rows, choices: Mapping[str, tuple[str, ...]], layout: str) -> tuple[str, ...]:
    if layout == "wide" and "model" not in choices:
        return tuple(
            name for name in rows.fields if name not in choices["seed"] and not (NO_VALUE.search(name) or PLACE.match(name))
        )
    names = choices.get("model", ())
    if len(names) != 1 or names[0] not in rows.frame.columns:
        return ()
    known = (str(cell).strip() for cell in rows.frame[names[0]] if not is_empty(cell))
    return tuple(dict.fromkeys(IN_NAMES.sub(r"\1*", text) for text in known))[:MOST_MODELS]


def _notes(rows: Rows) -> list[str]:
    notes = list(rows.notes)
    unfinished = int((rows.frame[STATE].astype(str) != "").sum())
    if unfinished:
        notes.append(f"{unfinished} of {len(rows.frame)} rows are of runs that did not finish; they never count")
    for name in rows.fields:
        if any("±" in cell and len(cell) < 60 for cell in rows.frame[name].head(1000).map(str)):
            notes.append(
                f"{name} holds means with a spread: a deviation or an error is not told in the file, and seeds are needed"
            )
    return notes


def _entry(
    file: str,
    shown: tuple[str, ...],
    layout: str,
    choices: Mapping[str, tuple[str, ...]],
    models: tuple[str, ...],
    logged: tuple[str, ...],
) -> str:
    """YAML with one choice a line; where there are several, `?` with the choices behind it."""

    def one(key: str, names: tuple[str, ...], pad: str) -> str:
        if len(names) == 1:
            return f"{pad}{strict_yaml.dump({key: names[0]}).rstrip()}\n"
        return f"{pad}{key}: {UNKNOWN}  # {' | '.join(names) if names else 'not seen; see the fields'}\n"

    lines = [f"- {strict_yaml.dump({'file': file}).rstrip()}\n"]
    if shown:
        lines.append(one("format", shown, "  "))
    if layout != "long":
        lines.append(f"  layout: {layout}\n")
    lines.append("  columns:\n")
    lines += [one(role, names, "    ") for role, names in choices.items() if role != "format"] or ["    {}\n"]
    value = choices.get("value", ())
    if any(name in logged for name in value):
        lines.append(f"  take: {UNKNOWN}  # last | best | {{step: N}}\n")
    lines.append("  metric:\n")
    name = value[0] if len(value) == 1 else UNKNOWN
    lines.append(f"    {strict_yaml.dump({'name': name}).rstrip()}  # as sentences call it\n")
    lines.append(f"    unit: {UNKNOWN}  # share (0 to 1) | '%' | another\n    better: {UNKNOWN}  # higher | lower\n")
    lines.append(f"    margin: {UNKNOWN}  # the smallest difference of interest, in that unit\n")
    lines.append("  models:\n")
    lines += [f"    {strict_yaml.dump({model: model}).rstrip()}\n" for model in models]
    if not models:
        lines.append(f"    {UNKNOWN}: {UNKNOWN}  # name in the file: name in sentences\n")
    return "".join(lines)


def as_dict(proposal: Proposal) -> dict[str, Any]:
    """For `--json`."""
    fields = [
        {"name": f.name, "distinct": f.distinct, "numeric": f.numeric, "examples": list(f.examples)} for f in proposal.fields
    ]
    return {
        "file": proposal.file,
        "formats": list(proposal.formats),
        "layout": proposal.layout,
        "rows": proposal.rows,
        "fields": fields,
        "choices": {role: list(names) for role, names in proposal.choices.items()},
        "models": list(proposal.models),
        "notes": list(proposal.notes),
        "entry": proposal.entry,
        "clear": proposal.is_clear,
    }

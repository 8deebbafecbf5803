"""Tables of text as people keep them: what is understood, what is left out with its reason, and what stops."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from checker.errors import CheckerError, ConfigurationError, MeasurementError
from checker.lab.results.entry import read_entries
from checker.lab.results.table import read_table
from checker.lab.results.values import Selection

COLUMNS = "columns: {model: model, seed: seed, value: acc}"


def chosen(
    folder: Path, text: str | bytes, options: str = COLUMNS, unit: str = "share", better: str = "higher", name: str = "t.csv"
) -> Selection:
    data = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(data)
    (entry,) = read_entries(
        f"- file: {name}\n  {options}\n  metric: {{name: accuracy, unit: '{unit}', better: {better}, margin: 0}}\n"
    )
    return read_table(entry, folder).selection


GOOD = {"a": {"0": 0.5, "1": 0.6}, "b": {"0": 0.7, "1": 0.8}}
ROWS = "a,0,0.5\na,1,0.6\nb,0,0.7\nb,1,0.8\n"


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("plain", f"model,seed,acc\n{ROWS}", COLUMNS),
        ("byte order mark", f"\ufeffmodel,seed,acc\n{ROWS}", COLUMNS),
        ("windows line ends", f"model,seed,acc\n{ROWS}".replace("\n", "\r\n"), COLUMNS),
        ("spaces around names and cells", f" model , seed, acc \n{ROWS.replace(',', ' , ')}", COLUMNS),
        ("empty lines and a comment", f"# run of May\n\nmodel,seed,acc\n\n{ROWS}\n\n", COLUMNS),
        ("a header behind a mark", f"#model,seed,acc\n{ROWS}", COLUMNS),
        ("the header repeated", f"model,seed,acc\n{ROWS}model,seed,acc\na,1,0.6\n", COLUMNS),
        ("quoted", f"model,seed,acc\n{ROWS}".replace("a,", '"a",').replace("0.7", '"0.7"'), COLUMNS),
        ("semicolons and decimal commas", f"model;seed;acc\n{ROWS.replace(',', ';').replace('0.', '0,')}", COLUMNS),
        ("tabs", f"model\tseed\tacc\n{ROWS}".replace(",", "\t"), COLUMNS),
        ("seeds in words", "model,seed,acc\na,seed_0,0.5\na,seed-1,0.6\nb,s0,0.7\nb,run 1,0.8\n", COLUMNS),
        ("seeds as floats", "model,seed,acc\na,0.0,0.5\na,1.0,0.6\nb,0,0.7\nb,1,0.8\n", COLUMNS),
        ("percent signs", "model,seed,acc\na,0,50%\na,1,60.0 %\nb,0,70%\nb,1,0.8\n", COLUMNS),
        ("index without a header, as R writes it", "model,seed,acc\n1,a,0,0.5\n2,a,1,0.6\n3,b,0,0.7\n4,b,1,0.8\n", COLUMNS),
        (
            "seed in the model's name",
            "run,acc\na/s0,0.5\na/s1,0.6\nb/s0,0.7\nb/s1,0.8\n",
            "columns: {model: 'run:^(.)', seed: 'run:s(\\d)', value: acc}",
        ),
        (
            "json in a cell",
            "cfg,seed,acc\n" + ROWS.replace("a,", '"{""m"":""a""}",').replace("b,", '"{""m"":""b""}",'),
            "columns: {model: cfg.m, seed: seed, value: acc}",
        ),
        (
            "a column for each seed",
            "model,seed0,seed1,mean\na,0.5,0.6,0.55\nb,0.7,0.8,0.75\n",
            "layout: wide\n  columns: {model: model}",
        ),
        (
            "columns of two metrics for each seed",
            "model,acc_s0,acc_s1,loss_s0,loss_s1\na,0.5,0.6,9,9\nb,0.7,0.8,9,9\n",
            "layout: wide\n  columns: {model: model, value: acc_s*}",
        ),
        (
            "a column for each model",
            "seed,a,b,b-a\n0,0.5,0.7,0.2\n1,0.6,0.8,0.2\nmean,0.55,0.75,0.2\n",
            "layout: wide\n  columns: {seed: seed}\n  models: {a: a, b: b}",
        ),
        ("two columns of one name", "model,seed,acc,x,x\na,0,0.5,1,2\na,1,0.6,1,2\nb,0,0.7,1,2\nb,1,0.8,1,2\n", COLUMNS),
        (
            "rows of pandas' describe",
            f"model,seed,acc\n{ROWS}a,count,2\na,mean,0.55\na,std,0.05\na,25%,0.5\na,50%,0.55\na,max,0.6\n",
            COLUMNS,
        ),
        ("a mean without a seed", f"model,seed,acc\n{ROWS}a,,0.55\n", COLUMNS),
        ("states", f"model,seed,acc,status\n{ROWS.replace(chr(10), ',ok' + chr(10))}a,2,0.1,crashed\nb,2,0.1,RUNNING\n", COLUMNS),
        (
            "runs that diverged, in a column of state",
            f"model,seed,acc,state\n{ROWS.replace(chr(10), ',ok' + chr(10))}a,2,0.1,Diverged\n",
            COLUMNS,
        ),
        (
            "runs that diverged, in a column of their own",
            f"model,seed,acc,diverged\n{ROWS.replace(chr(10), ',False' + chr(10))}a,2,0.1,True\n",
            COLUMNS,
        ),
        ("a line for Excel", f"sep=;\nmodel;seed;acc\n{ROWS.replace(',', ';').replace('0.', '0,')}", COLUMNS),
        ("line ends of an old Macintosh", f"model,seed,acc\n{ROWS}".replace("\n", "\r"), COLUMNS),
        ("a title above the header", f"Results of May,,\n\nmodel,seed,acc\n{ROWS}", COLUMNS),
        ("merged cells above the header", f",CIFAR-10,\nmodel,seed,acc\n{ROWS}", COLUMNS),
        ("totals with a seed", f"model,seed,acc\n{ROWS}Total,0,2.6\nmean,1,0.65\nAverage:,0,0.6\n", COLUMNS),
        ("totals without one", f"model,seed,acc\n{ROWS}Total,,2.6\n", COLUMNS),
        ("rows twice", f"model,seed,acc\n{ROWS}{ROWS}", COLUMNS),
        (
            "a table of markdown",
            f"| model | seed | acc |\n|---|---|---|\n{''.join('| ' + row.replace(',', ' | ') + ' |' + chr(10) for row in ROWS.split())}",
            COLUMNS,
        ),
        ("a separator at the end of each line", f"model,seed,acc\n{ROWS}".replace("\n", ",\n"), COLUMNS),
        ("rounded copies", f"model,seed,acc\n{ROWS}a,0,0.50000000000001\n", COLUMNS),
    ],
)
def test_the_same_table(name: str, text: str, options: str, tmp_path: Path) -> None:
    assert chosen(tmp_path, text, options).means() == GOOD


def test_the_same_table_packed_and_in_other_encodings(tmp_path: Path) -> None:
    text = f"model,seed,acc\n{ROWS}"
    assert chosen(tmp_path, gzip.compress(text.encode()), name="t.csv.gz").means() == GOOD
    assert chosen(tmp_path, text.encode("utf-16")).means() == GOOD
    latin = text.replace("a,", "é,").encode("latin-1")
    with pytest.raises(MeasurementError, match="not UTF-8; write its `encoding`"):
        chosen(tmp_path, latin)
    assert list(chosen(tmp_path, latin, f"{COLUMNS}\n  encoding: latin-1").means()) == ["b", "é"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("a,2,", "no value"),
        ("a,2,-", "no value"),
        ("a,2,N/A", "no value"),
        ("a,2,NaN", "its value is NaN"),
        ("a,2,-1.#IND00", "its value is NaN"),
        ("a,2,nan(ind)", "its value is NaN"),
        ("a,2,#DIV/0!", "its value is NaN"),
        ("a,2,n.a.", "its value is the text 'n.a.'"),
        ("Overall,0,0.5", "a row that sums up others"),
        ("a,2,OOM", "its value is the text 'OOM'"),
        ("a,mean,0.55", "no seed: 'mean'"),
        ("a,1,0.6", "the same again, with the same value"),
        (",2,0.5", "no model"),
    ],
)
def test_what_is_left_out_has_its_reason(cells: str, reason: str, tmp_path: Path) -> None:
    found = chosen(tmp_path, f"model,seed,acc\n{ROWS}{cells}\n")
    assert found.means() == GOOD
    assert [left.reason for left in found.left_out] == [reason]


@pytest.mark.parametrize(
    ("text", "options", "unit", "match"),
    [
        (
            f"model,seed,acc\n{ROWS}a,2,70.3\n",
            COLUMNS,
            "share",
            "line 6: 70.3 is outside the unit 'share', which goes from 0 to 1; are they percent",
        ),
        (f"model,seed,acc\n{ROWS}a,2,inf\n", COLUMNS, "share", "line 6: inf is not a finite number"),
        (f"model,seed,acc\n{ROWS}", COLUMNS, "%", "no value is above 1 %; are they shares"),
        ("model,seed,acc\na,0,71.2\na,1,0.713\nb,0,70.1\n", COLUMNS, "%", "line 3: 0.713 among values up to 71.2 %: a share, or"),
        ("model,seed,acc\na,0,71.2%\na,1,0.4\nb,0,70.1%\n", COLUMNS, "%", "line 3: '0.4' has no % as other cells have"),
        ("model,seed,acc\na,0,12 ms\na,1,13 ms\n", COLUMNS, "ms", "line 2: '12 ms' is not a number"),
        ("model;seed;acc\na;0;0,5\na;1;0.6\n", COLUMNS, "share", "a comma for decimals or for thousands"),
        ("model;seed;acc\na;0;1,23,456\na;1;2,34,567\n", COLUMNS, "ms", "a comma for decimals or for thousands"),
        ("model,seed,acc\na,0,0.5*\na,1,0.6\n", COLUMNS, "share", r"'0.5\*' is not a number"),
        (f"model,seed,acc\n{ROWS}a,2,0.7 ± 0.1\n", COLUMNS, "share", "line 6: '0.7 ± 0.1' is a mean with a spread"),
        (f"model,seed,acc\n{ROWS}a,2,71.2 (0.4)\n", COLUMNS, "%", "is a mean with a spread"),
        (f"model,seed,acc\n{ROWS}a,2,$71.2_{{0.4}}$\n", COLUMNS, "%", "is a mean with a spread"),
        (f"model,seed,acc\n{ROWS}a,2,0.7x\n", COLUMNS, "share", "line 6: '0.7x' is not a number"),
        ('model,seed,acc\na,0,"1,234"\n', COLUMNS, "ms", "a comma for decimals or for thousands"),
        ("model,seed,acc\na,0,12%\n", COLUMNS, "ms", "is in percent, and the unit of the metric is 'ms'"),
        (f"model,seed,acc\n{ROWS}a,0.5\nb,1,2,3,4\n", COLUMNS, "share", "do not fit its header of 3 cells"),
        ("", COLUMNS, "share", "empty"),
        ("model,seed,acc\n", COLUMNS, "share", "the table is empty"),
        (
            f"model,seed,acc\n{ROWS}",
            "columns: {model: modle, seed: seed, value: acc}",
            "share",
            "no column 'modle'; there is 'model'",
        ),
        (f"model,seed,acc\n{ROWS}", "columns: {model: model, seed: seed}", "share", "which column is the value"),
        (
            f"model,seed,acc\n{ROWS}",
            "columns: {model: model, value: acc}",
            "share",
            "several rows of a; write which column is the seed",
        ),
        (f"model,seed,acc\n{ROWS}", f"{COLUMNS}\n  models: {{c: C}}", "share", "no model of the table stands under `models`"),
        (f"model,seed,acc\n{ROWS}", f"{COLUMNS}\n  where: {{model: c}}", "share", "no row has model = c; there is 'a', 'b'"),
        ("model,seed,acc,acc\na,0,1,0\n", COLUMNS, "share", r"no column 'acc'; there is 'acc \(column 3\)'"),
        (
            "model,seed,split,acc\na,0,train,0.9\na,0,val,0.5\n",
            "columns: {model: model, seed: seed, value: acc, split: split}",
            "share",
            "several splits",
        ),
        (
            "model,seed,epoch,acc\na,0,0,0.9\na,0,1,0.5\n",
            "columns: {model: model, seed: seed, value: acc, step: epoch}",
            "share",
            "up to 2 steps",
        ),
        (
            "a;b|c;d\n1;2|3;4\n",
            "columns: {model: a, seed: b, value: c}",
            "share",
            "separated by ';' or '|'; write its `separator`",
        ),
    ],
)
def test_what_is_not_certain_stops_and_says_what_to_do(text: str, options: str, unit: str, match: str, tmp_path: Path) -> None:
    with pytest.raises(CheckerError, match=match):
        chosen(tmp_path, text, options, unit)


def test_thousands_and_decimals_as_declared(tmp_path: Path) -> None:
    def value(cell: str, options: str = "") -> float:
        return chosen(tmp_path, f'model;seed;acc\na;0;"{cell}"\n', f"{COLUMNS}{options}", "ms").means()["a"]["0"]

    comma, point = "\n  decimal: ','", "\n  decimal: '.'"
    assert value("1,234.5") == 1234.5 and value("1.234,5") == 1234.5 and value("1 234.5") == 1234.5
    assert value("1,234", point) == 1234 and value("1,234", comma) == 1.234
    assert value("1.234", comma) == 1234 and value("1.234", point) == 1.234 and value("−3.5") == -3.5 and value("1e3") == 1000


def test_a_conflict_is_named_with_what_differs_and_never_averaged(tmp_path: Path) -> None:
    found = chosen(tmp_path, f"model,seed,acc,data\n{ROWS.replace(chr(10), ',in1k' + chr(10))}a,1,0.9,in22k\n")
    assert found.means()["a"] == {"0": 0.5}
    assert (
        str(found.conflicts[0])
        == "conflict: a, seed 1 has the values 0.6 and 0.9 (t.csv: line 3; t.csv: line 6); they differ in acc, data"
    )


def test_what_may_be_so_many_percent_counts_as_it_is_written(tmp_path: Path) -> None:
    """A run that collapsed, and one that its % says outright."""
    found = chosen(tmp_path, "model,seed,acc\na,0,71.2\na,1,0.1\nb,0,70.1\n", unit="%")
    assert found.means()["a"] == {"0": 71.2, "1": 0.1} and "look whether some are shares" in found.notes[0]
    assert chosen(tmp_path, "model,seed,acc\na,0,71.2\na,1,0.713%\nb,0,70.1\n", unit="%").means()["a"]["1"] == 0.713


def test_a_column_that_is_the_value_says_nothing_of_the_run(tmp_path: Path) -> None:
    text = "model,seed,diverged\na,0,1\na,1,0\nb,0,0\n"
    found = chosen(tmp_path, text, "columns: {model: model, seed: seed, value: diverged}")
    assert found.means() == {"a": {"0": 1.0, "1": 0.0}, "b": {"0": 0.0}}


def test_an_outlier_that_finished_counts(tmp_path: Path) -> None:
    assert chosen(tmp_path, f"model,seed,acc\n{ROWS}a,2,0.001\n").means()["a"]["2"] == 0.001


def test_known_seeds_that_are_missing_are_named(tmp_path: Path) -> None:
    found = chosen(tmp_path, f"model,seed,acc\n{ROWS}", f"{COLUMNS}\n  seeds: [0, 1, 2]")
    assert [(missing.model, missing.seed) for missing in found.missing] == [("a", "2"), ("b", "2")]


def test_numbers_equal_their_text_and_null_is_nothing(tmp_path: Path) -> None:
    text = "model,seed,acc,k,note\n" + "".join(
        f"{row},{k},{note}\n" for row in ROWS.split() for k, note in ((20, ""), ("5.0", "bad"))
    )
    for where in ("{k: 20}", "{k: '20'}", "{k: 20.0, note: null}"):
        assert chosen(tmp_path, text, f"{COLUMNS}\n  where: {where}").means() == GOOD


def test_a_history_takes_the_step_that_is_asked_for(tmp_path: Path) -> None:
    rows = "".join(f"{m},{s},{step},{0.1 * step + 0.01 * s}\n" for m in "ab" for s in range(2) for step in range(3))
    columns = "columns: {model: model, seed: seed, value: acc, step: step}"
    text = f"model,seed,step,acc\n{rows}a,0,3,\n"
    assert chosen(tmp_path, text, f"{columns}\n  take: last").means()["a"] == pytest.approx({"0": 0.2, "1": 0.21})
    assert chosen(tmp_path, text, f"{columns}\n  take: {{step: 1}}").means()["b"] == {"0": 0.1, "1": pytest.approx(0.11)}
    assert chosen(tmp_path, text, f"{columns}\n  take: best", better="lower").means()["b"] == {"0": 0.0, "1": 0.01}


def test_literal_names_come_before_patterns(tmp_path: Path) -> None:
    models = "models: {a: A, '*': Others}"
    assert chosen(tmp_path, f"model,seed,acc\n{ROWS}", f"{COLUMNS}\n  {models}").means() == {"A": GOOD["a"], "Others": GOOD["b"]}
    with pytest.raises(ConfigurationError, match="the model 'a' fits 'a\\*' and '\\*'"):
        chosen(tmp_path, f"model,seed,acc\n{ROWS}", f"{COLUMNS}\n  models: {{'a*': A, '*': B}}")


def test_a_million_rows_take_seconds(tmp_path: Path) -> None:
    import time

    row = "".join(f"m{n % 4},{n // 4 % 5},{n // 20},0.{n % 7}\n" for n in range(1_000_000))
    start = time.perf_counter()
    found = chosen(
        tmp_path,
        "model,seed,image,acc\n" + row,
        "columns: {model: model, seed: seed, image: image, value: acc}\n  where: {model: m1}",
    )
    assert time.perf_counter() - start < 60
    assert found.rows == 250_000 and found.images == 50_000

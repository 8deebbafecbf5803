"""Record what raw pixels tell of the data sets that come with the package, so that nobody waits for it.

Measures those whose record is out of date and writes checker/lab/data/floors.json; those not on this machine keep their record.

    python benchmarks/floors.py
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

from checker.errors import MeasurementError
from checker.lab.data import DATA
from checker.runs.floors import RECORD, floor_key, known_floors
from checker.runs.store import Store

NAMES = ("shapes", "figures", "leaves", "digits", "fashion")


def main() -> None:
    path = Path(str(files("checker.lab.data") / RECORD))
    record = json.loads(path.read_text(encoding="utf-8"))
    for name in NAMES:
        try:
            found = known_floors(DATA[name], Store.default())
        except MeasurementError as error:
            print(f"{name}: {error}")
            continue
        record[name] = {"key": floor_key(DATA[name]), "floors": [asdict(floor) for floor in found]}
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        print(name, *record[name]["floors"], sep="\n  ", flush=True)


if __name__ == "__main__":
    main()

"""Write the JSON Schema of evidence files anew, after their models in checker/evidence/ have changed."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from checker.evidence.schema import FILE, evidence_schema

text = json.dumps(evidence_schema(), indent=1, ensure_ascii=False) + "\n"
Path(str(files("checker.evidence") / FILE)).write_text(text, encoding="utf-8")

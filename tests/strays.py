"""Files that would run if anything of the working folder or the vault were imported."""

from __future__ import annotations

from pathlib import Path

NAMES = (
    *("http", "random", "numpy", "torch", "timm", "json", "queue", "signal", "pickle", "secrets", "typing", "conftest"),
    *("sitecustomize", "usercustomize", "__future__", "multiprocessing", "checker_runs", "faults"),
)


def write_strays(folder: Path, ran: Path, *more: str) -> None:
    """Modules named like the library's and ours, and a package `checker`, each of which writes into `ran` when it is imported."""
    text = f"open({str(ran)!r}, 'a').write(__file__ + chr(10))\n"
    for name in (*NAMES, *more):
        (folder / f"{name}.py").write_text(text)
    for package in ("checker", "checker/cli", "checker/runs"):
        (folder / package).mkdir()
        for name in ("__init__", "__main__", "worker", "cluster"):
            (folder / package / f"{name}.py").write_text(text)
    info = folder / "stray-1.0.dist-info"  # an entry point, as installed packages have them
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stray\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[check_claims.metrics]\nstray = http\n")
    (folder / "matplotlibrc").write_text("axes.facecolor: red\ntext.usetex: True\nbackend: module://random\n")

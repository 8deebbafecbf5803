"""Plug-in metrics that misbehave, each in its own way: what a job may do to itself, and to nobody else. Not imported by tests."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time

import torch

from checker.lab.metrics.base import METRICS, Metric
from checker.vocabulary import MarginWord, MetricWord

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def good(subject):
    return torch.linspace(1, 2, subject.count, dtype=torch.float64)[None]


def nan(subject):
    return torch.full((1, subject.count), torch.nan)


def unsteady(subject):
    return good(subject) + torch.rand(1, dtype=torch.float64)


def raises(subject):
    raise ZeroDivisionError("by nothing")


def leaves(subject):
    sys.exit(7)


def segfault(subject):
    """A crash that leaves a child behind."""
    subprocess.Popen(SLEEP, start_new_session=True)
    ctypes.string_at(0)


def hang(subject):
    print("about to hang", flush=True)
    time.sleep(600)


def hog(subject):
    held = []
    while True:
        held.append(torch.ones(64_000_000))


def leak(subject):
    """Children that outlive the job: one in a session of its own, one whose parent is gone."""
    subprocess.Popen(SLEEP, start_new_session=True)
    subprocess.run([sys.executable, "-c", f"import subprocess; subprocess.Popen({SLEEP!r}, start_new_session=True)"], check=True)
    return good(subject)


def bomb(subject):
    """Children that fork on, up to a number that a test machine bears."""
    for _ in range(40):
        if os.fork() == 0:
            os.setsid()
            for _ in range(4):
                if os.fork() == 0:
                    break
            time.sleep(600)
    time.sleep(600)


def flood(subject):
    line = b"x" * 1023 + b"\n"
    for _ in range(20_000):
        os.write(1, line)
    os.write(2, b"the end\n")
    return good(subject)


def kill_service(subject):
    """Kill the process that started this worker: on a cluster, the service's own worker."""
    os.kill(os.getppid(), 9)
    time.sleep(600)


ALL = (good, nan, unsteady, raises, leaves, segfault, hang, hog, leak, bomb, flood, kill_service)
for function in ALL:
    name = f"fault_{function.__name__}"
    METRICS.register(name)(
        Metric(
            word=MetricWord(
                name=name,
                title=name.replace("_", " "),
                unit="px",
                unit_words=("px",),
                synonyms=(),
                comparatives=(("longer", "greater"), ("shorter", "less")),
                margin=MarginWord(0.05, "relative"),
                layers="",
                scopes=("toy",),
            ),
            definition="none",
            source="none",
            reads="model",
            measure=function,
        )
    )

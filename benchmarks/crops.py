"""What small crops tell of a data set's factors: a convnet learns to read them, and is tested crop size by crop size.

A joint-embedding objective matches crops, so it can learn of a factor only what its crops show. A training crop covers a random
share of its picture and is resized to the size of DINO's local crops; accuracies on held-out pictures are appended to
floors.jsonl beside this file.

    python benchmarks/crops.py DATA [DATA ...]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from checker.lab.augment import random_crop
from checker.lab.data import data_set
from checker.lab.transformer import normalise

SIZE = 16  # pixels, of a crop as the convnet sees it
AREAS = ((0.1, 0.15), (0.15, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 0.7), (0.7, 1.0))  # shares of the picture
STEPS, BATCH, RATE, WEIGHT_DECAY = 700, 128, 3e-3, 0.05
TRAIN, TEST = 20_000, 2_000  # pictures
WIDTH = 48
LOG = Path(__file__).with_name("floors.jsonl")


def convnet(outputs: int) -> nn.Sequential:
    def block(given: int, made: int, stride: int) -> list[nn.Module]:
        return [nn.Conv2d(given, made, 3, stride, 1, bias=False), nn.BatchNorm2d(made), nn.ReLU()]

    layers = ((3, WIDTH // 2, 1), (WIDTH // 2, WIDTH, 2), (WIDTH, WIDTH, 1), (WIDTH, 2 * WIDTH, 2), (2 * WIDTH, 2 * WIDTH, 1))
    blocks = (module for layer in layers for module in block(*layer))
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2 * WIDTH, outputs))


def read_crops(name: str) -> list[dict[str, object]]:
    """One line for each range of areas: the share of crops in which each factor is named right."""
    data = data_set(name)
    sizes = [len(levels) for levels in data.factors.values()]
    train, test = data.split("train", TRAIN), data.split("held-out", TEST)
    images, held_out = torch.from_numpy(train.images), torch.from_numpy(test.images)
    labels, answers = ([torch.from_numpy(split.factors[factor]) for factor in data.factors] for split in (train, test))
    torch.manual_seed(0)
    generator = Generator().manual_seed(1)
    net = convnet(sum(sizes))
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS)

    def crops(pictures: Tensor, areas: tuple[float, float]) -> Tensor:
        return normalise(random_crop(pictures.float() / 255, SIZE, areas, generator))

    start = time.process_time()
    for _ in range(STEPS):
        rows = torch.randint(len(images), (BATCH,), generator=generator)
        logits = net(crops(images[rows], (AREAS[0][0], AREAS[-1][1]))).split(sizes, 1)
        loss = sum(F.cross_entropy(part, levels[rows]) for part, levels in zip(logits, labels, strict=True))
        assert isinstance(loss, Tensor)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    spent = round(time.process_time() - start, 1)
    net.eval()
    lines: list[dict[str, object]] = []
    for areas in AREAS:
        with torch.no_grad():
            logits = torch.cat([net(crops(part, areas)) for part in held_out.split(500)]).split(sizes, 1)
        right = [part.argmax(1) == levels for part, levels in zip(logits, answers, strict=True)]
        shares = {factor: round(float(hits.double().mean()), 4) for factor, hits in zip(data.factors, right, strict=True)}
        if len(right) > 1:
            shares["category"] = round(float(torch.stack(right).all(0).double().mean()), 4)
        chance = {factor: round(1 / size, 4) for factor, size in zip(data.factors, sizes, strict=True)}
        lines.append({"kind": "crops", "data": name, "area": areas, "right": shares, "chance": chance, "cpu_seconds": spent})
    return lines


def main() -> None:
    torch.set_num_threads(1)
    for name in sys.argv[1:]:
        for line in read_crops(name):
            with LOG.open("a") as log:
                log.write(json.dumps(line) + "\n")
            print(line, flush=True)


if __name__ == "__main__":
    main()

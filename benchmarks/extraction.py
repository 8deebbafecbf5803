"""What attention distance costs on a ViT-B/16, beside a plain forward pass and beside keeping all maps. One thread, one run.

Each way runs in a process of its own for its peak memory; times are CPU seconds, the ways taking turns, the median of the rounds.

    python benchmarks/extraction.py [--images 8] [--rounds 5]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

WAYS = ("plain", "ours", "ours, nine metrics", "timm AttentionExtract", "hooks, unfused")
METRICS = (
    "attention_distance",
    "attention_entropy",
    "attention_local_mass",
    "attention_nmi",
    "head_deviation",
    "attention_to_self",
    "class_attention_to_self",
    "class_attention_entropy",
    "token_similarity",
)


def way(name: str, images: int) -> Callable[[], float]:
    """A function that runs a batch once and returns the mean distance (0 for the plain pass)."""
    import timm
    import torch

    from checker.lab.encoder import describe
    from checker.lab.measure import measure
    from checker.lab.metrics import attention_distance

    torch.set_num_threads(1)
    torch.manual_seed(0)
    if name == "timm AttentionExtract":
        timm.layers.set_fused_attn(False)  # else it finds no map to extract
    module = timm.create_model("vit_base_patch16_224", num_classes=0).eval().requires_grad_(False)
    batch = torch.rand(images, 3, 224, 224)
    encoder = describe("ViT-B/16", module, 224, (0.5,) * 3, (0.5,) * 3, "")

    def plain() -> float:
        with torch.inference_mode():
            module.forward_features(encoder.prepare(batch))
        return 0.0

    def ours(metrics: tuple[str, ...]) -> float:
        class Given:
            pass

        subject = Given()
        subject.encoder, subject.images = encoder, batch
        return float(measure(metrics, subject)["attention_distance"].values.mean())

    def extract() -> float:
        from timm.utils import AttentionExtract

        maps = AttentionExtract(module, method="fx")(encoder.prepare(batch))
        return mean(list(maps.values()))

    def hooks() -> float:
        seen: list[torch.Tensor] = []
        held = []
        for block in module.blocks:
            block.attn.fused_attn = False
            held.append(block.attn.attn_drop.register_forward_pre_hook(lambda _, given: seen.append(given[0])))
        with torch.inference_mode():
            module.forward_features(encoder.prepare(batch))
        for block, hook in zip(module.blocks, held, strict=True):
            block.attn.fused_attn = True
            hook.remove()
        return mean(seen)

    def mean(maps: list[torch.Tensor]) -> float:
        with torch.inference_mode():
            return sum(float(attention_distance(m, (14, 14), 16, 1).mean()) for m in maps) / len(maps)

    return {
        "plain": plain,
        "ours": lambda: ours(METRICS[:1]),
        "ours, nine metrics": lambda: ours(METRICS),
        "timm AttentionExtract": extract,
        "hooks, unfused": hooks,
    }[name]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=WAYS)
    options = parser.parse_args()
    if options.way:  # the child: one round a line that arrives
        run = way(options.way, options.images)
        run()
        for _ in sys.stdin:
            began = time.process_time()
            value = run()
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(time.process_time() - began, peak, value, flush=True)
        return

    children = {
        name: subprocess.Popen(
            [sys.executable, __file__, "--way", name, "--images", str(options.images)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in WAYS
    }
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    peaks, values = {}, {}
    for _ in range(options.rounds):
        for name, child in children.items():
            assert child.stdin and child.stdout
            child.stdin.write("\n")
            child.stdin.flush()
            spent, peaks[name], values[name] = map(float, child.stdout.readline().split())
            seconds[name].append(spent)
    for child in children.values():
        child.communicate()
    plain = statistics.median(seconds["plain"])
    print(f"{'way':24} {'CPU s':>7} {'ratio':>6} {'MB above plain':>15} {'distance':>9}")
    for name in WAYS:
        spent = statistics.median(seconds[name])
        ratio = statistics.median(a / b for a, b in zip(seconds[name], seconds["plain"], strict=True))
        print(f"{name:24} {spent:7.2f} {ratio:6.2f} {peaks[name] - peaks['plain']:15.0f} {values[name]:9.4f}")
    print(f"{options.images} images, ViT-B/16, one thread; plain: {plain / options.images:.3f} s an image")


if __name__ == "__main__":
    main()

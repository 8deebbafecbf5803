"""Has a model learned something? Probes of the factors that made its data, and the gate that reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from checker.lab.data import Dataset
from checker.lab.learners import Learner, Token

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.data import Split
    from checker.lab.encoder import Encoder

PROBE_TRAIN, PROBE_TEST = 2000, 1000  # images
LEAD = 0.05  # accuracy by which a probe must beat initialisation, after two standard errors
DROP = 0.05  # share of its loss at initialisation that a model must lose


@dataclass(frozen=True)
class Competence:
    """What a network can do at one moment. Accuracies are shares of `images` held-out images.

    `own_loss` is the training objective on held-out images (None for a network that has no objective); `probe` maps each
    factor of the data to the accuracies of linear probes on the mean patch token after each block; `knn` holds the k-NN
    accuracies on the category after each block. `class_probe` and `class_knn` are the same for the class token; models of the
    first edition have none.
    """

    own_loss: float | None
    probe: Mapping[str, tuple[float, ...]]
    knn: tuple[float, ...]
    images: int = PROBE_TEST
    class_probe: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    class_knn: tuple[float, ...] = ()

    @property
    def by_block(self) -> tuple[float, ...]:
        """Probe accuracy after each block, averaged over the factors."""
        return tuple(sum(accuracies) / len(accuracies) for accuracies in zip(*self.probe.values(), strict=True))

    def read_at(self, token: Token) -> tuple[float, float]:
        """At this readout, after the last block: probe accuracy averaged over the factors, and k-NN accuracy."""
        probe, knn = (self.class_probe, self.class_knn) if token == "class" else (self.probe, self.knn)
        return sum(accuracies[-1] for accuracies in probe.values()) / len(probe), knn[-1]

    @property
    def best(self) -> float:
        """The best block's accuracy: objectives keep what they know at different depths (SimMIM in the middle)."""
        return max(self.by_block)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Competence:
        probe, class_probe = (
            {name: tuple(accuracies) for name, accuracies in values.get(field, {}).items()} for field in ("probe", "class_probe")
        )
        images, class_knn = values.get("images", PROBE_TEST), tuple(values.get("class_knn", ()))
        return cls(values["own_loss"], probe, tuple(values["knn"]), images, class_probe, class_knn)


def standard_error(accuracy: float, count: int) -> float:
    """Binomial standard error of an accuracy over `count` images, never zero (Agresti and Coull 1998)."""
    share = (accuracy * count + 2) / (count + 4)
    return math.sqrt(share * (1 - share) / (count + 4))


def why_not_competent(before: Competence, after: Competence) -> str | None:
    """The gate: None when a model may enter a verdict, else one sentence that says why not.

    `before` is the same network at initialisation. A model passes when its own held-out loss fell by DROP and the accuracy of
    its best block, averaged over the factors of its data, beats that of initialisation's best block by more than
    LEAD, two standard errors aside.
    """
    losses = (before.own_loss, after.own_loss)
    if None not in losses and not _fell_clearly(*losses):  # type: ignore[arg-type]
        return f"its own held-out loss did not go down clearly ({before.own_loss:.3f} to {after.own_loss:.3f})"
    doubt = 2 * math.hypot(standard_error(before.best, before.images), standard_error(after.best, after.images))
    if after.best - before.best < LEAD + doubt:
        return f"probes read the data's factors with {after.best:.0%} accuracy, at initialisation with {before.best:.0%}"
    return None


def why_nothing_learned(learner: Learner, before: Competence, after: Competence, pixels: Mapping[str, float]) -> str | None:
    """The gate of the second edition: None when a model may enter a verdict, else one sentence that says why not.

    At the readout of its paper a model must read the data's factors better, on average, than initialisation does by more than
    LEAD and better than the raw pixels do (`floors`), two standard errors aside. Where its target stands still its own
    held-out loss must have fallen by DROP.
    """
    losses = (before.own_loss, after.own_loss)
    if not learner.moving_target and None not in losses and not _fell_clearly(*losses):  # type: ignore[arg-type]
        return f"its own held-out loss did not go down clearly ({before.own_loss:.3f} to {after.own_loss:.3f})"
    (start, _), (end, _) = before.read_at(learner.token), after.read_at(learner.token)
    where = "the class token" if learner.token == "class" else "the mean patch token"
    for line, name, lead in ((start, "at initialisation", LEAD), (mean_of(pixels), "in the raw pixels", 0.0)):
        doubt = 2 * math.hypot(standard_error(line, after.images), standard_error(end, after.images))
        if end - line < lead + doubt:
            return f"probes of {where} read the data's factors with {end:.0%} accuracy, {name} with {line:.0%}"
    return None


def mean_of(accuracies: Mapping[str, float]) -> float:
    """Averaged over the factors."""
    return sum(accuracies.values()) / len(accuracies)


def _fell_clearly(before: float, after: float) -> bool:
    return before - after > DROP * abs(before)


def assess(encoder: Encoder, data: Dataset, own_loss: float | None) -> Competence:
    """Probe an encoder on fresh splits of `data`, by the mean patch token and by the class token of each block."""
    import torch

    train = data.split("probe-train", PROBE_TRAIN, encoder.size)
    test = data.split("probe-test", PROBE_TEST, encoder.size)
    seen, unseen = (_tokens(encoder, torch.from_numpy(split.images)) for split in (train, test))
    read: dict[Token, tuple[dict[str, tuple[float, ...]], tuple[float, ...]]] = {}
    for token in seen:
        blocks = [_read(data, train, test, a, b) for a, b in zip(seen[token], unseen[token], strict=True)]
        read[token] = {name: tuple(block[0][name] for block in blocks) for name in data.factors}, tuple(b[1] for b in blocks)
    (probe, knn), (class_probe, class_knn) = read["patches"], read["class"]
    return Competence(own_loss, probe, knn, len(test.category), class_probe, class_knn)


def _read(data: Dataset, train: Split, test: Split, seen: Tensor, unseen: Tensor) -> tuple[dict[str, float], float]:
    """Accuracy of a linear probe of each factor, and of k-NN on the category: features (n, d) of both splits, unscaled."""
    import torch

    from checker.lab.probing import LinearProbe, Scaler, nearest_neighbours

    scale = Scaler.of(seen)
    seen, unseen = scale(seen), scale(unseen)
    probe = {}
    for name, levels in data.factors.items():
        labels, answers = (torch.from_numpy(split.factors[name]) for split in (train, test))
        probe[name] = _share(LinearProbe.fit(seen, labels, len(levels))(unseen) == answers)
    labels, answers = (torch.from_numpy(split.category) for split in (train, test))
    return probe, _share(nearest_neighbours(seen, labels, unseen) == answers)


def _tokens(encoder: Encoder, images: Tensor) -> dict[Token, Tensor]:
    """The mean patch token and the class token after each block, through the final norm: (depth, images, width) each."""
    import torch

    from checker.lab.subjects import token_maps

    parts: dict[Token, list[Tensor]] = {"patches": [], "class": []}
    with torch.inference_mode():
        for _, maps in token_maps(encoder, images):
            tokens = encoder.module.norm(maps)
            parts["patches"].append(tokens[:, :, encoder.prefix :].mean(2).float().cpu())
            parts["class"].append(tokens[:, :, 0].float().cpu())
    return {token: torch.cat(found, 1).clone() for token, found in parts.items()}


def _share(right: Tensor) -> float:
    return round(float(right.double().mean()), 4)

"""What can be measured: a model on the pictures of a data set, one file for each kind of model. Imports torch."""

from __future__ import annotations

from checker.lab.checkpoints import Card
from checker.lab.data import Dataset, Split
from checker.lab.encoder import Encoder
from checker.lab.subjects.base import Subject, batches
from checker.lab.subjects.stages import Staged, describe_stages, is_staged
from checker.lab.subjects.transformer import Transformer, token_maps, watch_tokens

__all__ = [
    "Staged",
    "Subject",
    "Transformer",
    "batches",
    "describe_stages",
    "is_staged",
    "subject_of",
    "token_maps",
    "watch_tokens",
]


def subject_of(
    encoder: Encoder, data: Dataset, count: int, card: Card | None = None, splits: dict[tuple[str, int], Split] | None = None
) -> Subject:
    """The subject that a model is, on the pictures of a data set."""
    kind = Staged if is_staged(encoder.module) else Transformer
    return kind(encoder, data, count, card, {} if splits is None else splits)

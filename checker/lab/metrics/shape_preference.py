"""Shape preference: whether a model sides with the shape or with the texture of a picture when the two disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.lab.metric import metric

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from checker.lab.subjects import Subject

AGREEING = 1000  # pictures that the probe is fitted on
AGREEING_SEED, CONFLICTING_SEED = (1, 0x5C), (2, 0x5C)  # apart from those of the splits


@metric(
    "shape_preference",
    title="shape preference",
    definition="share of cue-conflict pictures that a linear probe answers by shape, less the share it answers by texture",
    source="after Geirhos et al. 2019, section 2",
    unit="preference",
    reads="model",
    needs=("features",),
    margin=(0.05, "preference"),
    synonyms=("shape bias", "shape orientation"),
    comparatives=(
        ("higher", "greater"),
        ("stronger", "greater"),
        ("greater", "greater"),
        ("larger", "greater"),
        ("lower", "less"),
        ("weaker", "less"),
        ("smaller", "less"),
    ),
    factors=("shape", "texture"),
    adjectives=(
        ("shape-biased", "greater"),
        ("shape-oriented", "greater"),
        ("texture-biased", "less"),
        ("texture-oriented", "less"),
    ),
    hints=("shape", "shapes", "texture", "textures"),
    answers=(-1, 1),
    about_knowledge=True,
    loose=(
        ("relies more on texture", "less"),
        ("relies on texture more", "less"),
        ("relies more on shape", "greater"),
        ("relies on shape more", "greater"),
        ("relies more on textures", "less"),
        ("relies more on shapes", "greater"),
        ("depends more on texture", "less"),
        ("depends more on shape", "greater"),
        ("focuses more on texture", "less"),
        ("focuses more on shape", "greater"),
        ("prefers shape", "greater"),
        ("prefers texture", "less"),
        ("uses more shape", "greater"),
        ("stronger texture bias", "less"),
        ("higher texture bias", "less"),
        ("weaker texture bias", "greater"),
        ("lower texture bias", "greater"),
        ("is more sensitive to texture", "less"),
        ("is more sensitive to shape", "greater"),
    ),
)
def shape_preference(subject: Subject) -> Tensor:
    """+1 where a probe answers the shape of a cue-conflict picture, -1 where it answers the texture, 0 where neither.

    Shape i and texture i count as one class, i = 0..4. A linear probe of these five classes, on the last block's mean patch
    token through the model's final norm, is fitted on AGREEING pictures that show shape i with texture i: either cue would
    do. It then sees pictures of shape i with texture j, i and j different, as many as are measured, and every shape and
    texture as often as any other, as near as their number allows.

    Geirhos et al. take a classifier as it was trained, and their shape bias b is the share of shape answers among the
    answers that are the shape or the texture. A ratio has no value for a single picture. The mean of the score here is
    (2 b - 1) times the share of pictures answered with either, and has the same sign as b - 1/2.

    Returns (1, images), each -1, 0 or 1.

    Source: after Geirhos et al. 2019, "ImageNet-trained CNNs are biased towards texture", section 2 (cue conflict).

    Raises MeasurementError for data without the shapes and textures that these pictures are drawn with.
    """
    import numpy as np
    import torch

    from checker.lab.data import shape_texture
    from checker.lab.probing import LinearProbe, Scaler

    factors, classes = subject.data.factors, len(shape_texture.SHAPES)
    if factors.get("shape") != shape_texture.SHAPES or factors.get("texture") != shape_texture.TEXTURES:
        raise MeasurementError(f"{subject.data.title} have no shapes and textures that can be put in conflict")

    def seen(shapes: np.ndarray, textures: np.ndarray, seed: tuple[int, int]) -> Tensor:
        images = shape_texture.render(shapes, textures, np.random.default_rng(seed))
        return subject.pooled(torch.from_numpy(images))[-1]

    cues = np.arange(AGREEING) % classes
    features = seen(cues, cues, AGREEING_SEED)
    scale = Scaler.of(features)
    probe = LinearProbe.fit(scale(features), torch.from_numpy(cues), classes)
    shapes, textures = conflicting_cues(subject.count, classes)
    answers = probe(scale(seen(shapes, textures, CONFLICTING_SEED)))
    return ((answers == torch.from_numpy(shapes)).double() - (answers == torch.from_numpy(textures)).double())[None]


def conflicting_cues(count: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Shapes and textures that never agree, all pairs in turn: twice (count,), integers from 0 to classes - 1."""
    import numpy as np

    turn = np.arange(count)
    shapes = turn % classes
    return shapes, (shapes + 1 + turn // classes % (classes - 1)) % classes

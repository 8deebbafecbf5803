"""What is known of each training objective without training it: where its paper reads the network, and whether its target
moves. Imports no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Token = Literal["class", "patches"]  # the class token, or the mean of the patch tokens


@dataclass(frozen=True)
class Learner:
    """An objective: the file of its code in checker/lab/objectives; its readout, `token` of the last block after the final norm,
    with the `source`; and whether its target moves with the network (a teacher that is a moving average), so that its own loss
    says nothing of what was learned."""

    module: str
    token: Token
    source: str
    moving_target: bool = False


LEARNERS = {
    "mae": Learner(
        "mae", "class", "He et al. 2022, appendix A.1: linear probing of the class token (main_linprobe.py, --cls_token)"
    ),
    "simmim": Learner(
        "simmim", "patches", "Xie et al. 2022: mean of the last block's patches (USE_MEAN_POOLING in the authors' configs)"
    ),
    "lut": Learner(
        "lut", "patches", "Kim et al. 2024, section 3: the objective averages patch tokens (models_lut.py)", moving_target=True
    ),
    "ijepa": Learner(
        "ijepa", "patches", "Assran et al. 2023, section 5: average-pooled output of the target encoder", moving_target=True
    ),
    "simclr": Learner("simclr", "class", "Chen et al. 2020, section 2.1: the representation that the projection head is given"),
    "moco-v3": Learner("moco", "class", "Chen, Xie and He 2021, section 4.3: the class token's output", moving_target=True),
    "dino": Learner("dino", "class", "Caron et al. 2021, section 3: class token of the teacher, as its k-NN", moving_target=True),
    "dinov2": Learner("dinov2", "class", "Oquab et al. 2024, section 7: class token of the teacher", moving_target=True),
    "supervised": Learner("supervised", "class", "Dosovitskiy et al. 2021, section 3.1: the head is on the class token"),
    "random": Learner("supervised", "class", "as the supervised model, whose initialisation it is"),
}
"""By the name of the objective in a recipe."""

"""DINO (Caron et al. 2021): a student matches, from small and large crops, what its moving average says of large ones."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from lightly.loss.dino_loss import DINOLoss
from lightly.models.modules.heads import DINOProjectionHead
from lightly.models.utils import update_momentum
from lightly.utils.scheduler import cosine_schedule
from torch import Generator, Tensor, nn

from checker.lab.data import Dataset
from checker.lab.objectives.base import FIRST, Objective
from checker.lab.objectives.first.augment import JITTER, colour_jitter, random_crop
from checker.lab.recipes import Recipe
from checker.lab.transformer import class_token, normalise

PROTOTYPES, HIDDEN, BOTTLENECK = 256, 256, 64
TEACHER_TEMPERATURE, STUDENT_TEMPERATURE = 0.04, 0.1
MOMENTUM = 0.99  # of the teacher, rising to 1 along a cosine
GLOBAL_AREA, LOCAL_AREA = (0.5, 1.0), (0.15, 0.5)
LOCAL_CROPS, LOCAL_SIZE = 2, 16  # pixels
CLIP = 3.0  # norm of the gradient
FROZEN = 0.02  # share of the training in which the last layer of the head stands still


@FIRST.register("dino")
class DINO(Objective):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        self.head, self.teacher_head = (
            DINOProjectionHead(recipe.architecture.width, HIDDEN, BOTTLENECK, PROTOTYPES) for _ in range(2)
        )
        self.teacher_head.load_state_dict(self.head.state_dict())  # weight norm forbids a deep copy
        self.teacher_head.requires_grad_(False)
        self.teacher = copy.deepcopy(self.encoder).requires_grad_(False)
        self.distance = DINOLoss(
            PROTOTYPES, teacher_temp=TEACHER_TEMPERATURE, student_temp=STUDENT_TEMPERATURE, center_momentum=0.9
        )

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        large, small = self.crops(images, generator)
        with torch.no_grad():
            taught = self.teacher_head(class_token(self.teacher, large)).chunk(2)
        return self.match(taught, class_token(self.encoder, large), class_token(self.encoder, small))

    def crops(self, images: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
        """Two large crops of each picture and LOCAL_CROPS small ones, normalised, view by view along the batch."""

        def views(count: int, size: int, area: tuple[float, float]) -> list[Tensor]:
            crops = (random_crop(images, size, area, generator) for _ in range(count))
            return [normalise(colour_jitter(crop, JITTER, generator)) for crop in crops]

        return torch.cat(views(2, images.shape[-1], GLOBAL_AREA)), torch.cat(views(LOCAL_CROPS, LOCAL_SIZE, LOCAL_AREA))

    def match(self, taught: Sequence[Tensor], large: Tensor, small: Tensor) -> Tensor:
        """DINO's loss between the teacher's answers and the student's class tokens of large and small crops."""
        learned = [*self.head(large).chunk(2), *self.head(small).chunk(LOCAL_CROPS)]
        loss: Tensor = self.distance(list(taught), learned)
        return loss

    def last_layers(self) -> tuple[nn.Module, ...]:
        """What stands still at first."""
        return (self.head.last_layer,)

    def before_update(self, progress: float) -> None:
        nn.utils.clip_grad_norm_(self.parameters(), CLIP)
        if progress < FROZEN:
            for layer in self.last_layers():
                for parameter in layer.parameters():
                    parameter.grad = None

    @torch.no_grad()
    def after_update(self, progress: float) -> None:
        momentum = teacher_momentum(progress)
        update_momentum(self.encoder, self.teacher, momentum)
        update_momentum(self.head, self.teacher_head, momentum)


def teacher_momentum(progress: float) -> float:
    """Of the moving average, after this share of the training."""
    momentum: float = cosine_schedule(int(progress * 1000), 1001, MOMENTUM, 1.0)
    return momentum

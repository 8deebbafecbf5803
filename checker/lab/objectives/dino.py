"""DINO (Caron et al. 2021): a student matches, from small and large crops, what its moving average says of large ones."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from lightly.loss.dino_loss import DINOLoss
from lightly.models.modules.heads import DINOProjectionHead
from lightly.models.utils import update_momentum
from lightly.utils.scheduler import cosine_schedule
from timm.models.vision_transformer import VisionTransformer
from torch import Generator, Tensor, nn

from checker.lab.augment import Look, views
from checker.lab.data import Dataset
from checker.lab.objectives.base import OBJECTIVES, Objective
from checker.lab.recipes import Recipe
from checker.lab.transformer import class_token

PROTOTYPES, HIDDEN, BOTTLENECK = 256, 256, 64
TEACHER_TEMPERATURES = (0.04, 0.07)  # from the one to the other in a straight line, over WARMING of the training
WARMING = 0.1
STUDENT_TEMPERATURE = 0.1
CENTRE_MOMENTUM = 0.9
MOMENTUM = 0.99  # of the teacher, rising to 1 along a cosine
GLOBAL_AREA, LOCAL_AREA = (0.4, 1.0), (0.2, 0.4)
LOCAL_CROPS, LOCAL_SIZE = 2, 16  # pixels
CLIP = 3.0  # norm of the gradient
FROZEN = 0.01  # share of the training in which the last layer of the head stands still
COLOURS = (0.4, 0.4, 0.2, 0.1)
GLOBAL_LOOKS = (Look(*COLOURS, blurred=1.0), Look(*COLOURS, blurred=0.1, solarised=0.2))
LOCAL_LOOK = Look(*COLOURS, blurred=0.5)


@OBJECTIVES.register("dino")
class DINO(Objective):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        self.head, self.teacher_head = (
            DINOProjectionHead(recipe.architecture.width, HIDDEN, BOTTLENECK, PROTOTYPES) for _ in range(2)
        )
        self.teacher_head.load_state_dict(self.head.state_dict())  # weight norm forbids a deep copy
        self.teacher_head.requires_grad_(False)
        self.teacher = copy.deepcopy(self.encoder).requires_grad_(False)
        self.distance = DINOLoss(PROTOTYPES, student_temp=STUDENT_TEMPERATURE, center_momentum=CENTRE_MOMENTUM)

    @property
    def kept(self) -> VisionTransformer:
        return self.teacher

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        large, small = crops(images, generator)
        with torch.no_grad():
            taught = self.teacher_head(class_token(self.teacher, large)).chunk(2)
        answers = [
            *self.head(class_token(self.encoder, large)).chunk(2),
            *self.head(class_token(self.encoder, small)).chunk(LOCAL_CROPS),
        ]
        return self.match(taught, answers)

    def match(self, taught: Sequence[Tensor], answers: Sequence[Tensor]) -> Tensor:
        """DINO's loss between the teacher's answers to large crops and the student's to large and small ones."""
        loss: Tensor = self.distance(list(taught), list(answers), teacher_temp=teacher_temperature(self.progress))
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


def crops(images: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Two large crops of each picture and LOCAL_CROPS small ones, normalised, view by view along the batch."""
    large = views(images, GLOBAL_LOOKS, images.shape[-1], GLOBAL_AREA, generator)
    return large, views(images, (LOCAL_LOOK,) * LOCAL_CROPS, LOCAL_SIZE, LOCAL_AREA, generator)


def teacher_temperature(progress: float) -> float:
    """Of the teacher's softmax, after this share of the training."""
    first, last = TEACHER_TEMPERATURES
    return first + (last - first) * min(1.0, progress / WARMING)


def teacher_momentum(progress: float) -> float:
    """Of the moving average, after this share of the training."""
    momentum: float = cosine_schedule(int(progress * 1000), 1001, MOMENTUM, 1.0)
    return momentum

"""Released weights: one checkpoint of each model, known by timm's tag or by a path in the project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import AbsentError
from checker.lab import pretrained
from checker.lab.checkpoints import Card
from checker.lab.metric import Needs
from checker.lab.models import Model, find_model
from checker.lab.releases import RELEASES
from checker.lab.sources.base import STAGES, TRANSFORMER, Found, Places, Source, Wanted
from checker.scope import Scope
from checker.variant import SIZED, sized

if TYPE_CHECKING:
    from checker.lab.encoder import Encoder


class Released(Source):
    scope = Scope.PRETRAINED

    def has(self, name: str) -> bool:
        model = find_model(name)
        return model is not None and model.tag is not None

    def refusal(self, name: str) -> str | None:
        """Why there is no release of a name with a size: the sizes that there are, and the tags of one that has several."""
        match = SIZED.fullmatch(name)
        model = match["model"] + (match["rest"] or "") if match else ""
        found = [release for release in RELEASES if model in (release.model, release.model.removesuffix(" ViT"))]
        if match is None or not found or self.has(name):
            return None
        tags = [release.tag for release in found if release.size == match["size"]]
        if tags:
            return f"{name} can be several released weights; name the tag: {', '.join(tags)}"
        return f"timm has no {name}; there are: {', '.join(sized(model, size) for size in dict.fromkeys(r.size for r in found))}"

    def gives(self, name: str) -> Needs:
        return TRANSFORMER if _model(name).global_attention else STAGES

    def find(self, wanted: Wanted, places: Places) -> Found | None:
        model = _model(wanted.name)
        path = pretrained.locate(model, places.root)
        if path is None and places.fetch is not None and model.local is None:
            places.fetch(wanted.name)
            path = pretrained.locate(model, places.root)
        if path is None:
            raise AbsentError(pretrained.absent(model))
        return Found(path, pretrained.identity(model, path))

    def load(self, name: str, seed: int, file: Path) -> tuple[Encoder, Card | None]:
        return pretrained.load(_model(name), file), None

    def provenance(self, name: str, found: Sequence[Found]) -> dict[str, Any]:
        model = _model(name)
        return {"tag": model.tag, "licence": model.licence, "file": found[0].file.name}


def _model(name: str) -> Model:
    model = find_model(name)
    assert model is not None and model.tag is not None, name
    return model

"""Released weights: where they are on this machine, how to get them, and how to load them.

Looked up in the Hugging Face cache first; nothing is downloaded unless somebody asks for it. Weights that were never trained
are refused, wherever they come from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.models import Model

if TYPE_CHECKING:
    from checker.lab.encoder import Encoder

FILES = ("model.safetensors", "open_clip_model.safetensors", "pytorch_model.bin")  # by preference
KEPT_UNDER = {  # tags whose weights the hub keeps under another one: the same weights with the activation they were trained with
    "vit_base_patch16_clip_quickgelu_224.openai": "vit_base_patch16_clip_224.openai"
}
TIMEOUT = 5  # seconds until a hub that does not answer counts as out of reach
RANDOM_MARK = "random weights"  # in the metadata of fixtures, so that no test can be mistaken for evidence

Report = Callable[[int, int], None]  # (bytes so far, bytes in all)


def locate(model: Model, root: Path) -> Path | None:
    """The file of a model's weights on this machine, or None. Local names are looked up below `root` and nowhere else.

    Raises MeasurementError for a local name that leaves `root`.
    """
    from huggingface_hub import try_to_load_from_cache

    assert model.tag is not None
    if model.local is not None:
        path = (root / model.local).resolve()
        if not path.is_relative_to(root.resolve()):
            raise MeasurementError(f"{model.name}: weights must lie inside {root}")
        if path.is_dir():
            path = path / FILES[0]
        return path if path.is_file() else None
    for name in FILES:
        found = try_to_load_from_cache(repository(model), name)
        if isinstance(found, str):
            return Path(found)
    return None


def repository(model: Model) -> str:
    """Where timm keeps a tag on the Hugging Face hub."""
    assert model.tag is not None
    return f"timm/{KEPT_UNDER.get(model.tag, model.tag)}"


def absent(model: Model) -> str:
    """One sentence on weights that are not here, with what to do."""
    if model.local is not None:
        return f"there are no weights at {model.local}"
    return f"the released weights of {model.name} ({model.tag}, {model.licence}) are not on this machine; --download fetches them"


def download(model: Model, report: Report = lambda done, of: None) -> Path:
    """Fetch a model's weights into the Hugging Face cache. `report` hears of the size before the first byte.

    Raises MeasurementError when the hub cannot be reached or does not have them.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import RemoteEntryNotFoundError

    for name in FILES:
        try:
            size = get_hf_file_metadata(hf_hub_url(repository(model), name), timeout=TIMEOUT).size or 0
            report(0, size)
            path = hf_hub_download(repository(model), name, etag_timeout=TIMEOUT, tqdm_class=_bar(report, size))
            report(size, size)
            return Path(path)
        except RemoteEntryNotFoundError:
            continue
        except Exception as error:  # the hub raises whatever its HTTP library raises
            raise MeasurementError(f"{repository(model)} could not be fetched: {error}") from error
    raise MeasurementError(f"{repository(model)} holds none of {', '.join(FILES)}")


def _bar(report: Report, size: int) -> Any:
    """A tqdm that draws nothing and tells `report` how far a download is."""
    from tqdm.auto import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": True})
            self.sofar = 0

        def update(self, n: float | None = 1) -> bool | None:
            self.sofar += int(n or 0)
            report(self.sofar, size)
            return None

    return Bar


def digest(path: Path) -> str:
    """The hash by which evidence knows a weight file: sha256, shortened."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def load(model: Model, path: Path) -> Encoder:
    """A released model at its native resolution, normalised as it was trained; in half precision on a GPU.

    Raises MeasurementError for weights that do not fit the architecture, that were never trained, or for an architecture without
    global token-to-token attention.
    """
    import timm
    import torch
    from timm.data.config import resolve_model_data_config

    from checker.lab.encoder import describe

    assert model.tag is not None
    _refuse_fixtures(path)
    folder = model.tag == "local-dir"
    try:
        module: Any = timm.create_model(
            f"local-dir:{path.parent}" if folder else model.tag,
            pretrained=True,
            pretrained_cfg_overlay=None if folder else {"file": str(path)},
        )
    except Exception as error:  # timm raises whatever its loaders raise
        raise MeasurementError(f"{path} does not hold the weights of {model.tag}: {error}") from error
    module.reset_classifier(0)
    if _untrained(module):
        raise MeasurementError(f"{path}: these weights were never trained (every norm layer is still the identity)")
    wants: Any = resolve_model_data_config(module)  # type: ignore[no-untyped-call]
    encoder = describe(model.name, module, wants["input_size"][-1], tuple(wants["mean"]), tuple(wants["std"]), digest(path))
    if torch.cuda.is_available():
        module.half().cuda()
    return encoder


def _refuse_fixtures(path: Path) -> None:
    from safetensors import SafetensorError, safe_open

    if path.suffix != ".safetensors":
        return
    try:
        with safe_open(path, framework="pt") as file:
            mark = (file.metadata() or {}).get("check-claims")
    except (SafetensorError, OSError) as error:
        raise MeasurementError(f"{path}: damaged ({error}); delete it and fetch it again") from error
    if mark == RANDOM_MARK:
        raise MeasurementError(f"{path}: random weights, made for tests; they decide nothing")


def _untrained(module: Any) -> bool:
    """Whether every norm layer with parameters is as it was initialised: training leaves none of them so."""
    import torch

    norms = [norm for norm in module.modules() if "Norm" in type(norm).__name__ and getattr(norm, "weight", None) is not None]
    return bool(norms) and all(
        torch.all(norm.weight == 1) and (getattr(norm, "bias", None) is None or torch.all(norm.bias == 0)) for norm in norms
    )
